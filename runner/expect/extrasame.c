/* Equality of JSON with what may differ left out. */
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/expect/extra.h"

#define STEPS_MAX 20000000 /* values compared: a list of 4000 in any order */

/* Where a value is, kept on the stack until somebody asks. */
struct at {
	const struct at *above;
	struct span name; /* of the member; data NULL: `index` of an item */
	size_t index;
};

struct comparison {
	struct arena *arena;
	const struct extra *x;
	const char *where; /* the first difference; NULL: none so far */
	size_t steps;
	int quiet; /* > 0: a partner is looked for, differences mean little */
};

static bool same(struct comparison *c, const struct json *a,
		 const struct json *b, const struct at *at);

static bool is_ignored(const struct comparison *c, struct span name)
{
	for (size_t i = 0; i < c->x->ignore.n; i++)
		if (span_is(name, c->x->ignore.items[i]))
			return true;
	return false;
}

static const char *pointer(struct arena *arena, const struct at *at)
{
	if (!at)
		return "";
	if (at->name.data)
		return arena_printf(arena, "%s/%.*s", pointer(arena, at->above),
				    (int)at->name.len, at->name.data);
	return arena_printf(arena, "%s/%zu", pointer(arena, at->above),
			    at->index);
}

static bool differ_at(struct comparison *c, const struct at *at)
{
	if (!c->quiet && !c->where)
		c->where = pointer(c->arena, at);
	return false;
}

/* Every member of `a` that counts is in `b`; with `deep`, and the same. */
static bool has_members(struct comparison *c, const struct json *a,
			const struct json *b, bool deep, const struct at *at)
{
	AUTO_LOOKUP lookup = {.object = b};

	for (size_t i = 0; i < a->count; i++) {
		const struct json_member *m = &a->members[i];
		const struct at below = {.above = at, .name = m->name};
		const struct json *other;

		if (is_ignored(c, m->name))
			continue;
		other = json_lookup(&lookup, i, m->name);
		if (!other)
			return differ_at(c, &below);
		if (deep && !same(c, &m->value, other, &below))
			return false;
	}
	return true;
}

/* Each item finds a partner that nobody else has. */
static bool same_bag(struct comparison *c, const struct json *a,
		     const struct json *b, const struct at *at)
{
	bool *taken = arena_array(c->arena, a->count + 1, sizeof(*taken));

	for (size_t i = 0; i < a->count; i++) {
		const struct at item = {.above = at, .index = i};
		size_t k = 0;

		c->quiet++;
		while (k < b->count &&
		       (taken[k] || !same(c, &a->items[i], &b->items[k], at)))
			k++;
		c->quiet--;
		if (k == b->count)
			return differ_at(c, &item);
		taken[k] = true;
	}
	return true;
}

static bool same_list(struct comparison *c, const struct json *a,
		      const struct json *b, const struct at *at)
{
	if (a->count != b->count)
		return differ_at(c, at);
	if (c->x->any_order)
		return same_bag(c, a, b, at);
	for (size_t i = 0; i < a->count; i++) {
		const struct at item = {.above = at, .index = i};

		if (!same(c, &a->items[i], &b->items[i], &item))
			return false;
	}
	return true;
}

static bool same(struct comparison *c, const struct json *a,
		 const struct json *b, const struct at *at)
{
	if (++c->steps > STEPS_MAX)
		return false;
	if (a->type == JSON_OBJECT && b->type == JSON_OBJECT)
		return has_members(c, a, b, true, at) &&
		       has_members(c, b, a, false, at);
	if (a->type == JSON_ARRAY && b->type == JSON_ARRAY)
		return same_list(c, a, b, at);
	return json_equal(a, b) || differ_at(c, at);
}

const char *extra_difference(struct arena *arena, const struct json *a,
			     const struct json *b, const struct extra *x)
{
	struct comparison c = {.arena = arena, .x = x};

	if (same(&c, a, b, NULL))
		return NULL;
	if (c.steps > STEPS_MAX)
		return "takes more steps to compare than the ceiling";
	return arena_printf(arena, "differs at %s",
			    c.where && *c.where ? c.where : "the top");
}
