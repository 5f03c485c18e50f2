/*
 * view -- what of a record a candidate may see.
 *
 * Left out, so that no format has to think of it: hidden criteria and checks,
 * what they sent and received and what the app logged meanwhile, hints and
 * follow-up questions, and every text that names something hidden.  Points
 * are summed again over what is left: hidden totals do not show.
 */
#ifndef RUNNER_REPORT_VIEW_H
#define RUNNER_REPORT_VIEW_H

struct arena;
struct record;

const struct record *view_candidate(struct arena *arena,
				    const struct record *r);

#endif
