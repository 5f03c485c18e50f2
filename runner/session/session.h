/*
 * session -- one submission meets one exercise.
 *
 * Start the server in a box, wait until it accepts, ask the graders in the
 * manifest's order (those that look at the whole run last), stop.  Those that
 * may be asked beside the others are, or come behind them.  Everything
 * is recorded in the transcript, including our own failures.
 */
#ifndef RUNNER_SESSION_SESSION_H
#define RUNNER_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/transcript/record.h"

struct arena;
struct err;
struct exercise;
struct forkserver; /* sandbox/forkserver.h */
struct submission;
struct transcript;

struct session_options {
	uint64_t seed;
	bool cold;              /* never use a fork server */
	struct forkserver *warm; /* borrowed: use this one; may be NULL */
	bool reduced;           /* --isolation reduced */
	bool beside;            /* ask what may be asked beside the others of
				   a second instance, where there is a warm
				   server and a processor for it */
	int threshold;          /* hundredths of a percent, for the record */
	int64_t deadline_ms;    /* 0: the exercise's budget; of one run */
	int repeat;             /* run that often; who disagrees is flaky */
	const char *const *only; /* criterion ids; what they need runs too */
	size_t n_only;
	const char *const *first; /* asked before the others: who practises
				     waits for what failed last time */
	size_t n_first;
	bool public;            /* record nothing that a candidate may not
				   see: hidden checks, hints, questions */
	int interrupt_fd;       /* readable: stop asking, end cleanly; -1 */
	/* Called after each criterion, for progress; may be NULL.  After the
	 * last one nothing can take the grade away any more. */
	void (*progress)(void *ctx, const char *criterion, size_t done,
			 size_t all);
	void *ctx;
};

/*
 * A fork server for several runs: the one that is there for this user, else
 * one of our own.  NULL when there can be none; runs are cold then.
 */
struct forkserver *session_warm(struct arena *arena);

/*
 * The same for processes that are forked from now on, each of which connects
 * by itself.  Pass the result, which may be NULL, to the other one.
 */
const char *session_share_warm(struct arena *arena);
void session_unshare_warm(const char *shared);

/* Check the graders' options: the author's errors stop here. */
int session_configure(struct arena *arena, const struct exercise *ex,
		      struct err *err);

/* 0 when the transcript holds a verdict, even a bad one; -errno if not. */
int session_run(struct arena *arena, const struct exercise *ex,
		const struct submission *sub,
		const struct session_options *options, struct transcript *t,
		struct err *err);

/*
 * Record that a submission could not even be opened: a beginning, and the end
 * with the reason.  Of `sub` only path and label are needed.
 */
int session_refuse(struct arena *arena, const struct exercise *ex,
		   const struct submission *sub, const char *reason,
		   const struct session_options *options,
		   struct transcript *t, struct err *err);

/*
 * Ask the graders again without running anything: what they send is looked up
 * in `r`, with its seed.  A criterion that sends something else than the run
 * did is broken: it leaves the score.
 */
int session_regrade(struct arena *arena, const struct exercise *ex,
		    const struct record *r,
		    const struct session_options *options,
		    struct transcript *t, struct err *err);

#endif
