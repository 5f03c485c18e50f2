/* coding -- a body out of its Content-Encoding, under a ceiling. */
#ifndef RUNNER_EXPECT_CODING_H
#define RUNNER_EXPECT_CODING_H

#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct buf;

/* What is asked for where a script says no more than `compressed`. */
#define CODING_ACCEPT "gzip, deflate, br"

/*
 * Undo `codings`, the value of a Content-Encoding: a list, the last one
 * outermost.  NULL, or what is wrong: an unknown coding, bytes that are not
 * of it, or more than `max` bytes.
 */
const char *coding_undo(struct arena *arena, struct span body,
			const char *codings, size_t max, struct span *ret);

#define CODING_TOO_LARGE "the body is beyond the ceiling once it is decoded"

/* brotli.c: the same for "br" alone, up to out->limit. */
const char *coding_undo_brotli(struct span in, struct buf *out);

#endif
