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
	const char *transcript, *label, *isolation, *view, *sign, *out, *bundle;
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
	bool is_one_of_many; /* no progress and no path of its own */

	/* True, with the result filled, when a grade of it is there. */
	bool (*keep)(struct grade *g, const struct submission *sub);

	bool kept;            /* by keep() */
	enum outcome outcome; /* the result */
	int points, max_points;
	const char *reason;
	const char *trouble; /* why it is not what it should be; ours */
};

/* Grade what is at `path`; an exit status. */
int grade_submission(struct grade *g, const char *path);

/* Load the exercise `name` into g->ex; an exit status. */
int grade_load(struct grade *g, const char *name);

/* Where the transcript goes unless g->path says it: into the user's state. */
int grade_choose_path(struct grade *g, struct err *err);

/* One of several grades. */
struct grade_job {
	const struct exercise *ex;
	const char *path;       /* of the submission */
	const char *name;       /* of its folder below --out, and its label */
	const char *transcript; /* NULL: in its folder below --out */
};

struct batch_row; /* runner/cmd/batch_summary.h */

/*
 * Grade them all, --jobs at a time, each in a process of its own: one row for
 * each in *ret, also where -ECANCELED says that not all were begun.
 */
int grade_many(struct grade *g, const struct grade_job *jobs, size_t n,
	       const struct batch_row **ret, struct err *err);

/* Grade all operands but the first into folders below --out. */
int grade_batch(struct grade *g);

/* Grade the folder that is the only operand by the exercises of --bundle. */
int grade_bundle(struct grade *g);

#endif
