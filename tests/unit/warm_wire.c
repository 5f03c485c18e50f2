#include "sandbox/warm_wire.h"

#include <errno.h>
#include <string.h>

#include "runner/base/attr.h"
#include "sandbox/wire.h"
#include "tests/unit/suite.h"

static const char *const argv[] = { "/serve.py", "target=app", "", NULL };
static const char *const env[] = { "A=1", NULL };

static struct wire message(void)
{
	struct join join = { .ns_flags = 7,
			     .confine = { .uid = 1000, .cwd = "/submission" } };
	struct wire w;

	warm_put_start(&w, &join, 0x801, argv, env);
	return w;
}

START_TEST(a_start_arrives_as_it_was_sent)
{
	static struct warm_request request;
	struct wire w = message();

	ck_assert_int_eq(warm_get(&w, &request), 0);
	ck_assert_int_eq(request.kind, WARM_START);
	ck_assert_uint_eq(request.join.ns_flags, 7);
	ck_assert_str_eq(request.join.confine.cwd, "/submission");
	ck_assert_uint_eq(request.fd_mask, 0x801);
	for (size_t i = 0; i < ARRAY_LEN(argv) - 1; i++)
		ck_assert_str_eq(request.argv[i], argv[i]);
	ck_assert_ptr_null(request.argv[ARRAY_LEN(argv) - 1]);
	ck_assert_str_eq(request.env[0], "A=1");
	ck_assert_ptr_null(request.env[1]);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_refused)
{
	static struct warm_request request;
	struct wire whole = message();

	for (size_t n = 0; n < whole.len; n++) {
		struct wire w = whole;

		w.len = n;
		ck_assert_int_eq(warm_get(&w, &request), -EPROTO);
	}
}
END_TEST

/* Offsets of what a foreign client could get wrong. */
static const struct {
	const char *what;
	size_t at;
	uint32_t value;
} wrong[] = {
	{ "magic", 0, 0 },
	{ "kind", 4, WARM_STOP + 1 },
	{ "rlimits",
	  8 + offsetof(struct join, confine) +
		  offsetof(struct confine, n_rlimits),
	  CONFINE_RLIMITS_MAX + 1 },
};

START_TEST(what_is_out_of_bounds_is_refused)
{
	static struct warm_request request;
	struct wire w = message();

	memcpy(w.bytes + wrong[_i].at, &wrong[_i].value, sizeof(uint32_t));
	ck_assert_msg(warm_get(&w, &request) == -EPROTO, "%s", wrong[_i].what);
}
END_TEST

START_TEST(a_folder_without_an_end_is_refused)
{
	static struct warm_request request;
	struct wire w = message();

	memset(w.bytes + 8 + offsetof(struct join, confine) +
		       offsetof(struct confine, cwd),
	       'x', CONFINE_PATH_BYTES);
	ck_assert_int_eq(warm_get(&w, &request), -EPROTO);
}
END_TEST

START_TEST(more_strings_than_there_is_room_for_are_refused)
{
	static const char *many[WARM_STRINGS_MAX + 1];
	static struct warm_request request;
	static struct wire w;
	struct join join = { 0 };

	for (size_t i = 0; i < WARM_STRINGS_MAX; i++)
		many[i] = "x";
	warm_put_start(&w, &join, 0, many, env);
	ck_assert(!w.failed);
	ck_assert_int_eq(warm_get(&w, &request), -EPROTO);
}
END_TEST

SUITE(warm_wire)
{
	TEST(a_start_arrives_as_it_was_sent);
	TEST(a_message_cut_anywhere_is_refused);
	TEST_LOOP(what_is_out_of_bounds_is_refused, ARRAY_LEN(wrong));
	TEST(a_folder_without_an_end_is_refused);
	TEST(more_strings_than_there_is_room_for_are_refused);
}
