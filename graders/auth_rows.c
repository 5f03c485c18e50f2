/* auth_rows -- rows of somebody else, and many users at once. */
#include <string.h>

#include "graders/auth.h"
#include "graders/listing.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/grader.h"

#define ROUNDS 3

/* --------------------------------------------------------------- foreign */

static void must_be_foreign(struct auth *a, struct rule *rule,
			    const struct exchange *x, const char *as)
{
	/* A method that the brief has not is refused to everybody. */
	if (statuses_have(&a->c->foreign, x->res.status) ||
	    x->res.status == 405)
		rule_ok(rule, x);
	else
		rule_bad(a->g, rule, x, ask_what(a->arena, x),
			 "%s as %s must answer %s: the row belongs to %s. It "
			 "answered %s", ask_what(a->arena, x), as,
			 statuses_text(a->arena, &a->c->foreign),
			 a->c->users[0].name, ask_answer(a->arena, x));
}

/* It is as its owner made it. */
static void must_be_unchanged(struct auth *a, const struct row *row)
{
	const struct exchange *x = ask(&a->users[0], "GET", row->target);
	const struct json *shown = view_item(view_body(a->arena, x),
					     a->c->owned->at,
					     a->c->owned->id);
	const char *why = NULL;
	struct rule rule = { .id = "unchanged", .cause = "foreign-row",
			     .title = "another's row stays as it was" };

	if (!ask_ok(x) || !shown)
		why = ask_answer(a->arena, x);
	else
		why = resource_differs(a->arena, a->c->owned, &row->body,
				       shown);
	if (!why)
		rule_ok(&rule, x);
	else
		rule_bad(a->g, &rule, x, NULL,
			 "%s as its owner must show the row as it was, after "
			 "others tried to change it: %s",
			 ask_what(a->arena, x), why);
	if (auth_wants(a, AUTH_UNCHANGED))
		rule_close(a->g, &rule);
}

static void try_all(struct auth *a, struct rule *rule, const struct row *row,
		    struct asking *user, const char *name)
{
	struct body body = resource_body(a->c->owned, a->prng, a->arena,
					 true);
	const char *text = body_text(a->arena, &body);
	const struct listing *list;

	must_be_foreign(a, rule, ask(user, "GET", row->target), name);
	must_be_foreign(a, rule, ask_json(user, "PUT", row->target, text),
			name);
	must_be_foreign(a, rule, ask_json(user, "PATCH", row->target, text),
			name);
	must_be_foreign(a, rule, ask(user, "DELETE", row->target), name);
	list = listing_walk(user, a->c->owned, 0, NULL);
	if (row->id && listing_find(list, row->id) < list->n_rows)
		rule_bad(a->g, rule, list->pages[0].x, "list",
			 "%s as %s must not show the row with id %s: it "
			 "belongs to %s", ask_what(a->arena,
						   list->pages[0].x),
			 name, row->id, a->c->users[0].name);
}

void auth_foreign(struct auth *a)
{
	struct row row = resource_make(&a->users[0], a->c->owned);
	struct rule rule = { .id = "foreign", .cause = "foreign-row",
			     .title = "another's row cannot be reached" };
	const struct exchange *x;

	if (!row.ok) {
		rule_skip(a->g, &rule, "no row could be made: %s", row.why);
		rule_close(a->g, &rule);
		return;
	}
	x = ask(&a->users[0], "GET", row.target);
	if (ask_ok(x))
		try_all(a, &rule, &row, &a->users[1], a->c->users[1].name);
	else
		rule_skip(a->g, &rule, "its owner cannot read it either: %s",
			  ask_answer(a->arena, x));
	if (auth_wants(a, AUTH_FOREIGN))
		rule_close(a->g, &rule);
	if (ask_ok(x))
		must_be_unchanged(a, &row);
}

/* ------------------------------------------------------------------- mix */

static void judge_name(struct auth *a, struct rule *rule,
		       const struct exchange *x, const char *name)
{
	const struct json *body = ask_ok(x) ? view_body(a->arena, x) : NULL;
	const struct json *v = body ? view_at(body, a->c->whoami_at) : NULL;

	if (v && v->type == JSON_STRING && span_is(v->text, name))
		rule_ok(rule, x);
	else
		rule_bad(a->g, rule, x, name,
			 "%s as %s, while others asked too, must answer with "
			 "\"%s\" at %s. It answered %s with %s",
			 ask_what(a->arena, x), name, name, a->c->whoami_at,
			 ask_answer(a->arena, x), view_show(a->arena, v));
}

void auth_mix(struct auth *a)
{
	size_t n = (size_t)a->c->parallel, users = a->c->n_users;
	struct http_request *reqs = arena_array(a->arena, n, sizeof(*reqs));
	struct rule rule = { .id = "mix", .cause = "users-mixed",
			     .title = "users at once are kept apart" };

	for (int round = 0; round < ROUNDS && !rule.n_bad; round++) {
		const struct exchange *const *all;

		for (size_t i = 0; i < n; i++)
			reqs[i] = (struct http_request){
				.target = a->c->whoami_path,
				.headers = a->users[i % users].headers,
				.n_headers = a->users[i % users].n_headers,
			};
		all = ask_burst(&a->nobody, reqs, n, false);
		for (size_t i = 0; all && i < n; i++)
			judge_name(a, &rule, all[i],
				   a->c->users[i % users].name);
	}
	if (a->no_login)
		rule_skip(a->g, &rule, "%s", a->no_login);
	rule_close(a->g, &rule);
}
