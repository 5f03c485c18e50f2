#include "runner/base/text.h"

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "tests/unit/suite.h"

static const struct utf8_case {
	const char *bytes;
	bool valid;
} utf8_cases[] = {
	{"", true},
	{"plain", true},
	{"\xc3\xa9", true},
	{"\xf0\x9f\x8e\x89", true},
	{"\xf4\x8f\xbf\xbf", true},
	{"\xc0\x80", false},	     /* overlong */
	{"\xe0\x80\xaf", false},     /* overlong */
	{"\xed\xa0\x80", false},     /* surrogate */
	{"\xf4\x90\x80\x80", false}, /* beyond U+10FFFF */
	{"\xff", false},
	{"\xe2\x82", false}, /* cut short */
	{"\x80", false},
};

START_TEST(utf8_is_what_rfc_3629_says)
{
	const struct utf8_case *c = &utf8_cases[_i];

	ck_assert_int_eq(text_is_utf8(span_of(c->bytes)), c->valid);
}
END_TEST

START_TEST(every_code_point_survives_put_and_next)
{
	for (unsigned cp = 0; cp <= 0x10ffff; cp += 7) {
		char out[4];
		unsigned back = 1;
		size_t n;

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		n = text_utf8_put(out, cp);
		ck_assert_uint_eq(text_utf8_next((struct span){out, n}, &back),
				  n);
		ck_assert_uint_eq(back, cp);
	}
}
END_TEST

static const struct visible_case {
	struct span in;
	size_t max;
	const char *want, *want_lines;
} visible_cases[] = {
	{SPAN_LIT("a b"), 0, "a b", "a b"},
	{SPAN_LIT("a\nb\tc\r"), 0, "a\\nb\\tc\\r", "a\nb\\tc\\r"},
	{SPAN_LIT("\x1b[31m"), 0, "\\x1b[31m", "\\x1b[31m"},
	{SPAN_LIT("a\0b"), 0, "a\\x00b", "a\\x00b"},
	{SPAN_LIT("\xc2\x9b"
		  "1m"),
	 0, "\\u{9b}1m", "\\u{9b}1m"},
	{SPAN_LIT("\xe2\x80\xae"
		  "evil"),
	 0, "\\u{202e}evil", "\\u{202e}evil"},
	{SPAN_LIT("\xff\xfe"), 0, "\\xff\\xfe", "\\xff\\xfe"},
	{SPAN_LIT("caf\xc3\xa9"), 0, "caf\xc3\xa9", "caf\xc3\xa9"},
	{SPAN_LIT("abcdef"), 3, "abc... (6 bytes)", "abc... (6 bytes)"},
	{SPAN_LIT("ab\xc3\xa9"
		  "d"),
	 3, "ab... (5 bytes)", "ab... (5 bytes)"},
};

START_TEST(visible_text_holds_nothing_a_terminal_obeys)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct visible_case *c = &visible_cases[_i];

	ck_assert_str_eq(text_visible(arena, c->in, c->max), c->want);
	ck_assert_str_eq(text_visible_lines(arena, c->in, c->max),
			 c->want_lines);
}
END_TEST

static const struct quote_case {
	struct span in;
	const char *want;
} quote_cases[] = {
	{SPAN_LIT("abc"), "abc"},	{SPAN_LIT(""), "''"},
	{SPAN_LIT("a b"), "'a b'"},	{SPAN_LIT("it's"), "'it'\\''s'"},
	{SPAN_LIT("$(x)"), "'$(x)'"},	{SPAN_LIT("a\x1b'"), "$'a\\x1b\\''"},
	{SPAN_LIT("\xff"), "$'\\xff'"},
};

START_TEST(shell_words_are_quoted_when_they_must_be)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct quote_case *c = &quote_cases[_i];

	ck_assert_str_eq(text_shell_quote(arena, c->in), c->want);
}
END_TEST

START_TEST(a_near_miss_is_suggested_and_a_stranger_is_not)
{
	const char *const verbs[] = {"grade", "list", "show", "doctor", NULL};

	ck_assert_str_eq(text_suggest("garde", verbs), "grade");
	ck_assert_str_eq(text_suggest("lst", verbs), "list");
	ck_assert_str_eq(text_suggest("doctro", verbs), "doctor");
	ck_assert_ptr_null(text_suggest("banana", verbs));
	ck_assert_ptr_null(text_suggest("", verbs));
}
END_TEST

static const struct points_case {
	int in;
	const char *want;
} points_cases[] = {
	{350, "3.5"}, {400, "4"},      {0, "0"},
	{5, "0.05"},  {1234, "12.34"}, {-150, "-1.5"},
};

START_TEST(points_have_no_idle_decimals)
{
	char out[TEXT_POINTS_BYTES];

	text_points(points_cases[_i].in, out);
	ck_assert_str_eq(out, points_cases[_i].want);
}
END_TEST

SUITE(text)
{
	TEST_LOOP(utf8_is_what_rfc_3629_says, ARRAY_LEN(utf8_cases));
	TEST(every_code_point_survives_put_and_next);
	TEST_LOOP(visible_text_holds_nothing_a_terminal_obeys,
		  ARRAY_LEN(visible_cases));
	TEST_LOOP(shell_words_are_quoted_when_they_must_be,
		  ARRAY_LEN(quote_cases));
	TEST(a_near_miss_is_suggested_and_a_stranger_is_not);
	TEST_LOOP(points_have_no_idle_decimals, ARRAY_LEN(points_cases));
}
