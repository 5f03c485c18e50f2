#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/reader.h"

/* One letter an argument: s string, n integer, x regex, j JSONPath. */
static const struct {
	const char *name;
	enum filter_kind kind;
	const char *args;
} filters[] = {
	{"base64Decode", FILTER_BASE64_DECODE, ""},
	{"base64Encode", FILTER_BASE64_ENCODE, ""},
	{"base64UrlSafeDecode", FILTER_BASE64_URL_SAFE_DECODE, ""},
	{"base64UrlSafeEncode", FILTER_BASE64_URL_SAFE_ENCODE, ""},
	{"charsetDecode", FILTER_CHARSET_DECODE, "s"},
	{"charsetEncode", FILTER_CHARSET_ENCODE, "s"},
	{"count", FILTER_COUNT, ""},
	{"dateFormat", FILTER_DATE_FORMAT, "s"},
	{"daysAfterNow", FILTER_DAYS_AFTER_NOW, ""},
	{"daysBeforeNow", FILTER_DAYS_BEFORE_NOW, ""},
	{"decode", FILTER_CHARSET_DECODE, "s"},
	{"first", FILTER_FIRST, ""},
	{"format", FILTER_DATE_FORMAT, "s"},
	{"htmlEscape", FILTER_HTML_ESCAPE, ""},
	{"htmlUnescape", FILTER_HTML_UNESCAPE, ""},
	{"jsonpath", FILTER_JSONPATH, "j"},
	{"last", FILTER_LAST, ""},
	{"location", FILTER_LOCATION, ""},
	{"nth", FILTER_NTH, "n"},
	{"regex", FILTER_REGEX, "x"},
	{"replace", FILTER_REPLACE, "ss"},
	{"replaceRegex", FILTER_REPLACE_REGEX, "xs"},
	{"split", FILTER_SPLIT, "s"},
	{"toDate", FILTER_TO_DATE, "s"},
	{"toFloat", FILTER_TO_FLOAT, ""},
	{"toHex", FILTER_TO_HEX, ""},
	{"toInt", FILTER_TO_INT, ""},
	{"toString", FILTER_TO_STRING, ""},
	{"urlDecode", FILTER_URL_DECODE, ""},
	{"urlEncode", FILTER_URL_ENCODE, ""},
	{"urlQueryParam", FILTER_URL_QUERY_PARAM, "s"},
	{"utf8Decode", FILTER_UTF8_DECODE, ""},
	{"utf8Encode", FILTER_UTF8_ENCODE, ""},
	{"xpath", FILTER_XPATH, "s"},
};

size_t filter_names(const char *ret[FILTER_NAMES])
{
	_Static_assert(ARRAY_LEN(filters) <= FILTER_NAMES, "room for all");
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		ret[i] = filters[i].name;
	return ARRAY_LEN(filters);
}

static int parse_integer_arg(struct reader *r, struct operand *ret)
{
	ret->at = r->place;
	if (reader_take(r, "{{")) {
		ret->kind = OPERAND_EXPR;
		return parse_expr(r, &ret->expr);
	}
	ret->kind = OPERAND_NUMBER;
	if (parse_number_literal(r, &ret->text))
		return reader_fail(r, ret->at, "expecting an integer");
	return 0;
}

static int compile_path(struct reader *r, struct filter *ret)
{
	struct span plain;
	struct err err;

	if (!template_is_plain(&ret->args[0].template, &plain) ||
	    !compile_jsonpath(r->arena, plain, &ret->jsonpath, &err))
		return 0;
	return reader_fail(r, ret->args[0].at, "invalid JSONPath: %s", err.msg);
}

static int parse_filter_arg(struct reader *r, char kind, struct filter *ret,
			    struct operand *arg)
{
	if (reader_space(r))
		return -EINVAL;
	arg->at = r->place;
	if (kind == 'n')
		return parse_integer_arg(r, arg);
	if (kind == 'x' && reader_peek(r) == '/')
		return parse_regex_literal(r, arg);
	if (kind == 'x' && reader_peek(r) != '"')
		return reader_fail(r, r->place, "expecting '\" or /'");
	arg->kind = OPERAND_STRING;
	if (parse_quoted(r, &arg->template))
		return -EINVAL;
	if (kind == 'x')
		return compile_pattern(r, arg);
	return kind == 'j' ? compile_path(r, ret) : 0;
}

static int parse_args(struct reader *r, const char *kinds, struct filter *ret)
{
	for (int i = 0; kinds[i]; i++)
		if (parse_filter_arg(r, kinds[i], ret, &ret->args[i]))
			return -EINVAL;
	return 0;
}

/* 1 when a filter was there, 0 when something else is. */
static int parse_filter(struct reader *r, struct filter *ret)
{
	struct reader before = *r;
	struct span name;
	struct place at;

	reader_blanks(r);
	at = r->place;
	name = reader_run(r, READER_LETTERS READER_DIGITS);
	for (size_t i = 0; name.len && i < ARRAY_LEN(filters); i++) {
		if (!span_is(name, filters[i].name))
			continue;
		*ret = (struct filter){.kind = filters[i].kind, .at = at};
		return parse_args(r, filters[i].args, ret) ? -EINVAL : 1;
	}
	*r = before;
	return 0;
}

int parse_filters(struct reader *r, const struct filter **ret, size_t *ret_n)
{
	struct list list = {0};
	struct filter filter;
	int rc;

	while (reader_char_in(reader_peek(r), " \t") &&
	       (rc = parse_filter(r, &filter))) {
		if (rc < 0)
			return rc;
		*(struct filter *)list_add(r->arena, &list, sizeof(filter)) =
			filter;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
