/*
 * xpath -- XPath 1.0 on HTML and XML bodies, through libxml2.
 *
 *   xpath_valid() when the script is loaded, xpath_eval() per body.
 *
 * Nothing is fetched, no entity is expanded, work and nesting are bounded.
 * Prefixes are those that the root element declares; its default name space
 * is the prefix `_`, as in Hurl.
 */
#ifndef RUNNER_EXPECT_XPATH_H
#define RUNNER_EXPECT_XPATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;

#define XPATH_NODES_MAX 10000

enum xpath_type {
	XPATH_VALUE_NODES,
	XPATH_VALUE_STRING,
	XPATH_VALUE_NUMBER,
	XPATH_VALUE_BOOLEAN,
};

struct xpath_value {
	enum xpath_type type;
	bool truth;
	double number;
	struct span text;   /* XPATH_VALUE_STRING */
	struct span *nodes; /* text content of each, in document order */
	struct span *names; /* "p", "@href", or "" for text */
	size_t n_nodes;
};

/* -EINVAL when `expr` is no XPath expression. */
int xpath_valid(const char *expr, struct err *err);

/*
 * -EBADMSG: the body is no XML (HTML always parses, section 13 of its
 * standard forgives everything); -EINVAL: the expression failed;
 * -E2BIG: a ceiling was reached.
 */
int xpath_eval(struct arena *arena, struct span body, bool html,
	       const char *expr, struct xpath_value *ret, struct err *err);

#endif
