/* cursor -- does a walk by cursor hold every row while others write? */
#include <string.h>

#include "graders/ask.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/pagination.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define ROWS_MAX 100

enum cursor_rule {
	CURSOR_UNION, CURSOR_ORDER, CURSOR_TIES, CURSOR_INSERTS,
	CURSOR_DELETES, CURSOR_BAD_CURSOR, CURSOR_BOUNDARY, CURSOR_MORE,
};
static const char *const rule_names[] = {
	"union", "order", "ties", "inserts", "deletes", "bad-cursor",
	"boundary", "more", NULL,
};
static const char *const option_names[] = {
	"resource", "rows", "size", "order", "ties", "bad_cursor", "more_at",
	"rules", NULL,
};

struct config {
	const struct resource *resource;
	int64_t rows, size;
	const char *const *order;
	size_t n_order;
	const char *ties, *more_at;
	struct statuses bad_cursor;
	unsigned rules;
};

struct cursor {
	const struct config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
};

static bool wants(const struct cursor *c, enum cursor_rule rule)
{
	return c->c->rules & 1u << rule;
}

/* ----------------------------------------------------------------- walks */

static const char *first_target(struct cursor *c)
{
	return listing_target(&c->ask, c->r, -1, c->c->size, NULL);
}

/* Where the next page is; NULL: there is none. */
static const char *next_target(struct cursor *c, const struct exchange *x)
{
	return listing_next(&c->ask, c->r, x, c->c->size, NULL);
}

/* Something that happens between two pages. */
typedef void between_fn(struct cursor *c, const struct listing *so_far);

static const struct listing *walk(struct cursor *c, between_fn *between)
{
	struct listing *list = arena_alloc(c->arena, sizeof(*list));
	const char *target = first_target(c);

	while (target) {
		struct listing_page page = listing_page(
			&c->ask, c->r, ask(&c->ask, "GET", target));

		if (!page.rows) {
			list->trouble = arena_printf(
				c->arena, "%s answered %s",
				ask_what(c->arena, page.x),
				ask_answer(c->arena, page.x));
			break;
		}
		if (!listing_add(&c->ask, c->r, list, page)) {
			list->trouble = "the pages do not end";
			break;
		}
		target = next_target(c, page.x);
		if (target && between)
			between(c, list);
	}
	return list;
}

/* Every row of `all` once in `list`, except the one with id `gone`. */
static void judge_walk(struct cursor *c, struct rule *rule,
		       const struct listing *list, const struct listing *all,
		       const char *when)
{
	const struct exchange *x = list->n_pages ? list->pages[0].x : NULL;
	const char *twice = NULL, *lost = NULL;
	size_t n_twice = 0, n_lost = 0;

	for (size_t i = 0; i < all->n_rows; i++) {
		size_t at = listing_find(list, all->ids[i]), n = 0;

		for (; at < list->n_rows; at++)
			n += !strcmp(list->ids[at], all->ids[i]);
		if (!n && !n_lost++)
			lost = all->ids[i];
		if (n > 1 && !n_twice++)
			twice = all->ids[i];
	}
	if (!n_twice && !n_lost && !list->trouble) {
		rule_ok(rule, x);
		return;
	}
	rule_bad(c->g, rule, x, when,
		 "A walk from %s by pages of %lld%s must show each of the %zu "
		 "rows that stay once: %zu are lost%s%s, %zu are shown again"
		 "%s%s%s%s", first_target(c), (long long)c->c->size, when,
		 all->n_rows, n_lost, lost ? ", first id " : "",
		 lost ? lost : "", n_twice, twice ? ", first id " : "",
		 twice ? twice : "", list->trouble ? "; " : "",
		 list->trouble ? list->trouble : "");
}

/* ----------------------------------------------------------------- rules */

static void judge_union(struct cursor *c, const struct row *rows, size_t n,
			const struct listing *all)
{
	struct rule rule = {
		.id = "union", .title = "the pages show every row once",
		.cause = "rows-lost",
	};
	size_t lost = 0;

	for (size_t i = 0; i < n; i++)
		lost += rows[i].id &&
			listing_find(all, rows[i].id) == all->n_rows;
	if (lost)
		rule_bad(c->g, &rule, all->n_pages ? all->pages[0].x : NULL,
			 NULL, "A walk from %s by pages of %lld must show the "
			 "%zu rows that were made: %zu are lost%s%s",
			 first_target(c), (long long)c->c->size, n, lost,
			 all->trouble ? "; " : "",
			 all->trouble ? all->trouble : "");
	else
		judge_walk(c, &rule, all, all, "");
	rule_close(c->g, &rule);
}

static void insert_between(struct cursor *c, const struct listing *so_far)
{
	/* Where new rows come last, a walk must be able to overtake them. */
	for (int i = 0; so_far->n_pages < 5 && i < 2; i++)
		resource_make(&c->ask, c->r);
}

static void inserts(struct cursor *c)
{
	const struct listing *all = walk(c, NULL);
	struct rule rule = {
		.id = "inserts", .title = "new rows do not shift the pages",
		.cause = "cursor-is-offset",
	};

	judge_walk(c, &rule, walk(c, insert_between), all,
		   ", with two rows made between the pages,");
	rule_close(c->g, &rule);
}

/* Delete a row that the last page showed. */
static void delete_between(struct cursor *c, const struct listing *so_far)
{
	size_t n = so_far->n_rows;

	if (n && so_far->n_pages < 4)
		ask(&c->ask, "DELETE",
		    resource_target(c->arena, c->r,
				    so_far->ids[n - 1 -
						so_far->n_pages % 2]));
}

static void deletes(struct cursor *c)
{
	const struct listing *list = walk(c, delete_between);
	const struct listing *left = walk(c, NULL);
	struct rule rule = {
		.id = "deletes", .title = "a deletion does not shift the pages",
		.cause = "cursor-is-offset",
	};

	/* What is left must all have been seen; what went may have been. */
	judge_walk(c, &rule, list, left,
		   ", with rows deleted between the pages,");
	rule_close(c->g, &rule);
}

static void ties(struct cursor *c)
{
	const struct field *f = c->c->ties ?
					resource_field(c->r, c->c->ties) :
					NULL;
	const char *value = f ? field_draw(f, c->prng, c->arena) : NULL;
	struct row rows[ROWS_MAX];
	size_t n = 0;
	struct rule rule = {
		.id = "ties", .title = "rows that are equal are all shown",
		.cause = "rows-lost-in-ties",
	};

	for (int64_t i = 0; f && i < 2 * c->c->size + 1; i++) {
		struct body body = resource_body(c->r, c->prng, c->arena,
						 true);

		body_set(&body, f->name, value);
		rows[n] = resource_create(&c->ask, c->r, body);
		n += rows[n].ok;
	}
	if (n) {
		const struct listing *all = walk(c, NULL);
		size_t lost = 0;

		for (size_t i = 0; i < n; i++)
			lost += rows[i].id && listing_find(all, rows[i].id) ==
						      all->n_rows;
		if (lost)
			rule_bad(c->g, &rule,
				 all->n_pages ? all->pages[0].x : NULL, NULL,
				 "%zu rows have the same \"%s\", and a walk "
				 "must show them all: %zu are lost", n,
				 f->name, lost);
		else
			judge_walk(c, &rule, all, all,
				   ", with many equal rows,");
	}
	rule_close(c->g, &rule);
}

static void bad_cursor_one(struct cursor *c, struct rule *rule,
			   const char *value, const char *label)
{
	const struct exchange *x = ask(
		&c->ask, "GET", target_with(c->arena, first_target(c),
					    c->r->list.cursor, value));

	if (statuses_have(&c->c->bad_cursor, x->res.status)) {
		rule_ok(rule, x);
		return;
	}
	if (x->res.status >= 500)
		rule->cause = "bad-cursor-5xx";
	rule_bad(c->g, rule, x, label, "%s, with %s, must answer %s. It "
		 "answered %s", ask_what(c->arena, x), label,
		 statuses_text(c->arena, &c->c->bad_cursor),
		 ask_answer(c->arena, x));
}

static void bad_cursor(struct cursor *c)
{
	const struct exchange *x = ask(&c->ask, "GET", first_target(c));
	const char *next = next_target(c, x);
	const char *good = next ? target_param(c->arena, next,
					       c->r->list.cursor) : NULL;
	size_t len = good ? strlen(good) : 0;
	struct rule rule = {
		.id = "bad-cursor", .title = "a cursor of no page is refused",
		.expected = statuses_text(c->arena, &c->c->bad_cursor),
	};

	bad_cursor_one(c, &rule, "!!!", "an invented cursor");
	bad_cursor_one(c, &rule, prng_word(c->prng, c->arena, 12),
		       "an invented cursor");
	bad_cursor_one(c, &rule, "eyJ4IjoxfQ==", "base64 of another object");
	bad_cursor_one(c, &rule, "bnVsbA==", "base64 of null");
	if (len > 8)
		bad_cursor_one(c, &rule,
			       arena_memdup(c->arena, good, len / 2),
			       "half of a right cursor");
	rule_close(c->g, &rule);
}

/* Rows a multiple of the size: the last page is the last. */
static void boundary(struct cursor *c)
{
	const struct listing *all = walk(c, NULL);
	struct rule rule = {
		.id = "boundary", .title = "a full last page is the last",
	};
	size_t size = (size_t)c->c->size, pages;

	for (size_t n = all->n_rows; n % size && !c->ask.code; n++)
		resource_make(&c->ask, c->r);
	all = walk(c, NULL);
	pages = (all->n_rows + size - 1) / size;
	/* One more page without rows is a right answer, too. */
	if (all->trouble || all->n_rows % size ||
	    all->n_pages > pages + 1)
		rule_bad(c->g, &rule, all->n_pages ? all->pages[0].x : NULL,
			 NULL, "%zu rows by pages of %zu are %zu pages, and "
			 "maybe one without rows. The walk had %zu%s%s",
			 all->n_rows, size, pages, all->n_pages,
			 all->trouble ? "; " : "",
			 all->trouble ? all->trouble : "");
	else
		rule_ok(&rule, all->n_pages ? all->pages[0].x : NULL);
	rule_close(c->g, &rule);
}

static void more(struct cursor *c)
{
	const struct listing *all = walk(c, NULL);
	struct rule rule = {
		.id = "more", .title = "the flag says whether there is more",
	};

	for (size_t i = 0; i < all->n_pages; i++) {
		const struct exchange *x = all->pages[i].x;
		const struct json *v = view_at(view_body(c->arena, x),
					       c->c->more_at);
		bool should = i + 1 < all->n_pages &&
			      all->pages[i + 1].rows->count;

		if (v && v->type == JSON_BOOL && v->truth == should)
			rule_ok(&rule, x);
		else
			rule_bad(c->g, &rule, x, NULL,
				 "%s must say %s at %s: %s. It says %s",
				 ask_what(c->arena, x),
				 should ? "true" : "false", c->c->more_at,
				 should ? "a page with rows follows" :
					  "no row follows",
				 view_show(c->arena, v));
	}
	rule_close(c->g, &rule);
}

static void order(struct cursor *c, const struct listing *all)
{
	struct pagination p = { .r = c->r, .g = c->g, .arena = c->arena };
	struct rule rule = {
		.id = "order", .title = "the documented order",
	};

	if (all->n_rows)
		pagination_judge_order(&p, &rule, all, c->c->order,
				       c->c->n_order);
	else
		rule_skip(c->g, &rule, "no row was listed: %s",
			  all->trouble ? all->trouble : "the list is empty");
	rule_close(c->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *config_ = config;
	struct cursor c = {
		.c = config_, .r = config_->resource, .g = g,
		.arena = grading_arena(g), .prng = grading_prng(g),
		.ask = resource_asking(config_->resource, g, err),
	};
	struct row rows[ROWS_MAX] = { 0 };
	const struct listing *all;
	size_t n = 0;

	for (int64_t i = 0; i < c.c->rows && !c.ask.code; i++) {
		rows[n] = resource_make(&c.ask, c.r);
		n += rows[n].ok;
	}
	if (!n) {
		if (!c.ask.code)
			grading_skip(g, CHECK(.id = "union",
					      .title = "there are rows"),
				     "no row could be made: %s", rows[0].why);
		return c.ask.code;
	}
	all = walk(&c, NULL);
	if (wants(&c, CURSOR_UNION))
		judge_union(&c, rows, n, all);
	if (wants(&c, CURSOR_ORDER) && c.c->n_order)
		order(&c, all);
	if (wants(&c, CURSOR_TIES))
		ties(&c);
	if (wants(&c, CURSOR_INSERTS))
		inserts(&c);
	if (wants(&c, CURSOR_DELETES))
		deletes(&c);
	if (wants(&c, CURSOR_BAD_CURSOR) && c.r->list.cursor)
		bad_cursor(&c);
	if (wants(&c, CURSOR_BOUNDARY))
		boundary(&c);
	if (wants(&c, CURSOR_MORE) && c.c->more_at)
		more(&c);
	return c.ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	config->rows = 17;
	config->size = 4;
	config->bad_cursor = STATUSES(400, 422);
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "resource");
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_int(&o, c->with, "rows", 1, ROWS_MAX, &config->rows);
	option_int(&o, c->with, "size", 2, 20, &config->size);
	option_strs(&o, c->with, "order", &config->order, &config->n_order);
	option_str(&o, c->with, "ties", &config->ties);
	option_pointer(&o, c->with, "more_at", &config->more_at);
	option_statuses(&o, c->with, "bad_cursor", &config->bad_cursor);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	if (!o.code && config->resource->list.next &&
	    !config->resource->list.cursor)
		option_wrong(&o, c->with, "the resource's `list` has no "
			     "\"cursor\"");
	*ret_config = config;
	return o.code;
}

const struct grader grader_cursor = {
	.name = "cursor",
	.question = "does a walk by cursor hold every row while others "
		    "write?",
	.configure = configure,
	.run = run,
};
