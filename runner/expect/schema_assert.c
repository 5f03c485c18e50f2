/* JSON Schema 2020-12 validation, section 6: assertions on one value. */
#include <stdarg.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/decimal.h"
#include "runner/expect/format.h"
#include "runner/expect/schema.h"
#include "runner/expect/schema_check.h"

#define POINTER_MAX 4096

static void print_path(const struct schema_path *at, struct buf *out)
{
	if (!at)
		return;
	print_path(at->outer, out);
	if (!at->is_member) {
		buf_printf(out, "/%zu", at->index);
		return;
	}
	buf_add_char(out, '/');
	for (size_t i = 0; i < at->name.len; i++) {
		char c = at->name.data[i];

		if (c == '~' || c == '/')
			buf_add_str(out, c == '~' ? "~0" : "~1");
		else
			buf_add_char(out, c);
	}
}

bool schema_fail(struct schema_run *run, const struct schema_path *at,
		 const char *keyword, const char *fmt, ...)
{
	struct schema_result *result = run->result;
	AUTO_BUF path = BUF_INIT(POINTER_MAX);
	struct schema_error *error;
	va_list ap;

	if (run->quiet || result->n_errors == SCHEMA_ERRORS_MAX)
		return false;
	print_path(at, &path);
	error = &result->errors[result->n_errors++];
	error->instance = arena_strdup(run->arena, buf_str(&path));
	error->keyword = keyword;
	va_start(ap, fmt);
	error->message = arena_vprintf(run->arena, fmt, ap);
	va_end(ap);
	return false;
}

struct call {
	struct schema_run *run;
	const struct json *kw, *v;
	const struct schema_path *at;
	const char *keyword;
};

static bool is_type(const struct json *v, struct span name)
{
	if (span_is(name, "integer"))
		return v->type == JSON_NUMBER && json_is_integer(v);
	return span_is(name, json_type_name(v->type));
}

static bool check_type(const struct call *c)
{
	const struct json *kw = c->kw;

	if (kw->type == JSON_STRING) {
		if (is_type(c->v, kw->text))
			return true;
		return schema_fail(c->run, c->at, "type",
				   "must be of type %.*s, is %s",
				   (int)kw->text.len, kw->text.data,
				   json_type_name(c->v->type));
	}
	for (size_t i = 0; i < kw->count; i++)
		if (is_type(c->v, kw->items[i].text))
			return true;
	return schema_fail(c->run, c->at, "type",
			   "is of none of the allowed types");
}

static bool check_const(const struct call *c)
{
	return json_equal(c->kw, c->v) ||
	       schema_fail(c->run, c->at, "const", "is not the only value");
}

static bool check_enum(const struct call *c)
{
	for (size_t i = 0; i < c->kw->count; i++)
		if (json_equal(&c->kw->items[i], c->v))
			return true;
	return schema_fail(c->run, c->at, "enum",
			   "is none of the %u allowed values", c->kw->count);
}

/* `minimum` and its three siblings: which signs of v - bound are refused. */
static bool check_bound(const struct call *c, bool below, bool equal,
			bool above, const char *what)
{
	int sign;

	if (c->v->type != JSON_NUMBER || c->kw->type != JSON_NUMBER)
		return true;
	sign = json_compare_numbers(c->v->text, c->kw->text);
	if (!(sign < 0 ? below : sign > 0 ? above : equal))
		return true;
	return schema_fail(c->run, c->at, c->keyword, "must be %s %.*s", what,
			   (int)c->kw->text.len, c->kw->text.data);
}

static bool check_minimum(const struct call *c)
{
	return check_bound(c, true, false, false, "at least");
}

static bool check_exclusive_minimum(const struct call *c)
{
	return check_bound(c, true, true, false, "more than");
}

static bool check_maximum(const struct call *c)
{
	return check_bound(c, false, false, true, "at most");
}

static bool check_exclusive_maximum(const struct call *c)
{
	return check_bound(c, false, true, true, "less than");
}

static bool check_multiple_of(const struct call *c)
{
	if (c->v->type != JSON_NUMBER || c->kw->type != JSON_NUMBER ||
	    decimal_divides(c->kw->text, c->v->text))
		return true;
	return schema_fail(c->run, c->at, "multipleOf",
			   "must be a multiple of %.*s", (int)c->kw->text.len,
			   c->kw->text.data);
}

static int64_t characters(struct span s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.data[i] & 0xc0) != 0x80;
	return n;
}

/* A count against a bound, for values of one type. */
static bool check_count(const struct call *c, enum json_type type, bool least)
{
	int64_t limit, n = (int64_t)c->v->count;

	if (c->v->type != type || !json_int(c->kw, &limit))
		return true;
	if (type == JSON_STRING)
		n = characters(c->v->text);
	if (least ? n >= limit : n <= limit)
		return true;
	return schema_fail(c->run, c->at, c->keyword,
			   "has %lld where at %s %lld are allowed",
			   (long long)n, least ? "least" : "most",
			   (long long)limit);
}

static bool check_min_length(const struct call *c)
{
	return check_count(c, JSON_STRING, true);
}

static bool check_max_length(const struct call *c)
{
	return check_count(c, JSON_STRING, false);
}

static bool check_min_items(const struct call *c)
{
	return check_count(c, JSON_ARRAY, true);
}

static bool check_max_items(const struct call *c)
{
	return check_count(c, JSON_ARRAY, false);
}

static bool check_min_properties(const struct call *c)
{
	return check_count(c, JSON_OBJECT, true);
}

static bool check_max_properties(const struct call *c)
{
	return check_count(c, JSON_OBJECT, false);
}

static bool require(const struct call *c, const struct json *names)
{
	bool ok = true;

	for (size_t i = 0; i < names->count; i++) {
		struct span name = names->items[i].text;

		if (!json_get_span(c->v, name))
			ok = schema_fail(c->run, c->at, c->keyword,
					 "must have the member `%.*s`",
					 (int)name.len, name.data);
	}
	return ok;
}

static bool check_required(const struct call *c)
{
	return c->v->type != JSON_OBJECT || require(c, c->kw);
}

static bool check_dependent_required(const struct call *c)
{
	bool ok = true;

	if (c->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < c->kw->count; i++)
		if (json_get_span(c->v, c->kw->members[i].name))
			ok &= require(c, &c->kw->members[i].value);
	return ok;
}

/* Equal values have equal hashes: only those few are compared. */
static uint64_t hash(const struct json *v)
{
	uint64_t h = v->type * 0x9e3779b97f4a7c15u + v->count;
	double number;

	if (v->type == JSON_NUMBER) {
		number = json_double(v) + 0.0; /* -0 is 0 */
		memcpy(&h, &number, sizeof(h));
		return h * 0x9e3779b97f4a7c15u;
	}
	for (size_t i = 0; i < v->text.len; i++)
		h = (h ^ (unsigned char)v->text.data[i]) * 0x100000001b3u;
	for (size_t i = 0; i < v->count; i++)
		h += v->type == JSON_ARRAY
			     ? hash(&v->items[i]) * (i + 3)
			     : hash(&v->members[i].value) ^
				       v->members[i].name.len;
	return h ^ v->truth;
}

static bool check_unique_items(const struct call *c)
{
	size_t n = c->v->count, slots = 16;
	const struct json **table;

	if (c->v->type != JSON_ARRAY || !c->kw->truth)
		return true;
	while (slots < n * 2)
		slots *= 2;
	table = arena_array(c->run->arena, slots, sizeof(*table));
	for (size_t i = 0; i < n; i++) {
		uint64_t h = hash(&c->v->items[i]);
		size_t at = (size_t)(h ^ h >> 32) & (slots - 1);

		for (; table[at]; at = (at + 1) & (slots - 1))
			if (json_equal(table[at], &c->v->items[i]))
				return schema_fail(c->run, c->at, "uniqueItems",
						   "item %zu occurs twice", i);
		table[at] = &c->v->items[i];
	}
	return true;
}

static bool check_format(const struct call *c)
{
	if (!(c->run->flags & SCHEMA_ASSERT_FORMAT) ||
	    c->v->type != JSON_STRING || c->kw->type != JSON_STRING ||
	    format_check(c->kw->text, c->v->text) != 0)
		return true;
	return schema_fail(c->run, c->at, "format", "is no %.*s",
			   (int)c->kw->text.len, c->kw->text.data);
}

static const struct {
	const char *name;
	bool (*check)(const struct call *c);
} assertions[] = {
	{ "type", check_type },
	{ "const", check_const },
	{ "enum", check_enum },
	{ "minimum", check_minimum },
	{ "exclusiveMinimum", check_exclusive_minimum },
	{ "maximum", check_maximum },
	{ "exclusiveMaximum", check_exclusive_maximum },
	{ "multipleOf", check_multiple_of },
	{ "minLength", check_min_length },
	{ "maxLength", check_max_length },
	{ "minItems", check_min_items },
	{ "maxItems", check_max_items },
	{ "minProperties", check_min_properties },
	{ "maxProperties", check_max_properties },
	{ "required", check_required },
	{ "dependentRequired", check_dependent_required },
	{ "uniqueItems", check_unique_items },
	{ "format", check_format },
};

bool schema_assert(struct schema_run *run, struct span keyword,
		   const struct json *kw, const struct json *v,
		   const struct schema_path *at)
{
	for (size_t i = 0; i < ARRAY_LEN(assertions); i++)
		if (span_is(keyword, assertions[i].name))
			return assertions[i].check(&(const struct call){
				run, kw, v, at, assertions[i].name });
	return true;
}
