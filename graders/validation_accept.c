/*
 * validation_accept -- valid values are taken and kept.
 *
 * One object carries a boundary value of every field.  Where it is kept as it
 * was sent, so is each of its values; where it is not, each is sent alone in
 * an object that is otherwise ordinary.
 */
#include "graders/listing.h"
#include "graders/validation.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"

struct edge {
	const struct field *f;
	struct field_values values;
	struct rule rule;
};

/* The row as it is shown: by itself or, where that view is broken, in the
 * list; what says neither is another criterion's question. */
static void look(struct validation *v, struct row *row,
		 const struct exchange **ret_x)
{
	const struct exchange *x = ask(&v->ask, "GET", row->target);
	const struct json *shown;

	if (ask_ok(x)) {
		*ret_x = x;
		row->shown = view_item(view_body(v->arena, x), v->r->at,
				       v->r->id);
		return;
	}
	shown = listing_row(&v->ask, v->r, row->id, &x);
	if (!shown)
		return;
	*ret_x = x;
	row->shown = shown;
}

/* What was wrong with how `body` was taken, or NULL. */
static const char *not_kept(struct validation *v, const struct body *body,
			    const char *label, const struct exchange **ret_x)
{
	struct row row = resource_create(&v->ask, v->r, *body);
	const struct exchange *x = row.created;
	const char *why;

	*ret_x = x;
	if (!ask_ok(x))
		return arena_printf(v->arena, "%s with %s is valid and must "
				    "be accepted. It answered %s",
				    ask_what(v->arena, x), label,
				    ask_answer(v->arena, x));
	if (row.target)
		look(v, &row, ret_x);
	why = row.shown ? resource_differs(v->arena, v->r, body, row.shown) :
			  NULL;
	return why ? arena_printf(v->arena, "%s must show what was sent: %s",
				  ask_what(v->arena, *ret_x), why) : NULL;
}

static void accept_one(struct validation *v, struct rule *rule,
		       struct body body, const char *label)
{
	const struct exchange *x;
	const char *why = not_kept(v, &body, label, &x);

	if (why)
		rule_bad(v->g, rule, x, label, "%s", why);
	else
		rule_ok(rule, x);
}

static struct rule accept_rule(struct validation *v, const char *name)
{
	return (struct rule){
		.id = arena_printf(v->arena, "accept%s%s", name ? "-" : "",
				   name ? name : ""),
		.title = arena_printf(v->arena, "%s: valid values are kept",
				      name ? name : "the whole object"),
		.expected = "2xx, and the values as they were sent",
		.cause = validation_cause(v, name, RULE_ACCEPT),
	};
}

static void one_value(struct validation *v, struct edge *e, size_t i)
{
	struct body body = resource_body(v->r, v->prng, v->arena, true);

	body_set(&body, e->f->name, e->values.json[i]);
	accept_one(v, &e->rule, body,
		   validation_label(v, e->f, e->values.json[i]));
}

/* The i-th value of every field that has as many. */
static void one_of_each(struct validation *v, struct edge *edges, size_t n,
			size_t i)
{
	struct body body = resource_body(v->r, v->prng, v->arena, true);
	const struct exchange *x;
	const char *why;

	for (size_t j = 0; j < n; j++)
		if (i < edges[j].values.n)
			body_set(&body, edges[j].f->name,
				 edges[j].values.json[i]);
	why = not_kept(v, &body, "values at their bounds", &x);
	for (size_t j = 0; j < n; j++) {
		if (i < edges[j].values.n && why)
			one_value(v, &edges[j], i);
		else if (i < edges[j].values.n)
			rule_ok(&edges[j].rule, x);
	}
}

static void accept_edges(struct validation *v)
{
	struct edge *edges = arena_array(v->arena, v->r->n_fields,
					 sizeof(*edges));
	size_t n = 0, most = 0;

	for (size_t i = 0; i < v->r->n_fields; i++) {
		struct edge *e = &edges[n];

		if (!validation_wants_field(v, &v->r->fields[i]))
			continue;
		e->f = &v->r->fields[i];
		e->rule = accept_rule(v, e->f->name);
		field_values(e->f, FIELD_RULE_BOUNDARY, v->prng, v->arena,
			     &e->values);
		most = e->values.n > most ? e->values.n : most;
		n++;
	}
	for (size_t i = 0; i < most && !v->ask.code; i++)
		one_of_each(v, edges, n, i);
	for (size_t j = 0; j < n; j++)
		rule_close(v->g, &edges[j].rule);
}

void validation_accept(struct validation *v)
{
	struct rule rule = accept_rule(v, NULL);

	if (!validation_wants(v, RULE_ACCEPT))
		return;
	accept_one(v, &rule, resource_body(v->r, v->prng, v->arena, true),
		   "all fields");
	accept_one(v, &rule, resource_body(v->r, v->prng, v->arena, false),
		   "the required fields only");
	rule_close(v->g, &rule);
	accept_edges(v);
}
