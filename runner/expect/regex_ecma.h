/*
 * regex_ecma -- ECMA 262 regular expressions, for JSON Schema.
 *
 * `pattern` and the format `regex` are ECMA 262 in Unicode mode (2020-12 core
 * section 6.4); PCRE2 speaks another dialect.  What both write alike passes,
 * what only PCRE2 has is refused, what is written otherwise is rewritten.
 */
#ifndef RUNNER_EXPECT_REGEX_ECMA_H
#define RUNNER_EXPECT_REGEX_ECMA_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

/* The same expression for regex_compile(REGEX_ECMA); -EINVAL when it is none
 * by its escapes and groups. */
int regex_from_ecma(struct arena *arena, struct span pattern, struct span *ret);

/* Is it an expression at all?  Also true for variable-width lookbehind, which
 * is valid but which PCRE2 cannot run. */
bool regex_is_ecma(struct span pattern);

#endif
