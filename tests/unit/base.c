#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/prng.h"
#include "tests/unit/suite.h"

START_TEST(buf_refuses_to_grow_beyond_its_limit)
{
	struct buf buf = BUF_INIT(4);

	ck_assert_int_eq(buf_add_str(&buf, "abc"), 0);
	ck_assert_int_eq(buf_add_str(&buf, "de"), -EMSGSIZE);
	ck_assert_str_eq(buf_str(&buf), "abc");
	ck_assert_int_eq(buf_add_str(&buf, "d"), 0);
	ck_assert_str_eq(buf_str(&buf), "abcd");
	buf_release(&buf);
}
END_TEST

START_TEST(err_wrap_puts_context_in_front_and_keeps_the_code)
{
	struct err err;

	ck_assert_int_eq(err_set(&err, ENOENT, "no `%s`", "x"), -ENOENT);
	ck_assert_int_eq(err_wrap(&err, "exercise"), -ENOENT);
	ck_assert_str_eq(err.msg, "exercise: no `x`");
}
END_TEST

START_TEST(arena_memory_is_zeroed_and_aligned_at_every_size)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	for (size_t size = 1; size < 200000; size = size * 3 + 1) {
		unsigned char *p = arena_alloc(arena, size);

		ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(p[i], 0);
		p[size - 1] = 1;
	}
}
END_TEST

START_TEST(digests_match_their_published_vectors)
{
	char sha[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];

	digest_sha256(SPAN_LIT("abc"), sha);
	ck_assert_str_eq(sha, "ba7816bf8f01cfea414140de5dae2223"
			      "b00361a396177a9cb410ff61f20015ad");
	digest_md5(SPAN_LIT("abc"), md5);
	ck_assert_str_eq(md5, "900150983cd24fb0d6963f7d28e17f72");
}
END_TEST

START_TEST(prng_streams_depend_on_seed_and_label_only)
{
	struct prng a, b, c, d;

	prng_init(&a, 7, "x");
	prng_init(&b, 7, "x");
	prng_init(&c, 7, "y");
	prng_init(&d, 8, "x");
	for (int i = 0; i < 100; i++) {
		uint64_t v = prng_next(&a);

		ck_assert_uint_eq(v, prng_next(&b));
		ck_assert_uint_ne(v, prng_next(&c));
		ck_assert_uint_ne(v, prng_next(&d));
	}
	for (int i = 0; i < 1000; i++) {
		int64_t v = prng_range(&a, -3, 5);

		ck_assert(v >= -3 && v <= 5);
	}
}
END_TEST

SUITE(base)
{
	TEST(buf_refuses_to_grow_beyond_its_limit);
	TEST(err_wrap_puts_context_in_front_and_keeps_the_code);
	TEST(arena_memory_is_zeroed_and_aligned_at_every_size);
	TEST(digests_match_their_published_vectors);
	TEST(prng_streams_depend_on_seed_and_label_only);
}
