#include "runner/expect/coding.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>
#include <zlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"

#define CODINGS_MAX 4
#define ZLIB_ONLY   MAX_WBITS
#define ZLIB_GZIP   (MAX_WBITS + 16)
#define ZLIB_RAW    (-MAX_WBITS)

/* 0, -EBADMSG when it is not of this format, -EMSGSIZE beyond out->limit. */
static int inflate_all(struct span in, int format, struct buf *out)
{
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)in.data,
		      .avail_in = (uInt)in.len};
	unsigned char chunk[16384];
	int r = in.len > UINT_MAX ? Z_BUF_ERROR : inflateInit2(&z, format);

	if (r != Z_OK)
		return -EBADMSG;
	while (r == Z_OK) {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		r = inflate(&z, Z_NO_FLUSH);
		if ((r == Z_OK || r == Z_STREAM_END) &&
		    buf_add(out, chunk, sizeof(chunk) - z.avail_out) < 0) {
			inflateEnd(&z);
			return -EMSGSIZE;
		}
	}
	r = r == Z_STREAM_END && !z.avail_in ? 0 : -EBADMSG;
	inflateEnd(&z);
	return r;
}

static const char *undo_zlib(struct span in, bool gzip, struct buf *out)
{
	int r = inflate_all(in, gzip ? ZLIB_GZIP : ZLIB_ONLY, out);

	/* Many servers take "deflate" by its word, without zlib's frame. */
	if (r == -EBADMSG && !gzip) {
		buf_clear(out);
		r = inflate_all(in, ZLIB_RAW, out);
	}
	if (r == -EMSGSIZE)
		return CODING_TOO_LARGE;
	if (r < 0)
		return gzip ? "the body is not gzip"
			    : "the body is not deflate";
	return NULL;
}

static const char *undo_one(struct arena *arena, const char *coding,
			    struct span in, struct buf *out)
{
	if (!strcasecmp(coding, "gzip") || !strcasecmp(coding, "x-gzip"))
		return undo_zlib(in, true, out);
	if (!strcasecmp(coding, "deflate"))
		return undo_zlib(in, false, out);
	if (!strcasecmp(coding, "br"))
		return coding_undo_brotli(in, out);
	return arena_printf(arena, "the Content-Encoding %s is not known",
			    text_visible(arena, span_of(coding), 40));
}

/* What was decoded is not copied: it may be most of the memory there is. */
static const char *undo_into(struct arena *arena, const char *coding,
			     size_t max, struct span *body)
{
	AUTO_BUF out = BUF_INIT(max);
	const char *why;
	struct span all;

	if (!strcasecmp(coding, "identity"))
		return NULL;
	why = undo_one(arena, coding, *body, &out);
	all = buf_take(&out);
	if (all.data)
		arena_adopt(arena, (void *)(uintptr_t)all.data, all.len + 1);
	*body = all.data ? all : (struct span){"", 0};
	return why;
}

const char *coding_undo(struct arena *arena, struct span body,
			const char *codings, size_t max, struct span *ret)
{
	const char *names[CODINGS_MAX], *why = NULL;
	size_t n = 0;

	for (const char *p = codings; *p;) {
		size_t len;

		p += strspn(p, ", \t");
		len = strcspn(p, ", \t");
		if (!len)
			break;
		if (n == CODINGS_MAX)
			return "the body has more codings than the ceiling";
		names[n++] = arena_memdup(arena, p, len);
		p += len;
	}
	while (n && !why)
		why = undo_into(arena, names[--n], max, &body);
	*ret = body;
	return why;
}
