/*
 * source -- the author's mistake, shown where it is.
 *
 *	probes/20-create.hurl:14:9: expecting a predicate
 *	   14 | status = 201
 *	      |        ^
 */
#ifndef RUNNER_CMD_SOURCE_H
#define RUNNER_CMD_SOURCE_H

#include <stdio.h>

struct arena;

/* Print `msg`, and the line it points to when it begins with FILE:LINE and
 * perhaps a column, and the file can be read. */
void source_show(struct arena *arena, FILE *out, const char *msg);

#endif
