#include <errno.h>
#include <string.h>

#include "graders/pattern.h"
#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "runner/base/err.h"
#include "runner/base/prng.h"
#include "runner/base/span.h"
#include "runner/expect/regex.h"
#include "tests/unit/suite.h"

#define DRAWS 200

static const char *const patterns[] = {
	"[a-z]{3,8}",
	"^[A-Z]{2}-[0-9]{4}$",
	"a?b*c+",
	"(ab|c(d|ef){2}){1,3}",
	"(?:x|yz)\\d{2}",
	"\\w+(-\\w+)*",
	"\\(\\+\\d\\)\\.",
	"[\\d._-]{1,5}",
	"a|",
	"x.z",
};

static const struct {
	const char *text, *why;
} wrong[] = {
	{ "[^a]", "[^ is not understood" },
	{ "\\s", "\\s is not understood" },
	{ "a\\", "is not understood" },
	{ "\xc3\xa9", "only ASCII" },
	{ "\\\xc3\xa9", "only ASCII" },
	{ "[\\\xc3\\\xa9]", "only ASCII" },
	{ "[z-a]", "backwards" },
	{ "[]", "empty or open" },
	{ "[ab", "empty or open" },
	{ "(ab", "\")\" is missing" },
	{ "ab)", "\")\" stands alone" },
	{ "(?=a)", "(? is not understood" },
	{ "+a", "\"+\" stands alone" },
	{ "a{2", "{n,m} is wrong" },
	{ "a{3,2}", "{n,m} is wrong" },
	{ "a{-1}", "a count from 0" },
	{ "a{ 1}", "a count from 0" },
	{ "a{999999999999999999999}", "a count from 0" },
	{ "(((((a{200}){200}){200}){200}){200}){200}", "too long" },
	{ "((((((((((((((((((a))))))))))))))))))", "nested too deep" },
};

START_TEST(what_is_drawn_matches_and_what_is_to_miss_misses)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct pattern *pattern = NULL;
	const struct regex *regex = NULL;
	const char *text = patterns[_i];
	struct prng prng;

	prng_init(&prng, 1, text);
	ck_assert_int_eq(pattern_compile(arena, text, &pattern, NULL), 0);
	ck_assert_int_eq(regex_compile(arena, span_of(text), REGEX_WHOLE,
				       &regex, NULL), 0);
	for (int i = 0; i < DRAWS; i++) {
		const char *good = pattern_draw(pattern, &prng, arena);
		const char *const *bad = pattern_misses(pattern, &prng, arena);

		ck_assert_msg(regex_match(regex, span_of(good), NULL, 0) == 1,
			      "%s does not match %s", text, good);
		for (; *bad; bad++)
			ck_assert_msg(!regex_match(regex, span_of(*bad), NULL,
						   0),
				      "%s matches %s", text, *bad);
	}
}
END_TEST

START_TEST(what_is_not_understood_is_named)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct pattern *pattern = NULL;
	struct err err = { 0 };

	ck_assert_int_eq(pattern_compile(arena, wrong[_i].text, &pattern,
					 &err), -EINVAL);
	ck_assert_ptr_null(pattern);
	ck_assert_msg(strstr(err.msg, wrong[_i].why) != NULL, "%s: %s",
		      wrong[_i].text, err.msg);
}
END_TEST

SUITE(pattern)
{
	TEST_LOOP(what_is_drawn_matches_and_what_is_to_miss_misses,
		  ARRAY_LEN(patterns));
	TEST_LOOP(what_is_not_understood_is_named, ARRAY_LEN(wrong));
}
