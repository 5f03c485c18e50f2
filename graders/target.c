/* target -- references resolved, queries read and written. */
#include "graders/target.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/expect/uri.h"

/* What a reference without a host stays on. */
#define HERE "http://here.invalid"

const char *target_resolve(struct arena *arena, const char *base,
			   struct span reference, const char **ret_host)
{
	struct uri to;
	const char *text;

	*ret_host = NULL;
	if (!uri_valid(reference, 0))
		return NULL;
	text = arena_printf(arena, HERE "%s", base);
	to = uri_split(span_of(uri_resolve(arena, span_of(text), reference)));
	if (!span_is(to.scheme, "http") && !span_is(to.scheme, "https"))
		return NULL;
	if (to.authority.data && !span_is(to.authority, &HERE[7]))
		*ret_host = arena_memdup(arena, to.authority.data,
					 to.authority.len);
	return arena_printf(arena, "%s%.*s%s%.*s", to.path.len ? "" : "/",
			    (int)to.path.len, to.path.data,
			    to.query.data ? "?" : "", (int)to.query.len,
			    to.query.data ? to.query.data : "");
}

bool target_is_local(const char *host)
{
	static const char *const names[] = { "127.0.0.1", "localhost",
					     "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		if (!strncasecmp(host, names[i], len) &&
		    (!host[len] || host[len] == ':'))
			return true;
	}
	return false;
}

static int hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *decode(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_memdup(arena, s, len);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = i + 2 < len ? hex(s[i + 1]) : -1;

		if (s[i] == '%' && high >= 0 && hex(s[i + 2]) >= 0) {
			out[n++] = (char)(high << 4 | hex(s[i + 2]));
			i += 2;
		} else {
			out[n++] = s[i] == '+' ? ' ' : s[i];
		}
	}
	out[n] = '\0';
	return out;
}

const char *target_param(struct arena *arena, const char *target,
		      const char *name)
{
	const char *at = strchr(target, '?');

	while (at && *at) {
		size_t len = strcspn(++at, "&");
		size_t eq = strcspn(at, "=&");

		if (!strcmp(decode(arena, at, eq), name))
			return at[eq] == '=' ? decode(arena, at + eq + 1,
						      len - eq - 1) : "";
		at += len;
	}
	return NULL;
}

const char *target_encode(struct arena *arena, struct span text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_array(arena, text.len + 1, 3);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c))) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	return out;
}

static size_t path_len(const char *target)
{
	size_t len = strcspn(target, "?");

	return len > 1 && target[len - 1] == '/' ? len - 1 : len;
}

bool target_same_path(const char *a, const char *b)
{
	size_t len = path_len(a);

	return len == path_len(b) && !strncmp(a, b, len);
}

const char *target_with(struct arena *arena, const char *target,
		     const char *name, const char *value)
{
	return arena_printf(arena, "%s%c%s=%s", target,
			    strchr(target, '?') ? '&' : '?',
			    target_encode(arena, span_of(name)),
			    target_encode(arena, span_of(value)));
}
