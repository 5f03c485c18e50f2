/*
 * pattern -- random strings that a field's `pattern` accepts, and some that it
 * surely does not.
 *
 * The subset that the README names: literals, escapes, classes, groups,
 * alternatives, repetition.  No matching is done: what is generated is right
 * by construction.
 */
#ifndef GRADERS_PATTERN_H
#define GRADERS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct pattern;
struct prng;

/* -EINVAL with what is not understood. */
int pattern_compile(struct arena *arena, const char *text,
		    const struct pattern **ret, struct err *err);

/* A string that matches as a whole. */
const char *pattern_draw(const struct pattern *p, struct prng *prng,
			 struct arena *arena);

/* Strings that do not match; a NULL-terminated list, maybe empty. */
const char *const *pattern_misses(const struct pattern *p, struct prng *prng,
				  struct arena *arena);

#endif
