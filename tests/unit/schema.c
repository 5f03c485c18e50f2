#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/decimal.h"
#include "runner/expect/schema.h"
#include "tests/unit/conformance.h"
#include "tests/unit/suite.h"

struct count {
	int good, all, refused;
};

static const struct json *parse(struct arena *arena, struct span text)
{
	const struct json *v = NULL;
	struct err err;

	if (json_parse(arena, text, &v, &err) < 0)
		ck_abort_msg("%s", err.msg);
	return v;
}

/* What is left out: other documents and dialects, which are not fetched. */
static bool is_left_out(const struct err *err)
{
	return strstr(err->msg, "remote references") ||
	       strstr(err->msg, "only the dialect");
}

static void run_case(struct arena *arena, const struct schema *schema,
		     const struct json *test, const char *where, unsigned flags,
		     struct count *count)
{
	struct schema_result result;
	struct err err = { 0 };
	bool want = json_get(test, "valid")->truth;
	int r = schema_check(schema, arena, json_get(test, "data"), flags,
			     &result, &err);

	count->all++;
	if (r == 0 && result.valid == want)
		count->good++;
	else
		printf("%s: %s: want %d, got %d\n", where,
		       json_str(json_get(test, "description")), want,
		       r < 0 ? r : result.valid);
}

static void run_group(struct arena *arena, const struct json *group,
		      const char *file, unsigned flags, struct count *count)
{
	const struct json *tests = json_get(group, "tests");
	const struct schema *schema = NULL;
	struct err err = { 0 };
	const char *where = arena_printf(
		arena, "%s: %s", file,
		json_str(json_get(group, "description")));

	if (schema_compile(arena, json_get(group, "schema"), &schema, &err) <
	    0) {
		count->refused += (int)tests->count;
		if (!is_left_out(&err)) {
			count->all += (int)tests->count;
			printf("%s: %s\n", where, err.msg);
		} else {
			printf("conformance json-schema, left out: %s (%u "
			       "tests): %s\n",
			       where, tests->count, err.msg);
		}
		return;
	}
	for (size_t i = 0; i < tests->count; i++)
		run_case(arena, schema, &tests->items[i], where, flags, count);
}

static void run_folder(const char *folder, int cases, unsigned flags,
		       struct count *count)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir = conformance_path(arena, folder, cases);
	const char **files;
	size_t n;

	if (!dir)
		return;
	files = conformance_files(arena, dir, ".json", &n);
	for (size_t i = 0; i < n; i++) {
		const struct json *groups =
			parse(arena, conformance_read(arena, files[i]));

		for (size_t k = 0; k < groups->count; k++)
			run_group(arena, &groups->items[k],
				  strrchr(files[i], '/') + 1, flags, count);
	}
	conformance_count(folder, count->good, count->all);
}

START_TEST(passes_the_required_suite_but_for_remote_references)
{
	struct count count = { 0 };

	run_folder("json-schema/draft2020-12", 1299, 0, &count);
	ck_assert_int_eq(count.good, count.all);
	ck_assert_int_eq(count.refused, count.all ? 49 : 0);
}
END_TEST

START_TEST(passes_the_format_suite_when_asserting)
{
	struct count count = { 0 };

	run_folder("json-schema/draft2020-12/optional/format", 764,
		   SCHEMA_ASSERT_FORMAT, &count);
	ck_assert_int_eq(count.good, count.all);
	ck_assert_int_eq(count.refused, 0);
}
END_TEST

static const struct {
	const char *schema, *says;
} wrong[] = {
	{ "{\"items\": 3}", "line 1, column 11" },
	{ "{\"$ref\": \"http://example.org/x\"}", "not fetched" },
	{ "{\"$ref\": \"#/nowhere\"}", "leads nowhere" },
	{ "{\"pattern\": \"(\"}", "no regular expression" },
	{ "{\"allOf\": {}}", "array of schemas" },
	{ "{\"enum\": {\"a\": 1}}", "line 1, column 10: must be an array" },
	{ "{\"type\": {\"a\": 1}}", "a type or an array" },
	{ "{\"type\": [1]}", "a type or an array" },
	{ "{\"required\": {\"a\": 1}}", "array of names" },
	{ "{\"dependentRequired\": [[]]}", "object of arrays" },
	{ "{\"dependentRequired\": {\"a\": {\"b\": 1}}}", "object of arrays" },
	{ "{\"minimum\": \"1\"}", "must be a number" },
};

START_TEST(refuses_a_wrong_schema_with_its_place)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct schema *schema = NULL;
	struct err err = { 0 };

	ck_assert_int_eq(
		schema_compile(arena, parse(arena, span_of(wrong[_i].schema)),
			       &schema, &err),
		-EINVAL);
	ck_assert_ptr_null(schema);
	ck_assert_msg(strstr(err.msg, wrong[_i].says), "%s", err.msg);
}
END_TEST

START_TEST(names_place_and_keyword_of_each_error)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct schema *schema;
	struct schema_result result;
	struct span text = SPAN_LIT("{\"properties\": {\"a/b\": {\"items\": "
				    "{\"type\": \"integer\"}}}, "
				    "\"required\": [\"c\"]}");

	ck_assert_int_eq(
		schema_compile(arena, parse(arena, text), &schema, NULL), 0);
	ck_assert_int_eq(
		schema_check(schema, arena,
			     parse(arena, SPAN_LIT("{\"a/b\": [1, \"x\"]}")), 0,
			     &result, NULL),
		0);
	ck_assert(!result.valid);
	ck_assert_uint_eq(result.n_errors, 2);
	ck_assert_str_eq(result.errors[0].instance, "/a~1b/1");
	ck_assert_str_eq(result.errors[0].keyword, "type");
	ck_assert_str_eq(result.errors[1].message, "must have the member `c`");
}
END_TEST

START_TEST(stops_a_schema_that_needs_endless_work)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct schema *schema;
	struct schema_result result;
	struct span text = SPAN_LIT("{\"allOf\": [{\"$ref\": \"#\"}]}");

	ck_assert_int_eq(
		schema_compile(arena, parse(arena, text), &schema, NULL), 0);
	ck_assert_int_eq(schema_check(schema, arena,
				      parse(arena, SPAN_LIT("1")), 0, &result,
				      NULL),
			 -E2BIG);
}
END_TEST

static const struct {
	const char *divisor, *number;
	bool divides;
} decimals[] = {
	{ "0.01", "0.07", true },     { "0.0001", "0.0075", true },
	{ "0.0001", "0.00751", false }, { "2", "1e308", true },
	{ "0.5", "1e308", true },     { "3", "1e308", false },
	{ "1e-8", "12391239123", true }, { "7", "0", true },
	{ "10", "5", false },         { "2.5", "-7.5", true },
};

START_TEST(divides_decimals_exactly)
{
	ck_assert_int_eq(decimal_divides(span_of(decimals[_i].divisor),
					 span_of(decimals[_i].number)),
			 decimals[_i].divides);
}
END_TEST

SUITE(schema)
{
	TEST(passes_the_required_suite_but_for_remote_references);
	TEST(passes_the_format_suite_when_asserting);
	TEST_LOOP(refuses_a_wrong_schema_with_its_place, ARRAY_LEN(wrong));
	TEST(names_place_and_keyword_of_each_error);
	TEST(stops_a_schema_that_needs_endless_work);
	TEST_LOOP(divides_decimals_exactly, ARRAY_LEN(decimals));
}
