/* pagination_links -- the relations of the Link header. */
#include <string.h>

#include "runner/expect/link.h"
#include "graders/pagination.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/grader.h"

#define FETCHED_MAX 400

struct linking {
	struct pagination *p;
	/* What has been followed; nothing is written meanwhile. */
	struct listing_page fetched[FETCHED_MAX];
	size_t n_fetched;
	const char *query; /* a filter that links must keep, or NULL */
	const char *param, *value;
	struct rule wellformed, edges, follow, kept;
	bool unread; /* a header that led nowhere: what follows is not asked */
};

/* The page at `target`, asked for once. */
static struct listing_page fetch(struct linking *l, const char *target)
{
	struct pagination *p = l->p;
	struct listing_page page;

	for (size_t i = 0; i < l->n_fetched; i++)
		if (!strcmp(l->fetched[i].x->req.target, target))
			return l->fetched[i];
	page = listing_page(&p->ask, p->r, ask(&p->ask, "GET", target));
	if (l->n_fetched < FETCHED_MAX)
		l->fetched[l->n_fetched++] = page;
	return page;
}

static bool demanded(const struct pagination *p, const char *rel)
{
	for (size_t i = 0; i < p->c->n_links; i++)
		if (!strcmp(p->c->links[i], rel))
			return true;
	return false;
}

/* The links of an answer; false when the header is not well-formed. */
static bool read_links(struct linking *l, const struct exchange *x,
		       struct links *ret)
{
	struct err err;

	if (!links_read(l->p->arena, &x->res, ret, &err)) {
		rule_ok(&l->wellformed, x);
		return true;
	}
	l->unread = true;
	rule_bad(l->p->g, &l->wellformed, x, NULL,
		 "%s sends a Link header that breaks RFC 8288: %s",
		 ask_what(l->p->arena, x), err.msg);
	return false;
}

/* Where the relation leads; NULL: it is not there, or leads elsewhere. */
static const char *target_of(struct linking *l, const struct exchange *x,
			     const struct links *links, const char *rel)
{
	const struct link *link = links_find(links, rel);
	const char *host, *target;

	if (!link)
		return NULL;
	target = target_resolve(l->p->arena, x->req.target, link->target,
				&host);
	if (target && (!host || target_is_local(host)) &&
	    target_same_path(target, x->req.target))
		return target;
	rule_bad(l->p->g, &l->kept, x, rel,
		 "%s: rel=\"%s\" must stay on this list. It leads to %.*s",
		 ask_what(l->p->arena, x), rel,
		 (int)(link->target.len > 100 ? 100 : link->target.len),
		 link->target.data);
	return NULL;
}

static void judge_param(struct linking *l, const struct exchange *x,
			const char *rel, const char *target,
			const char *param, const char *value)
{
	const char *kept = target_param(l->p->arena, target, param);

	if (kept && !strcmp(kept, value))
		rule_ok(&l->kept, x);
	else
		rule_bad(l->p->g, &l->kept, x, rel,
			 "%s: rel=\"%s\" must keep %s=%s. It leads to %.200s",
			 ask_what(l->p->arena, x), rel, param, value, target);
}

static void judge_kept(struct linking *l, const struct exchange *x,
		       const char *rel, const char *target)
{
	struct pagination *p = l->p;

	if (p->r->list.size)
		judge_param(l, x, rel, target, p->r->list.size,
			    arena_printf(p->arena, "%lld",
					 (long long)p->c->size));
	if (l->param)
		judge_param(l, x, rel, target, l->param, l->value);
}

/* `next` and `prev` are there except at the ends. */
static void judge_edge(struct linking *l, const struct exchange *x,
		       const struct links *links, const char *rel, bool there)
{
	bool found = links_find(links, rel);

	if (!demanded(l->p, rel))
		return;
	if (found == there)
		rule_ok(&l->edges, x);
	else
		rule_bad(l->p->g, &l->edges, x, rel,
			 "%s %s have rel=\"%s\": it is %s page. %s",
			 ask_what(l->p->arena, x),
			 there ? "must" : "must not", rel,
			 there		     ? "not the last or the first" :
			 !strcmp(rel, "next") ? "the last" :
						"the first",
			 found ? "It has" : "It has not");
}

/* Does the relation lead to a page with the same rows as `rows`? */
static void judge_leads(struct linking *l, const struct exchange *x,
			const struct links *links, const char *rel,
			const struct json *rows)
{
	struct pagination *p = l->p;
	const char *target = target_of(l, x, links, rel);
	struct listing_page page;

	if (!demanded(p, rel))
		return;
	if (!target) {
		if (!links_find(links, rel))
			rule_bad(p->g, &l->edges, x, rel,
				 "%s must have rel=\"%s\"",
				 ask_what(p->arena, x), rel);
		return;
	}
	judge_kept(l, x, rel, target);
	page = fetch(l, target);
	if (page.rows && json_equal(page.rows, rows))
		rule_ok(&l->follow, page.x);
	else
		rule_bad(p->g, &l->follow, page.x, rel,
			 "%s: rel=\"%s\" must lead to that page's rows. %s "
			 "shows others", ask_what(p->arena, x), rel,
			 ask_what(p->arena, page.x));
}

/* Follow `next` from the first page. */
static const struct listing *follow_next(struct linking *l)
{
	struct pagination *p = l->p;
	struct listing *list = arena_alloc(p->arena, sizeof(*list));
	const char *target = listing_target(&p->ask, p->r,
					    p->r->list.first_page, p->c->size,
					    l->query);

	while (target) {
		struct listing_page page = fetch(l, target);
		struct links links;

		if (!page.rows || !listing_add(&p->ask, p->r, list, page) ||
		    !read_links(l, page.x, &links))
			break;
		target = target_of(l, page.x, &links, "next");
		if (target)
			judge_kept(l, page.x, "next", target);
	}
	return list;
}

static void judge_union(struct linking *l, const struct listing *list,
			const struct listing *all)
{
	struct pagination *p = l->p;
	const struct exchange *x = list->n_pages ? list->pages[0].x : NULL;
	size_t missing = 0;

	for (size_t i = 0; i < all->n_rows; i++)
		missing += listing_find(list, all->ids[i]) == list->n_rows;
	if (!missing && list->n_rows == all->n_rows)
		rule_ok(&l->follow, x);
	else
		rule_bad(p->g, &l->follow, x, "next",
			 "Following rel=\"next\" from %s must show each of "
			 "the %zu rows once. It shows %zu rows, %zu are "
			 "missing", x ? ask_what(p->arena, x) : p->r->path,
			 all->n_rows, list->n_rows, missing);
}

/* What the links of the first, a middle and the last page say. */
static void judge_pages(struct linking *l, const struct listing *list)
{
	size_t last = list->n_pages - 1, at[] = { 0, last / 2, last };

	for (size_t i = 0; i < 3; i++) {
		const struct exchange *x = list->pages[at[i]].x;
		struct links links;

		if ((i && at[i] == at[i - 1]) ||
		    links_read(l->p->arena, &x->res, &links, NULL) < 0)
			continue;
		judge_edge(l, x, &links, "prev", at[i] > 0);
		judge_edge(l, x, &links, "next", at[i] < last);
		judge_leads(l, x, &links, "first", list->pages[0].rows);
		judge_leads(l, x, &links, "last", list->pages[last].rows);
		if (at[i] > 0 && links_find(&links, "prev"))
			judge_leads(l, x, &links, "prev",
				    list->pages[at[i] - 1].rows);
	}
}

/* A filter for which some, but not all, rows are shown. */
static void choose_filter(struct linking *l)
{
	struct pagination *p = l->p;
	const struct pagination_filter *f = &p->c->filters[0];
	const struct json *v;

	if (!p->c->n_filters || !p->walk->n_rows)
		return;
	v = json_get(p->walk->rows[0], f->field->name);
	l->value = view_id(p->arena, v);
	if (!l->value)
		return;
	l->param = f->param;
	l->query = arena_printf(p->arena, "%s=%s", f->param,
				target_encode(p->arena, span_of(l->value)));
}

static void one_walk(struct linking *l)
{
	struct pagination *p = l->p;
	const struct listing *all =
		l->query ? listing_walk(&p->ask, p->r, p->c->size, l->query) :
			   p->walk;
	const struct listing *list;

	/* The walk by links of all rows is a second one: nothing is reused. */
	if (l->query && all->n_pages && l->n_fetched < FETCHED_MAX)
		l->fetched[l->n_fetched++] = all->pages[0];
	list = follow_next(l);
	if (!l->query)
		p->by_links = list;
	if (demanded(p, "next") && !l->unread)
		judge_union(l, list, all);
	if (list->n_pages)
		judge_pages(l, list);
}

void pagination_links(struct pagination *p)
{
	struct linking *l = arena_alloc(p->arena, sizeof(*l));

	if (!p->c->n_links || !pagination_wants(p, RULE_LINKS))
		return;
	*l = (struct linking){
		.p = p,
		.wellformed = { .id = "link-syntax", .cause = "link-syntax",
				.title = "Link is well-formed" },
		.edges = { .id = "link-edges", .cause = "link-edges",
			   .title = "prev and next end where the pages end" },
		.follow = { .id = "link-follow", .cause = "link-follow",
			    .title = "the links lead to the right pages" },
		.kept = { .id = "link-query", .cause = "link-query",
			  .title = "the links keep the query" },
	};

	one_walk(l);
	choose_filter(l);
	if (l->query)
		one_walk(l);
	rule_close(p->g, &l->wellformed);
	rule_close(p->g, &l->edges);
	if (l->unread && !l->follow.n_bad)
		grading_not_measured(p->g, CHECK(.id = l->follow.id,
						 .title = l->follow.title),
				     "a Link header cannot be read");
	else
		rule_close(p->g, &l->follow);
	rule_close(p->g, &l->kept);
}
