/*
 * buf -- a growing byte buffer with a hard limit, always NUL-terminated.
 *
 *	struct buf out = BUF_INIT(64 << 10);
 *	if (buf_printf(&out, "%d", n) < 0) ...
 *	buf_release(&out);
 */
#ifndef RUNNER_BASE_BUF_H
#define RUNNER_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct buf {
	char *data;   /* never NULL after the first append; owned */
	size_t len;   /* bytes without the terminator */
	size_t cap;   /* bytes allocated */
	size_t limit; /* appending beyond this fails with -EMSGSIZE */
};

#define BUF_INIT(max) { .limit = (max) }

/* 0, or -EMSGSIZE / -ENOMEM with the buffer unchanged. */
int buf_add(struct buf *buf, const void *bytes, size_t n);
int buf_add_span(struct buf *buf, struct span bytes);
int buf_add_str(struct buf *buf, const char *s);
int buf_add_char(struct buf *buf, char c);
int buf_printf(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);
int buf_vprintf(struct buf *buf, const char *fmt, va_list ap) PRINTF(2, 0);

/* The bytes; valid until the next append.  An empty buffer gives "". */
struct span buf_span(const struct buf *buf);
const char *buf_str(const struct buf *buf);

/* The bytes as malloc() gave them, no longer than they are; buf is empty. */
struct span buf_take(struct buf *buf);
void buf_clear(struct buf *buf);   /* keeps the memory */
void buf_release(struct buf *buf); /* frees it; the buffer may be used again */

#define AUTO_BUF __attribute__((cleanup(buf_release))) struct buf

#endif
