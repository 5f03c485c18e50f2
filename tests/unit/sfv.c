#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/sfv.h"
#include "tests/unit/conformance.h"
#include "tests/unit/suite.h"

static const char *const type_names[] = {
	[SFV_TOKEN] = "token",
	[SFV_BYTES] = "binary",
	[SFV_DATE] = "date",
	[SFV_DISPLAY_STRING] = "displaystring",
};

/* The suite writes bytes in base32 (RFC 4648 section 6). */
static void base32(struct span s, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned bits = 0;
	int n = 0;

	for (size_t i = 0; i < s.len; i++) {
		bits = bits << 8 | (unsigned char)s.data[i];
		for (n += 8; n >= 5; n -= 5)
			buf_add_char(out, digits[bits >> (n - 5) & 31]);
	}
	if (n)
		buf_add_char(out, digits[bits << (5 - n) & 31]);
	while (out->len % 8)
		buf_add_char(out, '=');
}

static bool is_typed(const struct sfv_value *v, const struct json *want)
{
	const struct json *value = json_get(want, "value");
	AUTO_BUF text = BUF_INIT(1 << 20);

	if (!span_is(json_get(want, "__type")->text, type_names[v->type]))
		return false;
	if (v->type == SFV_DATE)
		return v->number == (int64_t)json_double(value);
	if (v->type != SFV_BYTES)
		return span_equal(v->text, value->text);
	base32(v->text, &text);
	return span_equal(buf_span(&text), value->text);
}

static bool is_value(const struct sfv_value *v, const struct json *want)
{
	switch (v->type) {
	case SFV_BOOLEAN:
		return want->type == JSON_BOOL && want->truth == v->truth;
	case SFV_INTEGER:
		return want->type == JSON_NUMBER &&
		       (double)v->number == json_double(want);
	case SFV_DECIMAL:
		return want->type == JSON_NUMBER &&
		       fabs((double)v->number / 1000 - json_double(want)) <
			       1e-9;
	case SFV_STRING:
		return want->type == JSON_STRING &&
		       span_equal(v->text, want->text);
	case SFV_TOKEN:
	case SFV_BYTES:
	case SFV_DATE:
	case SFV_DISPLAY_STRING:
		return want->type == JSON_OBJECT && is_typed(v, want);
	case SFV_INNER_LIST:
		break;
	}
	return false;
}

/* [value, [[name, value], ...]] */
static bool is_member(const struct sfv_member *m, const struct json *want)
{
	const struct json *value = &want->items[0], *params = &want->items[1];

	if (m->value.type == SFV_INNER_LIST) {
		if (value->type != JSON_ARRAY || value->count != m->n_items)
			return false;
		for (size_t i = 0; i < m->n_items; i++)
			if (!is_member(&m->items[i], &value->items[i]))
				return false;
	} else if (!is_value(&m->value, value)) {
		return false;
	}
	if (params->count != m->n_params)
		return false;
	for (size_t i = 0; i < m->n_params; i++)
		if (!span_equal(m->params[i].name,
				params->items[i].items[0].text) ||
		    !is_value(&m->params[i].value, &params->items[i].items[1]))
			return false;
	return true;
}

static bool is_field(enum sfv_kind kind, const struct sfv *f,
		     const struct json *want)
{
	if (kind == SFV_ITEM)
		return is_member(&f->members[0], want);
	if (f->n_members != want->count)
		return false;
	for (size_t i = 0; i < f->n_members; i++) {
		const struct json *w = &want->items[i];

		if (kind == SFV_DICTIONARY &&
		    !span_equal(f->members[i].key, w->items[0].text))
			return false;
		if (!is_member(&f->members[i],
			       kind == SFV_DICTIONARY ? &w->items[1] : w))
			return false;
	}
	return true;
}

static bool holds(struct arena *arena, const struct json *test)
{
	const struct json *raw = json_get(test, "raw"), *want, *must, *can;
	struct span type = json_get(test, "header_type")->text;
	enum sfv_kind kind = span_is(type, "item")   ? SFV_ITEM
			     : span_is(type, "list") ? SFV_LIST
						     : SFV_DICTIONARY;
	AUTO_BUF text = BUF_INIT(1 << 20);
	const struct sfv *field;

	for (size_t i = 0; i < raw->count; i++) {
		buf_add_str(&text, i ? ", " : "");
		buf_add_span(&text, raw->items[i].text);
	}
	must = json_get(test, "must_fail");
	can = json_get(test, "can_fail");
	want = json_get(test, "expected");
	if (sfv_parse(arena, kind, buf_span(&text), &field, NULL) < 0)
		return (must && must->truth) || (can && can->truth);
	return !(must && must->truth) && is_field(kind, field, want);
}

START_TEST(passes_the_structured_field_tests)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir = conformance_path(arena, "structured-fields", 198);
	const char **files;
	size_t n;
	int good = 0, all = 0;

	if (!dir)
		return;
	files = conformance_files(arena, dir, ".json", &n);
	for (size_t i = 0; i < n; i++) {
		const struct json *tests = NULL;
		struct err err;

		if (json_parse(arena, conformance_read(arena, files[i]),
			       &tests, &err) < 0)
			ck_abort_msg("%s: %s", files[i], err.msg);
		for (size_t k = 0; k < tests->count; k++, all++) {
			if (holds(arena, &tests->items[k]))
				good++;
			else
				printf("%s: %s\n", files[i],
				       json_str(json_get(&tests->items[k],
							 "name")));
		}
	}
	conformance_count("structured-fields", good, all);
	ck_assert_int_eq(good, all);
}
END_TEST

START_TEST(finds_members_and_parameters_by_name)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct sfv *f;
	struct err err = { 0 };

	ck_assert_int_eq(sfv_parse(arena, SFV_DICTIONARY,
				   SPAN_LIT("a=1;q=2.5, b"), &f, NULL),
			 0);
	ck_assert_int_eq(sfv_param(sfv_get(f, "a"), "q")->number, 2500);
	ck_assert(sfv_get(f, "b")->value.truth);
	ck_assert_ptr_null(sfv_get(f, "c"));
	ck_assert_int_lt(
		sfv_parse(arena, SFV_ITEM, SPAN_LIT("1 2"), &f, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "column 3"));
}
END_TEST

SUITE(sfv)
{
	TEST(passes_the_structured_field_tests);
	TEST(finds_members_and_parameters_by_name);
}
