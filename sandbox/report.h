/* report -- what became of a program, for people and as fumehood-box/1. */
#ifndef SANDBOX_REPORT_H
#define SANDBOX_REPORT_H

#include <stdio.h>

#include "sandbox/sandbox.h"

/* One JSON object and a newline. */
void report_json(FILE *out, const struct sandbox_state *state,
		 const struct sandbox_limits *limits,
		 const struct sandbox_denied *denied);

/* The same for a box that could not be built or a program not executed. */
void report_failure_json(FILE *out, const struct sandbox_failure *failure);

/* A few lines. */
void report_text(FILE *out, const struct sandbox_state *state,
		 const struct sandbox_limits *limits,
		 const struct sandbox_denied *denied);

#endif
