#include "runner/expect/cookie.h"

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/expect/date.h"
#include "runner/probe/http.h"

static struct span trim(struct span s)
{
	while (s.len && (*s.data == ' ' || *s.data == '\t'))
		s = (struct span){s.data + 1, s.len - 1};
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* What stands before `c`, cut off *rest with the `c`. */
static struct span cut(struct span *rest, char c)
{
	const char *found = rest->len ? memchr(rest->data, c, rest->len) : NULL;
	struct span first = {rest->data,
			     found ? (size_t)(found - rest->data) : rest->len};
	size_t used = first.len + (found ? 1 : 0);

	*rest = (struct span){rest->data + used, rest->len - used};
	return trim(first);
}

static bool same_name(struct span a, const char *b)
{
	return a.len == strlen(b) && !strncasecmp(a.data, b, a.len);
}

struct span cookie_find(const struct http_response *res, struct span name)
{
	struct span found = {NULL, 0};

	for (size_t i = 0; i < res->n_headers; i++) {
		struct span rest = res->headers[i].value;

		if (!strcasecmp(res->headers[i].name, "Set-Cookie") &&
		    span_equal(cut(&rest, '='), name))
			found = res->headers[i].value;
	}
	return found;
}

static bool find_attribute(struct span header, const char *name,
			   struct span *ret)
{
	bool found = false;

	cut(&header, ';');
	while (header.len) {
		struct span value = cut(&header, ';');

		if (!same_name(cut(&value, '='), name))
			continue;
		*ret = trim(value);
		found = true;
	}
	return found;
}

bool cookie_attribute(struct arena *arena, struct span header,
		      const char *attribute, struct value *ret)
{
	struct span text, rest = header;

	if (!strcmp(attribute, "Value")) {
		rest = cut(&rest, ';');
		cut(&rest, '=');
		*ret = VALUE_TEXT(trim(rest));
		return true;
	}
	if (!find_attribute(header, attribute, &text))
		return false;
	*ret = VALUE_TEXT(text);
	if (!strcmp(attribute, "Secure") || !strcmp(attribute, "HttpOnly"))
		*ret = (struct value){.type = VALUE_BOOL, .truth = true};
	else if (!strcmp(attribute, "Max-Age"))
		*ret = value_of_int(
			arena, strtoll(arena_memdup(arena, text.data, text.len),
				       NULL, 10));
	else if (!strcmp(attribute, "Expires"))
		return date_parse_http(text, ret);
	return true;
}

static bool is_over(struct arena *arena, struct span header)
{
	struct value v, now = date_now();
	int64_t seconds;

	if (cookie_attribute(arena, header, "Max-Age", &v))
		return value_int(&v, &seconds) && seconds <= 0;
	return cookie_attribute(arena, header, "Expires", &v) &&
	       v.seconds <= now.seconds;
}

static void forget(struct cookie_jar *jar, const struct cookie *cookie)
{
	for (size_t i = 0; i < jar->n; i++)
		if (span_equal(jar->items[i].name, cookie->name) &&
		    span_equal(jar->items[i].path, cookie->path))
			jar->items[i--] = jar->items[--jar->n];
}

static struct span kept(struct arena *arena, struct span s)
{
	return (struct span){arena_memdup(arena, s.data, s.len), s.len};
}

static void store_one(struct arena *arena, struct cookie_jar *jar,
		      struct span header, struct span path)
{
	struct span rest = header, given;
	struct cookie cookie;

	rest = cut(&rest, ';');
	cookie.name = cut(&rest, '=');
	cookie.value = trim(rest);
	/* The default path ends before the last slash (section 5.1.4). */
	while (path.len > 1 && path.data[path.len - 1] != '/')
		path.len--;
	path.len -= path.len > 1;
	if (find_attribute(header, "Path", &given) && given.len &&
	    *given.data == '/')
		path = given;
	cookie.path = path;
	forget(jar, &cookie);
	if (!cookie.name.len || is_over(arena, header) || jar->n == COOKIES_MAX)
		return;
	if (jar->n == jar->cap) {
		jar->cap = jar->cap ? jar->cap * 2 : 8;
		jar->items = arena_grow(arena, jar->items, jar->n, jar->cap,
					sizeof(cookie));
	}
	cookie.name = kept(arena, cookie.name);
	cookie.value = kept(arena, cookie.value);
	cookie.path = kept(arena, cookie.path);
	jar->items[jar->n++] = cookie;
}

void cookie_store(struct arena *arena, struct cookie_jar *jar,
		  const struct http_response *res, struct span path)
{
	for (size_t i = 0; i < res->n_headers; i++)
		if (!strcasecmp(res->headers[i].name, "Set-Cookie"))
			store_one(arena, jar, res->headers[i].value, path);
}

/* RFC 6265 section 5.1.4 */
static bool path_matches(struct span path, struct span cookie)
{
	return span_starts(path, cookie) &&
	       (path.len == cookie.len || cookie.data[cookie.len - 1] == '/' ||
		path.data[cookie.len] == '/');
}

struct span cookie_header(struct arena *arena, const struct cookie_jar *jar,
			  struct span path)
{
	AUTO_BUF out = BUF_INIT(64 << 10);

	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->items[i];

		if (path_matches(path, c->path))
			buf_printf(&out, "%s%.*s=%.*s", out.len ? "; " : "",
				   (int)c->name.len, c->name.data,
				   (int)c->value.len, c->value.data);
	}
	return (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
}
