#include "runner/expect/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"

const char *charset_of(struct arena *arena, const char *content_type)
{
	const char *p =
		content_type ? strcasestr(content_type, "charset=") : NULL;
	size_t n;

	if (!p)
		return "utf-8";
	p += strlen("charset=");
	p += *p == '"';
	n = strcspn(p, "\"; \t");
	return n ? arena_memdup(arena, p, n) : "utf-8";
}

static const char *convert(struct arena *arena, iconv_t cd, struct span in,
			   struct span *ret)
{
	AUTO_BUF out = BUF_INIT(CHARSET_TEXT_MAX);
	char chunk[4096], *from = (char *)(uintptr_t)in.data;
	size_t left = in.len;

	do {
		char *to = chunk;
		size_t room = sizeof(chunk);
		size_t r = iconv(cd, left ? &from : NULL, &left, &to, &room);

		if (r == (size_t)-1 && errno != E2BIG)
			return "the bytes are not text of this charset";
		if (buf_add(&out, chunk, sizeof(chunk) - room) < 0)
			return "the text grew beyond the ceiling";
	} while (left);
	*ret = (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
	return NULL;
}

/* Only what IANA registers: glibc's iconv also takes suffixes with orders. */
static bool is_name(const char *charset)
{
	return *charset && !charset[strspn(charset, "abcdefghijklmnopqrstuvwxyz"
						    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						    "0123456789-_.:+()")];
}

static const char *between(struct arena *arena, const char *to,
			   const char *from, const char *named, struct span in,
			   struct span *ret)
{
	const char *why;
	iconv_t cd;

	cd = is_name(named) ? iconv_open(to, from) : (iconv_t)-1;
	if (cd == (iconv_t)-1)
		why = arena_printf(arena, "the charset %s is not known",
				   text_visible(arena, span_of(named), 40));
	else
		why = convert(arena, cd, in, ret);
	iconv_close(cd); /* which takes -1 as well */
	return why;
}

const char *charset_decode(struct arena *arena, struct span bytes,
			   const char *charset, struct span *ret)
{
	if (!strcasecmp(charset, "utf-8") || !strcasecmp(charset, "utf8") ||
	    !strcasecmp(charset, "us-ascii")) {
		*ret = bytes;
		return text_is_utf8(bytes) ? NULL : "the body is not UTF-8";
	}
	return between(arena, "UTF-8", charset, charset, bytes, ret);
}

const char *charset_encode(struct arena *arena, struct span text,
			   const char *charset, struct span *ret)
{
	return between(arena, charset, "UTF-8", charset, text, ret);
}
