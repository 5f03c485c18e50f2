/*
 * text -- candidate-controlled bytes, made safe to show.
 *
 * Terminals obey control bytes, and readers are fooled by bidi overrides: all
 * text that a submission can influence passes through here before a person
 * sees it.
 */
#ifndef RUNNER_BASE_TEXT_H
#define RUNNER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;

/* True when `s` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong). */
bool text_is_utf8(struct span s);

/* Length of the valid sequence at `s`, or 0; its code point in *ret. */
size_t text_utf8_next(struct span s, unsigned *ret);

/* Append one code point as UTF-8; returns bytes written (1 to 4). */
size_t text_utf8_put(char *out, unsigned cp);

/*
 * Printable on one terminal line: C0, C1, DEL, bidi and zero-width controls
 * and invalid bytes become \n, \t, \x1b, \u{202e} ...; cut after `max` bytes
 * of input with "... (N bytes)".  max 0: no cut.
 */
char *text_visible(struct arena *arena, struct span s, size_t max);

/* As text_visible(), but line feeds stay. */
char *text_visible_lines(struct arena *arena, struct span s, size_t max);

/* One POSIX shell word: 'it'\''s', or $'\x00' where control bytes occur. */
char *text_shell_quote(struct arena *arena, struct span s);

/* The candidate (NULL-terminated list) that `word` was probably meant to be,
 * by edit distance; NULL when none is near. */
const char *text_suggest(const char *word, const char *const *candidates);

/* Hundredths as "3.5": at most two decimals, none when whole. */
#define TEXT_POINTS_BYTES 24
void text_points(int hundredths, char ret[TEXT_POINTS_BYTES]);

#endif
