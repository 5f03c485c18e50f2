/* validation_body -- bodies that are wrong as a whole. */
#include "graders/validation.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/prng.h"
#include "runner/grader.h"

#define DEEP_MAX 100000 /* nested arrays; Python's parser gives up earlier */

static struct rule body_rule(struct validation *v, enum validation_rule which,
			     const char *title)
{
	return (struct rule){
		.id = validation_rules[which],
		.title = arena_printf(v->arena, "%s: %s", v->method, title),
		.cause = validation_cause(v, NULL, which),
	};
}

static void not_an_object(struct validation *v)
{
	static const char *const scalars[] = { "\"x\"", "5", "true" };
	struct body good = validation_good(v);
	const char *text = body_text(v->arena, &good);
	const struct resource_statuses *s = &v->r->statuses;
	struct statuses both = statuses_join(s->invalid, &s->malformed);
	size_t len = strlen(text);
	const char *scalar = scalars[prng_range(v->prng, 0,
						ARRAY_LEN(scalars) - 1)];
	const struct {
		const char *label;
		struct span body;
		const struct statuses *accepted;
	} cases[] = {
		{ "an empty body", { "", 0 }, &both },
		{ "[]", SPAN_LIT("[]"), &both },
		{ "a list with the object",
		  span_of(arena_printf(v->arena, "[%s]", text)), &both },
		{ scalar, span_of(scalar), &both },
		{ "null", SPAN_LIT("null"), &both },
		{ "JSON that was cut", { text, len - 2 }, &s->malformed },
		{ "JSON with a tail",
		  span_of(arena_printf(v->arena, "%s}", text)),
		  &s->malformed },
		{ "bytes that are no UTF-8", SPAN_LIT("{\"\xff\xfe\": 1}"),
		  &both },
	};
	struct rule rule = body_rule(v, RULE_BODY, "the body is no object");

	if (!validation_wants(v, RULE_BODY))
		return;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		validation_refuse(v, &rule, cases[i].body, "application/json",
				  cases[i].accepted, cases[i].label,
				  "a JSON object is needed");
	rule_close(v->g, &rule);
}

/* What JSON's own media type says besides means nothing (RFC 8259, 11). */
static void parameter(struct validation *v, struct rule *rule)
{
	struct body good = validation_good(v);
	const struct exchange *x = ask_with(
		&v->ask, v->method, validation_target(v),
		"application/json; charset=utf-8",
		span_of(body_text(v->arena, &good)));

	v->n_accepted += ask_ok(x);
	if (ask_ok(x))
		rule_ok(rule, x);
	else
		rule_bad(v->g, rule, x, "a parameter",
			 "%s with Content-Type: application/json; "
			 "charset=utf-8 is valid and must be accepted. It "
			 "answered %s", ask_what(v->arena, x),
			 ask_answer(v->arena, x));
}

static void media_type(struct validation *v)
{
	static const char *const types[] = {
		"text/plain", "application/x-www-form-urlencoded", NULL };
	struct rule rule = body_rule(v, RULE_MEDIA_TYPE,
				     "another media type");

	if (!validation_wants(v, RULE_MEDIA_TYPE))
		return;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct body good = validation_good(v);

		validation_refuse(
			v, &rule, span_of(body_text(v->arena, &good)),
			types[i], &v->r->statuses.media_type,
			types[i] ? arena_printf(v->arena, "Content-Type: %s",
						types[i]) :
				   "no Content-Type",
			"only JSON is accepted");
	}
	parameter(v, &rule);
	rule_close(v->g, &rule);
}

static struct statuses every_4xx(struct validation *v)
{
	const struct resource_statuses *s = &v->r->statuses;
	struct statuses all = STATUSES(400, 413, 422);

	all = statuses_join(all, &s->malformed);
	return statuses_join(all, &s->invalid);
}

static void deep(struct validation *v)
{
	struct statuses accepted = every_4xx(v);
	struct rule rule = body_rule(v, RULE_DEEP, "deeply nested JSON");
	size_t depth = DEEP_MAX;
	char *text;

	if (!validation_wants(v, RULE_DEEP))
		return;
	/* Below the size limit: else that would be what is asked. */
	if (v->c->max_body_bytes && v->c->max_body_bytes < 2 * DEEP_MAX)
		depth = (size_t)v->c->max_body_bytes / 2 - 8;
	text = arena_alloc(v->arena, 2 * depth + 1);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	validation_refuse(v, &rule, (struct span){ text, 2 * depth },
			  "application/json", &accepted,
			  arena_printf(v->arena, "%zu nested arrays", depth),
			  "a JSON object is needed");
	rule_close(v->g, &rule);
}

static const struct field *any_text(const struct resource *r)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (f->type == FIELD_STRING && !f->pattern && !f->format &&
		    !f->choices && !f->readonly)
			return f;
	}
	return NULL;
}

/*
 * JSON has a way to write half of a surrogate pair, which is no character
 * (RFC 8259, 8.2): it may be kept or refused, but breaks no program.
 */
static void surrogate(struct validation *v)
{
	const struct field *f = any_text(v->r);
	const char *target = validation_target(v), *label;
	struct body body = validation_good(v);
	struct rule rule = body_rule(v, RULE_SURROGATE, "half a character");
	const struct exchange *x;

	if (!f || !target || !validation_wants(v, RULE_SURROGATE))
		return;
	body_set(&body, f->name, "\"\\ud83d\"");
	label = validation_label(v, f, "\"\\ud83d\"");
	x = validation_send(v, target, "application/json",
			    span_of(body_text(v->arena, &body)));
	if (ask_answered(x) && x->res.status < 500)
		rule_ok(&rule, x);
	else
		rule_bad(v->g, &rule, x, label,
			 "%s with %s, half of a surrogate pair, may be "
			 "accepted or refused. It answered %s",
			 ask_what(v->arena, x), label,
			 ask_answer(v->arena, x));
	rule_close(v->g, &rule);
}

/* Valid but for its size: blanks are allowed between JSON tokens. */
static void too_large(struct validation *v)
{
	struct body good = validation_good(v);
	const char *text = body_text(v->arena, &good);
	size_t len = strlen(text), all = (size_t)v->c->max_body_bytes + 1024;
	struct rule rule = body_rule(v, RULE_TOO_LARGE, "a body too large");
	char *big;

	if (!v->c->max_body_bytes || !validation_wants(v, RULE_TOO_LARGE))
		return;
	big = arena_alloc(v->arena, all + 1);
	memset(big, ' ', all);
	memcpy(big, text, len - 1);
	big[all - 1] = '}';
	validation_refuse(v, &rule, (struct span){ big, all },
			  "application/json", &v->r->statuses.too_large,
			  arena_printf(v->arena, "%zu bytes", all),
			  arena_printf(v->arena, "at most %lld are allowed",
				       (long long)v->c->max_body_bytes));
	rule_close(v->g, &rule);
}

static void unknown_member(struct validation *v)
{
	const char *name = prng_word(v->prng, v->arena, 9);
	struct body good = validation_good(v);
	struct rule rule = body_rule(v, RULE_UNKNOWN,
				     "a member that no field names");

	if (!validation_wants(v, RULE_UNKNOWN) ||
	    v->r->unknown != UNKNOWN_REJECT)
		return;
	body_set(&good, name, "\"x\"");
	validation_refuse(v, &rule, span_of(body_text(v->arena, &good)),
			  "application/json", &v->r->statuses.invalid,
			  arena_printf(v->arena, "\"%s\": \"x\"", name),
			  "there is no such field");
	rule_close(v->g, &rule);
}

static void empty_object(struct validation *v)
{
	struct rule rule = {
		.id = "missing-all",
		.title = arena_printf(v->arena, "%s: an empty object",
				      v->method),
		.cause = validation_cause(v, NULL, RULE_MISSING),
	};
	bool required = false;

	for (size_t i = 0; i < v->r->n_fields; i++)
		required |= v->r->fields[i].required;
	if (!required || !validation_wants(v, RULE_MISSING) ||
	    !strcmp(v->method, "PATCH"))
		return;
	validation_refuse(v, &rule, SPAN_LIT("{}"), "application/json",
			  &v->r->statuses.invalid, "{}",
			  "there are required fields");
	rule_close(v->g, &rule);
}

void validation_bodies(struct validation *v)
{
	empty_object(v);
	not_an_object(v);
	media_type(v);
	unknown_member(v);
	deep(v);
	too_large(v);
	surrogate(v);
}
