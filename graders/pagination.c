/* pagination -- do the pages together hold every row once? */
#include "graders/pagination.h"

#include <string.h>

#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define ROWS_MAX    200
#define IDS_SHOWN   5 /* in a message */

static const char *const rule_names[] = {
	"union", "size", "default-size", "max-size", "bad-numbers", "beyond",
	"total", "order", "links", "filter", "sort", "search", NULL,
};
static const char *const option_names[] = {
	"resource", "rows", "size", "order", "links", "bad_numbers", "beyond",
	"over_max", "reject_empty", "filters", "sort", "search", "rules", NULL,
};
static const char *const bad_number_names[] = { "any", "reject", "clamp",
						NULL };
static const char *const beyond_names[] = { "any", "empty", "missing", NULL };
static const char *const over_names[] = { "any", "clamp", "reject", NULL };

bool pagination_wants(const struct pagination *p, enum pagination_rule rule)
{
	return p->c->rules & 1u << rule;
}

const struct exchange *pagination_get(struct pagination *p, const char *query)
{
	return ask(&p->ask, "GET",
		   listing_target(&p->ask, p->r, -1, 0, query));
}

const struct listing_page *pagination_plain(struct pagination *p)
{
	struct listing_page *page;

	if (!p->plain) {
		page = arena_alloc(p->arena, sizeof(*page));
		*page = listing_page(&p->ask, p->r, pagination_get(p, NULL));
		p->plain = page;
	}
	return p->plain;
}

/* ----------------------------------------------------------------- walks */

static const struct exchange *first_page(const struct listing *list)
{
	return list->n_pages ? list->pages[0].x : NULL;
}

/* Rows that were made and never shown, as a list for people. */
static const char *lost_rows(struct pagination *p, size_t *ret_n)
{
	const char *ids = "";
	size_t n = 0;

	for (size_t i = 0; i < p->n_made; i++) {
		const char *id = p->made[i].id;

		if (!id || listing_find(p->walk, id) < p->walk->n_rows)
			continue;
		if (n++ < IDS_SHOWN)
			ids = arena_printf(p->arena, "%s%s%s", ids,
					   n > 1 ? ", " : "", id);
	}
	*ret_n = n;
	return ids;
}

/* The first id that is shown a second time, or NULL. */
static const char *twice(const struct listing *list)
{
	for (size_t i = 0; i < list->n_rows; i++)
		if (listing_find(list, list->ids[i]) < i)
			return list->ids[i];
	return NULL;
}

/* Does the row show one of the values that were sent?  Not one of a few that
 * anybody could guess. */
static bool shows_a_value(struct pagination *p, const struct body *body,
			  const struct json *shown)
{
	for (size_t i = 0; i < p->r->n_fields; i++) {
		const struct field *f = &p->r->fields[i];
		const char *text = f->choices || f->readonly
					   ? NULL
					   : body_value(body, f->name);
		const struct json *sent, *v = json_get(shown, f->name);

		if (text && v &&
		    json_parse(p->arena, span_of(text), &sent, NULL) == 0 &&
		    json_equal(sent, v))
			return true;
	}
	return false;
}

/* Is any row that was made there?  An answer that is made up beforehand shows
 * rows, but none of these. */
static bool shows_one(struct pagination *p)
{
	for (size_t i = 0; i < p->n_made; i++) {
		const struct row *row = &p->made[i];
		size_t at = row->id ? listing_find(p->walk, row->id)
				    : p->walk->n_rows;

		if (at < p->walk->n_rows &&
		    shows_a_value(p, &row->body, p->walk->rows[at]))
			return true;
	}
	return !p->n_made;
}

static void judge_shown(struct pagination *p)
{
	struct rule rule = {
		.id = "shown", .title = "rows are shown as they were sent",
		.cause = "rows-made-up", .vital = true,
	};

	if (shows_one(p))
		rule_ok(&rule, first_page(p->walk));
	else
		rule_bad(p->g, &rule, first_page(p->walk), NULL,
			 "Of %zu rows made, not one is in the pages of %s with "
			 "a value that was sent", p->n_made, p->r->path);
	rule_close(p->g, &rule);
}

static void judge_lost(struct pagination *p)
{
	size_t n;
	const char *ids = lost_rows(p, &n);
	struct rule rule = {
		.id = "union", .title = "the pages show every row",
		.cause = p->walk->repeats ? "page-ignored" : "rows-lost",
	};

	if (n || p->walk->trouble)
		rule_bad(p->g, &rule, first_page(p->walk), NULL,
			 "Walking %s by pages of %lld must show each of the "
			 "%zu rows made: %zu were never shown%s%s%s%s%s",
			 p->r->path, (long long)p->c->size, p->n_made, n,
			 n ? " (ids " : "", ids, n ? ")" : "",
			 p->walk->trouble ? "; " : "",
			 p->walk->trouble ? p->walk->trouble : "");
	else
		rule_ok(&rule, first_page(p->walk));
	rule_close(p->g, &rule);
}

static void judge_twice(struct pagination *p)
{
	const char *id = twice(p->walk);
	struct rule rule = {
		.id = "once", .title = "no page shows a row again",
		.cause = p->walk->repeats ? "page-ignored" : "rows-twice",
	};

	if (p->walk->repeats || id)
		rule_bad(p->g, &rule, first_page(p->walk), NULL,
			 "Walking %s by pages of %lld shows the row with id "
			 "%s again", p->r->path, (long long)p->c->size,
			 id ? id : p->walk->ids[0]);
	else
		rule_ok(&rule, first_page(p->walk));
	rule_close(p->g, &rule);
}

/* How many rows come first in both. */
static size_t same_rows(const struct listing *walk,
			  const struct listing *again)
{
	size_t i = 0;

	while (i < again->n_rows && i < walk->n_rows &&
	       !strcmp(again->ids[i], walk->ids[i]))
		i++;
	return i;
}

static bool is_same_walk(const struct listing *walk,
			 const struct listing *again)
{
	return again && again->n_rows == walk->n_rows &&
	       same_rows(walk, again) == walk->n_rows;
}

/* Who followed the links to the same rows has walked a second time. */
static void judge_stable(struct pagination *p)
{
	const struct listing *again = p->by_links;
	struct rule rule = {
		.id = "stable", .title = "a second walk gives the same order",
		.cause = "order-unstable",
	};

	if (!is_same_walk(p->walk, again))
		again = listing_walk(&p->ask, p->r, p->c->size, NULL);
	if (!is_same_walk(p->walk, again))
		rule_bad(p->g, &rule, first_page(again), NULL,
			 "Two walks of %s without a write between them differ "
			 "from row %zu on", p->r->path,
			 same_rows(p->walk, again) + 1);
	else
		rule_ok(&rule, first_page(again));
	rule_close(p->g, &rule);
}

static void judge_size(struct pagination *p)
{
	struct rule rule = {
		.id = "size", .title = "a page holds as many rows as asked",
		.cause = "size-ignored",
		.expected = arena_printf(p->arena, "%lld rows",
					 (long long)p->c->size),
	};

	if (!p->r->list.size)
		return;
	for (size_t i = 0; i < p->walk->n_pages; i++) {
		const struct listing_page *page = &p->walk->pages[i];
		int64_t n = (int64_t)page->rows->count;
		bool last = i + 1 == p->walk->n_pages;

		if (n == p->c->size || (n < p->c->size && (last ||
		    !p->walk->pages[i + 1].rows->count)))
			rule_ok(&rule, page->x);
		else
			rule_bad(p->g, &rule, page->x, NULL,
				 "%s must hold %lld rows. It holds %lld",
				 ask_what(p->arena, page->x),
				 (long long)p->c->size, (long long)n);
	}
	rule_close(p->g, &rule);
}

static void walks(struct pagination *p)
{
	if (pagination_wants(p, RULE_UNION)) {
		judge_shown(p);
		judge_lost(p);
		judge_twice(p);
	}
	if (pagination_wants(p, RULE_SIZE))
		judge_size(p);
}

/* ----------------------------------------------------------------- total */

static void same_on_all_pages(struct pagination *p, struct rule *rule)
{
	for (size_t i = 0; i < p->walk->n_pages; i++) {
		const struct listing_page *page = &p->walk->pages[i];
		int64_t all = (int64_t)p->walk->n_rows;

		if (page->has_total && page->total == all)
			rule_ok(rule, page->x);
		else if (!page->has_total)
			rule_bad(p->g, rule, page->x, NULL,
				 "%s must tell the total at %s. There is no "
				 "number", ask_what(p->arena, page->x),
				 p->r->list.total);
		else
			rule_bad(p->g, rule, page->x, NULL,
				 "%s says a total of %lld; a walk of all "
				 "pages shows %lld rows",
				 ask_what(p->arena, page->x),
				 (long long)page->total, (long long)all);
	}
}

static void grows(struct pagination *p, struct rule *rule)
{
	const struct listing_page *page;
	int64_t was = p->walk->n_pages ? p->walk->pages[0].total : 0;
	bool made;

	if (!p->walk->n_pages || !p->walk->pages[0].has_total)
		return;
	made = resource_make(&p->ask, p->r).ok;
	page = pagination_plain(p);
	if (page->has_total && page->total == was + made)
		rule_ok(rule, page->x);
	else
		rule_bad(p->g, rule, page->x, NULL,
			 "After %d more row %s must say a total of %lld. It "
			 "says %lld", made, ask_what(p->arena, page->x),
			 (long long)was + made, (long long)page->total);
}

static void total(struct pagination *p)
{
	struct rule rule = {
		.id = "total", .title = "the total is the number of rows",
		.cause = "total-wrong",
	};

	if (!p->r->list.total || !pagination_wants(p, RULE_TOTAL))
		return;
	if (p->walk->trouble)
		rule_skip(p->g, &rule, "the rows cannot be counted: %s",
			  p->walk->trouble);
	else
		same_on_all_pages(p, &rule);
	grows(p, &rule);
	rule_close(p->g, &rule);
}

/* ------------------------------------------------------------------- run */

/* Rows for the walks; false when the app makes none. */
static bool make_rows(struct pagination *p)
{
	const char *why = NULL;

	p->made = arena_array(p->arena, (size_t)p->c->rows,
			      sizeof(*p->made));
	for (int64_t i = 0; i < p->c->rows && !p->ask.code; i++) {
		struct row row = resource_make(&p->ask, p->r);

		if (row.ok)
			p->made[p->n_made++] = row;
		else
			why = row.why;
	}
	if (!p->n_made && !p->ask.code)
		grading_skip(p->g, CHECK(.id = "rows",
					 .title = "there are rows to list"),
			     "no row could be made: %s", why);
	return p->n_made;
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct pagination_config *c = config;
	struct pagination p = {
		.c = c, .r = c->resource, .g = g, .arena = grading_arena(g),
		.prng = grading_prng(g),
		.ask = resource_asking(c->resource, g, err),
	};

	if (!make_rows(&p))
		return p.ask.code;
	p.walk = listing_walk(&p.ask, p.r, c->size, NULL);
	walks(&p);
	pagination_order(&p);
	pagination_links(&p);
	if (pagination_wants(&p, RULE_UNION))
		judge_stable(&p);
	total(&p);
	pagination_numbers(&p);
	pagination_filter(&p);
	pagination_search(&p);
	return p.ask.code;
}

/* --------------------------------------------------------------- options */

static void read_filters(struct options *o, const struct json *v,
			 struct pagination_config *c)
{
	static const char *const names[] = { "param", "field", NULL };

	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count > FILTERS_MAX) {
		option_wrong(o, v, "\"filters\" must be a list");
		return;
	}
	for (size_t i = 0; i < v->count && !o->code; i++) {
		struct pagination_filter *f = &c->filters[c->n_filters++];
		const char *field = "";

		option_object(o, &v->items[i], names);
		option_required(o, &v->items[i], "param");
		option_str(o, &v->items[i], "param", &f->param);
		option_str(o, &v->items[i], "field", &field);
		f->field = o->code ? NULL :
				     resource_field(c->resource, field);
		if (!f->field)
			option_wrong(o, &v->items[i], "the resource has no "
				     "field \"%s\"", field);
	}
}

static void read_descending(struct options *o, const struct json *v,
			    struct pagination_sort *s)
{
	static const char *const names[] = { "param", "value", NULL };

	s->prefix = "-";
	if (!v || o->code)
		return;
	if (v->type == JSON_STRING) {
		s->prefix = json_str(v);
		return;
	}
	s->prefix = NULL;
	option_object(o, v, names);
	option_required(o, v, "param");
	option_required(o, v, "value");
	option_str(o, v, "param", &s->order_param);
	option_str(o, v, "value", &s->order_value);
}

static void read_sort(struct options *o, const struct json *v,
		      struct pagination_sort *s)
{
	static const char *const names[] = { "param", "fields", "descending",
					     "unknown", "ties", NULL };
	const char *const *fields = NULL;

	if (!v || o->code)
		return;
	option_object(o, v, names);
	option_required(o, v, "param");
	option_required(o, v, "fields");
	option_str(o, v, "param", &s->param);
	option_strs(o, v, "fields", &fields, &s->n);
	option_statuses(o, v, "unknown", &s->unknown);
	option_str(o, v, "ties", &s->ties);
	if (s->n > SORTS_MAX)
		option_wrong(o, v, "more than %d fields", SORTS_MAX);
	for (size_t i = 0; i < s->n && !o->code; i++)
		s->fields[i] = fields[i];
	read_descending(o, json_get(v, "descending"), s);
}

static void read_search(struct options *o, const struct json *v,
			struct pagination_config *c)
{
	static const char *const names[] = { "param", "fields", NULL };

	if (!v || o->code)
		return;
	option_object(o, v, names);
	option_required(o, v, "param");
	option_required(o, v, "fields");
	option_str(o, v, "param", &c->search_param);
	option_strs(o, v, "fields", &c->search_fields, &c->n_search);
	for (size_t i = 0; i < c->n_search && !o->code; i++)
		if (!resource_field(c->resource, c->search_fields[i]))
			option_wrong(o, v, "the resource has no field \"%s\"",
				     c->search_fields[i]);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct pagination_config *config = arena_alloc(arena, sizeof(*config));
	const struct json *with = c->with;

	config->rows = 23;
	config->size = 5;
	config->rules = ~0u;
	option_object(&o, with, option_names);
	option_required(&o, with, "resource");
	resource_option(&o, ex, with, "resource", &config->resource);
	option_int(&o, with, "rows", 1, ROWS_MAX, &config->rows);
	option_int(&o, with, "size", 2, 100, &config->size);
	option_strs(&o, with, "order", &config->order, &config->n_order);
	option_strs(&o, with, "links", &config->links, &config->n_links);
	option_word(&o, with, "bad_numbers", bad_number_names,
		    &config->bad_numbers);
	option_bool(&o, with, "reject_empty", &config->reject_empty);
	option_word(&o, with, "beyond", beyond_names, &config->beyond);
	option_word(&o, with, "over_max", over_names, &config->over_max);
	option_words(&o, with, "rules", rule_names, &config->rules);
	read_filters(&o, json_get(with, "filters"), config);
	read_sort(&o, json_get(with, "sort"), &config->sort);
	read_search(&o, json_get(with, "search"), config);
	*ret_config = config;
	return o.code;
}

const struct grader grader_pagination = {
	.name = "pagination",
	.question = "do the pages together hold every row once?",
	.configure = configure,
	.run = run,
};
