/* console -- what the terminal behind a stream can show. */
#ifndef RUNNER_CMD_CONSOLE_H
#define RUNNER_CMD_CONSOLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "runner/report/paper.h"

struct arena;

#define CONSOLE_ENDLESS INT_MAX /* columns: nobody looks, wrap nothing */

/* A terminal, NO_COLOR empty or unset, TERM neither unset nor "dumb". */
bool console_has_color(FILE *stream);

/* The locale's encoding is UTF-8. */
bool console_has_unicode(void);

/* Its width, else $COLUMNS, else 80. */
int console_columns(FILE *stream);

/* Of stdout: as wide as the terminal, else endless. */
struct paper console_paper(struct arena *arena);

#endif
