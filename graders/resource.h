/*
 * resource -- what an exercise creates, lists and breaks: one entry of the
 * manifest's `resources`.
 *
 *   resource_option() when the exercise is loaded; resource_asking(), then
 *   resource_create() and friends when it runs.
 */
#ifndef GRADERS_RESOURCE_H
#define GRADERS_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graders/ask.h"
#include "graders/field.h"
#include "graders/option.h"

struct exercise;
struct grading;
struct json;

enum unknown_members { UNKNOWN_ANY, UNKNOWN_REJECT, UNKNOWN_IGNORE };

struct resource_list {
	const char *items;  /* pointer, or NULL: found */
	const char *total;  /* pointer, "header:NAME", or NULL */
	const char *page, *size, *query; /* NULL: none */
	const char *cursor, *next; /* of the cursor grader; NULL: none */
	int64_t first_page, default_size, max_size; /* sizes 0: not said */
};

struct resource_statuses {
	struct statuses created, read, replaced, patched, deleted, missing,
		bad_id, invalid, malformed, media_type, too_large, conflict;
};

struct resource {
	const char *name, *path, *item, *id;
	const char *at; /* pointer to the row in an answer, or NULL: found */
	const struct field *fields;
	size_t n_fields;
	unsigned unknown; /* enum unknown_members */
	const struct http_header *headers;
	size_t n_headers;
	struct resource_list list;
	struct resource_statuses statuses;
};

/* Read `with.resource`: a name in the manifest's `resources`, or the object
 * itself. */
void resource_option(struct options *o, const struct exercise *ex,
		     const struct json *with, const char *name,
		     const struct resource **ret);
const struct field *resource_field(const struct resource *r,
				   const char *name);

/* An asker that sends the resource's headers. */
struct asking resource_asking(const struct resource *r, struct grading *g,
			      struct err *err);

/* An object to send: names and values as JSON text. */
#define BODY_MEMBERS_MAX 64
struct body {
	const char *names[BODY_MEMBERS_MAX], *values[BODY_MEMBERS_MAX];
	size_t n;
};

/* A valid object: all writable fields, or the required ones only. */
struct body resource_body(const struct resource *r, struct prng *prng,
			  struct arena *arena, bool all);
void body_set(struct body *body, const char *name, const char *value);
void body_drop(struct body *body, const char *name);
const char *body_value(const struct body *body, const char *name);
const char *body_text(struct arena *arena, const struct body *body);

/* A row that was made for a check. */
struct row {
	bool ok;
	const char *why;     /* not ok: "POST /products answered 500" */
	const char *id;      /* as in a URL, not encoded; NULL: not shown */
	const char *target;  /* of the row */
	struct body body;    /* as sent */
	const struct json *shown; /* the row in the answer, or NULL */
	const struct exchange *created;
};

/* POST `body`; any 2xx that tells where the row is will do. */
struct row resource_create(struct asking *a, const struct resource *r,
			   struct body body);
/* A random valid one. */
struct row resource_make(struct asking *a, const struct resource *r);

/* The target of the row with this id. */
const char *resource_target(struct arena *arena, const struct resource *r,
			    const char *id);
/* What an answer tells about the row that it shows or points to. */
void resource_identify(struct arena *arena, const struct resource *r,
		       const struct exchange *x, struct row *ret);

/*
 * The members of `body` that `shown` does not hold with the same value: NULL
 * when all are there, else a line for people.
 */
const char *resource_differs(struct arena *arena, const struct resource *r,
			     const struct body *body,
			     const struct json *shown);

#endif
