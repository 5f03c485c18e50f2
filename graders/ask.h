/*
 * ask -- send a request, without a ladder of error checks.
 *
 * An exchange always comes back.  After an error of ours the rest of the run
 * gets exchanges without an answer, and `code` is what run() returns.
 */
#ifndef GRADERS_ASK_H
#define GRADERS_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/attr.h"
#include "runner/probe/http.h"

struct arena;
struct err;
struct exchange;
struct grading;
struct prng;

struct asking {
	struct grading *g;
	struct err *err;
	int code;  /* negative errno of the first error of ours */
	bool gone; /* nobody accepts connections any more */
	const struct http_header *headers; /* sent with every request */
	size_t n_headers;
};

/* A request without content. */
const struct exchange *ask(struct asking *a, const char *method,
			   const char *target);
/* With content; `type` may be NULL: no Content-Type. */
const struct exchange *ask_with(struct asking *a, const char *method,
				const char *target, const char *type,
				struct span body);
const struct exchange *ask_json(struct asking *a, const char *method,
				const char *target, const char *json);
/* As written, with the asker's headers added. */
const struct exchange *ask_request(struct asking *a, struct http_request req);

/*
 * `n` copies of a request at once (at most ASK_BURST_MAX), or n different
 * ones; each has a connection of its own.  NULL after an error of ours.
 */
#define ASK_BURST_MAX 100
const struct exchange *const *ask_burst(struct asking *a,
					const struct http_request *req,
					size_t n, bool same);

/* A random UUID of version 4. */
const char *ask_uuid(struct arena *arena, struct prng *prng);

bool ask_answered(const struct exchange *x);
bool ask_refused(const struct exchange *x); /* the app is gone */
bool ask_ok(const struct exchange *x);      /* answered with 2xx */

/* "201", "404 text/html", "no answer: connection refused". */
const char *ask_answer(struct arena *arena, const struct exchange *x);
/* "POST /products" */
const char *ask_what(struct arena *arena, const struct exchange *x);

#endif
