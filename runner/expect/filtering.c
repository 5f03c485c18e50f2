/* Filters: one function for each, chosen by a table. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/charset.h"
#include "runner/expect/date.h"
#include "runner/expect/encode.h"
#include "runner/expect/regex.h"
#include "runner/expect/state.h"
#include "runner/expect/uri.h"

#define REPLACE_MAX (16u << 20)
#define SPLIT_MAX   100000
#define DAY_SECONDS 86400

/* One filter at work: `v` in and out. */
struct filtering {
	struct state *s;
	const struct filter *f;
	struct value *v;
	struct value args[2];
	const char **why;
};

static int wrong(struct filtering *x, const char *what)
{
	*x->why = what;
	return -EBADMSG;
}

static int set_text(struct filtering *x, struct span text)
{
	*x->v = VALUE_TEXT(text);
	return 0;
}

static int set_bytes(struct filtering *x, struct span bytes)
{
	*x->v = (struct value){.type = VALUE_BYTES, .text = bytes};
	return 0;
}

static int filter_base64(struct filtering *x)
{
	bool safe = x->f->kind == FILTER_BASE64_URL_SAFE_DECODE ||
		    x->f->kind == FILTER_BASE64_URL_SAFE_ENCODE;
	struct span out;

	if (x->f->kind == FILTER_BASE64_ENCODE ||
	    x->f->kind == FILTER_BASE64_URL_SAFE_ENCODE)
		return set_text(x,
				encode_base64(x->s->arena, x->v->text, safe));
	if (!encode_base64_decode(x->s->arena, x->v->text, safe, &out))
		return wrong(x, "the text is not base64");
	return set_bytes(x, out);
}

static int filter_charset(struct filtering *x)
{
	const char *charset =
		x->f->args[0].kind ? x->args[0].text.data : "utf-8";
	bool decode = x->f->kind == FILTER_CHARSET_DECODE ||
		      x->f->kind == FILTER_UTF8_DECODE;
	const char *why;
	struct span out;

	why = decode ? charset_decode(x->s->arena, x->v->text, charset, &out)
		     : charset_encode(x->s->arena, x->v->text, charset, &out);
	if (why)
		return wrong(x, why);
	return decode ? set_text(x, out) : set_bytes(x, out);
}

static int filter_count(struct filtering *x)
{
	size_t n = x->v->count;

	if (x->v->type == VALUE_BYTES)
		n = x->v->text.len;
	*x->v = value_of_int(x->s->arena, (int64_t)n);
	return 0;
}

static int filter_date_format(struct filtering *x)
{
	struct span out;

	if (!date_format(x->s->arena, x->v, x->args[0].text, &out))
		return wrong(x, "the date format is not valid");
	return set_text(x, out);
}

static int filter_days(struct filtering *x)
{
	int64_t seconds = x->v->seconds - date_now().seconds;

	if (x->f->kind == FILTER_DAYS_BEFORE_NOW)
		seconds = -seconds;
	*x->v = value_of_int(x->s->arena, seconds / DAY_SECONDS);
	return 0;
}

static int filter_to_date(struct filtering *x)
{
	struct value date;

	if (!date_parse(x->v->text, x->args[0].text, &date))
		return wrong(x, "the text is no date of this format");
	*x->v = date;
	return 0;
}

static int filter_nth(struct filtering *x)
{
	int64_t n = 0;
	struct value item = {.type = VALUE_NONE};

	if (x->f->kind == FILTER_LAST)
		n = -1;
	else if (x->f->kind == FILTER_NTH && !value_int(&x->args[0], &n))
		return wrong(x, "nth wants an integer");
	if (n < 0)
		n += (int64_t)x->v->count;
	if (n >= 0 && (uint64_t)n < x->v->count)
		item = value_item(x->v, (size_t)n);
	*x->v = item;
	return 0;
}

static int filter_html(struct filtering *x)
{
	return set_text(x,
			x->f->kind == FILTER_HTML_ESCAPE
				? encode_html(x->s->arena, x->v->text)
				: encode_html_decode(x->s->arena, x->v->text));
}

static int filter_jsonpath(struct filtering *x)
{
	const struct json *root = x->v->json;
	struct err err;

	if (x->v->type == VALUE_STRING &&
	    json_parse(x->s->arena, x->v->text, &root, &err))
		return wrong(x, arena_printf(x->s->arena,
					     "the text is no "
					     "JSON: %s",
					     err.msg));
	if (!root)
		return wrong(x, "jsonpath wants a string or a JSON value");
	return apply_jsonpath(x->s, x->f->jsonpath, &x->f->args[0], root, x->v,
			      x->why);
}

static int filter_xpath(struct filtering *x)
{
	bool html = !span_starts(x->v->text, SPAN_LIT("<?xml"));

	return apply_xpath(x->s, x->args[0].text, x->v->text, html, x->v,
			   x->why);
}

static int filter_location(struct filtering *x)
{
	return set_text(x, x->v->text);
}

static int filter_regex(struct filtering *x)
{
	return apply_regex(x->s, &x->f->args[0], x->v->text, x->v, x->why);
}

static int filter_replace(struct filtering *x)
{
	AUTO_BUF out = BUF_INIT(REPLACE_MAX);
	struct span rest = x->v->text, old = x->args[0].text;

	while (rest.len && old.len) {
		size_t n = span_find(rest, old);

		buf_add(&out, rest.data, n);
		if (n == rest.len)
			break;
		if (buf_add_span(&out, x->args[1].text) < 0)
			return wrong(x, "the text grew beyond the ceiling");
		n += old.len;
		rest = (struct span){rest.data + n, rest.len - n};
	}
	if (!old.len)
		return 0;
	return set_text(x, (struct span){arena_memdup(x->s->arena,
						      buf_str(&out), out.len),
					 out.len});
}

static int filter_replace_regex(struct filtering *x)
{
	const struct regex *regex = x->f->args[0].regex;
	struct span out;
	struct err err;
	int r;

	if (!regex &&
	    regex_compile(x->s->arena, x->args[0].text, 0, &regex, &err))
		return wrong(x, arena_printf(x->s->arena, "invalid regex: %s",
					     err.msg));
	r = regex_replace(regex, x->s->arena, x->v->text, x->args[1].text,
			  REPLACE_MAX, &out);
	if (r < 0)
		return wrong(x, "the regex took more than its limit");
	return set_text(x, out);
}

static int filter_split(struct filtering *x)
{
	struct span rest = x->v->text, by = x->args[0].text;
	struct value *items = NULL;
	size_t n = 0, cap = 0, at;

	if (!by.len)
		return wrong(x, "split wants a separator");
	do {
		if (n == SPLIT_MAX)
			return wrong(x, "the list grew beyond the ceiling");
		if (n == cap) {
			cap = cap ? cap * 2 : 8;
			items = arena_grow(x->s->arena, items, n, cap,
					   sizeof(*items));
		}
		at = span_find(rest, by);
		items[n++] = VALUE_TEXT(((struct span){rest.data, at}));
		if (at == rest.len)
			break;
		at += by.len;
		rest = (struct span){rest.data + at, rest.len - at};
	} while (true);
	*x->v = (struct value){.type = VALUE_LIST, .items = items, .count = n};
	return 0;
}

static int filter_to_float(struct filtering *x)
{
	const char *text =
		arena_memdup(x->s->arena, x->v->text.data, x->v->text.len);
	char *end;
	struct span s = x->v->text;

	strtod(text, &end);
	if (!s.len || *end || strpbrk(text, "xXnN \t+"))
		return wrong(x, "the text is no number");
	x->v->type = VALUE_NUMBER;
	if (!strpbrk(text, ".eE"))
		s = span_of(arena_printf(x->s->arena, "%s.0", text));
	x->v->text = s;
	return 0;
}

/* 1.6 is 1: towards zero, as digits before the point say. */
static int filter_to_int(struct filtering *x)
{
	struct json number = {.type = JSON_NUMBER, .text = x->v->text};
	bool was_text = x->v->type == VALUE_STRING;
	size_t n = 0;
	int64_t value;

	n += x->v->text.len &&
	     (*x->v->text.data == '-' || *x->v->text.data == '+');
	while (n < x->v->text.len && x->v->text.data[n] >= '0' &&
	       x->v->text.data[n] <= '9')
		n++;
	if (was_text && (!n || n != x->v->text.len))
		return wrong(x, "the text is no integer");
	if (json_int(&number, &value))
		*x->v = value_of_int(x->s->arena, value);
	else if (!memchr(x->v->text.data, 'e', x->v->text.len) &&
		 !memchr(x->v->text.data, 'E', x->v->text.len))
		x->v->text = (struct span){
			arena_memdup(x->s->arena, x->v->text.data, n), n};
	else
		return wrong(x, "the number does not fit an integer");
	x->v->type = VALUE_NUMBER;
	return 0;
}

static int filter_to_hex(struct filtering *x)
{
	return set_text(x, encode_hex(x->s->arena, x->v->text));
}

static int filter_to_string(struct filtering *x)
{
	return set_text(x, value_render(x->s->arena, x->v));
}

static int filter_url_encode(struct filtering *x)
{
	return set_text(x, encode_percent(x->s->arena, x->v->text, "/"));
}

static int filter_url_decode(struct filtering *x)
{
	struct span out;

	if (!encode_percent_decode(x->s->arena, x->v->text, false, &out))
		return wrong(x, "the text is not percent-encoded");
	return set_text(x, out);
}

static int filter_url_query_param(struct filtering *x)
{
	struct span rest = uri_split(x->v->text).query, value;

	if (!uri_valid(x->v->text, URI_ABSOLUTE | URI_IRI))
		return wrong(x, "the text is no URL");
	while (rest.len) {
		size_t n = span_find(rest, SPAN_LIT("&"));
		struct span pair = {rest.data, n}, name;
		size_t eq = span_find(pair, SPAN_LIT("="));

		n += n < rest.len;
		rest = (struct span){rest.data + n, rest.len - n};
		name = (struct span){pair.data, eq};
		eq += eq < pair.len;
		value = (struct span){pair.data + eq, pair.len - eq};
		if (encode_percent_decode(x->s->arena, name, true, &name) &&
		    span_equal(name, x->args[0].text) &&
		    encode_percent_decode(x->s->arena, value, true, &value))
			return set_text(x, value);
	}
	*x->v = (struct value){.type = VALUE_NONE};
	return 0;
}

#define STRING (1u << VALUE_STRING)
#define BYTES  (1u << VALUE_BYTES)
#define NUMBER (1u << VALUE_NUMBER)
#define DATE   (1u << VALUE_DATE)
#define LIST   (1u << VALUE_LIST | 1u << VALUE_NODES)
#define OBJECT (1u << VALUE_OBJECT)
#define HOP    (1u << VALUE_HOP)
#define ANY    (~0u)

/* What each takes, in the order of enum filter_kind. */
static const struct {
	const char *name;
	unsigned takes;
	int (*apply)(struct filtering *x);
} filters[] = {
	[FILTER_BASE64_DECODE] = {"base64Decode", STRING, filter_base64},
	[FILTER_BASE64_ENCODE] = {"base64Encode", BYTES, filter_base64},
	[FILTER_BASE64_URL_SAFE_DECODE] = {"base64UrlSafeDecode", STRING,
					   filter_base64},
	[FILTER_BASE64_URL_SAFE_ENCODE] = {"base64UrlSafeEncode", BYTES,
					   filter_base64},
	[FILTER_CHARSET_DECODE] = {"charsetDecode", BYTES, filter_charset},
	[FILTER_CHARSET_ENCODE] = {"charsetEncode", STRING, filter_charset},
	[FILTER_COUNT] = {"count", LIST | OBJECT | BYTES, filter_count},
	[FILTER_DATE_FORMAT] = {"dateFormat", DATE, filter_date_format},
	[FILTER_DAYS_AFTER_NOW] = {"daysAfterNow", DATE, filter_days},
	[FILTER_DAYS_BEFORE_NOW] = {"daysBeforeNow", DATE, filter_days},
	[FILTER_FIRST] = {"first", LIST, filter_nth},
	[FILTER_HTML_ESCAPE] = {"htmlEscape", STRING, filter_html},
	[FILTER_HTML_UNESCAPE] = {"htmlUnescape", STRING, filter_html},
	[FILTER_JSONPATH] = {"jsonpath", ANY, filter_jsonpath},
	[FILTER_LAST] = {"last", LIST, filter_nth},
	[FILTER_LOCATION] = {"location", HOP, filter_location},
	[FILTER_NTH] = {"nth", LIST, filter_nth},
	[FILTER_REGEX] = {"regex", STRING, filter_regex},
	[FILTER_REPLACE] = {"replace", STRING, filter_replace},
	[FILTER_REPLACE_REGEX] = {"replaceRegex", STRING, filter_replace_regex},
	[FILTER_SPLIT] = {"split", STRING, filter_split},
	[FILTER_TO_DATE] = {"toDate", STRING, filter_to_date},
	[FILTER_TO_FLOAT] = {"toFloat", STRING | NUMBER, filter_to_float},
	[FILTER_TO_HEX] = {"toHex", BYTES, filter_to_hex},
	[FILTER_TO_INT] = {"toInt", STRING | NUMBER, filter_to_int},
	[FILTER_TO_STRING] = {"toString", ANY, filter_to_string},
	[FILTER_URL_DECODE] = {"urlDecode", STRING, filter_url_decode},
	[FILTER_URL_ENCODE] = {"urlEncode", STRING, filter_url_encode},
	[FILTER_URL_QUERY_PARAM] = {"urlQueryParam", STRING,
				    filter_url_query_param},
	[FILTER_UTF8_DECODE] = {"utf8Decode", BYTES, filter_charset},
	[FILTER_UTF8_ENCODE] = {"utf8Encode", STRING, filter_charset},
	[FILTER_XPATH] = {"xpath", STRING, filter_xpath},
};

/* jsonpath and regex keep what was compiled; the others need the text. */
static int read_args(struct filtering *x)
{
	if (x->f->kind == FILTER_JSONPATH || x->f->kind == FILTER_REGEX)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(x->args); i++) {
		int r = state_operand(x->s, &x->f->args[i], &x->args[i],
				      x->why);

		if (r < 0)
			return r;
	}
	return 0;
}

static int apply(struct state *s, const struct filter *f, struct value *v,
		 const char **why)
{
	struct filtering x = {.s = s, .f = f, .v = v, .why = why};
	int r;

	/* Nothing has no items; any other filter of nothing is nothing. */
	if (v->type == VALUE_NONE && f->kind == FILTER_COUNT)
		return filter_count(&x);
	if (v->type == VALUE_NONE)
		return 0;
	if (!(filters[f->kind].takes & LIST & 1u << v->type))
		*v = value_single(v);
	if (!(filters[f->kind].takes & 1u << v->type)) {
		*why = arena_printf(s->arena,
				    "the filter %s does not take a "
				    "%s",
				    filters[f->kind].name, value_type_name(v));
		return -EBADMSG;
	}
	r = read_args(&x);
	return r ? r : filters[f->kind].apply(&x);
}

int state_filters(struct state *s, const struct filter *fs, size_t n,
		  struct value *v, const char **why)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = apply(s, &fs[i], v, why);
	return r;
}
