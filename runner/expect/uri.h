/*
 * uri -- RFC 3986 references: taken apart, checked, resolved.
 *
 * For Location and Link headers, problem types and JSON Schema identifiers.
 * Spans point into the input.
 */
#ifndef RUNNER_EXPECT_URI_H
#define RUNNER_EXPECT_URI_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

/* A component that is absent has data NULL; one that is empty has not. */
struct uri {
	struct span scheme, authority, path, query, fragment;
};

/* Split as in RFC 3986 appendix B; never fails, checks nothing. */
struct uri uri_split(struct span text);

enum uri_flags {
	URI_ABSOLUTE = 1 << 0, /* a scheme is required (RFC 3986 section 3) */
	URI_IRI      = 1 << 1, /* other than ASCII is allowed (RFC 3987) */
};

/* Is `text` a URI reference, by the grammar of RFC 3986 appendix A? */
bool uri_valid(struct span text, unsigned flags);

/* Resolve `ref` against `base` (RFC 3986 section 5.2); NUL-terminated. */
char *uri_resolve(struct arena *arena, struct span base, struct span ref);

/* Decode %XX; anything else stays. */
struct span uri_unescape(struct arena *arena, struct span text);

bool uri_ipv4(struct span text); /* dotted decimal, no leading zeros */
bool uri_ipv6(struct span text); /* RFC 4291 section 2.2, no zone */

#endif
