/* workers -- do all worker processes know the same? */
#include <string.h>

#include "graders/ask.h"
#include "graders/counter.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/send.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define AT_ONCE   10 /* reads of one burst: enough to wake every worker */
#define ADDS      30

enum workers_rule { RULE_READS, RULE_LIST, RULE_DELETED, RULE_CHANGED,
		    RULE_COUNTER, RULE_SESSION, RULE_RESTART };
static const char *const rule_names[] = { "reads", "list", "deleted",
					  "changed", "counter", "session",
					  "restart", NULL };
static const char *const option_names[] = { "resource", "reads", "counter",
					    "session", "rules", NULL };
static const char *const session_names[] = { "login", "read", NULL };
static const char *const read_names[] = { "path", "status", NULL };

struct config {
	const struct resource *resource;
	const struct counter *counter;
	const struct send *login;
	const char *session_path;
	struct statuses session_status;
	int64_t reads;
	unsigned rules;
};

struct workers {
	const struct config *c;
	const struct resource *r;
	struct asking ask, plain;
	struct grading *g;
	struct arena *arena;
	bool blind; /* no row is shown by itself: the list must do */
};

static bool wants(const struct workers *w, enum workers_rule rule)
{
	return w->c->rules & 1u << rule;
}

/* ----------------------------------------------------------------- reads */

/* Does this answer know what it should? */
typedef bool knows_fn(struct workers *w, const struct exchange *x,
		      const void *what);

/* The same GET again and again; how many answers know. */
static size_t count_knowing(struct workers *w, struct asking *a,
			    const struct http_request *req, knows_fn *knows,
			    const void *what,
			    const struct exchange **ret_ignorant,
			    size_t *ret_n)
{
	size_t good = 0;

	*ret_n = 0;
	while (*ret_n < (size_t)w->c->reads) {
		const struct exchange *const *all =
			ask_burst(a, req, AT_ONCE, true);

		if (!all)
			break;
		for (size_t i = 0; i < AT_ONCE; i++) {
			bool knowing = knows(w, all[i], what);

			good += knowing;
			if (!knowing)
				*ret_ignorant = all[i];
		}
		*ret_n += AT_ONCE;
	}
	return good;
}

/* How many answers knew. */
static size_t judge(struct workers *w, struct rule *rule, struct asking *a,
		    const struct http_request *req, knows_fn *knows,
		    const void *what, const char *since)
{
	const struct exchange *ignorant = NULL;
	size_t n, good = count_knowing(w, a, req, knows, what, &ignorant, &n);

	if (good == n)
		rule_ok(rule, NULL);
	else
		rule_bad(w->g, rule, ignorant, NULL,
			 "%zu of %zu answers to %s knew %s; all must. One "
			 "that did not: %s", good, n,
			 ask_what(w->arena, ignorant), since,
			 ask_answer(w->arena, ignorant));
	return good;
}

static bool shows_row(struct workers *w, const struct exchange *x,
		      const void *what)
{
	const struct row *row = what;
	const struct json *shown = view_item(view_body(w->arena, x),
					     w->r->at, w->r->id);

	return ask_ok(x) && shown &&
	       !resource_differs(w->arena, w->r, &row->body, shown);
}

static bool is_gone(struct workers *w, const struct exchange *x,
		    const void *what)
{
	(void)w;
	(void)what;
	return ask_answered(x) && x->res.status >= 400 && x->res.status < 500;
}

static struct rule rule_of(struct workers *w, enum workers_rule rule,
			   const char *title)
{
	(void)w;
	return (struct rule){ .id = rule_names[rule], .title = title,
			      .cause = "state-in-process" };
}

static void reads(struct workers *w)
{
	struct rule rule = rule_of(w, RULE_READS,
				   "every worker knows a new row");
	struct row row = resource_make(&w->ask, w->r);
	const struct http_request req = { .target = row.target };

	if (!row.ok)
		rule_skip(w->g, &rule, "no row could be made: %s", row.why);
	else if (!judge(w, &rule, &w->ask, &req, shows_row, &row,
			"the row that was made before"))
		w->blind = true;
	rule_close(w->g, &rule);
}

/* ------------------------------------------------------------------ list */

static struct listing *listed(struct workers *w, const struct exchange *x)
{
	struct listing *list = arena_alloc(w->arena, sizeof(*list));

	listing_add(&w->ask, w->r, list, listing_page(&w->ask, w->r, x));
	return list;
}

static bool lists_row(struct workers *w, const struct exchange *x,
		      const void *what)
{
	const struct row *row = what;
	const struct listing *list = listed(w, x);
	size_t at = listing_find(list, row->id);

	return at < list->n_rows &&
	       !resource_differs(w->arena, w->r, &row->body, list->rows[at]);
}

static bool lists_id(struct workers *w, const struct exchange *x,
		     const void *what)
{
	const struct row *row = what;
	const struct listing *list = listed(w, x);

	return listing_find(list, row->id) < list->n_rows;
}

static bool lacks_row(struct workers *w, const struct exchange *x,
		      const void *what)
{
	return ask_ok(x) && listing_page(&w->ask, w->r, x).rows &&
	       !lists_id(w, x, what);
}

/* The page that shows the row, wherever the app puts a new one, or NULL. */
static const char *page_of(struct workers *w, const struct row *row)
{
	const struct listing *all = row->id ? listing_walk(&w->ask, w->r, 0,
							   NULL) : NULL;
	const char *target = NULL;

	for (size_t i = 0; all && i < all->n_pages; i++)
		if (lists_id(w, all->pages[i].x, row))
			target = all->pages[i].x->req.target;
	return target;
}

static void list(struct workers *w)
{
	struct rule rule = rule_of(w, RULE_LIST,
				   "every worker lists a new row");
	struct row row = resource_make(&w->ask, w->r);
	const struct http_request req = { .target = page_of(w, &row) };

	if (req.target)
		judge(w, &rule, &w->ask, &req, lists_id, &row,
		      "the row that was made before");
	else if (row.ok)
		rule_bad(w->g, &rule, row.created, NULL,
			 "The row with id %s was made and is on no page of %s",
			 row.id ? row.id : "?", w->r->path);
	else
		rule_skip(w->g, &rule, "no row could be made: %s", row.why);
	rule_close(w->g, &rule);
}

/* ---------------------------------------------------- changes, deletions */

/* Let every worker read it first, so that one that keeps a copy has one.  Do
 * they all know it?  Who never knew a row cannot show that it forgot it. */
static bool warm_up(struct workers *w, const struct http_request *req)
{
	bool all_know = req->target != NULL;

	for (int i = 0; req->target && i < 2; i++) {
		const struct exchange *const *all =
			ask_burst(&w->ask, req, AT_ONCE, true);

		for (size_t k = 0; all && k < AT_ONCE; k++)
			all_know &= ask_ok(all[k]);
	}
	return all_know;
}

/* Where the row is seen; NULL: nowhere. */
static const char *target_of(struct workers *w, const struct row *row)
{
	return w->blind && row->ok ? page_of(w, row) : row->target;
}

static void changed(struct workers *w)
{
	static const char *const methods[] = { "PUT", "PATCH" };
	struct rule rule = rule_of(w, RULE_CHANGED,
				   "every worker knows a change");
	struct row row = resource_make(&w->ask, w->r);
	const struct http_request req = { .target = target_of(w, &row) };
	struct body body = resource_body(w->r, grading_prng(w->g), w->arena,
					 true);
	bool done = false;

	warm_up(w, &req);
	for (size_t i = 0; req.target && !done && i < ARRAY_LEN(methods); i++)
		done = ask_ok(ask_json(&w->ask, methods[i], row.target,
				       body_text(w->arena, &body)));
	if (!done)
		return; /* the brief has no such method, or another pays */
	row.body = body;
	judge(w, &rule, &w->ask, &req, w->blind ? lists_row : shows_row, &row,
	      "the values that were written before");
	rule_close(w->g, &rule);
}

static void deleted(struct workers *w)
{
	struct rule rule = rule_of(w, RULE_DELETED,
				   "every worker knows a deletion");
	struct row row = resource_make(&w->ask, w->r);
	const struct http_request req = { .target = target_of(w, &row) };
	bool known = warm_up(w, &req);

	if (!row.ok || !ask_ok(ask(&w->ask, "DELETE", row.target)))
		return;
	if (known)
		judge(w, &rule, &w->ask, &req, w->blind ? lacks_row : is_gone,
		      &row, "that the row was deleted");
	else
		rule_skip(w->g, &rule, "not every worker knew the row before "
				       "it was deleted");
	rule_close(w->g, &rule);
}

/* --------------------------------------------------------------- counter */

static void counts(struct workers *w)
{
	struct rule rule = rule_of(w, RULE_COUNTER,
				   "every worker adds to one number");
	struct send_values values;
	struct http_request req;
	const struct exchange *x = NULL;
	const char *why = NULL;
	int64_t before = 0, after = 0, added = 0;

	if (!counter_make(&w->plain, w->c->counter, &values, &why) ||
	    !counter_read(&w->plain, w->c->counter, &values, &x, &before)) {
		rule_skip(w->g, &rule, "there is no counter: %s",
			  why ? why : ask_answer(w->arena, x));
		rule_close(w->g, &rule);
		return;
	}
	req = send_request(w->arena, w->c->counter->add, &values);
	req.fresh = true;
	for (int i = 0; i < ADDS; i++)
		added += ask_ok(ask_request(&w->plain, req));
	if (counter_read(&w->plain, w->c->counter, &values, &x, &after) &&
	    added && after - before == added)
		rule_ok(&rule, x);
	else
		rule_bad(w->g, &rule, x, NULL,
			 "%lld requests %s %s, one after the other, were "
			 "accepted: %s must be %lld more than before. It is "
			 "%lld more", (long long)added, req.method,
			 req.target, w->c->counter->at, (long long)added,
			 (long long)(after - before));
	rule_close(w->g, &rule);
}

/* --------------------------------------------------------------- session */

static bool session_holds(struct workers *w, const struct exchange *x,
			  const void *what)
{
	(void)what;
	return ask_answered(x) &&
	       statuses_have(&w->c->session_status, x->res.status);
}

static void session(struct workers *w)
{
	struct rule rule = {
		.id = "session", .title = "a login holds on every worker",
		.cause = "session-per-process",
	};
	const struct send_values none = { .id = NULL };
	const struct exchange *x = send_now(&w->plain, w->c->login, &none);
	const struct http_header *cookie = send_cookies(w->arena, x);
	struct http_request req = { .target = w->c->session_path,
				    .headers = cookie, .n_headers = 1 };

	if (!cookie)
		rule_skip(w->g, &rule, "%s set no cookie: %s",
			  ask_what(w->arena, x), ask_answer(w->arena, x));
	else
		judge(w, &rule, &w->plain, &req, session_holds, NULL,
		      "who had logged in");
	rule_close(w->g, &rule);
}

/* --------------------------------------------------------------- restart */

static void restarted(struct workers *w, struct err *err)
{
	struct rule rule = rule_of(w, RULE_RESTART,
				   "every worker knows what was before a "
				   "restart");
	struct row row = resource_make(&w->ask, w->r);
	const struct http_request req = { .target = target_of(w, &row) };
	bool ready = false;

	if (!req.target || w->ask.code)
		return;
	w->ask.code = grading_restart(w->g, &ready, err);
	if (w->ask.code)
		return;
	if (!ready) {
		rule.cause = "does-not-restart";
		rule_bad(w->g, &rule, NULL, NULL, "After it was killed the "
			 "app must start again. It did not");
	} else {
		judge(w, &rule, &w->ask, &req, w->blind ? lists_row : shows_row,
		      &row, "the row that was made before the restart");
	}
	rule_close(w->g, &rule);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct workers w = {
		.c = c, .r = c->resource, .g = g, .arena = grading_arena(g),
		.plain = { .g = g, .err = err },
	};
	static void (*const rules[])(struct workers *) = {
		[RULE_READS] = reads, [RULE_LIST] = list,
		[RULE_DELETED] = deleted, [RULE_CHANGED] = changed,
	};

	if (w.r)
		w.ask = resource_asking(w.r, g, err);
	for (unsigned i = 0; w.r && i < ARRAY_LEN(rules); i++)
		if (wants(&w, i) && !w.ask.code)
			rules[i](&w);
	if (c->counter && wants(&w, RULE_COUNTER))
		counts(&w);
	if (c->login && wants(&w, RULE_SESSION))
		session(&w);
	if (w.r && wants(&w, RULE_RESTART))
		restarted(&w, err);
	return w.ask.code ? w.ask.code : w.plain.code;
}

static void read_session(struct options *o, const struct json *v,
			 struct config *c)
{
	const struct json *read;

	if (!v || o->code)
		return;
	option_object(o, v, session_names);
	option_required(o, v, "login");
	read = option_required(o, v, "read");
	option_send(o, v, "login", "POST", &c->login);
	if (o->code)
		return;
	c->session_status = STATUSES(200);
	option_object(o, read, read_names);
	option_required(o, read, "path");
	option_path(o, read, "path", &c->session_path);
	option_statuses(o, read, "status", &c->session_status);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	config->reads = 60;
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_counter(&o, c->with, &config->counter);
	option_int(&o, c->with, "reads", 10, 300, &config->reads);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	read_session(&o, json_get(c->with, "session"), config);
	if (!o.code && ex->workers < 2)
		option_wrong(&o, c->with, "`server.workers` must be two or "
			     "more for this grader");
	*ret_config = config;
	return o.code;
}

const struct grader grader_workers = {
	.name = "workers",
	.question = "do all worker processes know the same?",
	.configure = configure,
	.run = run,
};
