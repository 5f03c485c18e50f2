#include "runner/base/width.h"

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "tests/unit/suite.h"

static const struct width_case {
	const char *text;
	int columns;
	int room;      /* what width_fit() is asked for */
	size_t fitted; /* bytes */
} cases[] = {
	{"", 0, 5, 0},
	{"plain", 5, 3, 3},
	{"caf\xc3\xa9", 4, 4, 5},
	{"cafe\xcc\x81s", 5, 4, 6},                /* the mark comes along */
	{"\xe6\x9c\xac\xe6\x9c\xac", 4, 3, 3},     /* never half a letter */
	{"\xe6\x9c\xac", 2, 1, 0},
	{"\xef\xbc\xa1", 2, 2, 3},                 /* fullwidth A */
	{"\xef\xbd\xb1", 1, 1, 3},                 /* halfwidth katakana */
	{"\xf0\x9f\x93\x9a!", 3, 2, 4},
	{"\xea\xb0\x80", 2, 2, 3},                 /* Hangul */
	{"\xe1\x84\x80\xe1\x85\xa1", 2, 2, 6},     /* the same in two parts */
	{"\xe2\x9c\x93 \xc2\xb7", 3, 3, 6},        /* what reports draw with */
	{"\xff\xe6\x9c", 3, 2, 2},                 /* no UTF-8 */
};

START_TEST(text_has_the_columns_that_a_terminal_gives_it)
{
	const struct width_case *c = &cases[_i];

	ck_assert_int_eq(width_columns(span_of(c->text)), c->columns);
	ck_assert_uint_eq(width_fit(span_of(c->text), c->room), c->fitted);
}
END_TEST

START_TEST(padding_fills_up_and_cuts_nothing)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	ck_assert_str_eq(width_padded(arena, "ab", 4), "ab  ");
	ck_assert_str_eq(width_padded(arena, "\xe6\x9c\xac", 4),
			 "\xe6\x9c\xac  ");
	ck_assert_str_eq(width_padded(arena, "abcde", 4), "abcde");
}
END_TEST

SUITE(width)
{
	TEST_LOOP(text_has_the_columns_that_a_terminal_gives_it,
		  ARRAY_LEN(cases));
	TEST(padding_fills_up_and_cuts_nothing);
}
