/* link -- a reader of RFC 8288 section 3. */
#include "runner/expect/link.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/probe/http.h"

struct reader {
	struct arena *arena;
	struct span in;
	size_t at;
	struct err *err;
};

static int peek(const struct reader *r)
{
	return r->at < r->in.len ? (unsigned char)r->in.data[r->at] : -1;
}

static void blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
}

static int wrong(struct reader *r, const char *what)
{
	return err_set(r->err, EINVAL, "%s at character %zu of: %s", what,
		       r->at + 1, text_visible(r->arena, r->in, 120));
}

static bool is_token(int c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static int token(struct reader *r, struct span *ret)
{
	size_t start = r->at;

	while (is_token(peek(r)))
		r->at++;
	if (r->at == start)
		return wrong(r, "a parameter name or value is missing");
	*ret = (struct span){ r->in.data + start, r->at - start };
	return 0;
}

static int quoted(struct reader *r, struct span *ret)
{
	char *out = arena_memdup(r->arena, r->in.data, r->in.len);
	size_t n = 0;

	for (r->at++; peek(r) != '"'; r->at++) {
		if (peek(r) == '\\')
			r->at++;
		if (peek(r) < 0)
			return wrong(r, "a quoted string does not end");
		out[n++] = (char)peek(r);
	}
	r->at++;
	*ret = (struct span){ out, n };
	return 0;
}

static int param(struct reader *r, struct link *link)
{
	struct span name, value = { "", 0 };
	int ret = token(r, &name);

	blanks(r);
	if (!ret && peek(r) == '=') {
		r->at++;
		blanks(r);
		ret = peek(r) == '"' ? quoted(r, &value) : token(r, &value);
	}
	if (ret < 0)
		return ret;
	if (name.len == 3 && !strncasecmp(name.data, "rel", 3) &&
	    !link->rel.data)
		link->rel = value;
	return 0;
}

static int one_link(struct reader *r, struct link *link)
{
	size_t start = ++r->at;
	int ret;

	while (peek(r) >= 0 && peek(r) != '>')
		r->at++;
	if (peek(r) < 0)
		return wrong(r, "\">\" is missing");
	link->target = (struct span){ r->in.data + start, r->at - start };
	r->at++;
	for (;;) {
		blanks(r);
		if (peek(r) != ';')
			break;
		r->at++;
		blanks(r);
		if (peek(r) == ';' || peek(r) == ',' || peek(r) < 0)
			continue; /* an empty parameter may be skipped */
		ret = param(r, link);
		if (ret < 0)
			return ret;
	}
	return link->rel.data ? 0 : wrong(r, "a link has no rel");
}

static int one_header(struct reader *r, struct links *ret)
{
	int code;

	for (;;) {
		blanks(r);
		while (peek(r) == ',') { /* empty list elements are allowed */
			r->at++;
			blanks(r);
		}
		if (peek(r) < 0)
			return 0;
		if (peek(r) != '<')
			return wrong(r, "\"<\" is missing");
		if (ret->n == LINKS_MAX)
			return wrong(r, "too many links");
		code = one_link(r, &ret->links[ret->n]);
		if (code < 0)
			return code;
		ret->n++;
		if (peek(r) >= 0 && peek(r) != ',')
			return wrong(r, "\",\" or \";\" is missing");
	}
}

int links_read(struct arena *arena, const struct http_response *res,
	       struct links *ret, struct err *err)
{
	*ret = (struct links){ .n = 0 };
	for (size_t i = 0; i < res->n_headers; i++) {
		struct reader r = { .arena = arena, .err = err,
				    .in = res->headers[i].value };

		if (strcasecmp(res->headers[i].name, "Link"))
			continue;
		if (one_header(&r, ret) < 0)
			return -EINVAL;
	}
	return 0;
}

static bool has_rel(struct span list, const char *rel)
{
	size_t len = strlen(rel);

	for (size_t i = 0; i < list.len;) {
		size_t start = i;

		while (i < list.len && !isspace((unsigned char)list.data[i]))
			i++;
		if (i - start == len &&
		    !strncasecmp(list.data + start, rel, len))
			return true;
		i++;
	}
	return false;
}

const struct link *links_find(const struct links *links, const char *rel)
{
	for (size_t i = 0; i < links->n; i++)
		if (has_rel(links->links[i].rel, rel))
			return &links->links[i];
	return NULL;
}
