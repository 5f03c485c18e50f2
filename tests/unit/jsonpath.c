#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/jsonpath.h"
#include "tests/unit/conformance.h"
#include "tests/unit/suite.h"

static const struct json *parse(struct arena *arena, struct span text)
{
	const struct json *v = NULL;
	struct err err;

	if (json_parse(arena, text, &v, &err) < 0)
		ck_abort_msg("%s", err.msg);
	return v;
}

static bool is_result(const struct jsonpath_nodes *nodes,
		      const struct json *want)
{
	if (nodes->n != want->count)
		return false;
	for (size_t i = 0; i < nodes->n; i++)
		if (!json_equal(nodes->items[i], &want->items[i]))
			return false;
	return true;
}

static bool holds(struct arena *arena, const struct json *test)
{
	const struct json *one = json_get(test, "result");
	const struct json *any = json_get(test, "results");
	const struct jsonpath *path;
	struct jsonpath_nodes nodes;
	int r = jsonpath_compile(arena, json_get(test, "selector")->text, &path,
				 NULL);

	if (json_get(test, "invalid_selector"))
		return r == -EINVAL;
	if (r < 0 || jsonpath_select(path, arena, json_get(test, "document"),
				     &nodes) < 0)
		return false;
	if (one)
		return is_result(&nodes, one);
	for (size_t i = 0; i < any->count; i++)
		if (is_result(&nodes, &any->items[i]))
			return true;
	return false;
}

START_TEST(passes_the_compliance_suite_of_rfc_9535)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *path = conformance_path(arena, "jsonpath/cts.json", 703);
	const struct json *tests;
	int good = 0;

	if (!path)
		return;
	tests = json_get(parse(arena, conformance_read(arena, path)), "tests");
	for (size_t i = 0; i < tests->count; i++) {
		if (holds(arena, &tests->items[i]))
			good++;
		else
			printf("jsonpath: %s\n",
			       json_str(json_get(&tests->items[i], "name")));
	}
	conformance_count("jsonpath", good, (int)tests->count);
	ck_assert_int_eq(good, (int)tests->count);
}
END_TEST

static const struct {
	const char *query, *says;
} wrong[] = {
	{ "", "column 1" },
	{ "$.", "column 3: expected a name" },
	{ "$[?@.a == ]", "column 11" },
	{ "$[?1]", "no condition" },
	{ "$[?@.* == 1]", "single values" },
};

START_TEST(says_where_a_query_is_wrong)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct jsonpath *path = NULL;
	struct err err = { 0 };

	ck_assert_int_eq(jsonpath_compile(arena, span_of(wrong[_i].query),
					  &path, &err),
			 -EINVAL);
	ck_assert_ptr_null(path);
	ck_assert_msg(strstr(err.msg, wrong[_i].says), "%s", err.msg);
}
END_TEST

START_TEST(stops_at_the_ceiling_of_selected_nodes)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct jsonpath *path;
	struct jsonpath_nodes nodes;
	char text[1000], query[300] = "$";

	memset(text, '[', 400);
	memset(text + 400, ']', 400);
	for (int i = 0; i < 20; i++)
		memcpy(query + 1 + 5 * i, "..[*]", 5);
	query[101] = '\0';
	ck_assert_int_eq(
		jsonpath_compile(arena, span_of(query), &path, NULL), 0);
	ck_assert_int_eq(
		jsonpath_select(path, arena,
				parse(arena, (struct span){ text, 800 }),
				&nodes),
		-E2BIG);
}
END_TEST

START_TEST(refuses_a_query_that_is_nested_too_deep)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct jsonpath *path = NULL;
	char query[1003];

	memcpy(query, "$[?", 3);
	memset(query + 3, '(', 1000);
	ck_assert_int_eq(jsonpath_compile(arena, (struct span){ query, 1003 },
					  &path, NULL),
			 -EINVAL);
}
END_TEST

SUITE(jsonpath)
{
	TEST(passes_the_compliance_suite_of_rfc_9535);
	TEST_LOOP(says_where_a_query_is_wrong, ARRAY_LEN(wrong));
	TEST(stops_at_the_ceiling_of_selected_nodes);
	TEST(refuses_a_query_that_is_nested_too_deep);
}
