/* again -- what regrade and replay have in common: the exercise of a run. */
#ifndef RUNNER_CMD_AGAIN_H
#define RUNNER_CMD_AGAIN_H

#include "runner/cmd/stored.h"

struct exercise;

/*
 * The exercise `name`, or, when that is NULL, the one that the transcript
 * names; loaded and configured.  An exit status; notes on stderr when it is
 * not, byte by byte, the one of the run.
 */
int again_exercise(const struct command *c, const struct stored *s,
		   const char *name, const struct exercise **ret);

/* The transcript's members, with "" and 0 for what is missing. */
const char *again_str(const struct stored *s, const char *member,
		      const char *name);
int64_t again_int(const struct stored *s, const char *member);

#endif
