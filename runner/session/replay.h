/*
 * replay -- a run's requests sent again, to the same app in a fresh box.
 *
 * Nothing is judged: what is told is where the answers differ.  What stands
 * before a criterion's requests is sent, too: they ask for what it made.
 */
#ifndef RUNNER_SESSION_REPLAY_H
#define RUNNER_SESSION_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/probe/http.h"

struct arena;
struct err;
struct exercise;
struct record;
struct session_options;
struct submission;

struct replay_step {
	size_t event; /* of the recorded request */
	const char *method, *target;
	const struct http_response *before, *after;
	bool same_status, same_type, same_body;
};

struct replay {
	const struct record *r;
	const char *criterion; /* only its requests count; NULL: all do */
	void (*step)(void *ctx, const struct replay_step *step);
	void *ctx;
	size_t n_sent, n_left_out; /* filled */
};

/* 0 when all that can be was sent; -ECANCELED when it was interrupted; else
 * a negative errno, and why the app could not be started. */
int session_replay(struct arena *arena, const struct exercise *ex,
		   const struct submission *sub,
		   const struct session_options *options,
		   struct replay *replay, struct err *err);

#endif
