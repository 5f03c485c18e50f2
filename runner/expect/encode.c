#include "runner/expect/encode.h"

#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"

static const char base64_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789";

static struct span keep(struct arena *arena, const struct buf *buf)
{
	return (struct span){arena_memdup(arena, buf_str(buf), buf->len),
			     buf->len};
}

static int base64_value(char c, bool url_safe)
{
	const char *found = c ? strchr(base64_chars, c) : NULL;

	if (found)
		return (int)(found - base64_chars);
	if (c == (url_safe ? '-' : '+'))
		return 62;
	return c == (url_safe ? '_' : '/') ? 63 : -1;
}

bool encode_base64_decode(struct arena *arena, struct span text, bool url_safe,
			  struct span *ret)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0, digits = 0, padding = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		int v = base64_value(c, url_safe);

		if (c && strchr(" \t\r\n", c))
			continue;
		padding += c == '=';
		if (c == '=' ? padding > 2 : v < 0 || padding)
			return false;
		if (c == '=')
			continue;
		bits = bits << 6 | (unsigned)v;
		if (digits++ % 4)
			out[n++] = (char)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (digits % 4 == 1 || (padding && (digits + padding) % 4))
		return false;
	*ret = (struct span){out, n};
	return true;
}

struct span encode_base64(struct arena *arena, struct span bytes, bool url_safe)
{
	char *out = arena_alloc(arena, bytes.len / 3 * 4 + 5);
	size_t n = 0;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i > 3 ? 3 : bytes.len - i;
		unsigned bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 |
			       (j < left ? (unsigned char)bytes.data[i + j]
					 : 0);
		for (size_t j = 0; j < 4; j++) {
			unsigned v = bits >> (18 - 6 * j) & 63;

			if (j <= left)
				out[n++] = v < 62    ? base64_chars[v]
					   : v == 62 ? (url_safe ? '-' : '+')
						     : (url_safe ? '_' : '/');
			else if (!url_safe)
				out[n++] = '=';
		}
	}
	return (struct span){out, n};
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool encode_hex_decode(struct arena *arena, struct span text, struct span *ret)
{
	char *out = arena_alloc(arena, text.len / 2 + 1);

	for (size_t i = 0; i + 1 < text.len; i += 2) {
		int high = hex_value(text.data[i]);
		int low = hex_value(text.data[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (char)(high << 4 | low);
	}
	*ret = (struct span){out, text.len / 2};
	return text.len % 2 == 0;
}

struct span encode_hex(struct arena *arena, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_alloc(arena, bytes.len * 2 + 1);

	for (size_t i = 0; i < bytes.len; i++) {
		out[2 * i] = digits[(unsigned char)bytes.data[i] >> 4];
		out[2 * i + 1] = digits[(unsigned char)bytes.data[i] & 15];
	}
	return (struct span){out, bytes.len * 2};
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

struct span encode_percent(struct arena *arena, struct span bytes,
			   const char *keep_chars)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(arena, bytes.len * 3 + 1);
	size_t n = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];

		if (is_unreserved((char)c) || (c && strchr(keep_chars, c))) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	return (struct span){out, n};
}

bool encode_percent_decode(struct arena *arena, struct span text, bool plus,
			   struct span *ret)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '%') {
			bool whole = text.len - i > 2;
			int high = whole ? hex_value(text.data[i + 1]) : -1;
			int low = whole ? hex_value(text.data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret = (struct span){out, n};
	return true;
}

struct span encode_html(struct arena *arena, struct span text)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);

	for (size_t i = 0; i < text.len; i++) {
		switch (text.data[i]) {
		case '&': buf_add_str(&out, "&amp;"); break;
		case '<': buf_add_str(&out, "&lt;"); break;
		case '>': buf_add_str(&out, "&gt;"); break;
		case '"': buf_add_str(&out, "&quot;"); break;
		case '\'': buf_add_str(&out, "&#x27;"); break;
		default: buf_add_char(&out, text.data[i]);
		}
	}
	return keep(arena, &out);
}
