#include "runner/expect/uri.h"

#include <ctype.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"

static struct span cut(struct span *rest, const char *stops)
{
	struct span head = { rest->data, 0 };

	while (head.len < rest->len && !strchr(stops, rest->data[head.len]))
		head.len++;
	rest->data += head.len;
	rest->len -= head.len;
	return head;
}

static bool is_scheme(struct span s)
{
	if (!s.len || !isalpha((unsigned char)s.data[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!isalnum((unsigned char)s.data[i]) &&
		    !strchr("+-.", s.data[i]))
			return false;
	return true;
}

static struct span skip(struct span s, size_t n)
{
	return (struct span){ s.data + n, s.len - n };
}

struct uri uri_split(struct span text)
{
	struct span rest = text.data ? text : SPAN_LIT(""), head;
	struct uri uri = { 0 };

	head = cut(&rest, ":/?#");
	if (rest.len && *rest.data == ':' && is_scheme(head)) {
		uri.scheme = head;
		rest = skip(rest, 1);
	} else {
		rest = (struct span){ head.data, head.len + rest.len };
	}
	if (span_starts(rest, SPAN_LIT("//"))) {
		rest = skip(rest, 2);
		uri.authority = cut(&rest, "/?#");
	}
	uri.path = cut(&rest, "?#");
	if (rest.len && *rest.data == '?') {
		rest = skip(rest, 1);
		uri.query = cut(&rest, "#");
	}
	if (rest.len)
		uri.fragment = skip(rest, 1);
	return uri;
}

static bool is_pchar(unsigned char c)
{
	return c && (isalnum(c) || strchr("-._~!$&'()*+,;=:@", c));
}

/* Characters of `extra` beside pchar, %XX, and UTF-8 when `iri`. */
static bool all_chars(struct span s, const char *extra, bool iri)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x80 ? iri : is_pchar(c) || (c && strchr(extra, c)))
			continue;
		if (c != '%' || s.len - i < 3 ||
		    !isxdigit((unsigned char)s.data[i + 1]) ||
		    !isxdigit((unsigned char)s.data[i + 2]))
			return false;
		i += 2;
	}
	return true;
}

bool uri_ipv4(struct span text)
{
	size_t i = 0;

	for (int part = 0; part < 4; part++) {
		size_t start;
		int value = 0;

		if (part && (i >= text.len || text.data[i++] != '.'))
			return false;
		start = i;
		while (i < text.len && isdigit((unsigned char)text.data[i]) &&
		       i - start < 3)
			value = value * 10 + text.data[i++] - '0';
		if (i == start || value > 255 ||
		    (i - start > 1 && text.data[start] == '0'))
			return false;
	}
	return i == text.len;
}

/* Groups of an address part without "::"; -1 when one is malformed. */
static int ipv6_groups(struct span s, bool last)
{
	int n = 0;

	while (s.len) {
		struct span group = cut(&s, ":");

		if (last && !s.len && memchr(group.data, '.', group.len))
			return uri_ipv4(group) ? n + 2 : -1;
		if (!group.len || group.len > 4)
			return -1;
		for (size_t i = 0; i < group.len; i++)
			if (!isxdigit((unsigned char)group.data[i]))
				return -1;
		n++;
		if (!s.len)
			break;
		s = skip(s, 1);
		if (!s.len)
			return -1; /* a colon at the end */
	}
	return n;
}

bool uri_ipv6(struct span text)
{
	size_t gap = span_find(text, SPAN_LIT("::"));
	int before, after;

	if (gap == text.len)
		return ipv6_groups(text, true) == 8;
	before = ipv6_groups((struct span){ text.data, gap }, false);
	after = ipv6_groups(skip(text, gap + 2), true);
	return before >= 0 && after >= 0 && before + after <= 7;
}

/* "v" hex+ "." chars, RFC 3986 section 3.2.2. */
static bool ip_future(struct span s)
{
	size_t i = 1;

	if (s.len < 4 || (s.data[0] != 'v' && s.data[0] != 'V'))
		return false;
	while (i < s.len && isxdigit((unsigned char)s.data[i]))
		i++;
	if (i == 1 || i + 1 >= s.len || s.data[i] != '.')
		return false;
	for (i++; i < s.len; i++)
		if (!is_pchar((unsigned char)s.data[i]) || s.data[i] == '@')
			return false;
	return true;
}

static bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isdigit((unsigned char)s.data[i]))
			return false;
	return true;
}

static bool valid_authority(struct span s, bool iri)
{
	struct span host = s, port;

	for (size_t i = s.len; i-- > 0;) {
		if (s.data[i] != '@')
			continue;
		if (!all_chars((struct span){ s.data, i }, "", iri) ||
		    memchr(s.data, '@', i))
			return false;
		host = skip(s, i + 1);
		break;
	}
	if (host.len && *host.data == '[') {
		struct span literal = skip(host, 1);

		host = cut(&literal, "]");
		if (!literal.len || (!uri_ipv6(host) && !ip_future(host)))
			return false;
		port = skip(literal, 1);
	} else {
		port = host;
		host = cut(&port, ":");
		if (!all_chars(host, "", iri) ||
		    (host.len && memchr(host.data, '@', host.len)))
			return false;
	}
	return !port.len || (*port.data == ':' && all_digits(skip(port, 1)));
}

static bool valid_path(const struct uri *uri, bool iri)
{
	struct span first, rest = uri->path;

	if (!all_chars(uri->path, "/", iri))
		return false;
	if (uri->authority.data)
		return !uri->path.len || *uri->path.data == '/';
	if (span_starts(uri->path, SPAN_LIT("//")))
		return false;
	first = cut(&rest, "/");
	return uri->scheme.data || !memchr(first.data, ':', first.len);
}

bool uri_valid(struct span text, unsigned flags)
{
	bool iri = flags & URI_IRI;
	struct uri uri = uri_split(text);

	if (iri && !text_is_utf8(text))
		return false;
	if ((flags & URI_ABSOLUTE) && !uri.scheme.data)
		return false;
	return valid_authority(uri.authority, iri) && valid_path(&uri, iri) &&
	       all_chars(uri.query, "/?", iri) &&
	       all_chars(uri.fragment, "/?", iri);
}

/* RFC 3986 section 5.2.4, in place of its input buffer: by segments. */
static struct span remove_dots(struct arena *arena, struct span path)
{
	char *out = arena_alloc(arena, path.len + 2);
	size_t n = 0;
	bool rooted = path.len && *path.data == '/';

	while (path.len) {
		struct span slash = path, segment;
		bool last;

		if (*path.data == '/')
			path = skip(path, 1);
		segment = cut(&path, "/");
		last = !path.len;
		if (span_is(segment, "..")) {
			while (n && out[n - 1] != '/')
				n--;
			n -= n > 0;
		} else if (!span_is(segment, ".")) {
			if (*slash.data == '/')
				out[n++] = '/';
			memcpy(out + n, segment.data, segment.len);
			n += segment.len;
			continue;
		}
		if (last && (rooted || n))
			out[n++] = '/';
	}
	return (struct span){ out, n };
}

static struct span merge(struct arena *arena, const struct uri *base,
			 struct span path)
{
	size_t keep = base->path.len;

	if (base->authority.data && !base->path.len)
		return span_of(arena_printf(arena, "/%.*s", (int)path.len,
					    path.data));
	while (keep && base->path.data[keep - 1] != '/')
		keep--;
	return span_of(arena_printf(arena, "%.*s%.*s", (int)keep,
				    base->path.data, (int)path.len, path.data));
}

static char *put(char *out, const char *before, struct span part,
		 const char *after)
{
	if (!part.data)
		return out;
	out = stpcpy(out, before);
	memcpy(out, part.data, part.len);
	return stpcpy(out + part.len, after);
}

/* RFC 3986 section 5.3. */
static char *join(struct arena *arena, const struct uri *u)
{
	char *text = arena_alloc(arena, u->scheme.len + u->authority.len +
						u->path.len + u->query.len +
						u->fragment.len + 8);
	char *out = put(text, "", u->scheme, ":");

	out = put(out, "//", u->authority, "");
	out = put(out, "", u->path, "");
	out = put(out, "?", u->query, "");
	put(out, "#", u->fragment, "");
	return text;
}

char *uri_resolve(struct arena *arena, struct span base_text, struct span ref)
{
	struct uri base = uri_split(base_text), r = uri_split(ref);

	if (r.scheme.data) {
		r.path = remove_dots(arena, r.path);
		return join(arena, &r);
	}
	r.scheme = base.scheme;
	if (r.authority.data) {
		r.path = remove_dots(arena, r.path);
		return join(arena, &r);
	}
	r.authority = base.authority;
	if (!r.path.len) {
		r.path = base.path;
		if (!r.query.data)
			r.query = base.query;
	} else if (*r.path.data == '/') {
		r.path = remove_dots(arena, r.path);
	} else {
		r.path = remove_dots(arena, merge(arena, &base, r.path));
	}
	return join(arena, &r);
}

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

struct span uri_unescape(struct arena *arena, struct span text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '%' && text.len - i > 2 &&
		    isxdigit((unsigned char)text.data[i + 1]) &&
		    isxdigit((unsigned char)text.data[i + 2])) {
			out[n++] = (char)(hex_value(text.data[i + 1]) * 16 +
					  hex_value(text.data[i + 2]));
			i += 2;
		} else {
			out[n++] = text.data[i];
		}
	}
	return (struct span){ out, n };
}
