/*
 * json -- a strict reader of RFC 8259 text, for evidence and manifests.
 *
 *   json_parse() once, then json_get(), json_int() and plain field access.
 *
 * Nothing is rounded or forgiven: a number keeps the text it was written
 * with, duplicate member names are all kept and flagged, every value knows
 * its line and column.  Everything lives in the arena; spans of strings and
 * numbers never point into the input.
 */
#ifndef RUNNER_BASE_JSON_H
#define RUNNER_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct err;

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Kept small: of a body of 10 MB there may be half a million. */
struct json {
	enum json_type type : 8;
	bool truth;               /* JSON_BOOL */
	bool has_duplicates;      /* JSON_OBJECT: a name occurs twice */
	int line, column;         /* 1-based, column in code points */
	unsigned count;           /* array items or object members, else 0 */
	union {
		struct span text; /* number as written; string decoded, UTF-8 */
		const struct json *items;          /* array */
		const struct json_member *members; /* object, in its order */
	};
};

struct json_member {
	struct span name; /* decoded */
	int line, column; /* of the name */
	struct json value;
};

#define JSON_DEPTH_MAX 512         /* deeper text is refused with -E2BIG */
#define JSON_BYTES_MAX (40u << 20) /* so is what would take more memory */

/*
 * Parse all of `text`.  -EINVAL with "line L, column C: what" in `err`, or
 * -E2BIG when it is nested too deep or holds too much.  A lone surrogate
 * escape is accepted and becomes U+FFFD; invalid UTF-8 is refused.
 */
int json_parse(struct arena *arena, struct span text, const struct json **ret,
	       struct err *err);

/* The last member of that name, or NULL; NULL when `v` is no object. */
const struct json *json_get(const struct json *v, const char *name);
const struct json *json_get_span(const struct json *v, struct span name);

/*
 * Many members of one object by name, which may be large and in any order: the
 * member at `hint` when it is of that name, else as json_get_span().
 */
struct json_lookup {
	const struct json *object;
	const struct json_member **sorted; /* once it is worth it */
	size_t misses;
};
const struct json *json_lookup(struct json_lookup *lookup, size_t hint,
			       struct span name);
void json_lookup_release(struct json_lookup *lookup);
#define AUTO_LOOKUP                                                            \
	__attribute__((cleanup(json_lookup_release))) struct json_lookup

/* A number that is an integer (1, 1.0, 1e2 are) and fits; else false. */
bool json_int(const struct json *v, int64_t *ret);
bool json_is_integer(const struct json *v); /* of any size */
double json_double(const struct json *v);   /* nearest; +-inf on overflow */

/* Numbers compare by value at any length (1 == 1.0 == 1e0): -1, 0 or 1. */
int json_compare_numbers(struct span a, struct span b);

/* Structural equality: member order is ignored, numbers by value. */
bool json_equal(const struct json *a, const struct json *b);

/* The string as a C string, or NULL when it is no string or holds a NUL. */
const char *json_str(const struct json *v);

const char *json_type_name(enum json_type type); /* "null", "boolean", ... */

struct buf;
/* Canonical one-line text; 0 or -EMSGSIZE when `out` is full. */
int json_print(const struct json *v, struct buf *out);

#endif
