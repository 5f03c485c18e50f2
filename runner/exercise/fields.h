/*
 * fields -- strict reading of a JSON object into a struct, by table.
 *
 * Everything that is not in the table is an error with a suggestion: a typo in
 * a manifest must stop the author, not silently change a grade.  Messages
 * read `file:line:column: what is wrong`.
 */
#ifndef RUNNER_EXERCISE_FIELDS_H
#define RUNNER_EXERCISE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct arena;
struct err;
struct json;

/* How a member is read, and the type of the field it goes to. */
enum field_kind {
	FIELD_STR,     /* const char *; not empty */
	FIELD_STRINGS, /* const char *const *, and size_t at offset_n */
	FIELD_BOOL,    /* bool */
	FIELD_INT,     /* int, from min to max */
	FIELD_INT64,   /* int64_t, from min to max */
	FIELD_POINTS,  /* int, hundredths; at most two decimals */
	FIELD_JSON,    /* const struct json *; looked at by somebody else */
	FIELD_IGNORED, /* allowed and not kept */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_kind kind;
	size_t offset, offset_n;
	bool required;
	int64_t min, max;
	const char *const *choices; /* FIELD_STR: NULL-terminated, or NULL */
};

struct fields {
	struct arena *arena;
	const char *file; /* for messages */
};

/* JSON text; -EINVAL and the place of the mistake. */
int fields_parse(const struct fields *in, struct span text,
		 const struct json **ret, struct err *err);

/* -EINVAL and the place of the mistake: `what` names the object. */
int fields_read(const struct fields *in, const struct json *object,
		const char *what, const struct field *table, void *to,
		struct err *err);

/* -EINVAL, with the place of `at` before the message. */
int fields_wrong(const struct fields *in, const struct json *at,
		 struct err *err, const char *fmt, ...) PRINTF(4, 5);

/* An id: lower-case letters, digits and single hyphens. */
bool fields_is_id(const char *s);

#endif
