/* facts -- what several reports derive from a record in the same way. */
#ifndef RUNNER_REPORT_FACTS_H
#define RUNNER_REPORT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct json;
struct record;
struct record_criterion;

/* A member's value, or `absent` when it is missing or of another type. */
const char *fact_str(const struct json *v, const char *name,
		     const char *absent);
int64_t fact_int(const struct json *v, const char *name, int64_t absent);

/* Its points are in both sums of the score. */
bool criterion_is_measured(const struct record_criterion *c);

/* In hundredths: its own points that are lost; and with them what its failure
 * takes from the others, so that all that is lost is the sum over all. */
int criterion_lost_itself(const struct record_criterion *c);
int criterion_lost(const struct record_criterion *c);

/* All of them, the one that lost most first, equal ones in their order. */
const struct record_criterion *const *
criteria_by_loss(struct arena *arena, const struct record *r);

/*
 * What the brief says of it: "R2.3: text", "R2.3", or NULL.  A grader's check
 * may be about any clause of its criterion: both are shown where there are
 * two, else the others are named.
 */
struct finding;
const char *criterion_clause(struct arena *arena,
			     const struct record_criterion *c,
			     const struct finding *f);

/* Hundredths of a percent; 0 when nothing was measured. */
int record_percent(const struct record *r);

/* The criterion whose failure caps the score, and the hundredths of points
 * that there would be without the cap; NULL when none does. */
const struct record_criterion *record_shut_gate(const struct record *r,
						int *ret_before);

const char *record_title(const struct record *r); /* of the exercise */
const char *record_label(const struct record *r); /* of the submission */

/* What the app wrote outside every request: why it did not start, mostly. */
struct span record_startup_log(const struct record *r);

/* System calls that were refused, each kind once, in the order in which they
 * came first; what no room is for is counted in the last one. */
#define DENIED_KINDS_MAX 500

struct denied_kind {
	const char *call, *detail;
	int64_t count;
};

const struct denied_kind *record_denied(struct arena *arena,
					const struct record *r, size_t *ret_n);

/* Packages that the environment lacks and a view wanted; NULL ends them. */
const char *const *record_lacks(struct arena *arena, const struct record *r);

/* The last `lines` lines: a traceback ends with what went wrong. */
struct span span_last_lines(struct span s, int lines);

#endif
