/*
 * send -- a request that the manifest describes, with places to fill.
 *
 *	{"method": "POST", "path": "/counters/{id}/hits",
 *	 "json": {"name": "{word}"}, "form": {...}, "headers": {...}}
 *
 * {id}, {word} and {text} are replaced by values of the run, escaped for the
 * place where they stand.
 */
#ifndef GRADERS_SEND_H
#define GRADERS_SEND_H

#include <stdbool.h>
#include <stddef.h>

#include "graders/ask.h"
#include "graders/option.h"

struct json;

struct send {
	const char *method, *path;
	const struct json *json, *form; /* at most one of them */
	const struct http_header *headers;
	size_t n_headers;
};

struct send_values {
	const char *id, *word, *text; /* NULL: the place stays as it is */
};

/* Read the member `name` of `v`; absent leaves *ret NULL. */
void option_send(struct options *o, const struct json *v, const char *name,
		 const char *method, const struct send **ret);
/* The headers of an object {"Name": "value"}. */
void option_headers(struct options *o, const struct json *v, const char *name,
		    const struct http_header **ret, size_t *ret_n);

/* The request with its places filled; lives in `arena`. */
struct http_request send_request(struct arena *arena, const struct send *send,
				 const struct send_values *values);
const struct exchange *send_now(struct asking *a, const struct send *send,
				const struct send_values *values);

/* `text` with the places filled, escaped for a URL when `url` is set. */
const char *send_fill(struct arena *arena, const char *text,
		      const struct send_values *values, bool url);

/* The cookies that an answer sets, as one Cookie header; NULL: none. */
const struct http_header *send_cookies(struct arena *arena,
				       const struct exchange *x);

#endif
