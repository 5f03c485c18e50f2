/* schema_check -- one check under way, and its assertions (schema_assert.c). */
#ifndef RUNNER_EXPECT_SCHEMA_CHECK_H
#define RUNNER_EXPECT_SCHEMA_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct arena;
struct json;
struct schema;
struct schema_result;

struct schema_path { /* where in the instance; NULL is its root */
	const struct schema_path *outer;
	struct span name;
	size_t index;
	bool is_member;
};

struct schema_run {
	const struct schema *schema;
	struct arena *arena;
	unsigned flags;
	struct schema_result *result;
	int quiet; /* > 0: inside an alternative, errors are not kept */
	int depth;
	int64_t steps;
	size_t regex_steps; /* that are left */
	bool exhausted;
};

/* Keep an error unless quiet; always false. */
bool schema_fail(struct schema_run *run, const struct schema_path *at,
		 const char *keyword, const char *fmt, ...) PRINTF(4, 5);

/* Keywords that look at the value alone; true for any other keyword. */
bool schema_assert(struct schema_run *run, struct span keyword,
		   const struct json *kw, const struct json *v,
		   const struct schema_path *at);

#endif
