#include <errno.h>
#include <stddef.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/parse.h"
#include "tests/unit/suite.h"

struct options {
	bool quiet, cold;
	const char *label, *isolation;
	struct option_list only;
	int64_t jobs, deadline_ms, memory_bytes;
	struct option_u64 seed;
	int threshold;
};

#define FIELD(member) offsetof(struct options, member)
static const struct option_spec specs[] = {
	{ "quiet", 'q', OPTION_FLAG, FIELD(quiet), NULL, "" },
	{ "cold", 'c', OPTION_FLAG, FIELD(cold), NULL, "" },
	{ "label", 'l', OPTION_STRING, FIELD(label), "TEXT", "" },
	{ "isolation", 0, OPTION_CHOICE, FIELD(isolation), "full|reduced", "" },
	{ "only", 0, OPTION_LIST, FIELD(only), "ID", "" },
	{ "jobs", 'j', OPTION_INT, FIELD(jobs), "N", "" },
	{ "deadline", 0, OPTION_MS, FIELD(deadline_ms), "TIME", "" },
	{ "memory", 0, OPTION_BYTES, FIELD(memory_bytes), "SIZE", "" },
	{ "seed", 0, OPTION_U64, FIELD(seed), "N", "" },
	{ "threshold", 0, OPTION_PERCENT, FIELD(threshold), "P", "" },
	{ 0 },
};

static int run_nothing(const struct command *c)
{
	(void)c;
	return 0;
}

static const struct options defaults = { .jobs = 2, .isolation = "full" };
static const struct verb verb = {
	.name = "try", .synopsis = "A [B]", .options = specs,
	.options_bytes = sizeof(struct options), .defaults = &defaults,
	.args_min = 1, .args_max = 2, .run = run_nothing,
};
static const struct verb verb_program = {
	.name = "box", .options = specs,
	.options_bytes = sizeof(struct options), .defaults = &defaults,
	.args_max = SIZE_MAX, .flags = VERB_PROGRAM, .run = run_nothing,
};

static struct arena *arena;
static struct command got;
static struct err why;

static int parse(const struct verb *v, const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	if (!arena)
		arena = arena_new();
	return parse_words(arena, v, n, words, &got, &why);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(options_and_operands_may_come_in_any_order)
{
	const struct options *o;

	ck_assert_int_eq(parse(&verb, WORDS("one", "--label", "x", "two",
					    "--only=a", "--only", "b", "-q")),
			 0);
	o = got.options;
	ck_assert_uint_eq(got.n_args, 2);
	ck_assert_str_eq(got.args[1], "two");
	ck_assert_ptr_null(got.args[2]);
	ck_assert_str_eq(o->label, "x");
	ck_assert_uint_eq(o->only.n, 2);
	ck_assert_str_eq(o->only.items[1], "b");
	ck_assert(o->quiet && !o->cold);
}
END_TEST

START_TEST(what_is_not_given_keeps_its_default)
{
	const struct options *o;

	ck_assert_int_eq(parse(&verb, WORDS("one")), 0);
	o = got.options;
	ck_assert_int_eq(o->jobs, 2);
	ck_assert_str_eq(o->isolation, "full");
	ck_assert(!o->seed.given);
}
END_TEST

START_TEST(letters_may_be_joined_and_the_last_takes_a_value)
{
	const struct options *o;

	ck_assert_int_eq(parse(&verb, WORDS("-qcj7", "one")), 0);
	o = got.options;
	ck_assert(o->quiet && o->cold);
	ck_assert_int_eq(o->jobs, 7);
	ck_assert_int_eq(parse(&verb, WORDS("-ql", "text", "one")), 0);
	ck_assert_str_eq(((const struct options *)got.options)->label, "text");
}
END_TEST

START_TEST(values_are_read_with_their_units)
{
	const struct options *o;

	ck_assert_int_eq(parse(&verb,
			       WORDS("a", "--deadline=5m", "--memory", "64M",
				     "--seed=18446744073709551615",
				     "--threshold", "87.5%")),
			 0);
	o = got.options;
	ck_assert_int_eq(o->deadline_ms, 300000);
	ck_assert_int_eq(o->memory_bytes, 64 << 20);
	ck_assert(o->seed.given && o->seed.value == UINT64_MAX);
	ck_assert_int_eq(o->threshold, 8750);
	ck_assert_int_eq(parse(&verb, WORDS("a", "--deadline", "1500ms")), 0);
	ck_assert_int_eq(((const struct options *)got.options)->deadline_ms,
			 1500);
}
END_TEST

START_TEST(everything_behind_two_dashes_is_an_operand)
{
	ck_assert_int_eq(parse(&verb, WORDS("--", "--quiet", "-x")), 0);
	ck_assert_uint_eq(got.n_args, 2);
	ck_assert_str_eq(got.args[0], "--quiet");
}
END_TEST

START_TEST(a_programs_own_options_are_left_to_it)
{
	ck_assert_int_eq(parse(&verb_program,
			       WORDS("-q", "/bin/ls", "-l", "--help")),
			 0);
	ck_assert_uint_eq(got.n_args, 3);
	ck_assert_str_eq(got.args[2], "--help");
}
END_TEST

START_TEST(help_is_noticed_before_anything_is_missing)
{
	ck_assert_int_eq(parse(&verb, WORDS("--help")), 1);
	ck_assert_int_eq(parse(&verb, WORDS("-h")), 1);
}
END_TEST

static const struct {
	const char *words[4];
	const char *says;
} refused[] = {
	{ { NULL }, "wants A [B]" },
	{ { "a", "b", "c" }, "'c'" },
	{ { "a", "--labl", "x" }, "did you mean --label" },
	{ { "a", "--label" }, "--label wants a value: TEXT" },
	{ { "a", "-z" }, "no option -z" },
	{ { "a", "--quiet=yes" }, "--quiet takes no value" },
	{ { "a", "--jobs", "-1" }, "a whole number" },
	{ { "a", "--jobs=3x" }, "a whole number" },
	{ { "a", "--jobs=" }, "a whole number" },
	{ { "a", "--deadline=5y" }, "a time like" },
	{ { "a", "--deadline=9223372036854775807h" }, "a time like" },
	{ { "a", "--memory=9999999999G" }, "a size like" },
	{ { "a", "--seed=18446744073709551616" }, "a whole number" },
	{ { "a", "--threshold=101" }, "from 0 to 100" },
	{ { "a", "--threshold=100.01" }, "from 0 to 100" },
	{ { "a", "--isolation=ful" }, "full|reduced" },
	{ { "a", "--isolation=" }, "full|reduced" },
	{ { "a", "--label\x1b[31m" }, "\\x1b" },
};

START_TEST(a_wrong_word_is_refused_and_named)
{
	const char *words[5] = { NULL };

	for (int i = 0; i < 4; i++)
		words[i] = refused[_i].words[i];
	ck_assert_int_eq(parse(&verb, words), -EINVAL);
	ck_assert_msg(strstr(why.msg, refused[_i].says),
		      "'%s' does not say '%s'", why.msg, refused[_i].says);
}
END_TEST

SUITE(parse)
{
	TEST(options_and_operands_may_come_in_any_order);
	TEST(what_is_not_given_keeps_its_default);
	TEST(letters_may_be_joined_and_the_last_takes_a_value);
	TEST(values_are_read_with_their_units);
	TEST(everything_behind_two_dashes_is_an_operand);
	TEST(a_programs_own_options_are_left_to_it);
	TEST(help_is_noticed_before_anything_is_missing);
	TEST_LOOP(a_wrong_word_is_refused_and_named, ARRAY_LEN(refused));
}
