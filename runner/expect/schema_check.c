/*
 * Checking: a subschema's keywords are applied in a fixed order (references
 * and applicators, assertions, then what was left unevaluated), each by one
 * small function.  Which members and items were evaluated travels upwards
 * with success only (2020-12 core, section 7.7 and 11).
 */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/regex.h"
#include "runner/expect/schema.h"
#include "runner/expect/schema_check.h"
#include "runner/expect/schema_tree.h"

struct scope { /* the dynamic scope, innermost first */
	const struct scope *outer;
	size_t resource;
};

struct frame { /* one subschema at work on one value */
	struct schema_run *run;
	const struct json *s; /* an object */
	const struct schema_node *node;
	const struct json *v;
	const struct schema_path *at;
	const struct scope *scope;
	bool *seen; /* members or items of v that were evaluated */
};

typedef bool keyword_fn(struct frame *f, const struct json *kw);

static bool apply(struct frame *f, const struct json *s, const struct json *v,
		  const struct schema_path *at, bool *seen);

static bool *new_seen(struct frame *f)
{
	return arena_array(f->run->arena, f->v->count + 1, sizeof(bool));
}

static void merge_seen(struct frame *f, const bool *seen)
{
	for (size_t i = 0; i < f->v->count; i++)
		f->seen[i] |= seen[i];
}

/* Apply to the same value; evaluations count when it holds. */
static bool in_place(struct frame *f, const struct json *s, bool quiet)
{
	bool *seen = new_seen(f);
	bool ok;

	f->run->quiet += quiet;
	ok = apply(f, s, f->v, f->at, seen);
	f->run->quiet -= quiet;
	if (ok)
		merge_seen(f, seen);
	return ok;
}

static bool member(struct frame *f, const struct json *s, size_t i)
{
	struct schema_path at = { f->at, f->v->members[i].name, 0, true };

	return apply(f, s, &f->v->members[i].value, &at, NULL);
}

static bool item(struct frame *f, const struct json *s, size_t i)
{
	struct schema_path at = { f->at, { NULL, 0 }, i, false };

	return apply(f, s, &f->v->items[i], &at, NULL);
}

static bool kw_ref(struct frame *f, const struct json *kw)
{
	(void)kw;
	return !f->node->ref || in_place(f, f->node->ref, false);
}

/* The outermost resource in scope that has the dynamic anchor wins. */
static const struct json *dynamic_target(const struct frame *f)
{
	const struct schema *schema = f->run->schema;
	const struct json *target = f->node->dynamic_ref;

	if (!f->node->dynamic_name.data)
		return target;
	for (const struct scope *s = f->scope; s; s = s->outer)
		for (size_t i = 0; i < schema->n_anchors; i++)
			if (schema->anchors[i].dynamic &&
			    schema->anchors[i].resource == s->resource &&
			    span_equal(schema->anchors[i].name,
				       f->node->dynamic_name))
				target = schema->anchors[i].json;
	return target;
}

static bool kw_dynamic_ref(struct frame *f, const struct json *kw)
{
	(void)kw;
	return !f->node->dynamic_ref ||
	       in_place(f, dynamic_target(f), false);
}

static bool kw_all_of(struct frame *f, const struct json *kw)
{
	bool ok = true;

	for (size_t i = 0; i < kw->count; i++)
		ok &= in_place(f, &kw->items[i], false);
	return ok;
}

static size_t count_holding(struct frame *f, const struct json *kw)
{
	size_t n = 0;

	for (size_t i = 0; i < kw->count; i++)
		n += in_place(f, &kw->items[i], true);
	return n;
}

static bool kw_any_of(struct frame *f, const struct json *kw)
{
	if (count_holding(f, kw))
		return true;
	return schema_fail(f->run, f->at, "anyOf",
			   "matches none of the %u alternatives", kw->count);
}

static bool kw_one_of(struct frame *f, const struct json *kw)
{
	size_t n = count_holding(f, kw);

	if (n == 1)
		return true;
	return schema_fail(f->run, f->at, "oneOf",
			   "matches %zu of the alternatives, not just one", n);
}

static bool kw_not(struct frame *f, const struct json *kw)
{
	bool held;

	f->run->quiet++;
	held = apply(f, kw, f->v, f->at, new_seen(f));
	f->run->quiet--;
	return !held || schema_fail(f->run, f->at, "not",
				    "matches what is excluded");
}

static bool kw_if(struct frame *f, const struct json *kw)
{
	const struct json *next;

	next = json_get(f->s, in_place(f, kw, true) ? "then" : "else");
	return !next || in_place(f, next, false);
}

static bool kw_dependent_schemas(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < kw->count; i++)
		if (json_get_span(f->v, kw->members[i].name))
			ok &= in_place(f, &kw->members[i].value, false);
	return ok;
}

static bool kw_properties(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->count; i++) {
		const struct json *s =
			json_get_span(kw, f->v->members[i].name);

		if (!s)
			continue;
		ok &= member(f, s, i);
		f->seen[i] = true;
	}
	return ok;
}

static bool matches(struct frame *f, const struct regex *regex,
		    struct span text)
{
	int r = regex_match_within(regex, text, NULL, 0, &f->run->regex_steps);

	if (r == -ETIME)
		f->run->exhausted = true;
	return r == 1;
}

static bool kw_pattern_properties(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->count; i++) {
		for (size_t k = 0; k < kw->count; k++) {
			if (!matches(f, f->node->patterns[k],
				     f->v->members[i].name))
				continue;
			ok &= member(f, &kw->members[k].value, i);
			f->seen[i] = true;
		}
	}
	return ok;
}

/* Named by a sibling `properties` or `patternProperties`? */
static bool is_named(struct frame *f, struct span name)
{
	const struct json *props = json_get(f->s, "properties");
	const struct json *patterns = json_get(f->s, "patternProperties");

	if (props && json_get_span(props, name))
		return true;
	for (size_t k = 0; patterns && k < patterns->count; k++)
		if (matches(f, f->node->patterns[k], name))
			return true;
	return false;
}

static bool refuses_all(const struct json *s)
{
	return s->type == JSON_BOOL && !s->truth;
}

/* A rest of members or items; `false` gets a message that names them. */
static bool rest_member(struct frame *f, const struct json *kw,
			const char *keyword, size_t i)
{
	struct span name = f->v->members[i].name;

	f->seen[i] = true;
	if (!refuses_all(kw))
		return member(f, kw, i);
	return schema_fail(f->run, f->at, keyword,
			   "must not have the member `%.*s`",
			   (int)(name.len < 100 ? name.len : 100), name.data);
}

static bool kw_additional_properties(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->count; i++)
		if (!is_named(f, f->v->members[i].name))
			ok &= rest_member(f, kw, "additionalProperties", i);
	return ok;
}

static bool kw_property_names(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->count; i++) {
		struct json name = { .type = JSON_STRING,
				     .text = f->v->members[i].name };

		ok &= apply(f, kw, &name, f->at, NULL);
	}
	return ok;
}

static bool kw_prefix_items(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_ARRAY)
		return true;
	for (size_t i = 0; i < f->v->count && i < kw->count; i++) {
		ok &= item(f, &kw->items[i], i);
		f->seen[i] = true;
	}
	return ok;
}

static bool rest_item(struct frame *f, const struct json *kw,
		      const char *keyword, size_t i)
{
	f->seen[i] = true;
	if (!refuses_all(kw))
		return item(f, kw, i);
	return schema_fail(f->run, f->at, keyword,
			   "must not have an item at %zu", i);
}

static bool kw_items(struct frame *f, const struct json *kw)
{
	const struct json *prefix = json_get(f->s, "prefixItems");
	bool ok = true;

	if (f->v->type != JSON_ARRAY)
		return true;
	for (size_t i = prefix ? prefix->count : 0; i < f->v->count; i++)
		ok &= rest_item(f, kw, "items", i);
	return ok;
}

static int64_t bound(const struct frame *f, const char *name, int64_t otherwise)
{
	const struct json *kw = json_get(f->s, name);
	int64_t n;

	return kw && json_int(kw, &n) ? n : otherwise;
}

static bool kw_contains(struct frame *f, const struct json *kw)
{
	int64_t least = bound(f, "minContains", 1), n = 0;
	int64_t most = bound(f, "maxContains", INT64_MAX);

	if (f->v->type != JSON_ARRAY)
		return true;
	f->run->quiet++;
	for (size_t i = 0; i < f->v->count; i++) {
		if (!item(f, kw, i))
			continue;
		f->seen[i] = true;
		n++;
	}
	f->run->quiet--;
	if (n >= least && n <= most)
		return true;
	return schema_fail(f->run, f->at, "contains",
			   "has %lld items that fit", (long long)n);
}

static bool kw_unevaluated_properties(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->count; i++)
		if (!f->seen[i])
			ok &= rest_member(f, kw, "unevaluatedProperties", i);
	return ok;
}

static bool kw_unevaluated_items(struct frame *f, const struct json *kw)
{
	bool ok = true;

	if (f->v->type != JSON_ARRAY)
		return true;
	for (size_t i = 0; i < f->v->count; i++)
		if (!f->seen[i])
			ok &= rest_item(f, kw, "unevaluatedItems", i);
	return ok;
}

static bool kw_pattern(struct frame *f, const struct json *kw)
{
	if (f->v->type != JSON_STRING || !f->node->pattern ||
	    matches(f, f->node->pattern, f->v->text))
		return true;
	return schema_fail(f->run, f->at, "pattern", "does not match `%.*s`",
			   (int)kw->text.len, kw->text.data);
}

static const struct {
	const char *name;
	keyword_fn *apply;
} applicators[] = {
	{ "$ref", kw_ref },
	{ "$dynamicRef", kw_dynamic_ref },
	{ "allOf", kw_all_of },
	{ "anyOf", kw_any_of },
	{ "oneOf", kw_one_of },
	{ "not", kw_not },
	{ "if", kw_if },
	{ "dependentSchemas", kw_dependent_schemas },
	{ "properties", kw_properties },
	{ "patternProperties", kw_pattern_properties },
	{ "additionalProperties", kw_additional_properties },
	{ "propertyNames", kw_property_names },
	{ "prefixItems", kw_prefix_items },
	{ "items", kw_items },
	{ "contains", kw_contains },
	{ "pattern", kw_pattern },
	/* last: they look at what all others evaluated */
	{ "unevaluatedProperties", kw_unevaluated_properties },
	{ "unevaluatedItems", kw_unevaluated_items },
};

static bool apply_object(struct frame *f)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(applicators); i++) {
		const struct json *kw = json_get(f->s, applicators[i].name);

		if (kw)
			ok &= applicators[i].apply(f, kw);
	}
	for (size_t i = 0; i < f->s->count; i++)
		ok &= schema_assert(f->run, f->s->members[i].name,
				    &f->s->members[i].value, f->v, f->at);
	return ok;
}

static bool apply(struct frame *outer, const struct json *s,
		  const struct json *v, const struct schema_path *at,
		  bool *seen)
{
	struct schema_run *run = outer->run;
	const struct schema_node *node = schema_node(run->schema, s);
	struct scope scope = { outer->scope, node->resource };
	struct frame f = { run, s, node, v, at, &scope, seen };
	bool ok;

	if (run->exhausted || run->depth >= SCHEMA_DEPTH_MAX ||
	    ++run->steps > SCHEMA_STEPS_MAX) {
		run->exhausted = true;
		return false;
	}
	if (s->type == JSON_BOOL)
		return s->truth || schema_fail(run, at, "false",
					       "nothing is allowed here");
	if (!seen)
		f.seen = new_seen(&f);
	run->depth++;
	ok = apply_object(&f);
	run->depth--;
	return ok;
}

int schema_check(const struct schema *schema, struct arena *arena,
		 const struct json *instance, unsigned flags,
		 struct schema_result *ret, struct err *err)
{
	struct schema_result result = { 0 };
	struct schema_run run = {
		.schema = schema, .arena = arena, .flags = flags,
		.result = &result, .regex_steps = REGEX_STEPS_MAX,
	};
	struct frame top = { .run = &run, .v = instance };

	result.valid = apply(&top, schema->root, instance, NULL, NULL);
	if (run.exhausted)
		return err_set(err, E2BIG,
			       "the schema needs too much work on this value");
	*ret = result;
	return 0;
}
