/*
 * recorded -- the exchanges of a run, read back from its transcript.
 *
 * Graders draw their values from the run's seed, so that with the same seed
 * they send the same requests and can be given the recorded answers.
 */
#ifndef RUNNER_SESSION_RECORDED_H
#define RUNNER_SESSION_RECORDED_H

#include <stdbool.h>
#include <stdint.h>

#include "runner/probe/http.h"

struct arena;
struct record;
struct recorded;

struct recorded *recorded_new(struct arena *arena, const struct record *r);

/* Its clock began at `begin_ns` of ours: answers say when they came. */
void recorded_place(struct recorded *rec, int64_t begin_ns);

/* Does the record end before the run did? */
bool recorded_is_cut(const struct recorded *rec);

/*
 * The answer to the next such request of this criterion that was not asked
 * for before.  False when there is none.
 */
bool recorded_find(struct recorded *rec, const char *criterion,
		   const struct http_request *req, struct http_response *ret);
bool recorded_find_raw(struct recorded *rec, const char *criterion,
		       struct span bytes, struct http_response *ret);

/* The first request that was found since this was asked last, or
 * RECORD_NONE. */
size_t recorded_since(struct recorded *rec);

/* What became of the next restart. */
struct recorded_restart {
	bool ready;
	int64_t start_ms;
	int64_t done_ns;    /* clock_ns() then; 0: on a clock that is gone */
	const char *reason; /* why it is not ready, or NULL */
};
struct recorded_restart recorded_restart(struct recorded *rec);

/* What request event `n` sent.  False when it is none, or was cut. */
struct recorded_request {
	const char *criterion;
	bool raw;
	struct span bytes; /* if raw */
	struct http_request req;
};
bool recorded_request(struct arena *arena, const struct record *r, size_t n,
		      struct recorded_request *ret);
/* The answer to request event `n`; false when none was recorded. */
bool recorded_response(struct arena *arena, const struct record *r, size_t n,
		       struct http_response *ret);

#endif
