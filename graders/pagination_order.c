/* pagination_order -- order, filters and search of a list. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "graders/pagination.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/grader.h"

#define TIED_ROWS 7 /* equal in all but what must differ */

/* ----------------------------------------------------------------- order */

static int compare_spans(struct span a, struct span b, bool fold)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int by = fold ? strncasecmp(a.data, b.data, n) :
			memcmp(a.data, b.data, n);

	return by ? by : a.len < b.len ? -1 : a.len > b.len;
}

/* Of two values of one field; 0 also where no order is defined. */
static int compare(const struct json *a, const struct json *b, bool fold)
{
	if (!a || !b || a->type != b->type)
		return 0;
	if (a->type == JSON_NUMBER)
		return json_compare_numbers(a->text, b->text);
	if (a->type == JSON_STRING)
		return compare_spans(a->text, b->text, fold);
	if (a->type == JSON_BOOL)
		return (int)a->truth - (int)b->truth;
	return 0;
}

/* Rows a, b as the fields say?  The first field that differs decides. */
static bool in_order(const struct json *a, const struct json *b,
		     const char *const *fields, size_t n, bool fold)
{
	for (size_t i = 0; i < n; i++) {
		bool down = fields[i][0] == '-';
		const char *name = fields[i] + down;
		int by = compare(json_get(a, name), json_get(b, name), fold);

		if (by)
			return down ? by > 0 : by < 0;
	}
	return true;
}

static size_t first_wrong(const struct listing *list,
			  const char *const *fields, size_t n, bool fold)
{
	size_t i = 1;

	while (i < list->n_rows && in_order(list->rows[i - 1], list->rows[i],
					    fields, n, fold))
		i++;
	return i;
}

void pagination_judge_order(struct pagination *p, struct rule *rule,
			    const struct listing *list,
			    const char *const *fields, size_t n)
{
	size_t plain = first_wrong(list, fields, n, false);
	size_t folded = first_wrong(list, fields, n, true);
	const struct exchange *x = list->n_pages ? list->pages[0].x : NULL;
	const char *name = fields[0] + (fields[0][0] == '-');

	/* By code point or with case folded, but one of them throughout. */
	if (plain >= list->n_rows || folded >= list->n_rows) {
		rule_ok(rule, x);
		return;
	}
	rule_bad(p->g, rule, x, fields[0],
		 "%s must be ordered by %s%s%s. Row %zu has \"%s\": %s, row "
		 "%zu has %s", x ? ask_what(p->arena, x) : p->r->path,
		 fields[0], n > 1 ? ", then " : "", n > 1 ? fields[1] : "",
		 plain, name,
		 view_show(p->arena, json_get(list->rows[plain - 1], name)),
		 plain + 1,
		 view_show(p->arena, json_get(list->rows[plain], name)));
}

/* Rows that are alike in every field that may be equal. */
static void make_ties(struct pagination *p)
{
	struct body like = p->made[0].body;

	for (int i = 0; i < TIED_ROWS && !p->ask.code; i++) {
		struct body body = resource_body(p->r, p->prng, p->arena,
						 true);

		for (size_t j = 0; j < p->c->sort.n; j++) {
			const char *name = p->c->sort.fields[j];
			const struct field *f = resource_field(p->r, name);

			if (f && !f->unique && body_value(&like, name))
				body_set(&body, name,
					 body_value(&like, name));
		}
		resource_create(&p->ask, p->r, body);
	}
}

/* Numbers that are sorted as text show: 10 would come before 9. */
static void make_lengths(struct pagination *p, const struct field *f)
{
	const char *values[2];

	if (!f || f->readonly || !field_draw_lengths(f, p->arena, values))
		return;
	for (size_t i = 0; i < ARRAY_LEN(values) && !p->ask.code; i++) {
		struct body body = resource_body(p->r, p->prng, p->arena,
						 true);

		body_set(&body, f->name, values[i]);
		resource_create(&p->ask, p->r, body);
	}
}

static const char *sort_query(struct pagination *p, const char *field,
			      bool down)
{
	const struct pagination_sort *s = &p->c->sort;
	const char *query = arena_printf(p->arena, "%s=%s%s", s->param,
					 down && s->prefix ? s->prefix : "",
					 field);

	if (!down || s->prefix)
		return query;
	return arena_printf(p->arena, "%s&%s=%s", query, s->order_param,
			    s->order_value);
}

static void judge_complete(struct pagination *p, struct rule *rule,
			   const struct listing *list,
			   const struct listing *all)
{
	size_t missing = 0;

	for (size_t i = 0; i < all->n_rows; i++)
		missing += listing_find(list, all->ids[i]) == list->n_rows;
	if (list->trouble || missing)
		rule_bad(p->g, rule, list->n_pages ? list->pages[0].x : NULL,
			 "rows lost",
			 "A sorted walk must show every row once, also where "
			 "many are equal: %zu are missing%s%s", missing,
			 list->trouble ? "; " : "",
			 list->trouble ? list->trouble : "");
}

static void sort_field(struct pagination *p, const char *field,
		       const struct listing *all)
{
	const struct pagination_sort *s = &p->c->sort;

	for (int down = 0; down < 2; down++) {
		const char *keys[] = {
			arena_printf(p->arena, "%s%s", down ? "-" : "", field),
			s->ties,
		};
		struct rule rule = {
			.id = arena_printf(p->arena, "sort-%s%s", field,
					   down ? "-down" : ""),
			.title = arena_printf(p->arena, "sorted by %s, %s",
					      field, down ? "descending" :
							    "ascending"),
		};
		const struct listing *list =
			listing_walk(&p->ask, p->r, p->c->size,
				     sort_query(p, field, down));

		judge_complete(p, &rule, list, all);
		pagination_judge_order(p, &rule, list, keys, s->ties ? 2 : 1);
		rule_close(p->g, &rule);
	}
}

static void sort_unknown(struct pagination *p)
{
	const struct pagination_sort *s = &p->c->sort;
	const char *word = prng_word(p->prng, p->arena, 9);
	const char *const values[] = {
		word, arena_printf(p->arena, "%s%%3B--", s->fields[0]) };
	struct rule rule = {
		.id = "sort-unknown", .title = "an unknown sort field",
		.expected = statuses_text(p->arena, &s->unknown),
	};

	for (size_t i = 0; s->unknown.n && i < ARRAY_LEN(values); i++) {
		const struct exchange *x = pagination_get(
			p, arena_printf(p->arena, "%s=%s", s->param,
					values[i]));

		if (statuses_have(&s->unknown, x->res.status))
			rule_ok(&rule, x);
		else
			rule_bad(p->g, &rule, x, values[i],
				 "%s must be refused with %s: there is no "
				 "such sort field. It answered %s",
				 ask_what(p->arena, x), rule.expected,
				 ask_answer(p->arena, x));
	}
	rule_close(p->g, &rule);
}

void pagination_order(struct pagination *p)
{
	const struct pagination_sort *s = &p->c->sort;
	struct rule rule = {
		.id = "order", .title = "the documented order",
	};
	const struct listing *all;

	if (p->c->n_order && pagination_wants(p, RULE_ORDER)) {
		pagination_judge_order(p, &rule, p->walk, p->c->order,
				       p->c->n_order);
		rule_close(p->g, &rule);
	}
	if (!s->n || !pagination_wants(p, RULE_SORT))
		return;
	make_ties(p);
	for (size_t i = 0; i < s->n; i++)
		make_lengths(p, resource_field(p->r, s->fields[i]));
	all = listing_walk(&p->ask, p->r, 0, NULL);
	for (size_t i = 0; i < s->n; i++)
		sort_field(p, s->fields[i], all);
	sort_unknown(p);
	p->walk = listing_walk(&p->ask, p->r, p->c->size, NULL);
}

/* --------------------------------------------------------------- filters */

static bool row_has(const struct json *row, const char *name,
		    const struct json *value)
{
	const struct json *v = json_get(row, name);

	return v && json_equal(v, value);
}

static size_t count_rows(const struct listing *list, const char *name,
			 const struct json *value)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_rows; i++)
		n += row_has(list->rows[i], name, value);
	return n;
}

static void judge_filter(struct pagination *p, struct rule *rule,
			 const struct pagination_filter *f,
			 const struct json *value,
			 const struct listing *all)
{
	const char *text = view_id(p->arena, value);
	const char *query = arena_printf(
		p->arena, "%s=%s", f->param,
		target_encode(p->arena, span_of(text)));
	const struct listing *list =
		listing_walk(&p->ask, p->r, p->c->size, query);
	size_t want = count_rows(all, f->field->name, value);
	size_t good = count_rows(list, f->field->name, value);
	const struct exchange *x = list->n_pages ? list->pages[0].x : NULL;

	if (list->trouble || good != list->n_rows || good != want) {
		rule_bad(p->g, rule, x, query,
			 "%s must show the %zu rows with \"%s\": %s. It shows "
			 "%zu of them and %zu others%s%s",
			 x ? ask_what(p->arena, x) : query, want,
			 f->field->name, view_show(p->arena, value), good,
			 list->n_rows - good, list->trouble ? "; " : "",
			 list->trouble ? list->trouble : "");
		return;
	}
	rule_ok(rule, x);
	if (!list->pages[0].has_total || !pagination_wants(p, RULE_TOTAL))
		return;
	if (list->pages[0].total != (int64_t)want)
		rule_bad(p->g, rule, x, "total",
			 "%s must say a total of %zu, the rows that fit. It "
			 "says %lld", ask_what(p->arena, x), want,
			 (long long)list->pages[0].total);
}

static void one_filter(struct pagination *p,
		       const struct pagination_filter *f,
		       const struct listing *all)
{
	struct rule rule = {
		.id = arena_printf(p->arena, "filter-%s", f->param),
		.title = arena_printf(p->arena, "%s= keeps the rows that fit",
				      f->param),
		.cause = arena_printf(p->arena, "filter-ignored:%s",
				      f->param),
	};
	size_t asked = 0;

	for (size_t i = 0; i < all->n_rows && asked < 3; i += 4, asked++) {
		const struct json *value = json_get(all->rows[i],
						    f->field->name);

		if (view_id(p->arena, value))
			judge_filter(p, &rule, f, value, all);
	}
	if (!rule.n_ok && !rule.n_bad)
		rule_skip(p->g, &rule, "no row shows \"%s\"", f->field->name);
	rule_close(p->g, &rule);
}

void pagination_filter(struct pagination *p)
{
	const struct listing *all;

	if (!p->c->n_filters || !pagination_wants(p, RULE_FILTER))
		return;
	all = listing_walk(&p->ask, p->r, 0, NULL);
	for (size_t i = 0; i < p->c->n_filters; i++)
		one_filter(p, &p->c->filters[i], all);
}

/* ---------------------------------------------------------------- search */

static bool contains(struct span text, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= text.len; i++)
		if (!strncasecmp(text.data + i, part, len))
			return true;
	return false;
}

static bool row_holds(const struct pagination *p, const struct json *row,
		      const char *part)
{
	for (size_t i = 0; i < p->c->n_search; i++) {
		const struct json *v = json_get(row, p->c->search_fields[i]);

		if (v && v->type == JSON_STRING && contains(v->text, part))
			return true;
	}
	return false;
}

static size_t count_holding(const struct pagination *p,
			    const struct listing *list, const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_rows; i++)
		n += row_holds(p, list->rows[i], part);
	return n;
}

static void search_for(struct pagination *p, struct rule *rule,
		       const char *part, const struct listing *all)
{
	const char *query = arena_printf(
		p->arena, "%s=%s", p->c->search_param,
		target_encode(p->arena, span_of(part)));
	const struct listing *list =
		listing_walk(&p->ask, p->r, p->c->size, query);
	const struct exchange *x = list->n_pages ? list->pages[0].x : NULL;
	size_t want = count_holding(p, all, part);
	size_t good = count_holding(p, list, part);

	if (!list->trouble && good == list->n_rows && good == want)
		rule_ok(rule, x);
	else
		rule_bad(p->g, rule, x, query,
			 "%s must show the %zu rows that hold \"%s\". It "
			 "shows %zu of them and %zu others%s%s",
			 x ? ask_what(p->arena, x) : query, want, part, good,
			 list->n_rows - good, list->trouble ? "; " : "",
			 list->trouble ? list->trouble : "");
}

/* A row whose first search field holds `part` between two words. */
static void make_holding(struct pagination *p, const char *part)
{
	struct body body = resource_body(p->r, p->prng, p->arena, true);

	body_set(&body, p->c->search_fields[0],
		 field_quote(p->arena,
			     arena_printf(p->arena, "%s%s%s",
					  prng_word(p->prng, p->arena, 3),
					  part,
					  prng_word(p->prng, p->arena, 3))));
	resource_create(&p->ask, p->r, body);
}

static const char *upper(struct arena *arena, const char *word)
{
	char *out = arena_strdup(arena, word);

	for (char *c = out; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return out;
}

void pagination_search(struct pagination *p)
{
	const char *word;
	const struct listing *all;
	struct rule plain = {
		.id = "search", .title = "a search finds what it should",
		.cause = "search-wrong",
	};
	struct rule wild = {
		.id = "search-wildcards", .title = "% and _ are letters",
		.cause = "search-wildcards",
	};

	if (!p->c->n_search || !pagination_wants(p, RULE_SEARCH))
		return;
	word = prng_word(p->prng, p->arena, 6);
	for (int i = 0; i < 3; i++)
		make_holding(p, word);
	make_holding(p, "%");
	make_holding(p, "_");
	all = listing_walk(&p->ask, p->r, 0, NULL);
	search_for(p, &plain, word, all);
	search_for(p, &plain, arena_memdup(p->arena, word + 1, 4), all);
	search_for(p, &plain, upper(p->arena, word), all);
	search_for(p, &plain, prng_word(p->prng, p->arena, 14), all);
	search_for(p, &wild, "%", all);
	search_for(p, &wild, "_", all);
	search_for(p, &wild, arena_printf(p->arena, "%c%%%c", word[0],
					  word[5]), all);
	rule_close(p->g, &plain);
	rule_close(p->g, &wild);
}
