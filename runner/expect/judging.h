/* judging -- the checks of one entry, collected before they are reported. */
#ifndef RUNNER_EXPECT_JUDGING_H
#define RUNNER_EXPECT_JUDGING_H

#include "runner/expect/state.h"

struct judging {
	struct state *s;
	const struct entry *e;
	struct list_of_checks {
		struct play_check *items;
		size_t n, cap;
	} checks;
	const char *written, *shown; /* the entry's title; NULL: not yet made */
	bool failed;
	int error;       /* the author's mistake, found while judging */
	const char *why;
};

/* A new check of `marks`, with what the entry says where marks do not. */
struct play_check *judging_add(struct judging *j, const struct marks *marks,
			       struct place at, const char *title);
void judging_pass(struct judging *j, struct play_check *c);
void judging_fail(struct judging *j, struct play_check *c, const char *why);

/* Captures and every check of the entry against state->answer. */
void judge_entry(struct judging *j);
/* Every check of the entry is the same: not sent, or not answered. */
void judge_all(struct judging *j, enum play_status status, const char *why);

/* judgebody.c: an expected body. */
void judge_body(struct judging *j);
const char *judge_body_wanted(struct judging *j); /* for when none came */

#endif
