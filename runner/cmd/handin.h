/*
 * handin -- the submission that a command line names.
 *
 * An exercise's own `flawed/NAME` is only what differs from the model: when it
 * is named, it is laid over the model first.
 */
#ifndef RUNNER_CMD_HANDIN_H
#define RUNNER_CMD_HANDIN_H

struct arena;
struct err;
struct exercise;
struct submission;

/* As submission_open(). */
int handin_open(struct arena *arena, const struct exercise *ex,
		const char *path, const struct submission **ret,
		struct err *err);

#endif
