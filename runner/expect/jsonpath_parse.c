#include <ctype.h>
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/jsonpath_ast.h"

#define INT_MAX_EXACT 9007199254740991 /* I-JSON, RFC 7493 section 2.2 */

int (jsonpath_fail)(struct jsonpath_parser *p, const char *what)
{
	return err_set(p->err, EINVAL, "column %td: %s", p->p - p->start + 1,
		       what);
}

void jsonpath_blanks(struct jsonpath_parser *p)
{
	while (p->p < p->end && (*p->p == ' ' || *p->p == '\t' ||
				 *p->p == '\n' || *p->p == '\r'))
		p->p++;
}

bool jsonpath_take(struct jsonpath_parser *p, const char *text)
{
	struct span rest = { p->p, (size_t)(p->end - p->p) };

	if (!span_starts(rest, span_of(text)))
		return false;
	p->p += strlen(text);
	return true;
}

static bool is_name_first(const char *p)
{
	return isalpha((unsigned char)*p) || *p == '_' || (*p & 0x80);
}

static bool is_name_char(const char *p)
{
	return is_name_first(p) || isdigit((unsigned char)*p);
}

static bool hex4(struct jsonpath_parser *p, unsigned *ret)
{
	*ret = 0;
	if (p->end - p->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *p->p++;

		if (!isxdigit((unsigned char)c))
			return false;
		*ret = *ret * 16 +
		       (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return true;
}

/* Behind "\u": one code point, maybe from a pair of surrogates. */
static bool unicode_escape(struct jsonpath_parser *p, unsigned *ret)
{
	unsigned low;

	if (!hex4(p, ret) || (*ret & 0xfc00) == 0xdc00)
		return false;
	if ((*ret & 0xfc00) != 0xd800)
		return true;
	if (!jsonpath_take(p, "\\u") || !hex4(p, &low) ||
	    (low & 0xfc00) != 0xdc00)
		return false;
	*ret = 0x10000 + ((*ret & 0x3ff) << 10) + (low & 0x3ff);
	return true;
}

/* Behind the backslash: bytes written to `out`, or 0 when it is wrong. */
static size_t escape(struct jsonpath_parser *p, char quote, char *out)
{
	static const char from[] = "bfnrt/\\", to[] = "\b\f\n\r\t/\\";
	const char *known;
	unsigned cp;
	char c = p->p < p->end ? *p->p++ : '\0';

	if (c == 'u')
		return unicode_escape(p, &cp) ? text_utf8_put(out, cp) : 0;
	known = c ? strchr(from, c) : NULL;
	if (!known && c != quote)
		return 0;
	*out = known ? to[known - from] : quote;
	return 1;
}

int jsonpath_parse_string(struct jsonpath_parser *p, struct span *ret)
{
	char quote = *p->p++;
	char *out = arena_alloc(p->arena, (size_t)(p->end - p->p) + 1);
	size_t n = 0, k;

	for (;;) {
		if (p->p == p->end)
			return jsonpath_fail(p, "the string has no end");
		if (*p->p == quote)
			break;
		if ((unsigned char)*p->p < 0x20)
			return jsonpath_fail(p, "control character in string");
		if (*p->p != '\\') {
			out[n++] = *p->p++;
			continue;
		}
		p->p++;
		k = escape(p, quote, out + n);
		if (!k)
			return jsonpath_fail(p, "no such escape");
		n += k;
	}
	p->p++;
	*ret = (struct span){ out, n };
	return 0;
}

/* An integer as section 2.3.3 has it: no leading zeros, no -0. */
static int integer(struct jsonpath_parser *p, int64_t *ret)
{
	bool negative = jsonpath_take(p, "-");
	const char *start = p->p;
	int64_t n = 0;

	while (p->p < p->end && isdigit((unsigned char)*p->p)) {
		n = n * 10 + *p->p++ - '0';
		if (n > INT_MAX_EXACT)
			return jsonpath_fail(p, "the number is too large");
	}
	if (p->p == start)
		return jsonpath_fail(p, "expected a number");
	if (*start == '0' && (p->p - start > 1 || negative))
		return jsonpath_fail(p, "no leading zero, no -0");
	*ret = negative ? -n : n;
	return 0;
}

static bool at_integer(const struct jsonpath_parser *p)
{
	return p->p < p->end &&
	       (*p->p == '-' || isdigit((unsigned char)*p->p));
}

/* Behind the first ':' of a slice. */
static int slice(struct jsonpath_parser *p, struct jsonpath_selector *ret)
{
	ret->kind = SELECT_SLICE;
	ret->step = 1;
	jsonpath_blanks(p);
	if (at_integer(p)) {
		if (integer(p, &ret->end) < 0)
			return -EINVAL;
		ret->has_end = true;
		jsonpath_blanks(p);
	}
	if (!jsonpath_take(p, ":"))
		return 0;
	jsonpath_blanks(p);
	return at_integer(p) ? integer(p, &ret->step) : 0;
}

static int index_or_slice(struct jsonpath_parser *p,
			  struct jsonpath_selector *ret)
{
	const char *behind;

	if (at_integer(p)) {
		if (integer(p, &ret->start) < 0)
			return -EINVAL;
		ret->has_start = true;
	}
	behind = p->p;
	jsonpath_blanks(p);
	if (jsonpath_take(p, ":"))
		return slice(p, ret);
	if (!ret->has_start)
		return jsonpath_fail(p, "expected a selector");
	p->p = behind;
	ret->kind = SELECT_INDEX;
	return 0;
}

static int selector(struct jsonpath_parser *p, struct jsonpath_selector *ret)
{
	if (p->p < p->end && (*p->p == '\'' || *p->p == '"')) {
		ret->kind = SELECT_NAME;
		return jsonpath_parse_string(p, &ret->name);
	}
	if (jsonpath_take(p, "*")) {
		ret->kind = SELECT_WILDCARD;
		return 0;
	}
	if (jsonpath_take(p, "?")) {
		ret->kind = SELECT_FILTER;
		jsonpath_blanks(p);
		return jsonpath_parse_filter(p, &ret->filter);
	}
	return index_or_slice(p, ret);
}

static struct jsonpath_selector *add_selector(struct jsonpath_parser *p,
					      struct jsonpath_segment *s)
{
	size_t n = s->n_selectors;

	if ((n & (n - 1)) == 0) /* full at each power of two */
		s->selectors = arena_grow(p->arena, s->selectors, n,
					  n ? n * 2 : 1,
					  sizeof(*s->selectors));
	return &s->selectors[s->n_selectors++];
}

static int bracketed(struct jsonpath_parser *p, struct jsonpath_segment *ret)
{
	do {
		jsonpath_blanks(p);
		if (selector(p, add_selector(p, ret)) < 0)
			return -EINVAL;
		jsonpath_blanks(p);
	} while (jsonpath_take(p, ","));
	return jsonpath_take(p, "]") ? 0
				     : jsonpath_fail(p, "expected `,` or `]`");
}

/* Behind a dot: a name or the wildcard. */
static int shorthand(struct jsonpath_parser *p, struct jsonpath_segment *ret)
{
	struct jsonpath_selector *s = add_selector(p, ret);
	const char *start = p->p;

	if (jsonpath_take(p, "*")) {
		s->kind = SELECT_WILDCARD;
		return 0;
	}
	if (p->p == p->end || !is_name_first(p->p))
		return jsonpath_fail(p, "expected a name, `*` or `[`");
	while (p->p < p->end && is_name_char(p->p))
		p->p++;
	s->kind = SELECT_NAME;
	s->name = (struct span){ start, (size_t)(p->p - start) };
	s->name.data = arena_memdup(p->arena, start, s->name.len);
	return 0;
}

/* 1 a segment, 0 none here, -EINVAL. */
static int segment(struct jsonpath_parser *p, struct jsonpath_segment *ret)
{
	int r;

	if (jsonpath_take(p, "..")) {
		ret->descendant = true;
		r = jsonpath_take(p, "[") ? bracketed(p, ret)
					  : shorthand(p, ret);
	} else if (jsonpath_take(p, "[")) {
		r = bracketed(p, ret);
	} else if (jsonpath_take(p, ".")) {
		r = shorthand(p, ret);
	} else {
		return 0;
	}
	return r < 0 ? r : 1;
}

int jsonpath_parse_query(struct jsonpath_parser *p, const struct jsonpath **ret)
{
	struct jsonpath *q = arena_alloc(p->arena, sizeof(*q));
	int r;

	if (++p->depth > JSONPATH_DEPTH_MAX)
		return jsonpath_fail(p, "nested too deep");
	q->relative = *p->p++ == '@';
	for (;;) {
		struct jsonpath_segment next = { 0 };
		const char *behind = p->p;
		size_t n = q->n_segments;

		jsonpath_blanks(p);
		r = segment(p, &next);
		if (r <= 0) {
			p->p = r < 0 ? p->p : behind;
			break;
		}
		if ((n & (n - 1)) == 0)
			q->segments = arena_grow(p->arena, q->segments, n,
						 n ? n * 2 : 1,
						 sizeof(*q->segments));
		q->segments[q->n_segments++] = next;
	}
	p->depth--;
	*ret = q;
	return r;
}

bool jsonpath_is_singular(const struct jsonpath *path)
{
	for (size_t i = 0; i < path->n_segments; i++) {
		const struct jsonpath_segment *s = &path->segments[i];

		if (s->descendant || s->n_selectors != 1 ||
		    (s->selectors[0].kind != SELECT_NAME &&
		     s->selectors[0].kind != SELECT_INDEX))
			return false;
	}
	return true;
}

int jsonpath_compile(struct arena *arena, struct span text,
		     const struct jsonpath **ret, struct err *err)
{
	struct jsonpath_parser p = { arena, text.data, text.data,
				     text.data + text.len, err, 0 };
	const struct jsonpath *query;

	if (!text_is_utf8(text))
		return jsonpath_fail(&p, "is not UTF-8");
	if (!text.len || *text.data != '$')
		return jsonpath_fail(&p, "a query starts with `$`");
	if (jsonpath_parse_query(&p, &query) < 0)
		return -EINVAL;
	if (p.p != p.end)
		return jsonpath_fail(&p, "expected `.`, `[` or the end");
	*ret = query;
	return 0;
}
