/* persistence -- is what was stored still there after a crash? */
#include <signal.h>
#include <string.h>

#include "graders/ask.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define ROWS_MAX 50

enum persistence_rule { RULE_CREATED, RULE_CHANGED, RULE_DELETED, RULE_AGAIN,
			RULE_IDS };
static const char *const rule_names[] = { "created", "changed", "deleted",
					  "again", "ids", NULL };
static const char *const stop_names[] = { "kill", "term", NULL };
static const char *const option_names[] = { "resource", "rows", "stop",
					    "rules", NULL };

struct config {
	const struct resource *resource;
	int64_t rows;
	unsigned stop, rules;
};

struct persistence {
	const struct config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct row rows[ROWS_MAX]; /* to be found again */
	size_t n_rows;
	struct row changed, deleted;
	bool was_changed, was_deleted;
	bool blind; /* no row is shown by itself: the list must do */
	size_t n_listed;
};

static bool wants(const struct persistence *p, enum persistence_rule rule)
{
	return p->c->rules & 1u << rule;
}

/* Replace the row by PUT, or by PATCH where there is no PUT. */
static bool change(struct persistence *p, struct row *row)
{
	static const char *const methods[] = { "PUT", "PATCH" };
	struct body body = resource_body(p->r, grading_prng(p->g), p->arena,
					 true);

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const struct exchange *x = ask_json(
			&p->ask, methods[i], row->target,
			body_text(p->arena, &body));

		if (ask_ok(x)) {
			row->body = body;
			return true;
		}
	}
	return false;
}

/* The row as the app shows it, or NULL. */
static const struct json *look(struct persistence *p, const struct row *row,
			       const struct exchange **ret_x)
{
	if (p->blind)
		return listing_row(&p->ask, p->r, row->id, ret_x);
	*ret_x = ask(&p->ask, "GET", row->target);
	return ask_ok(*ret_x) ? view_item(view_body(p->arena, *ret_x),
					  p->r->at, p->r->id) :
				NULL;
}

/* Rows, a change and a deletion; false when no row could be made. */
static bool store(struct persistence *p)
{
	const struct exchange *x;
	const char *why = NULL;

	for (int64_t i = 0; i < p->c->rows; i++) {
		struct row row = resource_make(&p->ask, p->r);

		if (row.ok)
			p->rows[p->n_rows++] = row;
		else
			why = row.why;
	}
	if (!p->n_rows) {
		grading_skip(p->g, CHECK(.id = "created",
					 .title = "rows survive a crash"),
			     "no row could be made: %s", why);
		return false;
	}
	p->blind = !look(p, &p->rows[0], &x);
	p->changed = resource_make(&p->ask, p->r);
	p->was_changed = p->changed.ok && change(p, &p->changed);
	p->deleted = resource_make(&p->ask, p->r);
	p->was_deleted = p->deleted.ok &&
			 ask_ok(ask(&p->ask, "DELETE", p->deleted.target));
	p->n_listed = listing_walk(&p->ask, p->r, 0, NULL)->n_rows;
	return true;
}

/* Crash and come back; false: it did not, and that has been said. */
static bool crash(struct persistence *p, struct err *err)
{
	bool ready = false;

	if (!p->ask.code && p->c->stop)
		p->ask.code = grading_signal(p->g, SIGTERM, err);
	if (!p->ask.code)
		p->ask.code = grading_restart(p->g, &ready, err);
	if (p->ask.code)
		return false;
	if (!ready)
		grading_fail(p->g, CHECK(.id = "comes-back",
					 .title = "the app starts again",
					 .cause = "does-not-restart",
					 .expected = "an app that answers"),
			     "After it was killed the app must start again "
			     "with the same files. It did not");
	return ready;
}

static void judge_row(struct persistence *p, struct rule *rule,
		      const struct row *row, const char *what)
{
	const struct exchange *x;
	const struct json *shown = look(p, row, &x);
	const char *why = shown ? resource_differs(p->arena, p->r, &row->body,
						   shown) :
				  ask_answer(p->arena, x);

	if (!why)
		rule_ok(rule, x);
	else
		rule_bad(p->g, rule, x, NULL,
			 "%s must show the row that was %s before the crash: "
			 "%s", ask_what(p->arena, x), what, why);
}

static void created(struct persistence *p)
{
	struct rule rule = {
		.id = "created", .title = "rows survive a crash",
		.cause = "not-persistent",
	};
	const struct listing *list = listing_walk(&p->ask, p->r, 0, NULL);

	for (size_t i = 0; i < p->n_rows; i++)
		judge_row(p, &rule, &p->rows[i], "made");
	if (list->n_pages && list->n_rows != p->n_listed)
		rule_bad(p->g, &rule, list->pages[0].x, NULL,
			 "%s must show the %zu rows of before the crash. It "
			 "shows %zu", ask_what(p->arena, list->pages[0].x),
			 p->n_listed, list->n_rows);
	rule_close(p->g, &rule);
}

static void changed(struct persistence *p)
{
	struct rule rule = {
		.id = "changed", .title = "changes survive a crash",
		.cause = "not-persistent",
	};

	if (p->was_changed)
		judge_row(p, &rule, &p->changed, "changed");
	rule_close(p->g, &rule);
}

static void deleted(struct persistence *p)
{
	struct rule rule = {
		.id = "deleted", .title = "a deleted row stays away",
		.cause = "deleted-comes-back",
	};
	const struct exchange *x;
	const struct json *shown;

	if (!p->was_deleted)
		return;
	shown = look(p, &p->deleted, &x);
	/* Which error it is, is another criterion's question. */
	if (p->blind ? ask_ok(x) && !shown :
		       ask_answered(x) && x->res.status >= 400)
		rule_ok(&rule, x);
	else
		rule_bad(p->g, &rule, x, NULL,
			 "%s was deleted before the crash and must stay "
			 "away. %s answered %s", p->deleted.target,
			 ask_what(p->arena, x), ask_answer(p->arena, x));
	rule_close(p->g, &rule);
}

static void new_ids(struct persistence *p)
{
	struct rule rule = {
		.id = "ids", .title = "a new row gets an id of its own",
	};
	struct row row = resource_make(&p->ask, p->r);
	size_t i = 0;

	if (!row.ok)
		rule_bad(p->g, &rule, row.created, NULL,
			 "After the crash a row must be made as before. %s",
			 row.why);
	while (row.ok && i < p->n_rows &&
	       strcmp(p->rows[i].target, row.target))
		i++;
	if (row.ok && i < p->n_rows)
		rule_bad(p->g, &rule, row.created, NULL,
			 "A new row got the id %s, which a row of before the "
			 "crash has", row.id ? row.id : row.target);
	else if (row.ok)
		rule_ok(&rule, row.created);
	rule_close(p->g, &rule);
}

/* The last thing before the second crash is an accepted write. */
static void again(struct persistence *p, struct err *err)
{
	struct rule rule = {
		.id = "again", .title = "what was accepted last survives, too",
		.cause = "not-persistent",
	};
	struct row row = resource_make(&p->ask, p->r);

	if (!row.ok)
		rule_skip(p->g, &rule, "no row could be made: %s", row.why);
	else if (!crash(p, err))
		return;
	else
		judge_row(p, &rule, &row, "made");
	rule_close(p->g, &rule);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct persistence *p = arena_alloc(grading_arena(g), sizeof(*p));

	*p = (struct persistence){
		.c = c, .r = c->resource, .g = g, .arena = grading_arena(g),
		.ask = resource_asking(c->resource, g, err),
	};
	if (!store(p) || !crash(p, err))
		return p->ask.code;
	if (wants(p, RULE_CREATED))
		created(p);
	if (wants(p, RULE_CHANGED))
		changed(p);
	if (wants(p, RULE_DELETED))
		deleted(p);
	if (wants(p, RULE_IDS))
		new_ids(p);
	if (wants(p, RULE_AGAIN))
		again(p, err);
	return p->ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	config->rows = 5;
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "resource");
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_int(&o, c->with, "rows", 1, ROWS_MAX, &config->rows);
	option_word(&o, c->with, "stop", stop_names, &config->stop);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	*ret_config = config;
	return o.code;
}

const struct grader grader_persistence = {
	.name = "persistence",
	.question = "is what was stored still there after a crash?",
	.configure = configure,
	.run = run,
};
