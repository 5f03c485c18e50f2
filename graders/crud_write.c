/* crud_write -- PUT, PATCH and DELETE. */
#include <string.h>

#include "graders/crud.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/grader.h"

/* The answer has an accepted status; says so when it has not. */
static bool status_is(struct crud *c, struct rule *rule,
		      const struct exchange *x, const struct statuses *set,
		      const char *why)
{
	if (ask_answered(x) && statuses_have(set, x->res.status)) {
		rule_ok(rule, x);
		return true;
	}
	rule_bad(c->g, rule, x, NULL, "%s must answer %s: %s. It answered %s",
		 ask_what(c->arena, x), statuses_text(c->arena, set), why,
		 ask_answer(c->arena, x));
	return false;
}

/* A well-formed target that no row has. */
static const char *absent(struct crud *c, const struct row *row)
{
	const char *id = arena_printf(
		c->arena, "%lld",
		(long long)prng_range(c->prng, 1500000000, 2100000000));

	if (row->id && strlen(row->id) == 36 && row->id[8] == '-')
		id = arena_printf(c->arena, "%.*s%s", 24, row->id,
				  "0123456789ab");
	return resource_target(c->arena, c->r, id);
}

/* ------------------------------------------------------------------- PUT */

/* Fields that a PUT left out are as in a row that never had them. */
static void judge_left_out(struct crud *c, struct rule *rule,
			   const struct row *row)
{
	struct body least = resource_body(c->r, c->prng, c->arena, false);
	struct row fresh = resource_create(
		&c->ask, c->r, resource_body(c->r, c->prng, c->arena, false));
	const struct exchange *x;
	const struct json *is, *model;

	if (!fresh.ok)
		return;
	x = ask_json(&c->ask, "PUT", row->target,
		     body_text(c->arena, &least));
	if (!status_is(c, rule, x, &c->r->statuses.replaced,
		       "all required fields are there"))
		return;
	model = crud_read(c, fresh.target, &x);
	is = crud_read(c, row->target, &x);
	for (size_t i = 0; is && model && i < c->r->n_fields; i++) {
		const struct field *f = &c->r->fields[i];
		const struct json *a = json_get(is, f->name);
		const struct json *b = json_get(model, f->name);

		if (f->required || f->readonly || a == b ||
		    (a && b && json_equal(a, b)))
			continue;
		rule_bad(c->g, rule, x, f->name,
			 "%s: \"%s\" was left out of the PUT and must be as "
			 "in a new row, %s. It is %s: PUT replaces, it does "
			 "not merge (RFC 9110, 9.3.4)",
			 ask_what(c->arena, x), f->name,
			 view_show(c->arena, b), view_show(c->arena, a));
	}
}

void crud_put(struct crud *c)
{
	struct rule rule = {
		.id = "put", .title = "PUT replaces the row",
		.cause = "put-merges",
	};
	struct row row = crud_make(c, &rule);
	struct body body = resource_body(c->r, c->prng, c->arena, true);
	const struct exchange *x;

	if (row.ok) {
		x = ask_json(&c->ask, "PUT", row.target,
			     body_text(c->arena, &body));
		if (!ask_ok(x))
			rule.cause = NULL;
		status_is(c, &rule, x, &c->r->statuses.replaced,
			  "the object is valid");
		if (ask_ok(x)) {
			crud_shows(c, &rule, row.target, &body,
				   "must show what was PUT");
			judge_left_out(c, &rule, &row);
		}
	}
	rule_close(c->g, &rule);
}

void crud_put_again(struct crud *c)
{
	struct rule rule = {
		.id = "put-again", .title = "the same PUT again changes "
					    "nothing",
	};
	struct row row = crud_make(c, &rule);
	struct body body = resource_body(c->r, c->prng, c->arena, true);
	const char *text = body_text(c->arena, &body);
	const struct listing *before, *after;
	const struct exchange *x;

	if (row.ok) {
		ask_json(&c->ask, "PUT", row.target, text);
		before = listing_walk(&c->ask, c->r, 0, NULL);
		x = ask_json(&c->ask, "PUT", row.target, text);
		status_is(c, &rule, x, &c->r->statuses.replaced,
			  "PUT is idempotent (RFC 9110, 9.2.2)");
		crud_shows(c, &rule, row.target, &body,
			   "must show what was PUT twice");
		after = listing_walk(&c->ask, c->r, 0, NULL);
		if (after->n_pages && after->n_rows != before->n_rows)
			rule_bad(c->g, &rule, x, NULL,
				 "The same PUT twice must not make rows: "
				 "there were %zu, now there are %zu",
				 before->n_rows, after->n_rows);
	}
	rule_close(c->g, &rule);
}

static void missing(struct crud *c, const char *method, const char *id,
		    bool creates)
{
	struct rule rule = {
		.id = id,
		.title = arena_printf(c->arena, "%s to an id of no row",
				      method),
		.cause = arena_printf(c->arena, "%s-creates", method),
	};
	struct row row = crud_make(c, &rule);
	struct body body = resource_body(c->r, c->prng, c->arena, true);
	const struct statuses made = STATUSES(201);
	const struct exchange *x;

	if (row.ok) {
		x = ask_json(&c->ask, method, absent(c, &row),
			     body_text(c->arena, &body));
		if (!ask_ok(x))
			rule.cause = NULL;
		status_is(c, &rule, x,
			  creates ? &made : &c->r->statuses.missing,
			  creates ? "PUT creates here" :
				    "no row has this id");
	}
	rule_close(c->g, &rule);
}

void crud_put_missing(struct crud *c)
{
	missing(c, "PUT", "put-missing", c->c->put_creates);
}

/* ----------------------------------------------------------------- PATCH */

void crud_patch_missing(struct crud *c)
{
	missing(c, "PATCH", "patch-missing", false);
}

/* Change one field: it has the new value, and the others their old ones. */
static void change_one(struct crud *c, struct rule *rule, struct row *row,
		       const struct field *f, const char *value)
{
	struct body patch = { .n = 0 };
	const struct exchange *x;

	body_set(&patch, f->name, value);
	x = ask_json(&c->ask, "PATCH", row->target,
		     body_text(c->arena, &patch));
	if (!status_is(c, rule, x, &c->r->statuses.patched,
		       arena_printf(c->arena, "\"%s\": %s is valid", f->name,
				    value)))
		return;
	body_set(&row->body, f->name, value);
	crud_shows(c, rule, row->target, &row->body,
		   arena_printf(c->arena, "must show a changed \"%s\" and "
				"all else as before", f->name));
}

void crud_patch(struct crud *c)
{
	struct rule rule = {
		.id = "patch", .title = "PATCH changes what is sent, no more",
		.cause = "patch-replaces",
	};
	struct row row = crud_make(c, &rule);

	for (size_t i = 0; row.ok && i < c->r->n_fields; i++) {
		const struct field *f = &c->r->fields[i];

		if (!f->readonly)
			change_one(c, &rule, &row, f,
				   field_draw(f, c->prng, c->arena));
	}
	rule_close(c->g, &rule);
}

void crud_patch_null(struct crud *c)
{
	struct rule rule = {
		.id = "patch-null", .title = "null is not the same as absent",
	};
	struct row row = { .ok = false };

	for (size_t i = 0; i < c->r->n_fields; i++) {
		const struct field *f = &c->r->fields[i];

		if (!f->null_allowed || f->readonly)
			continue;
		if (!row.ok)
			row = crud_make(c, &rule);
		if (row.ok)
			change_one(c, &rule, &row, f, "null");
	}
	rule_close(c->g, &rule);
}

/* ---------------------------------------------------------------- DELETE */

static void judge_gone(struct crud *c, struct rule *rule,
		       const struct row *row)
{
	const struct exchange *x = ask(&c->ask, "GET", row->target);
	const struct listing *list = listing_walk(&c->ask, c->r, 0, NULL);

	status_is(c, rule, x, &c->r->statuses.missing, "it was deleted");
	if (row->id && listing_find(list, row->id) < list->n_rows)
		rule_bad(c->g, rule, list->pages[0].x, NULL,
			 "%s must not show the row with id %s: it was deleted",
			 ask_what(c->arena, list->pages[0].x), row->id);
}

void crud_delete(struct crud *c)
{
	struct rule rule = {
		.id = "delete", .title = "DELETE removes the row",
		.cause = "delete-status",
	};
	struct row row = crud_make(c, &rule);
	const struct exchange *x;

	if (row.ok) {
		x = ask(&c->ask, "DELETE", row.target);
		status_is(c, &rule, x, &c->r->statuses.deleted,
			  "the row is there");
		if (x->res.status == 204 && x->res.body.len)
			rule_bad(c->g, &rule, x, NULL,
				 "%s answered 204 with a body (RFC 9110, "
				 "15.3.5)", ask_what(c->arena, x));
		judge_gone(c, &rule, &row);
	}
	rule_close(c->g, &rule);
}

void crud_delete_again(struct crud *c)
{
	struct rule rule = {
		.id = "delete-again", .title = "a second DELETE",
		.expected = statuses_text(c->arena, &c->c->delete_again),
	};
	struct row row = crud_make(c, &rule);
	const struct exchange *x;

	if (row.ok) {
		ask(&c->ask, "DELETE", row.target);
		x = ask(&c->ask, "DELETE", row.target);
		if (x->res.status >= 500)
			rule.cause = "delete-again-5xx";
		status_is(c, &rule, x, &c->c->delete_again,
			  "the row was deleted before");
		x = ask(&c->ask, "DELETE", absent(c, &row));
		status_is(c, &rule, x, &c->c->delete_again,
			  "no row has this id");
	}
	rule_close(c->g, &rule);
}
