/* validation_rows -- what valid and refused input did to the rows. */
#include <string.h>

#include "graders/listing.h"
#include "graders/validation.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/grader.h"

void validation_remember(struct validation *v)
{
	if (validation_wants(v, RULE_UNCHANGED))
		v->before = listing_walk(&v->ask, v->r, 0, NULL);
}

/* ------------------------------------------------------------- unchanged */

/* The first field whose value differs between two states of a row. */
static const char *changed(struct validation *v, const struct json *was,
			   const struct json *is)
{
	for (size_t i = 0; i < v->r->n_fields; i++) {
		const char *name = v->r->fields[i].name;
		const struct json *a = json_get(was, name);
		const struct json *b = json_get(is, name);

		if (a != b && (!a || !b || !json_equal(a, b)))
			return name;
	}
	return NULL;
}

static void compare_rows(struct validation *v, struct rule *rule,
			 const struct listing *after)
{
	const struct exchange *x = after->pages[0].x;

	for (size_t i = 0; i < v->before->n_rows; i++) {
		size_t j = listing_find(after, v->before->ids[i]);
		const char *name;

		if (j == after->n_rows) {
			rule_bad(v->g, rule, x, NULL,
				 "The row with id %s is gone after refused "
				 "requests", v->before->ids[i]);
			continue;
		}
		name = changed(v, v->before->rows[i], after->rows[j]);
		if (name)
			rule_bad(v->g, rule, x, NULL,
				 "\"%s\" of the row with id %s changed after "
				 "refused requests", name, v->before->ids[i]);
	}
}

static void compare_counts(struct validation *v, struct rule *rule,
			   const struct listing *after)
{
	size_t was = v->before->n_rows, is = after->n_rows;
	const struct exchange *x = after->pages[0].x;

	if (is > was + v->n_accepted)
		rule_bad(v->g, rule, x, NULL,
			 "Refused requests must not make rows: there were "
			 "%zu, %zu requests were accepted, and now there are "
			 "%zu", was, v->n_accepted, is);
}

/* The row that refused PUTs and PATCHes were sent to is as it was made. */
static void compare_target(struct validation *v, struct rule *rule)
{
	const struct exchange *x;
	const struct json *shown;
	const char *why;

	if (!v->row.ok || v->touched)
		return;
	x = ask(&v->ask, "GET", v->row.target);
	shown = view_item(view_body(v->arena, x), v->r->at, v->r->id);
	why = shown ? resource_differs(v->arena, v->r, &v->row.body, shown) :
		      NULL;
	if (!ask_ok(x) || why)
		rule_bad(v->g, rule, x, NULL,
			 "%s must show the row as it was before refused "
			 "requests: %s", ask_what(v->arena, x),
			 why ? why : ask_answer(v->arena, x));
}

void validation_unchanged(struct validation *v)
{
	struct rule rule = {
		.id = "unchanged",
		.title = "refused requests change nothing",
		.expected = "the same rows with the same values",
		.cause = arena_printf(v->arena, "refused-write-kept:%s",
				      v->r->name),
	};
	const struct listing *after;

	if (!validation_wants(v, RULE_UNCHANGED) || !v->n_sent)
		return;
	after = listing_walk(&v->ask, v->r, 0, NULL);
	if (!v->before->n_pages || !after->n_pages) {
		rule_skip(v->g, &rule, "the rows cannot be listed: %s",
			  after->trouble ? after->trouble :
					   v->before->trouble);
		rule_close(v->g, &rule);
		return;
	}
	compare_rows(v, &rule, after);
	compare_counts(v, &rule, after);
	compare_target(v, &rule);
	if (!rule.n_bad)
		rule_ok(&rule, after->pages[0].x);
	rule_close(v->g, &rule);
}

/* ----------------------------------------------------------------- named */

bool validation_names(struct validation *v, const struct exchange *x,
		      const struct field *f)
{
	const struct json *body = view_body(v->arena, x);
	struct span word = span_of(f->name);

	if (body && v->c->named_at)
		body = view_at(body, v->c->named_at);
	if (body)
		return view_names(body, word);
	return !v->c->named_at && view_text_names(x->res.body, word);
}

/* An answer that names every field whatever was wrong names none. */
static bool same_for_all(const struct validation *v)
{
	for (size_t i = 1; i < v->n_refusals; i++)
		if (!span_equal(v->refusals[0].x->res.body,
				v->refusals[i].x->res.body))
			return false;
	return v->n_refusals > 1;
}

void validation_named(struct validation *v)
{
	struct rule rule = {
		.id = "named", .title = "the refused field is named",
		.expected = "the name of the field in the answer",
		.cause = arena_printf(v->arena, "field-not-named:%s",
				      v->r->name),
	};

	if (!validation_wants(v, RULE_NAMED))
		return;
	for (size_t i = 0; i < v->n_refusals; i++) {
		const struct refusal *r = &v->refusals[i];

		if (validation_names(v, r->x, r->field) && !same_for_all(v))
			rule_ok(&rule, r->x);
		else
			rule_bad(v->g, &rule, r->x, r->field->name,
				 "%s was refused for \"%s\", and the answer "
				 "must name that field%s%s. It reads: %s",
				 ask_what(v->arena, r->x), r->field->name,
				 v->c->named_at ? " at " : "",
				 v->c->named_at ? v->c->named_at : "",
				 text_visible(v->arena, r->x->res.body, 160));
	}
	if (!v->n_refusals)
		rule_skip(v->g, &rule, "no wrong field was refused");
	rule_close(v->g, &rule);
}

/* Two wrong fields in one object: the answer names both. */
void validation_all_named(struct validation *v)
{
	const struct field *broken[2];
	struct body body = resource_body(v->r, v->prng, v->arena, true);
	const struct exchange *x;
	size_t n = 0;
	struct rule rule = {
		.id = "all-named", .title = "every refused field is named",
		.expected = "the names of both fields in the answer",
		.cause = arena_printf(v->arena, "not-all-named:%s",
				      v->r->name),
	};

	for (size_t i = 0; i < v->r->n_fields && n < 2; i++) {
		if (!validation_wants_field(v, &v->r->fields[i]))
			continue;
		broken[n++] = &v->r->fields[i];
		body_set(&body, v->r->fields[i].name, "{\"x\": []}");
	}
	if (n < 2 || !validation_wants(v, RULE_ALL_NAMED))
		return;
	x = ask_json(&v->ask, "POST", v->r->path, body_text(v->arena, &body));
	v->n_accepted += ask_ok(x);
	if (validation_names(v, x, broken[0]) &&
	    validation_names(v, x, broken[1]))
		rule_ok(&rule, x);
	else
		rule_bad(v->g, &rule, x, NULL,
			 "%s was wrong in \"%s\" and in \"%s\": the answer "
			 "must name both. It reads: %s",
			 ask_what(v->arena, x), broken[0]->name,
			 broken[1]->name,
			 text_visible(v->arena, x->res.body, 160));
	rule_close(v->g, &rule);
}

/* -------------------------------------------------------------- readonly */

/* Sent by a client, a member that only the server sets has no effect. */
static void readonly_one(struct validation *v, struct rule *rule,
			 const char *name, const char *value)
{
	struct body body = resource_body(v->r, v->prng, v->arena, true);
	struct row row;
	const struct json *shown, *sent;

	body_set(&body, name, value);
	row = resource_create(&v->ask, v->r, body);
	if (ask_answered(row.created) && row.created->res.status >= 400 &&
	    row.created->res.status < 500) {
		rule_ok(rule, row.created);
		return;
	}
	shown = row.shown ? json_get(row.shown, name) : NULL;
	if (!ask_ok(row.created) ||
	    (shown && !json_parse(v->arena, span_of(value), &sent, NULL) &&
	     json_equal(shown, sent)))
		rule_bad(v->g, rule, row.created, name,
			 "%s with \"%s\": %s must be refused or have no "
			 "effect: the server sets it. It answered %s%s",
			 ask_what(v->arena, row.created), name, value,
			 ask_answer(v->arena, row.created),
			 ask_ok(row.created) ? " and kept the value" : "");
	else
		rule_ok(rule, row.created);
}

void validation_readonly(struct validation *v)
{
	struct rule rule = {
		.id = "readonly",
		.title = "what only the server sets cannot be sent",
		.cause = validation_cause(v, NULL, RULE_READONLY),
	};
	const char *id;

	if (!validation_wants(v, RULE_READONLY))
		return;
	id = arena_printf(v->arena, "%lld",
			  (long long)prng_range(v->prng, 800000000,
						900000000));
	if (!resource_field(v->r, v->r->id))
		readonly_one(v, &rule, v->r->id, id);
	for (size_t i = 0; i < v->r->n_fields; i++) {
		const struct field *f = &v->r->fields[i];

		if (f->readonly)
			readonly_one(v, &rule, f->name,
				     field_draw(f, v->prng, v->arena));
	}
	rule_close(v->g, &rule);
}
