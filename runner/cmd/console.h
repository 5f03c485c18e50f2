/* console -- what the terminal behind a stream can show. */
#ifndef RUNNER_CMD_CONSOLE_H
#define RUNNER_CMD_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

/* A terminal, NO_COLOR empty or unset, TERM neither unset nor "dumb". */
bool console_has_color(FILE *stream);

/* The locale's encoding is UTF-8. */
bool console_has_unicode(void);

/* Its width, else $COLUMNS, else 80. */
int console_columns(FILE *stream);

#endif
