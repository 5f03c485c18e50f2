/*
 * shadow -- why a warm start would not be the same program as a cold one.
 *
 * The fork server has imported packages already: a submission that brings a
 * module of the same name would not get its own, and one that was written for
 * another version should not be told apart from what it would meet cold.
 */
#ifndef RUNNER_SUBMISSION_SHADOW_H
#define RUNNER_SUBMISSION_SHADOW_H

struct arena;
struct submission;

/* "shadows redis", "pins Flask==1.1 (here 3.1.3)", or NULL.  `dir` is where
 * the app starts, below the submission. */
const char *shadow_reason(struct arena *arena, const struct submission *sub,
			  const char *dir);

#endif
