/* stored -- a transcript file that a command line names. */
#ifndef RUNNER_CMD_STORED_H
#define RUNNER_CMD_STORED_H

#include "runner/base/span.h"
#include "runner/cmd/cmd.h"

struct record;

#define STORED_BYTES_MAX ((size_t)256 << 20)

struct stored {
	const char *path;
	struct span lines;
	const struct record *r;
};

/*
 * EXIT_STATUS_OK; else the message is on stderr and the status is to be
 * returned: usage when the file is not there or no transcript.
 */
int stored_open(const struct command *c, const char *path, struct stored *ret);

/* Say on stderr what a reader must know before believing it: that it was
 * altered, or is cut off. */
void stored_warn(const struct command *c, const struct stored *s);

#endif
