/* Pages, followed to the end: the entry's own answer is the first of them. */
#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/extra.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/link.h"

struct walk {
	struct judging *j;
	const struct extra *x;
	struct built built; /* the page that is looked at */
	const struct http_response *res;
	const struct json **items;
	size_t n_items, cap_items;
	int64_t total;
	bool has_total;
	const char **seen; /* targets, to find a circle */
	int pages;
	const char *wrong;
};

static const struct json *select_one(struct walk *w, const struct json *body,
				     const struct jsonpath *path)
{
	struct jsonpath_nodes nodes;

	if (jsonpath_select(path, w->j->s->arena, body, &nodes) || !nodes.n)
		return NULL;
	return nodes.items[0];
}

static void add_item(struct walk *w, const struct json *item)
{
	if (w->n_items == w->cap_items) {
		w->cap_items = w->cap_items ? w->cap_items * 2 : 64;
		w->items = arena_grow(w->j->s->arena, w->items, w->n_items,
				      w->cap_items, sizeof(*w->items));
	}
	w->items[w->n_items++] = item;
}

/* A path to the list of items, or to the items themselves. */
static const char *take_items(struct walk *w, const struct json *body)
{
	struct arena *arena = w->j->s->arena;
	struct jsonpath_nodes nodes;

	if (jsonpath_select(w->x->items, arena, body, &nodes))
		return "a page selects more than the ceiling";
	if (nodes.n == 1 && nodes.items[0]->type == JSON_ARRAY &&
	    jsonpath_is_singular(w->x->items)) {
		for (size_t i = 0; i < nodes.items[0]->count; i++)
			add_item(w, &nodes.items[0]->items[i]);
	} else if (!nodes.n && jsonpath_is_singular(w->x->items)) {
		return arena_printf(arena, "page %d has no list of items",
				    w->pages);
	} else {
		for (size_t i = 0; i < nodes.n; i++)
			add_item(w, nodes.items[i]);
	}
	return w->n_items > EXTRA_ITEMS_MAX ? "more items than the ceiling"
					    : NULL;
}

static const char *take_total(struct walk *w, const struct json *body)
{
	const struct json *v = select_one(w, body, w->x->total);
	int64_t total;

	if (!v || !json_int(v, &total))
		return arena_printf(w->j->s->arena, "page %d tells no total",
				    w->pages);
	if (w->has_total && total != w->total)
		return arena_printf(w->j->s->arena,
				    "the total is %lld on page "
				    "%d and was %lld",
				    (long long)total, w->pages,
				    (long long)w->total);
	w->total = total;
	w->has_total = true;
	return NULL;
}

/* The reference to the next page, or NULL on the last. */
static const char *find_next(struct walk *w, const struct json *body)
{
	const struct json *v;
	const struct link *link;
	struct links links = {.n = 0};
	struct err err;

	if (w->x->next) {
		v = body ? select_one(w, body, w->x->next) : NULL;
		return v ? json_str(v) : NULL;
	}
	if (links_read(w->j->s->arena, w->res, &links, &err)) {
		w->wrong = arena_strdup(w->j->s->arena, err.msg);
		return NULL;
	}
	link = links_find(&links, "next");
	return link ? arena_memdup(w->j->s->arena, link->target.data,
				   link->target.len)
		    : NULL;
}

/* Look at the page in `w->res`; the next reference in *next. */
static void look(struct walk *w, const char **next)
{
	const struct json *body = NULL;
	struct span text;
	struct err err;

	*next = NULL;
	if (w->res->end != HTTP_ANSWERED) {
		w->wrong = arena_printf(w->j->s->arena, "page %d: %s", w->pages,
					w->res->fault
						? w->res->fault
						: http_end_name(w->res->end));
		return;
	}
	if (w->res->status != 200) {
		w->wrong = arena_printf(w->j->s->arena, "page %d answers %d",
					w->pages, w->res->status);
		return;
	}
	w->wrong = answer_decode(w->j->s->arena, w->res, w->built.coding_asked,
				 &text);
	if (w->wrong)
		return;
	if ((w->x->items || w->x->next || w->x->total) &&
	    json_parse(w->j->s->arena, text, &body, &err)) {
		w->wrong = arena_printf(w->j->s->arena,
					"page %d is no JSON: "
					"%s",
					w->pages, err.msg);
		return;
	}
	if (w->x->items)
		w->wrong = take_items(w, body);
	if (!w->wrong && w->x->total)
		w->wrong = take_total(w, body);
	if (!w->wrong)
		*next = find_next(w, body);
}

static bool was_seen(struct walk *w, const char *target)
{
	for (int i = 0; i < w->pages; i++)
		if (!strcmp(w->seen[i], target))
			return true;
	return false;
}

/* Ask for the next page; `wrong` when it cannot be. */
static int go(struct walk *w, const char *next)
{
	struct http_header location = {"Location", span_of(next)};
	struct http_response pointer = {
		.headers = &location, .n_headers = 1, .status = 307};
	struct state *s = w->j->s;
	struct play_reply reply;
	int r = build_redirect(s, &w->built, &pointer, &w->built, &w->wrong);

	if (r < 0)
		return 0;
	if (was_seen(w, w->built.req.target)) {
		w->wrong = arena_printf(s->arena, "page %d leads back to %s",
					w->pages, w->built.req.target);
		return 0;
	}
	w->seen[w->pages++] = w->built.req.target;
	s->result->requests++;
	r = s->host->send(s->host->ctx, s->arena, &w->built.req, &reply,
			  s->err);
	if (!r)
		w->res = reply.res;
	return r;
}

static const struct json *key_of(struct walk *w, size_t i)
{
	return select_one(w, w->items[i], w->x->unique);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *find_duplicate(struct walk *w)
{
	struct arena *arena = w->j->s->arena;
	const char **keys = arena_array(arena, w->n_items + 1, sizeof(*keys));

	for (size_t i = 0; i < w->n_items; i++) {
		const struct json *key = key_of(w, i);
		struct value v = key ? value_of_json(key)
				     : (struct value){.type = VALUE_NONE};

		if (!key)
			return arena_printf(arena, "item %zu has no key",
					    i + 1);
		keys[i] = value_show(arena, &v);
	}
	qsort(keys, w->n_items, sizeof(*keys), by_text);
	for (size_t i = 1; i < w->n_items; i++)
		if (!strcmp(keys[i - 1], keys[i]))
			return arena_printf(arena, "%s is there twice",
					    keys[i]);
	return NULL;
}

static void conclude(struct walk *w)
{
	struct arena *arena = w->j->s->arena;
	struct play_check *c = extra_check(w->j, EXTRA_WALK, "walk");
	struct value v = value_of_int(arena, (int64_t)w->n_items);

	state_set(w->j->s, SPAN_LIT("walk_items"), &v);
	v = value_of_int(arena, w->pages);
	state_set(w->j->s, SPAN_LIT("walk_pages"), &v);
	if (!w->wrong && w->x->unique)
		w->wrong = find_duplicate(w);
	if (!w->wrong && w->has_total && w->total != (int64_t)w->n_items)
		w->wrong = arena_printf(arena,
					"%zu items were found, the "
					"total says %lld",
					w->n_items, (long long)w->total);
	c->expected =
		arena_printf(arena, "at most %d pages, to an end", w->x->walk);
	c->actual = arena_printf(arena, "%d pages, %zu items", w->pages,
				 w->n_items);
	if (w->wrong)
		judging_fail(w->j, c, w->wrong);
	else
		judging_pass(w->j, c);
}

int extra_walk(struct judging *j, const struct built *built)
{
	const struct extra *x = j->e->marks.extra;
	struct walk w = {.j = j,
			 .x = x,
			 .built = *built,
			 .res = j->s->answer.res,
			 .pages = 1};
	const char *next;
	int r = 0;

	w.seen = arena_array(j->s->arena, (size_t)x->walk + 1, sizeof(*w.seen));
	w.seen[0] = built->req.target;
	for (;;) {
		look(&w, &next);
		if (w.wrong || !next)
			break;
		if (w.pages == x->walk) {
			w.wrong = "there is another page behind the last";
			break;
		}
		r = go(&w, next);
		if (r < 0 || w.wrong)
			break;
	}
	if (r < 0)
		return r;
	conclude(&w);
	return 0;
}
