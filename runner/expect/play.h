/*
 * play -- run a compiled script against a server.
 *
 *   Fill a struct play_host, call play_run(); each check is reported as it is
 *   decided, in the order of the script.
 *
 * What the server does is never an error.  An error is the author's (-EINVAL
 * with FILE:LINE:COLUMN, such as a variable that nothing defines) or ours.
 */
#ifndef RUNNER_EXPECT_PLAY_H
#define RUNNER_EXPECT_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct err;
struct http_request;
struct http_response;
struct script;

#define PLAY_REDIRECTS_MAX 50
#define PLAY_REPEAT_MAX    1000
#define PLAY_RETRY_MAX     1000
#define PLAY_DELAY_MAX_MS  60000

struct play_reply {
	const struct http_response *res;
	const void *evidence; /* given back with the checks; may be NULL */
};

enum play_status { PLAY_PASS, PLAY_FAIL, PLAY_SKIP, PLAY_BROKEN };

struct play_check {
	enum play_status status;
	const char *id;
	const char *title;  /* with the values of this run in it */
	const char *name;   /* as written: the same in every run */
	const char *expected, *actual; /* may be NULL */
	const char *message;           /* why not; NULL when it passed */
	const char *spec, *hint, *tag, *cause; /* may be NULL */
	int line, column;              /* in the script */
	int weight;
	bool hidden, vital;
	const void *evidence;          /* of the reply it is about, or NULL */
};

struct play_variable {
	const char *name, *value;
};

struct play_host {
	void *ctx;
	const char *base;  /* "http://127.0.0.1:8000" */
	uint64_t seed;
	const char *label; /* of this script's random values */
	const struct play_variable *variables;
	size_t n_variables;
	bool stop_at_failure; /* as Hurl: nothing behind a failed entry */

	/* 0 and a reply, or a negative errno when *we* failed.  The reply is
	 * wanted for as long as `arena` is there. */
	int (*send)(void *ctx, struct arena *arena,
		    const struct http_request *req, struct play_reply *ret,
		    struct err *err);
	/* ret[i] answers req[i]; NULL: bursts are sent one by one. */
	int (*burst)(void *ctx, struct arena *arena,
		     const struct http_request *req, size_t n,
		     struct play_reply *ret, struct err *err);
	/* Bytes as they are over a connection of their own: http_raw(). */
	int (*raw)(void *ctx, struct arena *arena, struct span bytes,
		   int64_t timeout_ms, struct play_reply *ret,
		   struct err *err);
	/* Start the app again; NULL: `restart` cannot be had (broken). */
	int (*restart)(void *ctx, bool *ret_ready, struct err *err);
	void (*report)(void *ctx, const struct play_check *check);
};

struct play_result {
	size_t passed, failed, skipped, broken, requests;
	bool unreachable; /* the first request found nobody listening */
};

int play_run(struct arena *arena, const struct script *script,
	     const struct play_host *host, struct play_result *ret,
	     struct err *err);

#endif
