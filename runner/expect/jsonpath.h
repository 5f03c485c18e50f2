/*
 * jsonpath -- RFC 9535 queries on the values of runner/base/json.h.
 *
 *   jsonpath_compile() when the script is loaded, jsonpath_select() per body.
 *
 * Complete: all selectors, filters, the five functions and their types.
 * Regular expressions of match() and search() are I-Regexp (RFC 9485).
 */
#ifndef RUNNER_EXPECT_JSONPATH_H
#define RUNNER_EXPECT_JSONPATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;
struct json;
struct jsonpath; /* compiled; immutable; lives in its arena */

#define JSONPATH_NODES_MAX 500000 /* selected in one query */
#define JSONPATH_DEPTH_MAX 100     /* nesting of the query's text */

struct jsonpath_nodes {
	const struct json **items; /* in the order of RFC 9535 section 2.1.2 */
	size_t n;
};

/* -EINVAL with "column C: what" (1-based, bytes) when `text` is no query. */
int jsonpath_compile(struct arena *arena, struct span text,
		     const struct jsonpath **ret, struct err *err);

/* 0, or -E2BIG when a ceiling was reached; *ret lives in `arena`. */
int jsonpath_select(const struct jsonpath *path, struct arena *arena,
		    const struct json *root, struct jsonpath_nodes *ret);

/* Can it select one node at most (section 2.3.5.1, singular query)? */
bool jsonpath_is_singular(const struct jsonpath *path);

#endif
