/* practice -- what the verbs of practice share. */
#ifndef RUNNER_CMD_PRACTICE_H
#define RUNNER_CMD_PRACTICE_H

struct command;
struct criterion;
struct practice;
struct record;
struct record_criterion;

/*
 * The public criterion of that id; NULL after saying that there is none (a
 * hidden one is none for a candidate).
 */
const struct criterion *practice_criterion(const struct command *c,
					   const struct practice *p,
					   const char *id);

/* The one that the command line names, else the one that fails first in the
 * last grade; NULL after saying why there is none. */
const struct criterion *practice_chosen(const struct command *c,
					const struct practice *p);

const struct record_criterion *
practice_result(const struct record *r, const char *id); /* or NULL */

/* The criterion to work on: the one that lost most; or NULL. */
const struct record_criterion *practice_next(const struct record *r);

#endif
