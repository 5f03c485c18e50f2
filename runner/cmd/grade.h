/* grade -- what one grade and a batch of them share. */
#ifndef RUNNER_CMD_GRADE_H
#define RUNNER_CMD_GRADE_H

#include "runner/cmd/reports.h"
#include "runner/session/session.h"
#include "runner/transcript/record.h"
#include "runner/transcript/sign.h"

struct exercise;
struct submission;

struct grade_options {
	struct option_u64 seed;
	struct option_list only, reports;
	int threshold;
	const char *transcript, *label, *isolation, *view, *sign, *out;
	int64_t deadline_ms, repeat, jobs;
	bool cold, quiet, exit_zero;
};

struct grade {
	const struct command *c;
	const struct grade_options *o;
	struct reports reports;
	const struct exercise *ex;
	const char *path;  /* of the transcript; NULL: chosen when graded */
	const char *label; /* unless --label; may be NULL */
	struct session_options session;
	struct sign_key key; /* --sign */
	int interrupt_fd;    /* -1: not taken yet */
	bool shows_progress;

	/* True, with the result filled, when a grade of it is there. */
	bool (*keep)(struct grade *g, const struct submission *sub);

	bool kept;            /* by keep() */
	enum outcome outcome; /* the result */
	int points, max_points;
	const char *reason;
};

/* Grade what is at `path`; an exit status. */
int grade_submission(struct grade *g, const char *path);

/* Grade all operands but the first into folders below --out. */
int grade_batch(struct grade *g);

#endif
