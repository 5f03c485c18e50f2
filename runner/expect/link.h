/* link -- the Link header (RFC 8288 section 3), read strictly. */
#ifndef RUNNER_EXPECT_LINK_H
#define RUNNER_EXPECT_LINK_H

#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;
struct http_response;

#define LINKS_MAX 32

struct link {
	struct span target; /* between < and > */
	struct span rel;    /* the first rel, unquoted; a list of types */
};

struct links {
	struct link links[LINKS_MAX];
	size_t n;
};

/* All Link headers of an answer.  -EINVAL with what breaks the grammar. */
int links_read(struct arena *arena, const struct http_response *res,
	       struct links *ret, struct err *err);

/* The first link with that relation type, compared without case; or NULL. */
const struct link *links_find(const struct links *links, const char *rel);

#endif
