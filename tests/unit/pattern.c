/* What is drawn from a pattern matches it, and what must miss does. */
#include <string.h>

#include "graders/pattern.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/prng.h"
#include "runner/base/span.h"
#include "runner/expect/regex.h"
#include "tests/unit/suite.h"

static const char *const understood[] = {
	"[A-Z]{3}-[0-9]{4}", "^[a-z0-9]+(-[a-z0-9]+)*$", "\\d{2}\\.\\d",
	"(red|green|blue)", "a?b*c+", "x{0,3}y", "[\\w.]{5}", "#[0-9A-F]{6}",
	"(?:ab|c(d|e){2})f", ".{3}", "\\w+@\\w+",
};

static const char *const refused[] = {
	"[^a]", "(?=x)", "a{3", "[z-a]", "(ab", "ab)", "*a", "\\b", "[]",
	"a{2,1}", "a{500}", "\xc3\xa9",
};

START_TEST(a_draw_matches_as_a_whole)
{
	struct arena *arena = arena_new();
	struct prng prng;
	const struct pattern *p;
	const struct regex *regex;
	struct span text = span_of(understood[_i]);

	prng_init(&prng, (uint64_t)_i, "pattern");
	ck_assert_int_eq(pattern_compile(arena, understood[_i], &p, NULL), 0);
	ck_assert_int_eq(regex_compile(arena, text, REGEX_WHOLE, &regex,
				       NULL), 0);
	for (int i = 0; i < 50; i++) {
		const char *drawn = pattern_draw(p, &prng, arena);

		ck_assert_msg(regex_match(regex, span_of(drawn), NULL, 0) == 1,
			      "%s does not match %s", drawn, understood[_i]);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_miss_does_not_match)
{
	struct arena *arena = arena_new();
	struct prng prng;
	const struct pattern *p;
	const struct regex *regex;
	struct span text = span_of(understood[_i]);

	prng_init(&prng, (uint64_t)_i, "pattern");
	ck_assert_int_eq(pattern_compile(arena, understood[_i], &p, NULL), 0);
	ck_assert_int_eq(regex_compile(arena, text, REGEX_WHOLE, &regex,
				       NULL), 0);
	for (int i = 0; i < 20; i++) {
		const char *const *miss = pattern_misses(p, &prng, arena);

		for (; *miss; miss++)
			ck_assert_msg(!regex_match(regex, span_of(*miss),
						   NULL, 0),
				      "%s matches %s", *miss, understood[_i]);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_fixed_form_has_misses_of_every_kind)
{
	struct arena *arena = arena_new();
	struct prng prng;
	const struct pattern *p;
	const char *const *miss;
	size_t n = 0;

	prng_init(&prng, 7, "pattern");
	ck_assert_int_eq(pattern_compile(arena, "[A-Z]{3}-[0-9]{4}", &p,
					 NULL), 0);
	miss = pattern_misses(p, &prng, arena);
	while (miss[n])
		n++;
	ck_assert_uint_eq(n, 5);
	ck_assert_str_eq(miss[0], "");
	arena_free(arena);
}
END_TEST

START_TEST(what_is_not_understood_is_refused)
{
	struct arena *arena = arena_new();
	const struct pattern *p;
	struct err err;

	ck_assert_int_lt(pattern_compile(arena, refused[_i], &p, &err), 0);
	ck_assert_uint_gt(strlen(err.msg), 0);
	arena_free(arena);
}
END_TEST

SUITE(pattern)
{
	TEST_LOOP(a_draw_matches_as_a_whole, ARRAY_LEN(understood));
	TEST_LOOP(a_miss_does_not_match, ARRAY_LEN(understood));
	TEST(a_fixed_form_has_misses_of_every_kind);
	TEST_LOOP(what_is_not_understood_is_refused, ARRAY_LEN(refused));
}
