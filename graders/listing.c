/* listing -- walk a collection. */
#include "graders/listing.h"

#include <string.h>

#include "graders/ask.h"
#include "graders/resource.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/expect/link.h"
#include "runner/grader.h"

static void read_total(const struct asking *a, const char *where,
		       const struct json *body, struct listing_page *page)
{
	const struct json *v = NULL;
	const char *text;

	if (!where)
		return;
	if (*where == '/') {
		v = body ? view_at(body, where) : NULL;
	} else {
		text = http_value(&page->x->res, where + strlen("header:"));
		if (text && json_parse(grading_arena(a->g), span_of(text), &v,
				       NULL) < 0)
			return;
	}
	page->has_total = v && json_int(v, &page->total);
}

struct listing_page listing_page(const struct asking *a,
				 const struct resource *r,
				 const struct exchange *x)
{
	const struct json *body = view_body(grading_arena(a->g), x);
	struct listing_page page = { .x = x };

	if (!ask_ok(x))
		return page;
	page.rows = view_list(body, r->list.items);
	read_total(a, r->list.total, body, &page);
	return page;
}

const char *listing_target(struct asking *a, const struct resource *r,
			   int64_t page, int64_t size, const char *query)
{
	struct arena *arena = grading_arena(a->g);
	const char *target = r->path;

	if (r->list.query)
		target = arena_printf(arena, "%s?%s", target, r->list.query);
	if (query)
		target = arena_printf(arena, "%s%c%s", target,
				      strchr(target, '?') ? '&' : '?', query);
	if (r->list.size && size > 0)
		target = target_with(arena, target, r->list.size,
				  arena_printf(arena, "%lld",
					       (long long)size));
	if (r->list.page && page >= 0)
		target = target_with(arena, target, r->list.page,
				  arena_printf(arena, "%lld",
					       (long long)page));
	return target;
}

size_t listing_find(const struct listing *list, const char *id)
{
	size_t i = 0;

	while (i < list->n_rows && strcmp(list->ids[i], id))
		i++;
	return i;
}

/* What tells rows apart: the id, or the whole row where there is none. */
static const char *identity(struct arena *arena, const struct resource *r,
			    const struct json *row)
{
	const char *id = view_id(arena, json_get(row, r->id));

	return id ? id : view_show(arena, row);
}

bool listing_add(struct asking *a, const struct resource *r,
		 struct listing *list, struct listing_page page)
{
	size_t count = page.rows ? page.rows->count : 0;

	if (list->n_pages == LISTING_PAGES_MAX ||
	    list->n_rows + count > LISTING_ROWS_MAX)
		return false;
	list->pages[list->n_pages++] = page;
	for (size_t i = 0; i < count; i++) {
		list->rows[list->n_rows] = &page.rows->items[i];
		list->ids[list->n_rows++] = identity(grading_arena(a->g), r,
						     &page.rows->items[i]);
	}
	return true;
}

/* The same rows as the page before: the number has no effect. */
static bool repeats(const struct listing *list, const struct json *rows)
{
	const struct json *before;

	if (!list->n_pages || !rows->count)
		return false;
	before = list->pages[list->n_pages - 1].rows;
	return before->count == rows->count &&
	       json_equal(&before->items[0], &rows->items[0]) &&
	       json_equal(&before->items[rows->count - 1],
			  &rows->items[rows->count - 1]);
}

/* One page; false when the walk is over. */
static bool walk_on(struct asking *a, const struct resource *r,
		    struct listing *list, int64_t number, int64_t size,
		    const char *query)
{
	struct arena *arena = grading_arena(a->g);
	struct listing_page page = listing_page(
		a, r, ask(a, "GET", listing_target(a, r, number, size,
						   query)));

	if (!page.rows) {
		/* 404 after the last page is one way to say that it ended. */
		if (list->n_pages && page.x->res.status == 404)
			return false;
		list->trouble = arena_printf(
			arena, "%s answered %s%s", ask_what(arena, page.x),
			ask_answer(arena, page.x),
			ask_ok(page.x) ? " without a list of rows" : "");
		return false;
	}
	if (repeats(list, page.rows)) {
		list->repeats = true;
		list->trouble = arena_printf(
			arena, "%s shows the rows of the page before",
			ask_what(arena, page.x));
		return false;
	}
	if (!listing_add(a, r, list, page)) {
		list->trouble = "the pages do not end";
		return false;
	}
	if (!page.rows->count || !r->list.page)
		return false;
	return !size || (int64_t)page.rows->count >= size;
}

/* What the answer names: a cursor or a URL; false: nothing. */
static bool next_reference(struct asking *a, const struct resource *r,
			   const struct exchange *x, struct span *ret)
{
	struct arena *arena = grading_arena(a->g);
	const struct json *body = view_body(arena, x);
	const struct link *link;
	struct links links;

	if (r->list.next) {
		const char *text = body ? view_id(arena, view_at(
						body, r->list.next)) : NULL;

		*ret = span_of(text);
		return text;
	}
	if (links_read(arena, &x->res, &links, NULL) < 0)
		return false;
	link = links_find(&links, "next");
	if (link)
		*ret = link->target;
	return link;
}

const char *listing_next(struct asking *a, const struct resource *r,
			 const struct exchange *x, int64_t size,
			 const char *query)
{
	struct arena *arena = grading_arena(a->g);
	struct span to;
	const char *host;

	if (!next_reference(a, r, x, &to))
		return NULL;
	/* A cursor may hold any character, also a slash at its start. */
	if (r->list.next && !span_starts(to, span_of(r->path)) &&
	    !span_starts(to, SPAN_LIT("?")) &&
	    !span_starts(to, SPAN_LIT("http")))
		return target_with(arena,
				   listing_target(a, r, -1, size, query),
				   r->list.cursor, to.data);
	return target_resolve(arena, x->req.target, to, &host);
}

static const struct listing *walk_by_cursor(struct asking *a,
					    const struct resource *r,
					    int64_t size, const char *query)
{
	struct listing *list = arena_alloc(grading_arena(a->g),
					   sizeof(*list));
	const char *target = listing_target(a, r, -1, size, query);

	while (target) {
		struct listing_page page =
			listing_page(a, r, ask(a, "GET", target));

		if (!page.rows) {
			list->trouble = arena_printf(
				grading_arena(a->g), "%s answered %s",
				ask_what(grading_arena(a->g), page.x),
				ask_answer(grading_arena(a->g), page.x));
			break;
		}
		if (!listing_add(a, r, list, page)) {
			list->trouble = "the pages do not end";
			break;
		}
		target = listing_next(a, r, page.x, size, query);
	}
	return list;
}

const struct listing *listing_walk(struct asking *a, const struct resource *r,
				   int64_t size, const char *query)
{
	struct listing *list = arena_alloc(grading_arena(a->g),
					   sizeof(*list));
	int64_t number = r->list.first_page;

	if (!size)
		size = r->list.max_size;
	if (r->list.cursor)
		return walk_by_cursor(a, r, size, query);
	while (walk_on(a, r, list, number, size, query))
		number++;
	return list;
}

const struct json *listing_row(struct asking *a, const struct resource *r,
			       const char *id, const struct exchange **ret_x)
{
	const struct listing *list = listing_walk(a, r, 0, NULL);
	size_t at = id ? listing_find(list, id) : list->n_rows;

	*ret_x = list->n_pages ? list->pages[0].x : ask(a, "GET", r->path);
	return at < list->n_rows ? list->rows[at] : NULL;
}
