/* validation -- is bad input refused, named, and without effect? */
#include "graders/validation.h"

#include <string.h>

#include "graders/route.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define LABEL_MAX 40

const char *const validation_rules[] = {
	"accept", "missing", "null", "type", "range", "enum", "format",
	"unknown", "readonly", "body", "media-type", "deep", "too-large",
	"unique", "named", "all-named", "unchanged",
	"surrogate", NULL,
};
static const char *const method_names[] = { "POST", "PUT", "PATCH", NULL };
static const char *const option_names[] = {
	"resource", "methods", "fields", "rules", "max_body_bytes",
	"named_at", NULL,
};

bool validation_wants(const struct validation *v, enum validation_rule rule)
{
	return v->c->rules & 1u << rule;
}

bool validation_wants_field(const struct validation *v,
			    const struct field *f)
{
	if (f->readonly)
		return false;
	for (size_t i = 0; i < v->c->n_fields; i++)
		if (!strcmp(v->c->fields[i], f->name))
			return true;
	return !v->c->fields;
}

const char *validation_cause(struct validation *v, const char *field,
			     enum validation_rule rule)
{
	return arena_printf(v->arena, "input:%s:%s%s%s", v->r->name,
			    field ? field : "", field ? ":" : "",
			    validation_rules[rule]);
}

struct body validation_good(struct validation *v)
{
	struct body body = resource_body(v->r, v->prng, v->arena, true);

	/* A row keeps its unique values, so that only one thing is wrong. */
	for (size_t i = 0; v->row.ok && i < v->r->n_fields; i++) {
		const struct field *f = &v->r->fields[i];

		if (f->unique && body_value(&v->row.body, f->name))
			body_set(&body, f->name,
				 body_value(&v->row.body, f->name));
	}
	return body;
}

const char *validation_target(struct validation *v)
{
	return strcmp(v->method, "POST") ? v->row.target : v->r->path;
}

static void note_accepted(struct validation *v)
{
	if (strcmp(v->method, "POST"))
		v->touched = true;
	v->n_accepted++;
}

const struct exchange *validation_send(struct validation *v,
				       const char *target, const char *type,
				       struct span body)
{
	const struct exchange *x =
		ask_with(&v->ask, v->method, target, type, body);

	v->n_sent++;
	if (ask_ok(x))
		note_accepted(v);
	return x;
}

const struct exchange *validation_refuse(struct validation *v,
					 struct rule *rule, struct span body,
					 const char *type,
					 const struct statuses *accepted,
					 const char *label, const char *why)
{
	const char *target = validation_target(v);
	const struct exchange *x;

	if (!target) {
		rule_skip(v->g, rule, "no row could be made: %s", v->row.why);
		return NULL;
	}
	x = validation_send(v, target, type, body);
	if (ask_answered(x) && statuses_have(accepted, x->res.status))
		rule_ok(rule, x);
	else
		rule_bad(v->g, rule, x, label,
			 "%s with %s must be refused with %s: %s. It "
			 "answered %s", ask_what(v->arena, x), label,
			 statuses_text(v->arena, accepted), why,
			 ask_answer(v->arena, x));
	return x;
}

const char *validation_label(struct validation *v, const struct field *f,
			     const char *json)
{
	return arena_printf(v->arena, "\"%s\": %s", f->name,
			    text_visible(v->arena, span_of(json), LABEL_MAX));
}

static void unique_field(struct validation *v, const struct field *f,
			 const struct row *other)
{
	const char *taken = body_value(&other->body, f->name);
	struct body body = resource_body(v->r, v->prng, v->arena, true);
	struct rule rule = {
		.id = arena_printf(v->arena, "unique-%s", f->name),
		.title = arena_printf(v->arena, "%s: %s: taken by another row",
				      v->method, f->name),
		.expected = statuses_text(v->arena, &v->r->statuses.conflict),
		.cause = validation_cause(v, f->name, RULE_UNIQUE),
	};

	if (!other->ok || !taken) {
		rule_skip(v->g, &rule, "no row could be made: %s",
			  other->why ? other->why : "it has no value");
	} else {
		body_set(&body, f->name, taken);
		validation_refuse(v, &rule,
				  span_of(body_text(v->arena, &body)),
				  "application/json",
				  &v->r->statuses.conflict,
				  validation_label(v, f, taken),
				  "another row has this value");
	}
	rule_close(v->g, &rule);
}

static void unique(struct validation *v)
{
	struct row other = { .ok = false };
	bool made = false;

	for (size_t i = 0; i < v->r->n_fields; i++) {
		const struct field *f = &v->r->fields[i];

		if (!f->unique || !validation_wants(v, RULE_UNIQUE) ||
		    !validation_wants_field(v, f))
			continue;
		if (!made) {
			other = resource_make(&v->ask, v->r);
			v->n_accepted += other.ok;
			made = true;
		}
		unique_field(v, f, &other);
	}
}

/* ------------------------------------------------------------------- run */

static void round_of(struct validation *v, const char *method)
{
	v->method = method;
	if (strcmp(method, "POST")) {
		v->row = resource_make(&v->ask, v->r);
		v->n_accepted += v->row.ok;
	}
	validation_fields(v);
	validation_bodies(v);
	unique(v);
}

static bool first_row(struct validation *v)
{
	struct row row = resource_make(&v->ask, v->r);

	if (!row.ok && !v->ask.code)
		grading_skip(v->g, CHECK(.id = "valid",
					 .title = "a valid object is accepted",
					 .evidence = row.created),
			     "valid input is refused as well: %s", row.why);
	return row.ok;
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct validation_config *c = config;
	struct validation *v = arena_alloc(grading_arena(g), sizeof(*v));

	*v = (struct validation){
		.c = c, .r = c->resource, .g = g, .arena = grading_arena(g),
		.prng = grading_prng(g), .method = "POST",
		.ask = resource_asking(c->resource, g, err),
	};
	/* An app that refuses everything would pass all that follows. */
	if (!first_row(v))
		return v->ask.code;
	validation_remember(v);
	for (unsigned i = 0; method_names[i]; i++)
		if (c->methods & 1u << i)
			round_of(v, method_names[i]);
	validation_named(v);
	validation_all_named(v);
	validation_unchanged(v);
	validation_accept(v);
	validation_readonly(v);
	return v->ask.code;
}

static void check_fields(struct options *o, const struct json *with,
			 const struct validation_config *c)
{
	for (size_t i = 0; i < c->n_fields && !o->code; i++)
		if (!resource_field(c->resource, c->fields[i]))
			option_wrong(o, json_get(with, "fields"),
				     "the resource has no field \"%s\"",
				     c->fields[i]);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct validation_config *config = arena_alloc(arena, sizeof(*config));

	config->methods = 1;
	/* That all bad fields are named at once is asked where it is said. */
	config->rules = ~(1u << RULE_ALL_NAMED | 1u << RULE_SURROGATE);
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "resource");
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_words(&o, c->with, "methods", method_names, &config->methods);
	option_words(&o, c->with, "rules", validation_rules, &config->rules);
	option_strs(&o, c->with, "fields", &config->fields, &config->n_fields);
	option_int(&o, c->with, "max_body_bytes", 1024, 3 << 20,
		   &config->max_body_bytes);
	option_pointer(&o, c->with, "named_at", &config->named_at);
	check_fields(&o, c->with, config);
	*ret_config = config;
	return o.code;
}

const struct grader grader_validation = {
	.name = "validation",
	.question = "is bad input refused, named, and without effect?",
	.configure = configure,
	.run = run,
};
