/*
 * run -- what the files of session/ share about one run.
 *
 * session.c owns it, grading.c gives graders their view of it, events.c
 * writes it down.
 */
#ifndef RUNNER_SESSION_RUN_H
#define RUNNER_SESSION_RUN_H

#include "runner/base/prng.h"
#include "runner/grader.h"
#include "runner/session/recorded.h"
#include "runner/session/service.h"
#include "runner/session/session.h"
#include "runner/submission/discover.h"
#include "runner/transcript/record.h"
#include "runner/transcript/verdict.h"

/* One criterion of this run. */
struct run_criterion {
	const struct criterion *c;
	const struct grader *grader;
	const void *config; /* what grader->configure made of its options */
	bool selected;      /* --only */
	bool planned, asked;
};

/* Findings as they come, so that `needs` can be answered. */
struct run_findings {
	struct record_check *checks;
	size_t n, cap;
};

#define RUN_LACKS_MAX 8

struct run {
	struct arena *arena;
	const struct exercise *ex;
	const struct submission *sub;
	const struct session_options *options;
	struct transcript *t;
	struct run_criterion *criteria; /* ex->n_criteria of them */
	struct run_findings *findings;
	size_t *plan;              /* the order in which they are asked */
	size_t n_plan;
	size_t n_selected, n_done;
	bool stopped; /* when the latest of them had been asked */

	struct recorded *recorded; /* answers of another run, or NULL */
	struct launch launch;
	struct service_spec spec;
	struct service *service; /* NULL with `recorded` */
	struct service_start start;
	int timer_fd, stop_fd;

	const struct exchange **exchanges;
	size_t n_exchanges, cap_exchanges;
	int64_t output_at;      /* output before it is in the record */
	int denied_counts[SANDBOX_DENIED_MAX]; /* as recorded */

	struct lane *lane;      /* the second instance, or NULL */
	const struct record *told; /* of what it was asked: `recorded` */
	int instance;           /* whose exchanges are being recorded */
	const char *lacks[RUN_LACKS_MAX]; /* packages that were named */
	size_t n_lacks;
};

/* A grader at work on one criterion. */
struct grading {
	struct run *run;
	struct arena *arena; /* of this criterion */
	const struct run_criterion *rc;
	struct run_findings *findings;
	struct prng prng;
	const struct exchange *latest; /* of this criterion */
};

/* grading.c */
/* Ask one criterion's question; what breaks becomes a finding. */
void run_criterion(struct run *run, size_t i);
/* What the findings so far come to, by the code that makes every verdict;
 * `ret` has room for all criteria of the exercise. */
struct verdict run_verdict(const struct run *run, struct arena *arena,
			   struct record_criterion *ret);
/* Take a criterion out of the score: its runs do not agree. */
void run_flaky(struct run *run, size_t i, const char *message);
/* Record what the app printed and tried since the last time. */
struct span run_record_output(struct run *run, size_t request);

/* lane.c: a second instance of the app, in a box of its own, which a process
 * of ours asks at the same time. */
/* Is `i` asked of that one? */
bool lane_has(const struct run *run, size_t i);
/* Begin, if there is anything to be asked there and a processor for it. */
void lane_begin(struct run *run);
/* Make what `i` was answered there a part of this run; false: nothing was. */
bool lane_take(struct run *run, size_t i);
/* The output and the denied calls that came there with the answers that were
 * looked up since the last time. */
struct span lane_relay(struct run *run, size_t request);
/* Wait for its end, and count its box's usage into `state`. */
void lane_end(struct run *run, struct sandbox_state *state);

/* repeat.c */
/* Run again, options->repeat times in all, and compare. */
void run_repeat(struct run *run);

/* events.c */
void run_event_begin(struct run *run);
void run_event_started(struct run *run, const struct sandbox_state *state);
void run_event_ready(struct run *run);
/* From now on it is the `number`-th instance of the app that answers. */
void run_event_instance(struct run *run, int number);
void run_event_signal(struct run *run, int sig);
/* `done_ns` of clock_ns(); 0: nobody knows any more. */
void run_event_restart(struct run *run, bool ready, const char *reason,
		       int64_t done_ns);
void run_event_lacks(struct run *run, size_t request, const char *package);
void run_event_denied(struct run *run, size_t request,
		      const struct sandbox_denied *denied, int count);
/* What criteria came to in the k-th run; NULL where it had none. */
void run_event_repeat(struct run *run, int k, const char *outcome,
		      const char *const *statuses);
void run_event_box_ended(struct run *run, const struct sandbox_state *state);
/* `outcome` is "graded" or the name of an enum outcome. */
void run_event_end(struct run *run, const char *outcome, const char *reason,
		   const char *detail);

#endif
