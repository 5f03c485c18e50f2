/*
 * grader -- the interface of every file in graders/, and all a grader may do.
 *
 * The runner names no grader: grader_table is defined in graders/table.c and
 * found by the linker.  That keeps every #include pointing down the map.
 *
 * A grader asks one question with the calls below.  Each thing it looked at
 * becomes a check (grading_pass, _fail, _skip, _not_measured); the criterion
 * earns the weighted share of its checks that passed.  It says what was asked,
 * what came, and where it is written that it should differ.
 */
#ifndef RUNNER_GRADER_H
#define RUNNER_GRADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/prng.h"
#include "runner/probe/http.h"
#include "runner/transcript/transcript.h"

struct arena;
struct criterion;
struct err;
struct exercise;
struct grading; /* one grader at work on one criterion of one submission */
struct json;
struct submission;

enum grader_flags {
	GRADER_RUNS_LAST = 1 << 0, /* looks at what all others caused */
};

struct grader {
	const char *name;     /* as written in exercise.json */
	const char *question; /* one line, ends in '?' */
	unsigned flags;       /* enum grader_flags */

	/*
	 * Check the options when the exercise is loaded; may be NULL.  What is
	 * wrong is the author's: -EINVAL with `line L: what` in `err`.
	 */
	int (*configure)(struct arena *arena, const struct exercise *ex,
			 const struct criterion *c, const void **ret_config,
			 struct err *err);

	/* Ask.  Negative only when *we* failed: the criterion is broken. */
	int (*run)(struct grading *g, const void *config, struct err *err);
};

extern const struct grader *const grader_table[]; /* NULL-terminated */
const struct grader *grader_find(const char *name); /* or NULL */

/* A request and its answer, with their numbers in the transcript. */
struct exchange {
	struct http_request req;
	struct http_response res;
	size_t request_event, response_event;
	const char *criterion; /* that sent it */
	struct span log;       /* the app's output meanwhile */
};

/* What a grader may look at.  All of it lives as long as the run. */
const struct exercise *grading_exercise(const struct grading *g);
const struct criterion *grading_criterion(const struct grading *g);
const struct submission *grading_submission(const struct grading *g);
struct arena *grading_arena(struct grading *g);
/* A stream of random values of this criterion's own. */
struct prng *grading_prng(struct grading *g);
uint64_t grading_seed(const struct grading *g);
/* Every exchange of the run so far, in order. */
const struct exchange *const *grading_exchanges(const struct grading *g,
						size_t *ret_n);

/*
 * What a grader may do to the app; all of it lands in the transcript.
 * *ret lives as long as the run.  An app that has died is a result
 * (HTTP_REFUSED, HTTP_CANCELLED), never an error.
 */
int grading_send(struct grading *g, const struct http_request *req,
		 const struct exchange **ret, struct err *err);
int grading_burst(struct grading *g, const struct http_request *req, size_t n,
		  const struct exchange *const **ret, struct err *err);
int grading_raw(struct grading *g, struct span bytes, int64_t timeout_ms,
		const struct exchange **ret, struct err *err);
/* Send `sig` to the server's main process. */
int grading_signal(struct grading *g, int sig, struct err *err);
/*
 * Kill everything but init, start again with the same files, wait for ready.
 * *ret_ready false: the app did not come back (the candidate's).
 */
int grading_restart(struct grading *g, bool *ret_ready, struct err *err);

/*
 * Say what was found.  Unset members are derived: evidence is the latest
 * exchange, spec the criterion's first, weight 1.  Strings are copied.
 */
struct check {
	const char *id, *title, *expected, *actual, *cause, *spec, *hint,
		*source;
	const char *name; /* where the title has values of this run: without */
	const struct exchange *evidence;
	int weight;
	bool hidden;
	bool vital; /* without it nothing of the criterion is earned */
};

void grading_pass(struct grading *g, const struct check *check);
void grading_fail(struct grading *g, const struct check *check,
		  const char *fmt, ...) PRINTF(3, 4);
void grading_skip(struct grading *g, const struct check *check,
		  const char *fmt, ...) PRINTF(3, 4);
void grading_not_measured(struct grading *g, const struct check *check,
			  const char *fmt, ...) PRINTF(3, 4);

#define CHECK(...) (&(const struct check){ __VA_ARGS__ })

#endif
