#include "runner/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "tests/unit/conformance.h"
#include "tests/unit/suite.h"

static const struct json *parsed(struct arena *arena, const char *text)
{
	const struct json *v = NULL;
	struct err err = {0};

	ck_assert_msg(!json_parse(arena, span_of(text), &v, &err), "%s: %s",
		      text, err.msg);
	return v;
}

START_TEST(every_y_file_is_accepted_and_every_n_file_refused)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir = conformance_path(arena, "json-parsing", 318);
	const char **files;
	int good = 0, all = 0;
	size_t n;

	if (!dir)
		return;
	files = conformance_files(arena, dir, ".json", &n);
	for (size_t i = 0; i < n; i++) {
		const char *name = strrchr(files[i], '/') + 1;
		const struct json *v = NULL;
		struct err err;
		int r = json_parse(arena, conformance_read(arena, files[i]), &v,
				   &err);

		if (*name == 'i')
			continue;
		all++;
		ck_assert_msg((r == 0) == (*name == 'y'), "%s", name);
		good++;
	}
	conformance_count("json-parsing", good, all);
	ck_assert_int_gt(all, 250);
}
END_TEST

static const struct message_case {
	const char *text, *message;
} message_cases[] = {
	{"{\n  \"a\": 1,\n  \"\xc3\xa9\": tru }",
	 "line 3, column 8: expected a value"},
	{"[1,]", "line 1, column 4: expected a value"},
	{"{\"a\" 1}", "line 1, column 6: expected ':'"},
	{"[1 2]", "line 1, column 4: expected ',' or ']'"},
	{"", "line 1, column 1: expected a value, the text ends here"},
	{"{} x", "line 1, column 4: expected the end of the text"},
	{"\"a\tb\"", "line 1, column 3: a control character in a string must "
		     "be escaped"},
	{"{a: 1}", "line 1, column 2: expected a member name in double "
		   "quotes"},
};

START_TEST(an_error_names_line_column_and_what_was_expected)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct message_case *c = &message_cases[_i];
	const struct json *v = NULL;
	struct err err;

	ck_assert_int_eq(json_parse(arena, span_of(c->text), &v, &err),
			 -EINVAL);
	ck_assert_str_eq(err.msg, c->message);
	ck_assert_ptr_null(v);
}
END_TEST

START_TEST(nesting_has_a_ceiling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	char text[2 * JSON_DEPTH_MAX + 4] = "";
	const struct json *v;
	struct err err;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	ck_assert_int_eq(json_parse(arena, span_of(text), &v, &err), 0);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	ck_assert_int_eq(json_parse(arena, span_of(text), &v, &err), -E2BIG);
}
END_TEST

static const struct {
	const char *open, *again, *close;
} wide[] = {
	{ "[0", ",0", "]" },
	{ "[0", ",[0]", "]" },
	{ "{\"\":0", ",\"\":0", "}" },
	{ "[{}", ",{\"a\":{\"b\":{}}}", "]" },
	{ "\"", "aaaaaaaaaaaaaaaa", "\"" },
};

START_TEST(the_memory_of_a_text_has_a_ceiling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF text = BUF_INIT(64u << 20);
	const struct json *v;
	struct err err;

	buf_add_str(&text, wide[_i].open);
	while (text.len < 60u << 20)
		buf_add_str(&text, wide[_i].again);
	buf_add_str(&text, wide[_i].close);
	ck_assert_int_eq(json_parse(arena, buf_span(&text), &v, &err), -E2BIG);
	ck_assert_uint_lt(arena_bytes(arena), JSON_BYTES_MAX + (1u << 20));
}
END_TEST

START_TEST(half_a_million_values_are_read)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF text = BUF_INIT(16u << 20);
	const struct json *v;
	struct err err;

	buf_add_str(&text, "[{}");
	for (int i = 0; i < 100000; i++)
		buf_printf(&text,
			   ",{\"id\":%d,\"name\":\"item %d\",\"price\":1.5,"
			   "\"ok\":true}",
			   i, i);
	buf_add_str(&text, "]");
	ck_assert_int_eq(json_parse(arena, buf_span(&text), &v, &err), 0);
	ck_assert_uint_eq(v->count, 100001);
	ck_assert_str_eq(json_str(json_get(&v->items[77001], "name")),
			 "item 77000");
}
END_TEST

START_TEST(numbers_keep_their_text_and_strings_are_decoded)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct json *v = parsed(
		arena, "{\"n\": 9007199254740993, \"s\": \"\\u00e9\\ud83c"
		       "\\udf89\\n\", \"lone\": \"\\ud800x\", \"n\": 1e999}");

	ck_assert(v->has_duplicates);
	ck_assert_uint_eq(v->count, 4);
	ck_assert(span_is(v->members[0].value.text, "9007199254740993"));
	ck_assert(span_is(json_get(v, "n")->text, "1e999"));
	ck_assert(isinf(json_double(json_get(v, "n"))));
	ck_assert(
		span_is(json_get(v, "s")->text, "\xc3\xa9\xf0\x9f\x8e\x89\n"));
	ck_assert(span_is(json_get(v, "lone")->text, "\xef\xbf\xbdx"));
	ck_assert_int_eq(v->members[1].column, 25);
}
END_TEST

START_TEST(a_name_that_repeats_is_found_in_a_large_object)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF text = BUF_INIT(1 << 20);

	buf_add_str(&text, "{\"x0\":0");
	for (int i = 1; i < 1000; i++)
		buf_printf(&text, ",\"x%d\":%d", i, i);
	buf_add_str(&text, "}");
	ck_assert(!parsed(arena, buf_str(&text))->has_duplicates);
	text.len--;
	buf_add_str(&text, ",\"x500\":0}");
	ck_assert(parsed(arena, buf_str(&text))->has_duplicates);
}
END_TEST

static const struct order_case {
	const char *a, *b;
	int want;
} order_cases[] = {
	{"1", "1.0", 0},
	{"1", "1e0", 0},
	{"100", "1E+2", 0},
	{"0.001", "1e-3", 0},
	{"0.10", "1e-1", 0},
	{"-0", "0", 0},
	{"0e999", "0", 0},
	{"9007199254740993", "9007199254740992", 1},
	{"9007199254740993", "9007199254740993.5", -1},
	{"-2", "-1", -1},
	{"-1", "1", -1},
	{"0", "-1", 1},
	{"1e999", "1e998", 1},
	{"-1e999", "-1e998", -1},
	{"10.5", "10.50001", -1},
	{"99", "100", -1},
	{"123456789012345678901234567890", "123456789012345678901234567891",
	 -1},
	{"1e99999999999999999999", "1", 1},
	{"1e-99999999999999999999", "1", -1},
};

START_TEST(numbers_compare_by_value_at_any_length)
{
	const struct order_case *c = &order_cases[_i];

	ck_assert_int_eq(json_compare_numbers(span_of(c->a), span_of(c->b)),
			 c->want);
	ck_assert_int_eq(json_compare_numbers(span_of(c->b), span_of(c->a)),
			 -c->want);
}
END_TEST

static const struct int_case {
	const char *text;
	bool integer, fits;
	int64_t value;
} int_cases[] = {
	{"0", true, true, 0},
	{"-0.0", true, true, 0},
	{"12", true, true, 12},
	{"1.0", true, true, 1},
	{"1e2", true, true, 100},
	{"120e-1", true, true, 12},
	{"1.5", false, false, 0},
	{"1e-1", false, false, 0},
	{"9223372036854775807", true, true, INT64_MAX},
	{"-9223372036854775808", true, true, INT64_MIN},
	{"9223372036854775808", true, false, 0},
	{"-9223372036854775809", true, false, 0},
	{"1e999", true, false, 0},
	{"\"1\"", false, false, 0},
};

START_TEST(integers_are_told_from_fractions_and_from_what_does_not_fit)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct int_case *c = &int_cases[_i];
	const struct json *v = parsed(arena, c->text);
	int64_t value = 0;

	ck_assert_int_eq(json_is_integer(v), c->integer);
	ck_assert_int_eq(json_int(v, &value), c->fits);
	ck_assert_int_eq(value, c->value);
}
END_TEST

static const struct equal_case {
	const char *a, *b;
	bool equal;
} equal_cases[] = {
	{"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1.0,2],\"a\":1}", true},
	{"[1,2]", "[2,1]", false},
	{"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
	{"{\"a\":null}", "{\"b\":null}", false},
	{"\"1\"", "1", false},
	{"true", "false", false},
	{"\"\\u0061\"", "\"a\"", true},
};

START_TEST(equality_ignores_member_order_and_number_spelling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct equal_case *c = &equal_cases[_i];

	ck_assert_int_eq(json_equal(parsed(arena, c->a), parsed(arena, c->b)),
			 c->equal);
}
END_TEST

START_TEST(printing_gives_text_that_parses_to_the_same)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF out = BUF_INIT(1000);
	AUTO_BUF small = BUF_INIT(4);
	const struct json *v =
		parsed(arena, " { \"a\" : [ 1e2 , true, null ], \"\\n\\\"\" : "
			      "\"\\u0001\" } ");

	ck_assert_int_eq(json_print(v, &out), 0);
	ck_assert_str_eq(buf_str(&out), "{\"a\":[1e2,true,null],\"\\n\\\"\":"
					"\"\\u0001\"}");
	ck_assert(json_equal(v, parsed(arena, buf_str(&out))));
	ck_assert_int_eq(json_print(v, &small), -EMSGSIZE);
}
END_TEST

SUITE(json)
{
	TEST(every_y_file_is_accepted_and_every_n_file_refused);
	TEST_LOOP(an_error_names_line_column_and_what_was_expected,
		  ARRAY_LEN(message_cases));
	TEST(nesting_has_a_ceiling);
	TEST_LOOP(the_memory_of_a_text_has_a_ceiling, ARRAY_LEN(wide));
	TEST(half_a_million_values_are_read);
	TEST(numbers_keep_their_text_and_strings_are_decoded);
	TEST(a_name_that_repeats_is_found_in_a_large_object);
	TEST_LOOP(numbers_compare_by_value_at_any_length,
		  ARRAY_LEN(order_cases));
	TEST_LOOP(integers_are_told_from_fractions_and_from_what_does_not_fit,
		  ARRAY_LEN(int_cases));
	TEST_LOOP(equality_ignores_member_order_and_number_spelling,
		  ARRAY_LEN(equal_cases));
	TEST(printing_gives_text_that_parses_to_the_same);
}
