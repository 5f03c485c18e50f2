/*
 * markup -- text inside HTML and XML.
 *
 * Bytes of the candidate's become harmless twice: controls, bidi overrides
 * and invalid bytes are made visible (text.h), and what a parser would obey
 * is escaped.  The result may stand in an element and in a quoted attribute.
 */
#ifndef RUNNER_REPORT_MARKUP_H
#define RUNNER_REPORT_MARKUP_H

#include <stdio.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct arena;

/* `max` bytes of `s`, then "... (N bytes)"; 0: all.  Line feeds stay. */
void markup_span(FILE *out, struct arena *arena, struct span s, size_t max);
void markup_text(FILE *out, struct arena *arena, const char *s);

/*
 * printf of markup that is ours; every %s argument is escaped, nothing but
 * %s, %d and %% may occur.
 */
void markup(FILE *out, struct arena *arena, const char *fmt, ...)
	PRINTF(3, 4);

#endif
