/* The pure parts of the graders: links, targets, views, options, fields. */
#include <string.h>

#include "graders/field.h"
#include "graders/link.h"
#include "graders/option.h"
#include "graders/route.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/probe/http.h"
#include "tests/unit/suite.h"

static const struct json *parse(struct arena *arena, const char *text)
{
	const struct json *v = NULL;

	ck_assert_int_eq(json_parse(arena, span_of(text), &v, NULL), 0);
	return v;
}

/* ----------------------------------------------------------------- links */

static const struct {
	const char *header, *rel, *target; /* target NULL: not there */
} links[] = {
	{ "</a?page=2>; rel=\"next\"", "next", "/a?page=2" },
	{ "</a>; rel=next", "next", "/a" },
	{ "</a>; rel=\"first NEXT\"", "next", "/a" },
	{ "</a,b;c>; rel=\"next\", </d>; rel=last", "last", "/d" },
	{ "</a>; title=\"x, <y>; rel=z\"; rel=next", "next", "/a" },
	{ "</a>; rel=prev; rel=next", "next", NULL },
	{ "</a>;rel=\"nextish\"", "next", NULL },
	{ ", </a> ; rel = next ,", "next", "/a" },
	{ "</a>; REL=next", "next", "/a" },
	{ "</a>; title*=UTF-8''x; rel=next", "next", "/a" },
};

START_TEST(a_link_is_found_by_its_first_rel)
{
	struct arena *arena = arena_new();
	const struct http_header header = { "Link",
					    span_of(links[_i].header) };
	const struct http_response res = { .headers = &header,
					   .n_headers = 1 };
	struct links found;
	const struct link *link;

	ck_assert_int_eq(links_read(arena, &res, &found, NULL), 0);
	link = links_find(&found, links[_i].rel);
	ck_assert_int_eq(link != NULL, links[_i].target != NULL);
	if (link)
		ck_assert(span_is(link->target, links[_i].target));
	arena_free(arena);
}
END_TEST

static const char *const broken_links[] = {
	"/a; rel=next", "</a; rel=next", "</a>", "</a>; rel=\"next",
	"</a> rel=next", "</a>; rel=next </b>; rel=prev", "</a>; =next",
};

START_TEST(a_broken_link_header_is_told)
{
	struct arena *arena = arena_new();
	const struct http_header header = { "Link",
					    span_of(broken_links[_i]) };
	const struct http_response res = { .headers = &header,
					   .n_headers = 1 };
	struct links found;
	struct err err;

	ck_assert_int_lt(links_read(arena, &res, &found, &err), 0);
	ck_assert_uint_gt(strlen(err.msg), 0);
	arena_free(arena);
}
END_TEST

/* --------------------------------------------------------------- targets */

static const struct {
	const char *base, *reference, *target, *host;
} targets[] = {
	{ "/a/b?x=1", "/c", "/c", NULL },
	{ "/a/b?x=1", "c", "/a/c", NULL },
	{ "/a/b", "../c?y=2", "/c?y=2", NULL },
	{ "/a/b?x=1", "?page=2", "/a/b?page=2", NULL },
	{ "/a", "http://127.0.0.1:8000/c", "/c", "127.0.0.1:8000" },
	{ "/a", "https://evil.example/c", "/c", "evil.example" },
	{ "/a", "//evil.example", "/", "evil.example" },
	{ "/a", "/c#part", "/c", NULL },
	{ "/a", "javascript:alert(1)", NULL, NULL },
	{ "/a", "/with blank", NULL, NULL },
};

START_TEST(a_reference_is_resolved_from_a_target)
{
	struct arena *arena = arena_new();
	const char *host;
	const char *target = target_resolve(arena, targets[_i].base,
					    span_of(targets[_i].reference),
					    &host);

	if (!targets[_i].target) {
		ck_assert_ptr_null(target);
	} else {
		ck_assert_str_eq(target, targets[_i].target);
		ck_assert_int_eq(host != NULL, targets[_i].host != NULL);
		if (host)
			ck_assert_str_eq(host, targets[_i].host);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_query_parameter_is_decoded)
{
	struct arena *arena = arena_new();

	ck_assert_str_eq(target_param(arena, "/a?x=1&q=a%20b%2b+c", "q"),
			 "a b+ c");
	ck_assert_str_eq(target_param(arena, "/a?x&y=", "x"), "");
	ck_assert_ptr_null(target_param(arena, "/a?xy=1", "x"));
	ck_assert_ptr_null(target_param(arena, "/a", "x"));
	ck_assert_str_eq(target_with(arena, "/a?x=1", "q", "a&b"),
			 "/a?x=1&q=a%26b");
	arena_free(arena);
}
END_TEST

START_TEST(only_this_machine_is_local)
{
	ck_assert(target_is_local("127.0.0.1:8000"));
	ck_assert(target_is_local("LOCALHOST"));
	ck_assert(target_is_local("[::1]:80"));
	ck_assert(!target_is_local("localhost.evil.example"));
	ck_assert(!target_is_local("127.0.0.10"));
}
END_TEST

/* ----------------------------------------------------------------- views */

static const struct {
	const char *body, *item; /* item's id as text, NULL: none */
	size_t rows;             /* 99: no list */
} shapes[] = {
	{ "{\"id\": 7, \"x\": {\"id\": 8}}", "7", 99 },
	{ "{\"data\": {\"id\": \"a\"}}", "a", 99 },
	{ "{\"a\": {\"id\": 1}, \"b\": {\"id\": 2}}", NULL, 99 },
	{ "[{\"id\": 1}, {\"id\": 2}]", NULL, 2 },
	{ "{\"items\": [{\"id\": 1}], \"tags\": [1, 2]}", NULL, 1 },
	{ "{\"links\": [], \"items\": [{\"id\": 1}]}", NULL, 1 },
	{ "{\"data\": {\"rows\": [{\"id\": 1}]}}", NULL, 1 },
	{ "[]", NULL, 0 },
	{ "null", NULL, 99 },
};

START_TEST(a_row_and_a_list_are_found_in_any_envelope)
{
	struct arena *arena = arena_new();
	const struct json *body = parse(arena, shapes[_i].body);
	const struct json *item = view_item(body, NULL, "id");
	const struct json *list = view_list(body, NULL);

	ck_assert_int_eq(item != NULL, shapes[_i].item != NULL);
	if (item)
		ck_assert_str_eq(view_id(arena, json_get(item, "id")),
				 shapes[_i].item);
	ck_assert_uint_eq(list ? list->count : 99, shapes[_i].rows);
	arena_free(arena);
}
END_TEST

START_TEST(a_pointer_leads_to_its_value)
{
	struct arena *arena = arena_new();
	const struct json *v = parse(arena, "{\"a/b\": {\"~\": [10, 11]}}");
	int64_t number;

	ck_assert_ptr_eq(view_at(v, ""), v);
	ck_assert(json_int(view_at(v, "/a~1b/~0/1"), &number));
	ck_assert_int_eq(number, 11);
	ck_assert_ptr_null(view_at(v, "/a~1b/~0/2"));
	ck_assert_ptr_null(view_at(v, "/a~1b/~0/-1"));
	ck_assert_ptr_null(view_at(v, "/nope/0"));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *body;
	bool names; /* "price" */
} namings[] = {
	{ "{\"errors\": {\"price\": [\"bad\"]}}", true },
	{ "{\"errors\": [{\"pointer\": \"/price\"}]}", true },
	{ "{\"detail\": \"Price must be an integer\"}", true },
	{ "{\"detail\": \"price_cents is wrong\"}", false },
	{ "{\"detail\": \"enterprise\"}", false },
	{ "{\"detail\": \"something is wrong\"}", false },
};

START_TEST(a_field_is_named_as_a_word)
{
	struct arena *arena = arena_new();

	ck_assert_int_eq(view_names(parse(arena, namings[_i].body),
				    SPAN_LIT("price")),
			 namings[_i].names);
	arena_free(arena);
}
END_TEST

/* --------------------------------------------------------------- options */

START_TEST(a_wrong_option_is_told_with_its_line)
{
	struct arena *arena = arena_new();
	static const char *const names[] = { "rules", "size", NULL };
	struct err err;
	struct options o = { .arena = arena, .err = &err };
	const struct json *v = parse(arena, "{\n\"size\": 3,\n\"rulez\": 1}");
	int64_t size = 0;

	option_object(&o, v, names);
	ck_assert_int_ne(o.code, 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "line 3"));
	ck_assert_ptr_nonnull(strstr(err.msg, "did you mean \"rules\""));
	option_int(&o, v, "size", 0, 9, &size);
	ck_assert_int_eq(size, 0); /* nothing is read after a mistake */
	arena_free(arena);
}
END_TEST

START_TEST(a_status_set_reads_and_prints)
{
	struct arena *arena = arena_new();
	struct options o = { .arena = arena };
	const struct json *v = parse(arena, "{\"a\": 404, \"b\": [400, 404, "
					    "422]}");
	struct statuses a = { .n = 0 }, b = { .n = 0 };

	option_statuses(&o, v, "a", &a);
	option_statuses(&o, v, "b", &b);
	ck_assert_int_eq(o.code, 0);
	ck_assert_str_eq(statuses_text(arena, &a), "404");
	ck_assert_str_eq(statuses_text(arena, &b), "400, 404 or 422");
	ck_assert(statuses_have(&b, 422) && !statuses_have(&b, 500));
	a = statuses_join(a, &b);
	ck_assert_uint_eq(a.n, 3);
	arena_free(arena);
}
END_TEST

START_TEST(an_allow_header_is_a_set)
{
	ck_assert_uint_eq(route_allow("GET, HEAD,OPTIONS , post"),
			  ROUTE_GET | ROUTE_POST);
	ck_assert_uint_eq(route_allow(""), 0);
	ck_assert_uint_eq(route_allow("GETS"), 0);
}
END_TEST

/* ---------------------------------------------------------------- fields */

static const char *const fields[] = {
	"{\"name\": \"f\", \"type\": \"string\", \"min\": 3, \"max\": 5}",
	"{\"name\": \"f\", \"type\": \"string\"}",
	"{\"name\": \"f\", \"type\": \"string\", \"format\": \"email\"}",
	"{\"name\": \"f\", \"type\": \"string\", \"format\": \"uuid\"}",
	"{\"name\": \"f\", \"type\": \"string\", \"enum\": [\"a\", \"b\"]}",
	"{\"name\": \"f\", \"type\": \"string\", \"pattern\": \"[a-c]{2}\"}",
	"{\"name\": \"f\", \"type\": \"integer\", \"min\": -3, \"max\": 3}",
	"{\"name\": \"f\", \"type\": \"number\", \"min\": 0.01, \"max\": 1}",
	"{\"name\": \"f\", \"type\": \"boolean\"}",
	"{\"name\": \"f\", \"type\": \"array\", \"min\": 1, \"max\": 2, "
	"\"items\": {\"type\": \"integer\", \"max\": 9}}",
	"{\"name\": \"f\", \"type\": \"object\"}",
};

static struct field read_field(struct arena *arena, const char *text)
{
	struct options o = { .arena = arena };
	struct field f = { .name = NULL };

	field_read(&o, parse(arena, text), true, &f);
	ck_assert_int_eq(o.code, 0);
	return f;
}

START_TEST(a_drawn_value_is_json_of_the_fields_type)
{
	struct arena *arena = arena_new();
	struct field f = read_field(arena, fields[_i]);
	static const enum json_type types[] = {
		[FIELD_STRING] = JSON_STRING, [FIELD_INTEGER] = JSON_NUMBER,
		[FIELD_NUMBER] = JSON_NUMBER, [FIELD_BOOLEAN] = JSON_BOOL,
		[FIELD_ARRAY] = JSON_ARRAY, [FIELD_OBJECT] = JSON_OBJECT,
	};
	struct prng prng;

	prng_init(&prng, (uint64_t)_i, "field");
	for (int i = 0; i < 30; i++) {
		const struct json *v =
			parse(arena, field_draw(&f, &prng, arena));

		ck_assert_int_eq(v->type, types[f.type]);
		if (f.type == FIELD_STRING && f.has_max)
			ck_assert(v->text.len >= (size_t)f.min &&
				  v->text.len <= (size_t)f.max);
	}
	arena_free(arena);
}
END_TEST

/* A wrong value of the right type, or a right one of the wrong: never both. */
START_TEST(a_wrong_type_is_never_the_fields_type)
{
	struct arena *arena = arena_new();
	struct field f = read_field(arena, fields[_i]);
	struct field_values values = { .n = 0 };
	struct prng prng;

	prng_init(&prng, (uint64_t)_i, "field");
	field_values(&f, FIELD_RULE_TYPE, &prng, arena, &values);
	ck_assert_uint_gt(values.n, 2);
	for (size_t i = 0; i < values.n; i++) {
		const struct json *v;

		if (json_parse(arena, span_of(values.json[i]), &v, NULL) < 0)
			continue; /* NaN is no JSON at all */
		if (f.type == FIELD_STRING)
			ck_assert_int_ne(v->type, JSON_STRING);
		if (f.type == FIELD_INTEGER)
			ck_assert(!json_is_integer(v));
		if (f.type == FIELD_BOOLEAN)
			ck_assert_int_ne(v->type, JSON_BOOL);
	}
	arena_free(arena);
}
END_TEST

START_TEST(values_out_of_range_are_out_of_range)
{
	struct arena *arena = arena_new();
	struct field f = read_field(arena, fields[6]);
	struct field_values values = { .n = 0 };
	struct prng prng;
	int64_t number;

	prng_init(&prng, 1, "field");
	field_values(&f, FIELD_RULE_RANGE, &prng, arena, &values);
	ck_assert_uint_eq(values.n, 3);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(json_int(parse(arena, values.json[i]), &number));
		ck_assert(number == -4 || number == 4);
	}
	arena_free(arena);
}
END_TEST

SUITE(grader_parts)
{
	TEST_LOOP(a_link_is_found_by_its_first_rel, ARRAY_LEN(links));
	TEST_LOOP(a_broken_link_header_is_told, ARRAY_LEN(broken_links));
	TEST_LOOP(a_reference_is_resolved_from_a_target, ARRAY_LEN(targets));
	TEST(a_query_parameter_is_decoded);
	TEST(only_this_machine_is_local);
	TEST_LOOP(a_row_and_a_list_are_found_in_any_envelope,
		  ARRAY_LEN(shapes));
	TEST(a_pointer_leads_to_its_value);
	TEST_LOOP(a_field_is_named_as_a_word, ARRAY_LEN(namings));
	TEST(a_wrong_option_is_told_with_its_line);
	TEST(a_status_set_reads_and_prints);
	TEST(an_allow_header_is_a_set);
	TEST_LOOP(a_drawn_value_is_json_of_the_fields_type,
		  ARRAY_LEN(fields));
	TEST_LOOP(a_wrong_type_is_never_the_fields_type, ARRAY_LEN(fields));
	TEST(values_out_of_range_are_out_of_range);
}
