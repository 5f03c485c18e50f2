/* failure -- one failed check on a terminal, with all its evidence. */
#ifndef RUNNER_REPORT_FAILURE_H
#define RUNNER_REPORT_FAILURE_H

#include <stdbool.h>

struct paper;
struct record;
struct record_check;
struct record_criterion;

/* It says something about the submission, or about us. */
bool failure_is_one(const struct record_check *check);

/*
 * The failed check that tells most, NULL when none failed: of those about the
 * same request the one on its status, since the others follow from it.
 */
const struct record_check *failure_first(const struct record_criterion *c);

/* What `before` (the check printed last, or NULL) has shown already, the same
 * request for one, is not shown again. */
void failure_print(struct paper *p, const struct record *r,
		   const struct record_criterion *c,
		   const struct record_check *check,
		   const struct record_check *before);

/* A line for each check that could not be asked. */
void failure_print_skips(struct paper *p, const struct record_criterion *c);

#endif
