/*
 * regex -- PCRE2, compiled once, with limits that hostile text cannot exceed.
 *
 * Unicode by default (UTF and UCP), as Hurl's and JSON Schema's expressions
 * are.  A match that runs into a limit is neither true nor false: the caller
 * must say so and never blame the candidate for the author's expression.
 */
#ifndef RUNNER_EXPECT_REGEX_H
#define RUNNER_EXPECT_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct arena;
struct err;
struct regex; /* compiled; immutable */

#define REGEX_GROUPS_MAX 16
#define REGEX_STEPS_MAX  50000000 /* of a match, or of many that share them */

enum regex_flags {
	REGEX_WHOLE = 1 << 0, /* must match all of the text */
	REGEX_ECMA  = 1 << 1, /* `$` is the very end, \d \w \s are ASCII */
};

/*
 * -EINVAL with "offset N: what" when `pattern` is no expression.  It lives in
 * the arena, so that a compiled script or schema can hold it.
 */
int regex_compile(struct arena *arena, struct span pattern, unsigned flags,
		  const struct regex **ret, struct err *err) MUST_USE;

/*
 * 1 and up to `n` groups (group 0 is the whole match; an unset group has
 * data NULL) when it matches anywhere, 0 when not, -ETIME when a limit was
 * hit, -EILSEQ when `text` is not UTF-8.  `groups` may be NULL.
 */
int regex_match(const struct regex *regex, struct span text,
		struct span *groups, size_t n);
/* As above, and takes its steps off `*steps`: many texts, one ceiling. */
int regex_match_within(const struct regex *regex, struct span text,
		       struct span *groups, size_t n, size_t *steps);

/* How many groups the expression has, without group 0. */
size_t regex_groups(const struct regex *regex);

/*
 * Replace every match by `with` (Hurl's $1, ${1}); the result is at most
 * `max` bytes.  0, -ETIME, -EILSEQ or -EMSGSIZE.
 */
int regex_replace(const struct regex *regex, struct arena *arena,
		  struct span text, struct span with, size_t max,
		  struct span *ret);

#endif
