#include <errno.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/regex.h"
#include "tests/unit/suite.h"

static const struct {
	const char *pattern, *text;
	unsigned flags;
	int result;
} matches[] = {
	{ "^a+$", "aaa", 0, 1 },
	{ "^a+$", "aab", 0, 0 },
	{ "b", "abc", REGEX_WHOLE, 0 },
	{ "^\\p{L}+$", "\xc3\xa9t\xc3\xa9", 0, 1 },
	{ "\\d", "\xd9\xa3", 0, 1 },
	{ "\\d", "\xd9\xa3", REGEX_ECMA, 0 },
	{ "a$", "a\n", REGEX_ECMA, 0 },
	{ "a", "\xff", 0, -EILSEQ },
	{ "^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 0, -ETIME },
};

START_TEST(matches_as_the_table_says)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct regex *regex = NULL;

	ck_assert_int_eq(regex_compile(arena, span_of(matches[_i].pattern),
				       matches[_i].flags, &regex, NULL),
			 0);
	ck_assert_int_eq(
		regex_match(regex, span_of(matches[_i].text), NULL, 0),
		matches[_i].result);
}
END_TEST

START_TEST(says_where_an_expression_is_wrong)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct regex *regex = NULL;
	struct err err;

	ck_assert_int_eq(
		regex_compile(arena, SPAN_LIT("a(b"), 0, &regex, &err),
		-EINVAL);
	ck_assert_ptr_null(regex);
	ck_assert_ptr_nonnull(strstr(err.msg, "offset 3"));
}
END_TEST

START_TEST(gives_groups_and_leaves_unset_ones_empty)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct regex *regex = NULL;
	struct span groups[3];

	ck_assert_int_eq(
		regex_compile(arena, SPAN_LIT("(x)?(b+)"), 0, &regex, NULL), 0);
	ck_assert_int_eq(regex_match(regex, SPAN_LIT("abbc"), groups, 3), 1);
	ck_assert(span_is(groups[0], "bb") && span_is(groups[2], "bb"));
	ck_assert_ptr_null(groups[1].data);
	ck_assert_uint_eq(regex_groups(regex), 2);
}
END_TEST

START_TEST(replaces_every_match_and_keeps_to_its_ceiling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct regex *regex = NULL;
	struct span out;

	ck_assert_int_eq(
		regex_compile(arena, SPAN_LIT("(\\d)"), 0, &regex, NULL), 0);
	ck_assert_int_eq(regex_replace(regex, arena, SPAN_LIT("a1b2"),
				       SPAN_LIT("<$1>"), 100, &out),
			 0);
	ck_assert(span_is(out, "a<1>b<2>"));
	ck_assert_int_eq(regex_replace(regex, arena, SPAN_LIT("a1b2"),
				       SPAN_LIT("<$1>"), 5, &out),
			 -EMSGSIZE);
}
END_TEST

SUITE(regex)
{
	TEST_LOOP(matches_as_the_table_says, ARRAY_LEN(matches));
	TEST(says_where_an_expression_is_wrong);
	TEST(gives_groups_and_leaves_unset_ones_empty);
	TEST(replaces_every_match_and_keeps_to_its_ceiling);
}
