/*
 * verdict -- what findings come to, in points.
 *
 * Weights: a criterion earns points x passed weight / asked weight, rounded to
 * hundredths; one failed check keeps it below its maximum.  Pass, fail and
 * skip were asked; not-measured leaves both sums; one broken or flaky check
 * takes its whole criterion out of them.  Where a vital check failed, nothing
 * of its criterion is earned: what else passed was not for what was sent.
 *
 * Root causes: of all criteria that report a failure with the same `cause`,
 * the first one pays; elsewhere the check is shown and leaves both sums, so
 * that who breaks a view gets no points for what it would have shown.
 *
 * Gates: one that failed caps the exercise at VERDICT_GATE_PERCENT.
 */
#ifndef RUNNER_TRANSCRIPT_VERDICT_H
#define RUNNER_TRANSCRIPT_VERDICT_H

#include "runner/transcript/record.h"

#define VERDICT_GATE_PERCENT 40

struct verdict {
	int points, max_points; /* hundredths; of what was measured */
	bool flaky;             /* a criterion does not agree with itself */
	bool broken;            /* we failed to judge one */
};

/*
 * Fill status, points, max_points and capped of criteria[] and charged_by of
 * their checks; checks[i] is the writable criteria[i].checks.  max_points must
 * hold the manifest's; a criterion that leaves the sums keeps it for display.
 */
struct verdict verdict_score(struct arena *arena,
			     struct record_criterion *criteria,
			     struct record_check *const *checks, size_t n);

/* Did these points reach the threshold (hundredths of a percent)? */
bool verdict_reached(int points, int max_points, int threshold);

#endif
