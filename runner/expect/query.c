#include <errno.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/reader.h"
#include "runner/expect/xpath.h"

enum query_arg {
	ARG_NONE,
	ARG_STRING,
	ARG_REGEX,
	ARG_COOKIE,
	ARG_JSONPATH,
	ARG_XPATH,
};

static const struct {
	const char *name;
	enum query_kind kind;
	enum query_arg arg;
} queries[] = {
	{"status", QUERY_STATUS, ARG_NONE},
	{"version", QUERY_VERSION, ARG_NONE},
	{"url", QUERY_URL, ARG_NONE},
	{"redirects", QUERY_REDIRECTS, ARG_NONE},
	{"ip", QUERY_IP, ARG_NONE},
	{"header", QUERY_HEADER, ARG_STRING},
	{"cookie", QUERY_COOKIE, ARG_COOKIE},
	{"body", QUERY_BODY, ARG_NONE},
	{"bytes", QUERY_BYTES, ARG_NONE},
	{"rawbytes", QUERY_RAWBYTES, ARG_NONE},
	{"xpath", QUERY_XPATH, ARG_XPATH},
	{"jsonpath", QUERY_JSONPATH, ARG_JSONPATH},
	{"regex", QUERY_REGEX, ARG_REGEX},
	{"variable", QUERY_VARIABLE, ARG_STRING},
	{"duration", QUERY_DURATION, ARG_NONE},
	{"sha256", QUERY_SHA256, ARG_NONE},
	{"md5", QUERY_MD5, ARG_NONE},
};

static const char *const cookie_attributes[] = {
	"Value", "Expires", "Max-Age",	"Domain",
	"Path",	 "Secure",  "HttpOnly", "SameSite",
};

static int parse_string_arg(struct reader *r, struct operand *ret)
{
	ret->kind = OPERAND_STRING;
	ret->at = r->place;
	return parse_quoted(r, &ret->template);
}

static int check_attribute(struct reader *r, struct place at, struct span name,
			   const char **ret)
{
	for (size_t i = 0; i < ARRAY_LEN(cookie_attributes); i++) {
		if (name.len != strlen(cookie_attributes[i]) ||
		    strncasecmp(name.data, cookie_attributes[i], name.len))
			continue;
		*ret = cookie_attributes[i];
		return 0;
	}
	return reader_fail(r, at, "the cookie attribute is not valid");
}

static struct piece *copy_pieces(struct arena *arena, const struct template *t)
{
	struct piece *copy = arena_array(arena, t->n, sizeof(*copy));

	return memcpy(copy, t->pieces, t->n * sizeof(*copy));
}

/* "name[Attribute]": the attribute is cut off the last piece of text. */
static int parse_cookie_arg(struct reader *r, struct query *ret)
{
	struct template *t = &ret->arg.template;
	struct piece *pieces, *last;
	struct place at;
	size_t open;

	if (parse_string_arg(r, &ret->arg))
		return -EINVAL;
	if (!t->n || t->pieces[t->n - 1].expr)
		return 0;
	pieces = copy_pieces(r->arena, t);
	last = &pieces[t->n - 1];
	open = span_find(last->text, SPAN_LIT("["));
	if (open == last->text.len ||
	    last->text.data[last->text.len - 1] != ']')
		return 0;
	at = t->at;
	at.column += (int)span_find(t->source, SPAN_LIT("[")) + 1;
	if (check_attribute(r, at,
			    (struct span){last->text.data + open + 1,
					  last->text.len - open - 2},
			    &ret->attribute))
		return -EINVAL;
	last->text.len = open;
	t->pieces = pieces;
	return 0;
}

static int parse_regex_arg(struct reader *r, struct operand *ret)
{
	ret->at = r->place;
	if (reader_peek(r) == '"')
		return parse_string_arg(r, ret) ? -EINVAL
						: compile_pattern(r, ret);
	if (reader_peek(r) == '/')
		return parse_regex_literal(r, ret);
	return reader_fail(r, r->place, "expecting '\" or /'");
}

/* Length of a shorthand name that holds a dash, which RFC 9535 has not. */
static size_t dashed_name(struct span rest)
{
	size_t n = 0;

	while (n < rest.len &&
	       reader_char_in(rest.data[n], READER_LETTERS READER_DIGITS "_-"))
		n++;
	return n && memchr(rest.data, '-', n) ? n : 0;
}

/* What older scripts write: "$.[0]" for "$[0]", "$.a-b" for "$['a-b']". */
static void modernise(struct span text, struct buf *out)
{
	char quote = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		struct span rest = {text.data + i + 1, text.len - i - 1};
		size_t n = 0;

		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '.' && rest.len && *rest.data == '[' &&
			 (!i || text.data[i - 1] != '.'))
			continue;
		else if (c == '.' && (n = dashed_name(rest)))
			buf_printf(out, "%s['%.*s']",
				   i && text.data[i - 1] == '.' ? "." : "",
				   (int)n, rest.data);
		if (!n)
			buf_add_char(out, c);
		i += n;
	}
}

int compile_jsonpath(struct arena *arena, struct span text,
		     const struct jsonpath **ret, struct err *err)
{
	AUTO_BUF modern = BUF_INIT(SCRIPT_BYTES_MAX);

	/* As it stands first: messages then count the author's columns. */
	if (!jsonpath_compile(arena, text, ret, err))
		return 0;
	modernise(text, &modern);
	if (span_equal(buf_span(&modern), text))
		return -EINVAL;
	return jsonpath_compile(arena, buf_span(&modern), ret, err);
}

/* A path without templates is compiled here: its typo is the author's. */
static int parse_jsonpath_arg(struct reader *r, struct query *ret)
{
	struct span plain;
	struct err err;

	if (parse_string_arg(r, &ret->arg))
		return -EINVAL;
	if (!template_is_plain(&ret->arg.template, &plain))
		return 0;
	if (!compile_jsonpath(r->arena, plain, &ret->jsonpath, &err))
		return 0;
	return reader_fail(r, ret->arg.at, "invalid JSONPath: %s", err.msg);
}

static int parse_xpath_arg(struct reader *r, struct operand *ret)
{
	struct span plain;
	struct err err;

	if (parse_string_arg(r, ret))
		return -EINVAL;
	if (!template_is_plain(&ret->template, &plain) ||
	    !xpath_valid(arena_memdup(r->arena, plain.data, plain.len), &err))
		return 0;
	return reader_fail(r, ret->at, "invalid XPath: %s", err.msg);
}

static int parse_arg(struct reader *r, enum query_arg kind, struct query *ret)
{
	if (kind == ARG_NONE)
		return 0;
	if (reader_space(r))
		return -EINVAL;
	switch (kind) {
	case ARG_NONE: return 0;
	case ARG_STRING: return parse_string_arg(r, &ret->arg);
	case ARG_REGEX: return parse_regex_arg(r, &ret->arg);
	case ARG_COOKIE: return parse_cookie_arg(r, ret);
	case ARG_JSONPATH: return parse_jsonpath_arg(r, ret);
	case ARG_XPATH: return parse_xpath_arg(r, &ret->arg);
	}
	return -EINVAL;
}

static int unknown_query(struct reader *r, struct place at, struct span name)
{
	const char *names[ARRAY_LEN(queries) + 1] = {0};

	for (size_t i = 0; i < ARRAY_LEN(queries); i++)
		names[i] = queries[i].name;
	return reader_unknown(r, at, "a query", name, names);
}

int parse_query(struct reader *r, struct query *ret)
{
	struct place at = r->place;
	struct span name = reader_run(r, READER_LETTERS READER_DIGITS);

	*ret = (struct query){.at = at};
	if (span_is(name, "certificate"))
		return reader_refuse(r, at, "the query certificate",
				     "there is no TLS between fumehood and "
				     "the server");
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		if (!span_is(name, queries[i].name))
			continue;
		ret->kind = queries[i].kind;
		if (parse_arg(r, queries[i].arg, ret))
			return -EINVAL;
		return parse_filters(r, &ret->filters, &ret->n_filters);
	}
	return unknown_query(r, at, name);
}
