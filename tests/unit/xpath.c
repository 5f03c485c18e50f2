#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/expect/xpath.h"
#include "tests/unit/suite.h"

static const char page[] =
	"<!doctype html><title>A &amp; b</title><p class=x>one<p>two"
	"<script>var a = \"<p>three\";</script>";

static const struct {
	const char *expr;
	enum xpath_type type;
	double number;
	const char *text;
} cases[] = {
	{ "string(//title)", XPATH_VALUE_STRING, 0, "A & b" },
	{ "count(//p)", XPATH_VALUE_NUMBER, 2, NULL },
	{ "boolean(//p[@class='x'])", XPATH_VALUE_BOOLEAN, 1, NULL },
	{ "//p[1]", XPATH_VALUE_NODES, 1, "one" },
	{ "//p/@class", XPATH_VALUE_NODES, 1, "x" },
	{ "//nothing", XPATH_VALUE_NODES, 0, NULL },
};

START_TEST(answers_on_html_as_the_table_says)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct xpath_value v;

	ck_assert_int_eq(xpath_eval(arena, span_of(page), true, cases[_i].expr,
				    &v, NULL),
			 0);
	ck_assert_int_eq(v.type, cases[_i].type);
	if (v.type == XPATH_VALUE_NUMBER)
		ck_assert(v.number == cases[_i].number);
	if (v.type == XPATH_VALUE_BOOLEAN)
		ck_assert_int_eq(v.truth, (int)cases[_i].number);
	if (v.type == XPATH_VALUE_NODES)
		ck_assert_uint_eq(v.n_nodes, (size_t)cases[_i].number);
	if (cases[_i].text)
		ck_assert(span_is(v.n_nodes ? v.nodes[0] : v.text,
				  cases[_i].text));
}
END_TEST

/* What takes libxml2 minutes is not read, and no page is taken for that. */
START_TEST(attributes_have_a_ceiling_and_pages_do_not_reach_it)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF many = BUF_INIT(1 << 20), script = BUF_INIT(1 << 20);
	struct xpath_value v;
	struct err err;

	buf_add_str(&many, "<p></p><a b='>' c=\"<\"");
	buf_add_str(&script, "<script>for (i = 0; i<n; i++) s = \"it's\";");
	for (int i = 0; i < 5000; i++) {
		buf_printf(&many, " a%d", i);
		buf_add_str(&script, " if (a<b && c > d) x = '<' + y;");
	}
	buf_add_str(&many, ">");
	buf_add_str(&script, "</script><p>text</p>");
	ck_assert_int_eq(xpath_eval(arena, buf_span(&many), true, "//p", &v,
				    &err),
			 -E2BIG);
	ck_assert_ptr_nonnull(strstr(err.msg, "more attributes"));
	ck_assert_int_eq(xpath_eval(arena, buf_span(&script), true, "//p", &v,
				    &err),
			 0);
	ck_assert_uint_eq(v.n_nodes, 1);
}
END_TEST

START_TEST(selected_text_has_a_ceiling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF deep = BUF_INIT(1 << 20);
	struct xpath_value v;
	struct err err;

	for (int i = 0; i < 200; i++)
		buf_add_str(&deep, "<div>");
	for (int i = 0; i < 100000; i++)
		buf_add_char(&deep, 'x');
	ck_assert_int_eq(xpath_eval(arena, buf_span(&deep), true, "//div", &v,
				    &err),
			 -E2BIG);
	ck_assert_ptr_nonnull(strstr(err.msg, "more text"));
	ck_assert_int_eq(xpath_eval(arena, buf_span(&deep), true,
				    "count(//div)", &v, &err),
			 0);
}
END_TEST

START_TEST(knows_the_prefixes_of_the_root_and_its_default)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct xpath_value v;
	struct span xml = SPAN_LIT("<a xmlns='u:x' xmlns:b='u:y'>"
				   "<b:c>1</b:c><d>2</d></a>");

	ck_assert_int_eq(
		xpath_eval(arena, xml, false, "string(//b:c)", &v, NULL), 0);
	ck_assert(span_is(v.text, "1"));
	ck_assert_int_eq(
		xpath_eval(arena, xml, false, "string(//_:d)", &v, NULL), 0);
	ck_assert(span_is(v.text, "2"));
}
END_TEST

START_TEST(refuses_what_is_no_expression_and_no_xml)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct xpath_value v;

	ck_assert_int_eq(xpath_valid("//p[", NULL), -EINVAL);
	ck_assert_int_eq(xpath_valid("//p", NULL), 0);
	ck_assert_int_eq(
		xpath_eval(arena, SPAN_LIT("<a>"), false, "//a", &v, NULL),
		-EBADMSG);
	ck_assert_int_eq(xpath_eval(arena, SPAN_LIT("<a/>"), false,
				    "unknown(1)", &v, NULL),
			 -EINVAL);
}
END_TEST

START_TEST(neither_expands_entities_nor_reads_files)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct xpath_value v;
	struct span xml = SPAN_LIT(
		"<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
		"<a>&f;</a>");

	ck_assert_int_eq(xpath_eval(arena, xml, false, "string(/a)", &v, NULL),
			 -EBADMSG);
}
END_TEST

START_TEST(stops_an_expression_that_needs_endless_work)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF body = BUF_INIT(1 << 20);
	struct xpath_value v;

	for (int i = 0; i < 4000; i++)
		buf_add_str(&body, "<p>x</p>");
	ck_assert_int_eq(xpath_eval(arena, buf_span(&body), true,
				    "count(//p[count(//p[. = 'y']) = 1])", &v,
				    NULL),
			 -E2BIG);
}
END_TEST

SUITE(xpath)
{
	TEST_LOOP(answers_on_html_as_the_table_says, ARRAY_LEN(cases));
	TEST(attributes_have_a_ceiling_and_pages_do_not_reach_it);
	TEST(selected_text_has_a_ceiling);
	TEST(knows_the_prefixes_of_the_root_and_its_default);
	TEST(refuses_what_is_no_expression_and_no_xml);
	TEST(neither_expands_entities_nor_reads_files);
	TEST(stops_an_expression_that_needs_endless_work);
}
