#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/base64.h"
#include "runner/base/err.h"
#include "runner/base/jsonout.h"
#include "runner/transcript/attest.h"
#include "runner/transcript/record.h"
#include "runner/transcript/sign.h"
#include "tests/unit/suite.h"

/* RFC 4648, section 10. */
static const struct {
	const char *plain, *text;
} vectors[] = {
	{ "", "" },	    { "f", "Zg==" },	    { "fo", "Zm8=" },
	{ "foo", "Zm9v" },  { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

START_TEST(base64_goes_there_and_back)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span back;

	ck_assert_str_eq(base64_encode(arena, span_of(vectors[_i].plain)),
			 vectors[_i].text);
	ck_assert(base64_decode(arena, span_of(vectors[_i].text), &back));
	ck_assert(span_is(back, vectors[_i].plain));
}
END_TEST

static const char *const not_base64[] = {
	"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9v",
	"Zm9_",
};

START_TEST(base64_has_one_text_for_a_value)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span back;

	ck_assert_msg(!base64_decode(arena, span_of(not_base64[_i]), &back),
		      "%s", not_base64[_i]);
}
END_TEST

/* RFC 8032, section 7.1, TEST 2. */
START_TEST(a_signature_is_that_of_the_published_vector)
{
	static const char seed[] =
		"\x4c\xcd\x08\x9b\x28\xff\x96\xda\x9d\xb6\xc3\x46\xec\x11\x4e"
		"\x0f\x5b\x8a\x31\x9f\x35\xab\xa6\x24\xda\x8c\xf6\xed\x4f\xb8"
		"\xa6\xfb";
	AUTO(arena_free) struct arena *arena = arena_new();
	unsigned char signature[SIGN_SIGNATURE_BYTES];
	struct span bytes = { (const char *)signature, sizeof(signature) };
	const char *line = arena_printf(
		arena, "fumehood-private-key/1 ed25519 %s\n",
		base64_encode(arena, (struct span){ seed, 32 }));
	struct sign_key key;

	ck_assert_int_eq(sign_parse(arena, span_of(line), &key, NULL), 0);
	ck_assert_int_eq(key.public[0], 0x3d);
	ck_assert_int_eq(key.public[31], 0x0c);
	sign_bytes(&key, SPAN_LIT("\x72"), signature);
	ck_assert_int_eq(signature[0], 0x92);
	ck_assert_int_eq(signature[63], 0x00);
	ck_assert(sign_verify(&key, SPAN_LIT("\x72"), bytes));
	ck_assert(!sign_verify(&key, SPAN_LIT("\x73"), bytes));
}
END_TEST

START_TEST(a_key_survives_its_text_and_a_public_one_holds_no_seed)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct sign_key key, back;
	const char *public;

	ck_assert_int_eq(sign_generate(&key, NULL), 0);
	public = sign_print(arena, &key, false);
	ck_assert_int_eq(sign_parse(arena, span_of(public), &back, NULL), 0);
	ck_assert(!back.is_private);
	ck_assert_mem_eq(back.public, key.public, SIGN_KEY_BYTES);
	ck_assert_str_eq(sign_key_id(arena, &back), sign_key_id(arena, &key));
	ck_assert_int_eq(sign_parse(arena, SPAN_LIT("ssh-ed25519 AAAA"), &back,
				    NULL), -EINVAL);
}
END_TEST

static const char *attested(struct arena *arena, struct span lines,
			    const struct sign_key *key)
{
	const struct record *r;

	ck_assert_int_eq(record_read(arena, lines, &r, NULL), 0);
	return attest_make(arena, r, lines, key);
}

START_TEST(an_attestation_holds_for_its_key_and_its_transcript_only)
{
	static const char one[] =
		"{\"n\":0,\"at_ns\":0,\"kind\":\"begin\",\"prev\":\"\","
		"\"format\":\"fumehood-transcript/1\"}\n";
	static const char two[] =
		"{\"n\":0,\"at_ns\":1,\"kind\":\"begin\",\"prev\":\"\","
		"\"format\":\"fumehood-transcript/1\"}\n";
	AUTO(arena_free) struct arena *arena = arena_new();
	struct sign_key key, other;
	struct span envelope;
	struct err err;

	sign_generate(&key, NULL);
	sign_generate(&other, NULL);
	envelope = span_of(attested(arena, SPAN_LIT(one), &key));
	ck_assert_int_eq(attest_check(arena, envelope, SPAN_LIT(one), &key,
				      &err), 0);
	ck_assert_int_eq(attest_check(arena, envelope, SPAN_LIT(one), &other,
				      &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "not of this key"));
	ck_assert_int_eq(attest_check(arena, envelope, SPAN_LIT(two), &key,
				      &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "another transcript"));
	ck_assert_int_eq(attest_check(arena, SPAN_LIT("{}"), SPAN_LIT(one),
				      &key, &err), -EINVAL);
}
END_TEST

SUITE(sign)
{
	TEST_LOOP(base64_goes_there_and_back, ARRAY_LEN(vectors));
	TEST_LOOP(base64_has_one_text_for_a_value, ARRAY_LEN(not_base64));
	TEST(a_signature_is_that_of_the_published_vector);
	TEST(a_key_survives_its_text_and_a_public_one_holds_no_seed);
	TEST(an_attestation_holds_for_its_key_and_its_transcript_only);
}
