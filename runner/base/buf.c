#include "runner/base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int reserve(struct buf *buf, size_t n)
{
	size_t need, cap;
	char *data;

	if (n > buf->limit || buf->len > buf->limit - n)
		return -EMSGSIZE;
	need = buf->len + n + 1;
	if (need <= buf->cap)
		return 0;
	cap = buf->cap ? buf->cap : 64;
	while (cap < need)
		cap *= 2;
	if (cap - 1 > buf->limit)
		cap = buf->limit + 1;
	data = realloc(buf->data, cap);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->cap = cap;
	return 0;
}

int buf_add(struct buf *buf, const void *bytes, size_t n)
{
	int r = reserve(buf, n);

	if (r < 0)
		return r;
	if (n)
		memcpy(buf->data + buf->len, bytes, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
	return 0;
}

int buf_add_span(struct buf *buf, struct span bytes)
{
	return buf_add(buf, bytes.data, bytes.len);
}

int buf_add_str(struct buf *buf, const char *s)
{
	return buf_add(buf, s, strlen(s));
}

int buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	int n, r;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return -EINVAL;
	r = reserve(buf, (size_t)n);
	if (r < 0)
		return r;
	vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	buf->len += (size_t)n;
	return 0;
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_vprintf(buf, fmt, ap);
	va_end(ap);
	return r;
}

struct span buf_span(const struct buf *buf)
{
	return (struct span){ buf_str(buf), buf->len };
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf)BUF_INIT(buf->limit);
}

struct span buf_take(struct buf *buf)
{
	char *shorter = realloc(buf->data, buf->len + 1);
	struct span all = {shorter ? shorter : buf->data, buf->len};

	if (!buf->data && shorter)
		*shorter = '\0';
	*buf = (struct buf){.limit = buf->limit};
	/* cppcheck-suppress memleak */
	return all;
}
