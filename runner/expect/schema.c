/*
 * Compiling: every subschema that the standard's keywords lead to becomes a
 * node; identifiers and anchors are collected on the way; then references are
 * resolved, which may lead to more subschemas, until nothing is new.
 */
#include "runner/expect/schema.h"

#include <errno.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/regex.h"
#include "runner/expect/regex_ecma.h"
#include "runner/expect/schema_tree.h"
#include "runner/expect/uri.h"

#define NODES_MAX 200000

enum shape { ONE, LIST, MAP };

static const struct {
	const char *name;
	enum shape shape;
} subschemas[] = {
	{ "additionalProperties", ONE },  { "contains", ONE },
	{ "contentSchema", ONE },         { "else", ONE },
	{ "if", ONE },                    { "items", ONE },
	{ "not", ONE },                   { "propertyNames", ONE },
	{ "then", ONE },                  { "unevaluatedItems", ONE },
	{ "unevaluatedProperties", ONE }, { "allOf", LIST },
	{ "anyOf", LIST },                { "oneOf", LIST },
	{ "prefixItems", LIST },          { "$defs", MAP },
	{ "definitions", MAP },           { "dependentSchemas", MAP },
	{ "patternProperties", MAP },     { "properties", MAP },
};

#define TYPE(t) (1u << JSON_##t)

/* What the assertions take for granted of their keywords. */
static const struct {
	const char *name;
	unsigned types, of; /* of each item or member; 0: whatever */
	const char *must;
} keywords[] = {
	{ "type", TYPE(STRING) | TYPE(ARRAY), TYPE(STRING),
	  "must be a type or an array of types" },
	{ "enum", TYPE(ARRAY), 0, "must be an array" },
	{ "minimum", TYPE(NUMBER), 0, "must be a number" },
	{ "exclusiveMinimum", TYPE(NUMBER), 0, "must be a number" },
	{ "maximum", TYPE(NUMBER), 0, "must be a number" },
	{ "exclusiveMaximum", TYPE(NUMBER), 0, "must be a number" },
	{ "multipleOf", TYPE(NUMBER), 0, "must be a number" },
	{ "minLength", TYPE(NUMBER), 0, "must be a number" },
	{ "maxLength", TYPE(NUMBER), 0, "must be a number" },
	{ "minItems", TYPE(NUMBER), 0, "must be a number" },
	{ "maxItems", TYPE(NUMBER), 0, "must be a number" },
	{ "minContains", TYPE(NUMBER), 0, "must be a number" },
	{ "maxContains", TYPE(NUMBER), 0, "must be a number" },
	{ "minProperties", TYPE(NUMBER), 0, "must be a number" },
	{ "maxProperties", TYPE(NUMBER), 0, "must be a number" },
	{ "required", TYPE(ARRAY), TYPE(STRING), "must be an array of names" },
	{ "dependentRequired", TYPE(OBJECT), TYPE(ARRAY),
	  "must be an object of arrays of names" },
	{ "uniqueItems", TYPE(BOOL), 0, "must be true or false" },
	{ "format", TYPE(STRING), 0, "must be a string" },
};

static int walk(struct arena *arena, struct schema *s, const struct json *json,
		size_t resource, int depth, struct err *err);

static int wrong(struct err *err, const struct json *at, const char *what)
{
	return err_set(err, EINVAL, "line %d, column %d: %s", at->line,
		       at->column, what);
}

static size_t slot_of(const struct schema *s, const struct json *json)
{
	uint64_t h = (uint64_t)(uintptr_t)json * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h >> 20) & (s->n_slots - 1);

	while (s->slots[i] && s->slots[i]->json != json)
		i = (i + 1) & (s->n_slots - 1);
	return i;
}

const struct schema_node *schema_node(const struct schema *s,
				      const struct json *json)
{
	return s->slots[slot_of(s, json)];
}

static void grow_slots(struct arena *arena, struct schema *s)
{
	s->n_slots = s->n_slots ? s->n_slots * 2 : 64;
	s->slots = arena_array(arena, s->n_slots, sizeof(struct schema_node *));
	for (size_t i = 0; i < s->n_nodes; i++)
		s->slots[slot_of(s, s->nodes[i]->json)] = s->nodes[i];
}

static struct schema_node *add_node(struct arena *arena, struct schema *s,
				    const struct json *json, size_t resource)
{
	struct schema_node *node = arena_alloc(arena, sizeof(*node));

	if (s->n_nodes * 2 >= s->n_slots)
		grow_slots(arena, s);
	if (s->n_nodes == s->cap_nodes) {
		s->cap_nodes = s->cap_nodes ? s->cap_nodes * 2 : 64;
		s->nodes = arena_grow(arena, s->nodes, s->n_nodes, s->cap_nodes,
				      sizeof(struct schema_node *));
	}
	node->json = json;
	node->resource = resource;
	s->slots[slot_of(s, json)] = node;
	s->nodes[s->n_nodes++] = node;
	return node;
}

static size_t add_resource(struct arena *arena, struct schema *s,
			   const char *uri, const struct json *root)
{
	if (s->n_resources == s->cap_resources) {
		s->cap_resources = s->cap_resources * 2 + 4;
		s->resources = arena_grow(arena, s->resources, s->n_resources,
					  s->cap_resources,
					  sizeof(*s->resources));
	}
	s->resources[s->n_resources] = (struct schema_resource){ uri, root };
	return s->n_resources++;
}

static void add_anchor(struct arena *arena, struct schema *s, size_t resource,
		       const struct json *at, const char *keyword, bool dynamic)
{
	const struct json *name = json_get(at, keyword);

	if (!name || name->type != JSON_STRING)
		return;
	if (s->n_anchors == s->cap_anchors) {
		s->cap_anchors = s->cap_anchors * 2 + 4;
		s->anchors = arena_grow(arena, s->anchors, s->n_anchors,
					s->cap_anchors, sizeof(*s->anchors));
	}
	s->anchors[s->n_anchors++] = (struct schema_anchor){
		resource, name->text, at, dynamic
	};
}

static struct span without_fragment(struct span uri)
{
	uri.len = span_find(uri, SPAN_LIT("#"));
	return uri;
}

/* A schema with $id starts a resource of its own. */
static size_t enter_resource(struct arena *arena, struct schema *s,
			     const struct json *json, size_t resource)
{
	const struct json *id = json_get(json, "$id");
	const char *uri;

	if (!id || id->type != JSON_STRING)
		return resource;
	uri = uri_resolve(arena, span_of(s->resources[resource].uri),
			  without_fragment(id->text));
	return add_resource(arena, s, uri, json);
}

static int compile_pattern(struct arena *arena, struct span text,
			   const struct json *at, const struct regex **ret,
			   struct err *err)
{
	struct span pattern;

	if (regex_from_ecma(arena, text, &pattern) < 0 ||
	    regex_compile(arena, pattern, REGEX_ECMA, ret, err) < 0)
		return wrong(err, at, "is no regular expression (ECMA 262)");
	return 0;
}

static int compile_patterns(struct arena *arena, struct schema_node *node,
			    struct err *err)
{
	const struct json *one = json_get(node->json, "pattern");
	const struct json *map = json_get(node->json, "patternProperties");
	const struct regex **patterns;
	int r = 0;

	if (one && one->type == JSON_STRING)
		r = compile_pattern(arena, one->text, one, &node->pattern, err);
	if (r < 0 || !map || map->type != JSON_OBJECT)
		return r;
	patterns = arena_array(arena, map->count, sizeof(*patterns));
	for (size_t i = 0; i < map->count && r == 0; i++)
		r = compile_pattern(arena, map->members[i].name,
				    &map->members[i].value, &patterns[i], err);
	node->patterns = patterns;
	return r;
}

static int walk_keyword(struct arena *arena, struct schema *s,
			const struct json *value, enum shape shape,
			size_t resource, int depth, struct err *err)
{
	int r = 0;

	if (shape == ONE)
		return walk(arena, s, value, resource, depth, err);
	if (value->type != (shape == LIST ? JSON_ARRAY : JSON_OBJECT))
		return wrong(err, value,
			     shape == LIST ? "must be an array of schemas"
					   : "must be an object of schemas");
	for (size_t i = 0; i < value->count && r == 0; i++)
		r = walk(arena, s,
			 shape == LIST ? &value->items[i]
				       : &value->members[i].value,
			 resource, depth, err);
	return r;
}

static bool all_of(const struct json *v, unsigned types)
{
	for (size_t i = 0; types && i < v->count; i++) {
		const struct json *item = v->type == JSON_ARRAY
						  ? &v->items[i]
						  : &v->members[i].value;

		if (!(types & 1u << item->type))
			return false;
	}
	return true;
}

static int check_keywords(const struct json *schema, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		const struct json *v = json_get(schema, keywords[i].name);

		if (v && (!(keywords[i].types & 1u << v->type) ||
			  !all_of(v, keywords[i].of)))
			return wrong(err, v, keywords[i].must);
	}
	return 0;
}

static int walk(struct arena *arena, struct schema *s, const struct json *json,
		size_t resource, int depth, struct err *err)
{
	struct schema_node *node;
	int r;

	if (s->n_slots && schema_node(s, json))
		return 0;
	if (depth > SCHEMA_DEPTH_MAX || s->n_nodes >= NODES_MAX)
		return err_set(err, E2BIG, "the schema is too large");
	if (json->type != JSON_OBJECT && json->type != JSON_BOOL)
		return wrong(err, json,
			     "a schema must be an object or a boolean");
	resource = enter_resource(arena, s, json, resource);
	node = add_node(arena, s, json, resource);
	if (json->type == JSON_BOOL)
		return 0;
	add_anchor(arena, s, resource, json, "$anchor", false);
	add_anchor(arena, s, resource, json, "$dynamicAnchor", true);
	r = check_keywords(json, err);
	if (r == 0)
		r = compile_patterns(arena, node, err);
	for (size_t i = 0; i < ARRAY_LEN(subschemas) && r == 0; i++) {
		const struct json *v = json_get(json, subschemas[i].name);

		if (v)
			r = walk_keyword(arena, s, v, subschemas[i].shape,
					 resource, depth + 1, err);
	}
	return r;
}

static bool find_resource(const struct schema *s, struct span uri, size_t *ret)
{
	for (size_t i = 0; i < s->n_resources; i++) {
		if (span_is(uri, s->resources[i].uri)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static int load_bundled(struct arena *arena, struct schema *s, struct span uri,
			size_t *ret, struct err *err)
{
	const struct json *json;
	int r = json_parse(arena, schema_bundled(uri), &json, err);

	if (r < 0)
		return r;
	*ret = add_resource(arena, s, arena_memdup(arena, uri.data, uri.len),
			    json);
	/* Its own $id makes the resource that its nodes belong to. */
	return walk(arena, s, json, *ret, 0, err);
}

/* One reference token of RFC 6901, unescaped. */
static struct span pointer_token(struct arena *arena, struct span *rest)
{
	char *out;
	size_t n = 0, len;

	*rest = (struct span){ rest->data + 1, rest->len - 1 };
	len = span_find(*rest, SPAN_LIT("/"));
	out = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++) {
		char c = rest->data[i];

		if (c == '~' && i + 1 < len)
			c = rest->data[++i] == '1' ? '/' : '~';
		out[n++] = c;
	}
	*rest = (struct span){ rest->data + len, rest->len - len };
	return (struct span){ out, n };
}

static const struct json *step(const struct json *v, struct span token)
{
	size_t i = 0;

	if (v->type == JSON_OBJECT)
		return json_get_span(v, token);
	if (v->type != JSON_ARRAY || !token.len)
		return NULL;
	for (size_t k = 0; k < token.len; k++) {
		if (token.data[k] < '0' || token.data[k] > '9' || i > v->count)
			return NULL;
		i = i * 10 + (size_t)(token.data[k] - '0');
	}
	return i < v->count ? &v->items[i] : NULL;
}

/* Follow a pointer; on the way a node may belong to another resource. */
static const struct json *follow(struct arena *arena, const struct schema *s,
				 size_t *resource, struct span pointer)
{
	const struct json *v = s->resources[*resource].root;
	const struct schema_node *node;

	while (v && pointer.len) {
		if (*pointer.data != '/')
			return NULL;
		v = step(v, pointer_token(arena, &pointer));
		node = v ? schema_node(s, v) : NULL;
		if (node)
			*resource = node->resource;
	}
	return v;
}

static const struct schema_anchor *find_anchor(const struct schema *s,
					       size_t resource,
					       struct span name)
{
	for (size_t i = 0; i < s->n_anchors; i++)
		if (s->anchors[i].resource == resource &&
		    span_equal(s->anchors[i].name, name))
			return &s->anchors[i];
	return NULL;
}

static int resolve(struct arena *arena, struct schema *s,
		   const struct schema_node *from, const struct json *ref,
		   const struct json **ret, struct span *ret_dynamic,
		   struct err *err)
{
	struct span uri, fragment;
	const struct schema_anchor *anchor = NULL;
	size_t resource;
	int r;

	uri = span_of(uri_resolve(
		arena, span_of(s->resources[from->resource].uri), ref->text));
	fragment = uri_split(uri).fragment;
	uri = without_fragment(uri);
	if (!find_resource(s, uri, &resource)) {
		if (!schema_bundled(uri).len)
			return wrong(err, ref,
				     "remote references are not fetched");
		r = load_bundled(arena, s, uri, &resource, err);
		if (r < 0)
			return r;
	}
	/* A resource may have been named twice; its root knows its own. */
	resource = schema_node(s, s->resources[resource].root)->resource;
	fragment = uri_unescape(arena, fragment);
	if (fragment.len && *fragment.data != '/') {
		anchor = find_anchor(s, resource, fragment);
		*ret = anchor ? anchor->json : NULL;
	} else {
		*ret = follow(arena, s, &resource, fragment);
	}
	if (!*ret)
		return wrong(err, ref, "leads nowhere");
	if (ret_dynamic && anchor && anchor->dynamic)
		*ret_dynamic = anchor->name;
	return walk(arena, s, *ret, resource, 0, err);
}

static int resolve_node(struct arena *arena, struct schema *s,
			struct schema_node *node, struct err *err)
{
	const struct json *ref = json_get(node->json, "$ref");
	const struct json *dynamic = json_get(node->json, "$dynamicRef");
	int r = 0;

	if (ref && ref->type == JSON_STRING)
		r = resolve(arena, s, node, ref, &node->ref, NULL, err);
	if (r == 0 && dynamic && dynamic->type == JSON_STRING)
		r = resolve(arena, s, node, dynamic, &node->dynamic_ref,
			    &node->dynamic_name, err);
	return r;
}

static bool is_known_dialect(const struct json *root)
{
	const struct json *dialect = json_get(root, "$schema");

	return !dialect || dialect->type != JSON_STRING ||
	       span_is(without_fragment(dialect->text),
		       "https://json-schema.org/draft/2020-12/schema");
}

int schema_compile(struct arena *arena, const struct json *root,
		   const struct schema **ret, struct err *err)
{
	struct schema *s = arena_alloc(arena, sizeof(*s));
	int r;

	if (!is_known_dialect(root))
		return wrong(err, root, "only the dialect 2020-12 is known");
	s->root = root;
	add_resource(arena, s, "", root);
	grow_slots(arena, s);
	r = walk(arena, s, root, 0, 0, err);
	/* Resolving finds more nodes, so the end is not fixed. */
	for (size_t i = 0; i < s->n_nodes && r == 0; i++)
		r = resolve_node(arena, s, s->nodes[i], err);
	if (r == 0)
		*ret = s;
	return r;
}
