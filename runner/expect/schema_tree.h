/*
 * schema_tree -- a compiled schema, between schema.c and schema_check.c.
 *
 * Every subschema is a node, found by the address of its JSON value: what it
 * refers to, whose resource it belongs to, its expressions.
 */
#ifndef RUNNER_EXPECT_SCHEMA_TREE_H
#define RUNNER_EXPECT_SCHEMA_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;
struct json;
struct regex;

struct schema_node {
	const struct json *json;
	size_t resource;          /* index */
	const struct json *ref;   /* target of $ref, or NULL */
	const struct json *dynamic_ref; /* initial target of $dynamicRef */
	struct span dynamic_name; /* set when that target is dynamic */
	const struct regex *pattern;
	const struct regex *const *patterns; /* of patternProperties */
};

struct schema_resource {
	const char *uri; /* without fragment */
	const struct json *root;
};

struct schema_anchor {
	size_t resource;
	struct span name;
	const struct json *json;
	bool dynamic;
};

struct schema {
	const struct json *root;
	struct schema_node **slots; /* hash by json address; power of two */
	size_t n_slots, n_nodes;
	struct schema_node **nodes; /* in the order found */
	size_t cap_nodes;
	struct schema_resource *resources;
	size_t n_resources, cap_resources;
	struct schema_anchor *anchors;
	size_t n_anchors, cap_anchors;
};

const struct schema_node *schema_node(const struct schema *schema,
				      const struct json *json);

/* The text of a bundled metaschema, or a span of length 0. */
struct span schema_bundled(struct span uri);


#endif
