/* pagination_numbers -- hostile page numbers and page sizes. */
#include "graders/pagination.h"

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/grader.h"

#define FILL_MAX 100 /* rows that are made to see a page cut */

/* Is the answer what the policy allows, for a number that is none? */
static bool number_is_right(const struct pagination *p,
			    const struct exchange *x)
{
	int status = x->res.status;

	switch ((enum bad_numbers)p->c->bad_numbers) {
	case NUMBERS_ANY:
		return ask_answered(x) && status < 500;
	case NUMBERS_REJECT:
		return status == 400 || status == 422 || status == 404;
	case NUMBERS_CLAMP:
		return ask_ok(x);
	}
	return false;
}

static const char *number_must(const struct pagination *p)
{
	static const char *const must[] = {
		[NUMBERS_ANY] = "must not end in a server error",
		[NUMBERS_REJECT] = "must be refused with 400 or 422",
		[NUMBERS_CLAMP] = "must answer with a page all the same",
	};

	return must[p->c->bad_numbers];
}

static void bad_numbers(struct pagination *p, const char *param,
			const char *id)
{
	static const char *const values[] = { "0", "-1", "abc", "1.5", "",
					      NULL };
	struct rule rule = {
		.id = id, .expected = number_must(p),
		.title = arena_printf(p->arena, "%s that is no page number "
				      "or size", param),
		.cause = arena_printf(p->arena, "bad-number:%s", param),
	};

	for (size_t i = 0; param && values[i]; i++) {
		const char *query = arena_printf(p->arena, "%s=%s", param,
						 values[i]);
		const struct exchange *x;

		if (param == p->r->list.page && !p->r->list.first_page && !i)
			continue; /* pages count from 0 here */
		x = pagination_get(p, query);
		/* To many an empty value is as good as none: only no 5xx. */
		if (*values[i] || p->c->reject_empty ?
			    number_is_right(p, x) :
			    ask_answered(x) && x->res.status < 500)
			rule_ok(&rule, x);
		else
			rule_bad(p->g, &rule, x, query,
				 "%s %s. It answered %s",
				 ask_what(p->arena, x), number_must(p),
				 ask_answer(p->arena, x));
	}
	rule_close(p->g, &rule);
}

static void huge_numbers(struct pagination *p)
{
	static const char *const values[] = {
		"1000000000", "99999999999999999999", NULL };
	const char *const params[] = { p->r->list.page, p->r->list.size };
	struct rule rule = {
		.id = "huge-numbers", .expected = "no 5xx",
		.title = "huge page numbers and sizes are survived",
	};

	for (size_t i = 0; i < 4; i++) {
		const char *query;
		const struct exchange *x;

		if (!params[i / 2])
			continue;
		query = arena_printf(p->arena, "%s=%s", params[i / 2],
				     values[i % 2]);
		x = pagination_get(p, query);
		if (ask_answered(x) && x->res.status < 500)
			rule_ok(&rule, x);
		else
			rule_bad(p->g, &rule, x, query,
				 "%s must not end in a server error. It "
				 "answered %s", ask_what(p->arena, x),
				 ask_answer(p->arena, x));
	}
	rule_close(p->g, &rule);
}

static void beyond(struct pagination *p)
{
	int64_t page = p->r->list.first_page + (int64_t)p->walk->n_rows + 50;
	const struct exchange *x;
	struct listing_page got;
	bool empty, missing;
	struct rule rule = {
		.id = "beyond", .title = "a page after the last one",
		.expected = p->c->beyond == BEYOND_EMPTY   ? "2xx, no rows" :
			    p->c->beyond == BEYOND_MISSING ? "404" :
							     "no rows, or 404",
	};

	if (!p->r->list.page || !pagination_wants(p, RULE_BEYOND))
		return;
	x = ask(&p->ask, "GET",
		listing_target(&p->ask, p->r, page, p->c->size, NULL));
	got = listing_page(&p->ask, p->r, x);
	empty = got.rows && !got.rows->count;
	missing = x->res.status == 404;
	if ((empty && p->c->beyond != BEYOND_MISSING) ||
	    (missing && p->c->beyond != BEYOND_EMPTY))
		rule_ok(&rule, x);
	else
		rule_bad(p->g, &rule, x, NULL,
			 "%s is after the last page: expected %s. It answered "
			 "%s%s", ask_what(p->arena, x), rule.expected,
			 ask_answer(p->arena, x),
			 got.rows && got.rows->count ? " with rows" : "");
	rule_close(p->g, &rule);
}

static void default_size(struct pagination *p)
{
	int64_t size = p->r->list.default_size;
	const struct listing_page *page;
	struct rule rule = {
		.id = "default-size", .title = "the default page size",
		.expected = arena_printf(p->arena, "%lld rows at most",
					 (long long)size),
	};

	if (!size || !pagination_wants(p, RULE_DEFAULT_SIZE))
		return;
	page = pagination_plain(p);
	if (page->rows && (int64_t)page->rows->count <= size &&
	    ((int64_t)page->rows->count == size ||
	     (int64_t)p->n_made < size))
		rule_ok(&rule, page->x);
	else
		rule_bad(p->g, &rule, page->x, NULL,
			 "%s must hold %lld rows: that is the default. It "
			 "holds %u", ask_what(p->arena, page->x),
			 (long long)size, page->rows ? page->rows->count : 0);
	rule_close(p->g, &rule);
}

/* One row more than a page may hold, so that it must be cut. */
static void fill_up(struct pagination *p, size_t shown)
{
	for (size_t i = shown; i <= (size_t)p->r->list.max_size; i++)
		if (!resource_make(&p->ask, p->r).ok)
			return;
}

static struct listing_page over_the_maximum(struct pagination *p)
{
	const struct exchange *x = ask(
		&p->ask, "GET", listing_target(&p->ask, p->r, -1,
					       p->r->list.max_size + 1, NULL));

	return listing_page(&p->ask, p->r, x);
}

static void max_size(struct pagination *p)
{
	int64_t max = p->r->list.max_size;
	struct listing_page page;
	const struct exchange *x;
	bool clamped, refused;
	struct rule rule = {
		.id = "max-size", .title = "a page size over the maximum",
		.expected = p->c->over_max == OVER_CLAMP  ? "a smaller page" :
			    p->c->over_max == OVER_REJECT ? "400 or 422" :
						"a smaller page, 400 or 422",
	};

	if (!max || !p->r->list.size || !pagination_wants(p, RULE_MAX_SIZE))
		return;
	page = over_the_maximum(p);
	if (page.rows && (int64_t)page.rows->count <= max &&
	    max <= FILL_MAX && p->c->over_max != OVER_REJECT) {
		fill_up(p, page.rows->count);
		page = over_the_maximum(p);
	}
	x = page.x;
	clamped = page.rows && (int64_t)page.rows->count <= max;
	refused = x->res.status == 400 || x->res.status == 422;
	if ((clamped && p->c->over_max != OVER_REJECT) ||
	    (refused && p->c->over_max != OVER_CLAMP))
		rule_ok(&rule, x);
	else
		rule_bad(p->g, &rule, x, NULL,
			 "%s asks for more than %lld rows: expected %s. It "
			 "answered %s with %u rows", ask_what(p->arena, x),
			 (long long)max, rule.expected,
			 ask_answer(p->arena, x),
			 page.rows ? page.rows->count : 0);
	rule_close(p->g, &rule);
}

void pagination_numbers(struct pagination *p)
{
	default_size(p);
	max_size(p);
	beyond(p);
	if (!pagination_wants(p, RULE_BAD_NUMBERS))
		return;
	bad_numbers(p, p->r->list.page, "bad-page");
	bad_numbers(p, p->r->list.size, "bad-size");
	huge_numbers(p);
}
