#include <errno.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/jsonpath_ast.h"
#include "runner/expect/regex.h"

#define WORK_MAX 100000000

struct list {
	const struct json **items;
	size_t n, cap;
};

struct eval {
	struct arena *arena;
	const struct json *root;
	size_t total; /* nodes selected by all queries so far */
	size_t work;  /* members looked at for their names */
	size_t steps; /* of regular expressions that are left */
	bool full;
};

static void run_query(struct eval *e, const struct jsonpath *query,
		      const struct json *start, struct list *out);
static bool holds(struct eval *e, const struct jsonpath_expr *x,
		  const struct json *current);

static void push(struct eval *e, struct list *list, const struct json *v)
{
	if (++e->total > JSONPATH_NODES_MAX) {
		e->full = true;
		return;
	}
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		list->items = arena_grow(e->arena, list->items, list->n,
					 list->cap, sizeof(*list->items));
	}
	list->items[list->n++] = v;
}

static const struct json *child(const struct json *v, size_t i)
{
	return v->type == JSON_ARRAY ? &v->items[i] : &v->members[i].value;
}

static size_t n_children(const struct json *v)
{
	return v->type == JSON_ARRAY || v->type == JSON_OBJECT ? v->count : 0;
}

/* RFC 9535 section 2.3.4.2.2. */
static int64_t clamp(int64_t i, int64_t low, int64_t high)
{
	return i < low ? low : i > high ? high : i;
}

static void select_slice(struct eval *e, const struct jsonpath_selector *s,
			 const struct json *v, struct list *out)
{
	int64_t len = (int64_t)v->count, low, high;
	int64_t start = s->step > 0 ? 0 : len - 1;
	int64_t end = s->step > 0 ? len : -len - 1;

	if (v->type != JSON_ARRAY || !s->step)
		return;
	if (s->has_start)
		start = s->start;
	if (s->has_end)
		end = s->end;
	start = start < 0 ? start + len : start;
	end = end < 0 ? end + len : end;
	if (s->step > 0) {
		low = clamp(start, 0, len);
		high = clamp(end, 0, len);
		for (int64_t i = low; i < high && !e->full; i += s->step)
			push(e, out, &v->items[i]);
		return;
	}
	high = clamp(start, -1, len - 1);
	low = clamp(end, -1, len - 1);
	for (int64_t i = high; i > low && !e->full; i += s->step)
		push(e, out, &v->items[i]);
}

static void select_index(struct eval *e, int64_t i, const struct json *v,
			 struct list *out)
{
	if (i < 0)
		i += (int64_t)v->count;
	if (v->type == JSON_ARRAY && i >= 0 && i < (int64_t)v->count)
		push(e, out, &v->items[i]);
}

static void select_children(struct eval *e, const struct jsonpath_expr *filter,
			    const struct json *v, struct list *out)
{
	for (size_t i = 0; i < n_children(v) && !e->full; i++)
		if (!filter || holds(e, filter, child(v, i)))
			push(e, out, child(v, i));
}

static void select_by(struct eval *e, const struct jsonpath_selector *s,
		      const struct json *v, struct list *out)
{
	const struct json *hit;

	switch (s->kind) {
	case SELECT_NAME:
		e->work += v->count;
		e->full = e->full || e->work > WORK_MAX;
		hit = json_get_span(v, s->name);
		if (hit)
			push(e, out, hit);
		break;
	case SELECT_WILDCARD:
	case SELECT_FILTER:
		select_children(e, s->filter, v, out);
		break;
	case SELECT_INDEX:
		select_index(e, s->start, v, out);
		break;
	case SELECT_SLICE:
		select_slice(e, s, v, out);
		break;
	}
}

static void visit(struct eval *e, const struct jsonpath_segment *s,
		  const struct json *v, struct list *out)
{
	for (size_t i = 0; i < s->n_selectors; i++)
		select_by(e, &s->selectors[i], v, out);
	if (!s->descendant)
		return;
	for (size_t i = 0; i < n_children(v) && !e->full; i++)
		visit(e, s, child(v, i), out);
}

static void run_query(struct eval *e, const struct jsonpath *query,
		      const struct json *start, struct list *out)
{
	struct list now = { 0 };

	push(e, &now, start);
	for (size_t i = 0; i < query->n_segments && !e->full; i++) {
		struct list next = { 0 };

		for (size_t k = 0; k < now.n && !e->full; k++)
			visit(e, &query->segments[i], now.items[k], &next);
		now = next;
	}
	*out = now;
}

static struct list query_nodes(struct eval *e, const struct jsonpath *query,
			       const struct json *current)
{
	struct list out = { 0 };

	run_query(e, query, query->relative ? current : e->root, &out);
	return out;
}

static const struct json *make_number(struct eval *e, size_t n)
{
	struct json *v = arena_alloc(e->arena, sizeof(*v));

	v->type = JSON_NUMBER;
	v->text = span_of(arena_printf(e->arena, "%zu", n));
	return v;
}

static const struct json *length(struct eval *e, const struct json *v)
{
	size_t n = 0;

	if (v && v->type == JSON_STRING) {
		for (size_t i = 0; i < v->text.len; i++)
			n += ((unsigned char)v->text.data[i] & 0xc0) != 0x80;
		return make_number(e, n);
	}
	if (v && (v->type == JSON_ARRAY || v->type == JSON_OBJECT))
		return make_number(e, v->count);
	return NULL;
}

/* The value of an operand; NULL is RFC 9535's Nothing. */
static const struct json *value(struct eval *e, const struct jsonpath_expr *x,
				const struct json *current)
{
	struct list nodes;

	if (x->op == EXPR_LITERAL)
		return &x->literal;
	if (x->op == EXPR_LENGTH)
		return length(e, value(e, x->left, current));
	if (x->op == EXPR_COUNT)
		return make_number(
			e, query_nodes(e, x->left->query, current).n);
	nodes = query_nodes(e, x->op == EXPR_VALUE ? x->left->query : x->query,
			    current);
	return nodes.n == 1 ? nodes.items[0] : NULL;
}

static bool equal(const struct json *a, const struct json *b)
{
	return a && b ? json_equal(a, b) : a == b;
}

static bool less(const struct json *a, const struct json *b)
{
	size_t n;
	int sign;

	if (!a || !b || a->type != b->type)
		return false;
	if (a->type == JSON_NUMBER)
		return json_compare_numbers(a->text, b->text) < 0;
	if (a->type != JSON_STRING)
		return false;
	n = a->text.len < b->text.len ? a->text.len : b->text.len;
	sign = n ? memcmp(a->text.data, b->text.data, n) : 0;
	return sign < 0 || (sign == 0 && a->text.len < b->text.len);
}

static bool compare(struct eval *e, const struct jsonpath_expr *x,
		    const struct json *current)
{
	const struct json *a = value(e, x->left, current);
	const struct json *b = value(e, x->right, current);

	if (x->op == EXPR_EQ)
		return equal(a, b);
	if (x->op == EXPR_NE)
		return !equal(a, b);
	if (x->op == EXPR_LT)
		return less(a, b);
	if (x->op == EXPR_GT)
		return less(b, a);
	if (x->op == EXPR_LE)
		return less(a, b) || equal(a, b);
	return less(b, a) || equal(a, b);
}

static bool matches(struct eval *e, const struct jsonpath_expr *x,
		    const struct json *current)
{
	const struct json *text = value(e, x->left, current);
	const struct json *pattern = value(e, x->right, current);
	const struct regex *regex = x->regex;
	int r;

	if (!text || text->type != JSON_STRING || x->bad_regex || !pattern ||
	    pattern->type != JSON_STRING)
		return false;
	if (!regex)
		regex = jsonpath_regex(e->arena, pattern->text,
				       x->op == EXPR_MATCH);
	r = regex ? regex_match_within(regex, text->text, NULL, 0, &e->steps)
		  : 0;
	e->full = e->full || r == -ETIME;
	return r == 1;
}

static bool holds(struct eval *e, const struct jsonpath_expr *x,
		  const struct json *current)
{
	if (x->op == EXPR_OR)
		return holds(e, x->left, current) ||
		       holds(e, x->right, current);
	if (x->op == EXPR_AND)
		return holds(e, x->left, current) &&
		       holds(e, x->right, current);
	if (x->op == EXPR_NOT)
		return !holds(e, x->left, current);
	if (x->op == EXPR_QUERY)
		return query_nodes(e, x->query, current).n > 0;
	if (x->op == EXPR_MATCH || x->op == EXPR_SEARCH)
		return matches(e, x, current);
	return compare(e, x, current);
}

int jsonpath_select(const struct jsonpath *path, struct arena *arena,
		    const struct json *root, struct jsonpath_nodes *ret)
{
	struct eval e = { .arena = arena, .root = root,
			  .steps = REGEX_STEPS_MAX };
	struct list nodes = { 0 };

	run_query(&e, path, root, &nodes);
	if (e.full)
		return -E2BIG;
	*ret = (struct jsonpath_nodes){ nodes.items, nodes.n };
	return 0;
}
