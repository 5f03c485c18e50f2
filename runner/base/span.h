/*
 * span -- bytes that somebody else owns.
 *
 * A span may hold NUL bytes and invalid UTF-8: it is what came off the wire.
 * `data` is never NULL when len > 0.
 */
#ifndef RUNNER_BASE_SPAN_H
#define RUNNER_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *data;
	size_t len;
};

#define SPAN_LIT(s) ((struct span){ (s), sizeof(s) - 1 })

static inline struct span span_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static inline bool span_is(struct span a, const char *s)
{
	return span_equal(a, span_of(s));
}

static inline bool span_starts(struct span a, struct span prefix)
{
	return a.len >= prefix.len &&
	       span_equal((struct span){ a.data, prefix.len }, prefix);
}

/* Offset of the first `needle`, or a.len when it does not occur. */
size_t span_find(struct span a, struct span needle);

#endif
