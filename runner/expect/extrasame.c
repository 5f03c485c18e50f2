/* Equality of JSON with what may differ left out. */
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/expect/extra.h"

struct comparison {
	struct arena *arena;
	const struct extra *x;
	const char *where;
};

static bool same(struct comparison *c, const struct json *a,
		 const struct json *b, const char *at);

static bool is_ignored(const struct comparison *c, struct span name)
{
	for (size_t i = 0; i < c->x->ignore.n; i++)
		if (span_is(name, c->x->ignore.items[i]))
			return true;
	return false;
}

static bool differ_at(struct comparison *c, const char *at)
{
	c->where = at;
	return false;
}

/* Every member of `a` that counts is in `b`, and the same. */
static bool has_members(struct comparison *c, const struct json *a,
			const struct json *b, const char *at)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct json_member *m = &a->members[i];
		const struct json *other = json_get_span(b, m->name);
		const char *below;

		if (is_ignored(c, m->name))
			continue;
		below = arena_printf(c->arena, "%s/%.*s", at, (int)m->name.len,
				     m->name.data);
		if (!other)
			return differ_at(c, below);
		if (!same(c, &m->value, other, below))
			return false;
	}
	return true;
}

/* Each item finds a partner that nobody else has. */
static bool same_bag(struct comparison *c, const struct json *a,
		     const struct json *b, const char *at)
{
	bool *taken = arena_array(c->arena, a->count + 1, sizeof(*taken));

	for (size_t i = 0; i < a->count; i++) {
		size_t k = 0;

		while (k < b->count &&
		       (taken[k] || !same(c, &a->items[i], &b->items[k], at)))
			k++;
		if (k == b->count)
			return differ_at(
				c, arena_printf(c->arena, "%s/%zu", at, i));
		taken[k] = true;
	}
	return true;
}

static bool same(struct comparison *c, const struct json *a,
		 const struct json *b, const char *at)
{
	if (a->type == JSON_OBJECT && b->type == JSON_OBJECT)
		return has_members(c, a, b, at) && has_members(c, b, a, at);
	if (a->type != JSON_ARRAY || b->type != JSON_ARRAY)
		return json_equal(a, b) || differ_at(c, at);
	if (a->count != b->count)
		return differ_at(c, at);
	if (c->x->any_order)
		return same_bag(c, a, b, at);
	for (size_t i = 0; i < a->count; i++)
		if (!same(c, &a->items[i], &b->items[i],
			  arena_printf(c->arena, "%s/%zu", at, i)))
			return false;
	return true;
}

bool extra_same(struct arena *arena, const struct json *a, const struct json *b,
		const struct extra *x, const char **where)
{
	struct comparison c = {.arena = arena, .x = x, .where = ""};
	bool equal = same(&c, a, b, "");

	*where = c.where;
	return equal;
}
