/*
 * schema -- JSON Schema 2020-12 on the values of runner/base/json.h.
 *
 *   schema_compile() when the exercise is loaded, schema_check() per body.
 *
 * All vocabularies of the standard; the metaschemas are bundled.  A reference
 * to any other document is refused when compiling: nothing is ever fetched.
 * `format` annotates (2020-12 section 7.2.1) unless SCHEMA_ASSERT_FORMAT.
 */
#ifndef RUNNER_EXPECT_SCHEMA_H
#define RUNNER_EXPECT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct json;
struct schema; /* compiled; immutable; lives in its arena */

#define SCHEMA_ERRORS_MAX 20
#define SCHEMA_DEPTH_MAX  400
#define SCHEMA_STEPS_MAX  20000000 /* subschemas applied in one check */

enum schema_flags {
	SCHEMA_ASSERT_FORMAT = 1 << 0,
};

struct schema_error {
	const char *instance; /* JSON Pointer (RFC 6901) into the instance */
	const char *keyword;  /* "required", "type", ... */
	const char *message;  /* "must have the member `name`" */
};

struct schema_result {
	bool valid;
	struct schema_error errors[SCHEMA_ERRORS_MAX];
	size_t n_errors; /* kept; there may be more */
};

/* -EINVAL with "line L, column C: what" when `root` is no valid schema. */
int schema_compile(struct arena *arena, const struct json *root,
		   const struct schema **ret, struct err *err);

/* 0 and *ret, or -E2BIG when a ceiling above was reached: the author's. */
int schema_check(const struct schema *schema, struct arena *arena,
		 const struct json *instance, unsigned flags,
		 struct schema_result *ret, struct err *err);

#endif
