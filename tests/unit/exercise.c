#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/exercise/exercise.h"
#include "runner/exercise/manifest.h"
#include "tests/unit/suite.h"

static const char good[] =
	"{ \"format\": 1, \"slug\": \"demo\", \"title\": \"Demo\",\n"
	"  \"level\": \"mid\", \"minutes\": 45, \"skills\": [\"rest\"],\n"
	"  \"server\": { \"workers\": 2 },\n"
	"  \"env\": { \"LIMIT\": \"3\" },\n"
	"  \"limits\": { \"memory_bytes\": 100000000 },\n"
	"  \"criteria\": [\n"
	"    { \"id\": \"create\", \"title\": \"T\", \"skill\": \"rest\",\n"
	"      \"points\": 2.5, \"grader\": \"routing\",\n"
	"      \"spec\": [\"R1\"] },\n"
	"    { \"id\": \"list\", \"title\": \"T\", \"skill\": \"rest\",\n"
	"      \"points\": 1, \"grader\": \"routing\",\n"
	"      \"spec\": [\"R2.1\", \"R2\"], \"needs\": [\"create\"],\n"
	"      \"visibility\": \"hidden\", \"gate\": true } ],\n"
	"  \"flawed\": {}\n"
	"}\n";

static const char brief[] = "R1 create. (R2.1) pages.\nAs said in R2.\n";

static int read_manifest(struct arena *arena, const char *text,
			 struct exercise *ex, struct err *err)
{
	*ex = (struct exercise){ .dir = "/nonexistent" };
	return manifest_read(arena, "exercise.json", span_of(text),
			     SPAN_LIT(brief), ex, err);
}

START_TEST(a_good_manifest_is_read_whole)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct exercise ex;
	struct err err;

	if (read_manifest(arena, good, &ex, &err) < 0)
		ck_abort_msg("%s", err.msg);
	ck_assert_str_eq(ex.slug, "demo");
	ck_assert_int_eq(ex.workers, 2);
	ck_assert_int_eq(ex.threads, 4);
	ck_assert_int_eq(ex.limits.memory_bytes, 100000000);
	ck_assert_str_eq(ex.env[0].value, "3");
	ck_assert_uint_eq(ex.n_criteria, 2);
	ck_assert_int_eq(ex.max_points, 350);
	ck_assert_int_eq(ex.criteria[0].points, 250);
	ck_assert_str_eq(ex.criteria[1].needs[0], "create");
	ck_assert_int_eq(ex.criteria[1].visibility, VISIBILITY_HIDDEN);
	ck_assert(ex.criteria[1].gate);
}
END_TEST

/* Replace the first `from` of the good manifest by `to`. */
static const struct {
	const char *from, *to, *message;
} mistakes[] = {
	{ "\"title\": \"Demo\"", "\"titel\": \"Demo\"",
	  "exercise.json:1:32: unknown member `titel` in the manifest; did "
	  "you mean `title`?" },
	{ "\"points\": 2.5", "\"poitns\": 2.5",
	  "exercise.json:8:7: unknown member `poitns` in a criterion; did you "
	  "mean `points`?" },
	{ "\"points\": 2.5", "\"points\": 2.555", "at most two decimals" },
	{ "\"points\": 2.5", "\"points\": -1", "a number from 0" },
	{ "\"points\": 2.5", "\"points\": \"2\"", "must be a number" },
	{ "\"format\": 1", "\"format\": 2", "reads format 1" },
	{ "\"format\": 1, ", "", "lacks `format`" },
	{ "\"mid\"", "\"middle\"", "`level` cannot be \"middle\"" },
	{ "45", "0", "`minutes` must be an integer from 1 to 600" },
	{ "\"workers\"", "\"worker\"", "did you mean `workers`?" },
	{ "\"workers\": 2", "\"workers\": 99", "from 1 to 8" },
	{ "\"LIMIT\"", "\"A=B\"", "`env` maps names to strings" },
	{ "\"LIMIT\": \"3\"", "\"LIMIT\": 3", "`env` maps names to strings" },
	{ "\"id\": \"list\"", "\"id\": \"create\"", "the id of two criteria" },
	{ "\"id\": \"list\"", "\"id\": \"List\"", "an id is lower-case" },
	{ "\"needs\": [\"create\"]", "\"needs\": [\"crate\"]",
	  "no earlier criterion `crate`; did you mean `create`?" },
	{ "\"needs\": [\"create\"]", "\"needs\": [\"list\"]",
	  "no earlier criterion `list`" },
	{ "\"points\": 2.5", "\"points\": 2.5, \"beside\": true",
	  "`create` is asked beside the others" },
	{ "\"R1\"", "\"R3\"", "brief.md has no requirement `R3`" },
	{ "\"R1\"", "\"R\"", "brief.md has no requirement `R`" },
	{ "\"skill\": \"rest\"", "\"skill\": \"rset\"",
	  "`rset` is not in `skills`" },
	{ "\"grader\": \"routing\",", "", "needs `grader` or `script`" },
	{ "\"hidden\"", "\"secret\"", "`visibility` cannot be" },
	{ "\"flawed\": {}", "\"flawed\": {\"x\": [\"crate\"]}",
	  "no criterion `crate`; did you mean `create`?" },
	{ "\"flawed\": {}", "\"flawed\": {\"x\": [\"create\"]}",
	  "there is no folder flawed/x" },
	{ "\"flawed\": {}", "\"flawed\": {}, \"format\": 1", "given twice" },
	{ "\"flawed\": {}", "\"flawed\": {},", "exercise.json:15:1: " },
};

START_TEST(a_mistake_in_a_manifest_is_named_with_its_place)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *from = strstr(good, mistakes[_i].from);
	struct exercise ex;
	struct err err;
	char *text;

	ck_assert_ptr_nonnull(from);
	text = arena_printf(arena, "%.*s%s%s", (int)(from - good), good,
			    mistakes[_i].to,
			    from + strlen(mistakes[_i].from));
	ck_assert_msg(read_manifest(arena, text, &ex, &err) == -EINVAL,
		      "accepted: %s", mistakes[_i].to);
	ck_assert_msg(strstr(err.msg, mistakes[_i].message), "%s", err.msg);
	ck_assert_msg(strncmp(err.msg, "exercise.json:", 14) == 0, "%s",
		      err.msg);
}
END_TEST

START_TEST(an_unknown_exercise_is_not_found)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir;

	ck_assert_int_eq(exercise_find(arena, "no-such-one", &dir, NULL),
			 -ENOENT);
	ck_assert_int_eq(exercise_find(arena, "/no/such/folder", &dir, NULL),
			 -ENOENT);
	ck_assert_int_eq(exercise_find(arena, "", &dir, NULL), -ENOENT);
}
END_TEST

SUITE(exercise)
{
	TEST(a_good_manifest_is_read_whole);
	TEST_LOOP(a_mistake_in_a_manifest_is_named_with_its_place,
		  ARRAY_LEN(mistakes));
	TEST(an_unknown_exercise_is_not_found);
}
