/*
 * width -- how many columns text takes on a terminal.
 *
 * A letter of Chinese, Japanese or Korean and most emoji take two, a mark
 * above the letter before it none: a line that counts characters breaks in
 * the wrong place.  The locale does not matter; invalid bytes take one each.
 */
#ifndef RUNNER_BASE_WIDTH_H
#define RUNNER_BASE_WIDTH_H

#include <stddef.h>

#include "runner/base/span.h"

struct arena;

/* Bytes of the character that `s`, which is not empty, begins with. */
size_t width_next(struct span s, int *ret_columns);

int width_columns(struct span s);

/* Bytes of the longest beginning that fits, with all marks of its last letter;
 * may be 0 where a wide character comes first. */
size_t width_fit(struct span s, int columns);

/* With blanks behind it up to so many columns; longer text stays whole. */
const char *width_padded(struct arena *arena, const char *text, int columns);

#endif
