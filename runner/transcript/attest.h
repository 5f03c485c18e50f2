/*
 * attest -- a signed statement about a transcript, for others to check.
 *
 * A DSSE envelope around an in-toto statement (version 1) whose predicate is
 * "test-result" 0.1: the subjects are the transcript and the submission, by
 * digest; the configuration is the exercise; passed and failed criteria are
 * the tests.
 */
#ifndef RUNNER_TRANSCRIPT_ATTEST_H
#define RUNNER_TRANSCRIPT_ATTEST_H

#include "runner/base/span.h"

struct arena;
struct err;
struct record;
struct sign_key;

#define ATTEST_BYTES_MAX (1u << 20)

/* The envelope as JSON text; `lines` is the transcript that `r` was read
 * from.  Hidden criteria are not named. */
const char *attest_make(struct arena *arena, const struct record *r,
			struct span lines, const struct sign_key *key);

/* -EINVAL and why: no envelope, another key, another transcript. */
int attest_check(struct arena *arena, struct span envelope, struct span lines,
		 const struct sign_key *key, struct err *err);

#endif
