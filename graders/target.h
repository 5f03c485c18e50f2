/*
 * target -- request targets, and where a Location or a Link leads from one.
 */
#ifndef GRADERS_TARGET_H
#define GRADERS_TARGET_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

/*
 * Resolve `reference` against the target it was an answer to (section 5.2):
 * the new target.  NULL when it has a scheme other than http or https, or
 * bytes that no URI has.  *ret_host is its host and port, or NULL when it
 * stays where it is.
 */
const char *target_resolve(struct arena *arena, const char *base,
			struct span reference, const char **ret_host);

/* "127.0.0.1:8000", "localhost", "[::1]:8000": this machine. */
bool target_is_local(const char *host);

/* The decoded value of a query parameter of a target, or NULL. */
const char *target_param(struct arena *arena, const char *target,
		      const char *name);

/* `text` with everything but unreserved characters percent-encoded. */
const char *target_encode(struct arena *arena, struct span text);

/* Path and path, without queries, equal up to one trailing slash? */
bool target_same_path(const char *a, const char *b);

/* `target` with "name=value" added to its query. */
const char *target_with(struct arena *arena, const char *target,
		     const char *name, const char *value);

#endif
