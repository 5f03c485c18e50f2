/*
 * exchange -- one request of a record and what came back, read for showing.
 *
 * The bytes are the candidate's: whoever prints them escapes them.
 */
#ifndef RUNNER_REPORT_EXCHANGE_H
#define RUNNER_REPORT_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct json;
struct record;

struct header_view {
	struct span name, value;
};

struct body_view {
	struct span bytes;  /* as far as recorded */
	int64_t all_bytes;  /* how many there were */
	bool given;
};

struct exchange_view {
	size_t event;       /* of the request */
	const char *criterion; /* that sent it, or NULL */
	const char *method, *target;
	const char *curl;   /* or NULL */
	int64_t sent_at_ns;
	const struct header_view *sent_headers;
	size_t n_sent_headers;
	struct body_view sent;

	bool answered;      /* a status line came */
	const char *end;    /* http_end_name(), or "none" */
	const char *fault;  /* "http-limit(body)" and the like, or NULL */
	const char *why;    /* or NULL */
	int status;
	const char *reason;
	const struct header_view *headers;
	size_t n_headers;
	struct body_view came;
	int64_t total_us;

	struct span log;    /* what the app wrote meanwhile */
};

/* False when event `n` is no request. */
bool exchange_view(struct arena *arena, const struct record *r, size_t n,
		   struct exchange_view *ret);

/* The first header of that name, ignoring case; {NULL, 0} when there is
 * none. */
struct span exchange_header(const struct header_view *headers, size_t n,
			    const char *name);

/* "404 Not Found", or why there was no answer. */
const char *exchange_outcome(struct arena *arena,
			     const struct exchange_view *x);

/*
 * The last traceback that the app logged during the request, from its
 * "Traceback" line to the error itself; empty when it logged none.
 */
struct span exchange_traceback(const struct exchange_view *x);

/* Bytes recorded as {"text": ...} or {"base64": ...}. */
struct body_view body_view(struct arena *arena, const struct json *v);

#endif
