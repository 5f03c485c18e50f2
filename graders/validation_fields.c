/*
 * validation_fields -- fields that are wrong one by one.
 *
 * Each field is wrong alone once.  Its other wrong values go out together with
 * those of other fields: an answer that refuses them and names exactly the
 * fields that are wrong, and no other, has judged each of them.  After any
 * other answer they are sent one by one, so that grouping saves requests and
 * changes no verdict.
 */
#include <string.h>

#include "graders/validation.h"
#include "runner/base/arena.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/grader.h"

#define WRONG_MAX    600
#define RULES_MAX    (BODY_MEMBERS_MAX * 6)
#define MISSES_MAX   2 /* groups that were not judged; then no more of them */

/* One wrong value of one field. */
struct wrong {
	struct rule *rule;
	const struct field *f;
	const char *json; /* NULL: left out */
	const char *why;
	bool no_json, asked;
};

struct plan {
	struct wrong wrongs[WRONG_MAX];
	size_t n;
	struct rule rules[RULES_MAX];
	size_t n_rules;
	int misses;
};

static const struct {
	enum validation_rule rule;
	enum field_rule values;
	const char *title, *why;
} texts[] = {
	{ RULE_TYPE, FIELD_RULE_TYPE, "another type",
	  "the value is of another type" },
	{ RULE_RANGE, FIELD_RULE_RANGE, "out of range",
	  "the value is out of range" },
	{ RULE_ENUM, FIELD_RULE_ENUM, "not in the list",
	  "the value is not one of those allowed" },
	{ RULE_FORMAT, FIELD_RULE_FORMAT, "malformed",
	  "the value has not the required form" },
};

/* ---------------------------------------------------------------- the plan */

static struct rule *add_rule(struct validation *v, struct plan *p,
			     const struct field *f, enum validation_rule which,
			     const char *title)
{
	struct rule *rule = &p->rules[p->n_rules];

	if (p->n_rules == RULES_MAX || !validation_wants(v, which))
		return NULL;
	p->n_rules++;
	*rule = (struct rule){
		.id = arena_printf(v->arena, "%s-%s", validation_rules[which],
				   f->name),
		.title = arena_printf(v->arena, "%s: %s: %s", v->method,
				      f->name, title),
		.expected = statuses_text(v->arena, &v->r->statuses.invalid),
		.cause = validation_cause(v, f->name, which),
	};
	return rule;
}

static void add_wrong(struct plan *p, struct rule *rule, const struct field *f,
		      const char *json, const char *why)
{
	if (!rule || p->n == WRONG_MAX)
		return;
	p->wrongs[p->n++] = (struct wrong){
		.rule = rule, .f = f, .json = json, .why = why,
		/* What is no JSON at all may be refused as such. */
		.no_json = json && !strcmp(json, "NaN"),
	};
}

static void plan_field(struct validation *v, struct plan *p,
		       const struct field *f)
{
	if (f->required && strcmp(v->method, "PATCH"))
		add_wrong(p, add_rule(v, p, f, RULE_MISSING, "left out"), f,
			  NULL, "the field is required");
	if (!f->null_allowed)
		add_wrong(p, add_rule(v, p, f, RULE_NULL, "null"), f, "null",
			  "the field may not be null");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct field_values values = { .n = 0 };
		struct rule *rule = add_rule(v, p, f, texts[i].rule,
					     texts[i].title);

		field_values(f, texts[i].values, v->prng, v->arena, &values);
		for (size_t j = 0; j < values.n; j++)
			add_wrong(p, rule, f, values.json[j], texts[i].why);
	}
}

/* ------------------------------------------------------------------ asking */

static void keep_refusal(struct validation *v, const struct field *f,
			 const struct exchange *x)
{
	if (!x || !ask_answered(x) || x->res.status < 400 ||
	    x->res.status > 499 || v->n_refusals == REFUSALS_MAX)
		return;
	for (size_t i = 0; i < v->n_refusals; i++)
		if (v->refusals[i].field == f)
			return;
	v->refusals[v->n_refusals++] = (struct refusal){ f, x };
}

static void put(struct body *body, const struct wrong *w)
{
	if (w->json)
		body_set(body, w->f->name, w->json);
	else
		body_drop(body, w->f->name);
}

static struct statuses accepted_for(const struct validation *v,
				    const struct wrong *w)
{
	return w->no_json ? statuses_join(v->r->statuses.invalid,
					  &v->r->statuses.malformed)
			  : v->r->statuses.invalid;
}

/* A valid object but for this field. */
static void ask_alone(struct validation *v, struct wrong *w)
{
	struct statuses accepted = accepted_for(v, w);
	struct body body = validation_good(v);
	const struct exchange *x;
	const char *label =
		w->json ? validation_label(v, w->f, w->json)
			: arena_printf(v->arena, "no \"%s\"", w->f->name);

	put(&body, w);
	w->asked = true;
	x = validation_refuse(v, w->rule, span_of(body_text(v->arena, &body)),
			      "application/json", &accepted, label, w->why);
	if (!w->no_json)
		keep_refusal(v, w->f, x);
}

static bool is_wrong(struct wrong *const *group, size_t n,
		     const struct field *f)
{
	for (size_t i = 0; i < n; i++)
		if (group[i]->f == f)
			return true;
	return false;
}

/* Does the answer name the wrong fields, each of them and no other? */
static bool names_exactly(struct validation *v, const struct exchange *x,
			  struct wrong *const *group, size_t n)
{
	for (size_t i = 0; i < v->r->n_fields; i++) {
		const struct field *f = &v->r->fields[i];

		if (validation_names(v, x, f) != is_wrong(group, n, f))
			return false;
	}
	return true;
}

static bool is_judged(struct validation *v, const struct exchange *x,
		      struct wrong *const *group, size_t n)
{
	if (!ask_answered(x))
		return false;
	/* Who cannot read one NaN can read none. */
	if (group[0]->no_json &&
	    statuses_have(&v->r->statuses.malformed, x->res.status) &&
	    !statuses_have(&v->r->statuses.invalid, x->res.status))
		return true;
	return statuses_have(&v->r->statuses.invalid, x->res.status) &&
	       names_exactly(v, x, group, n);
}

static void ask_group(struct validation *v, struct plan *p,
		      struct wrong **group, size_t n)
{
	struct body body = validation_good(v);
	const char *target = validation_target(v);
	const struct exchange *x;
	bool judged;

	if (n > 1 && target && p->misses < MISSES_MAX) {
		for (size_t i = 0; i < n; i++)
			put(&body, group[i]);
		x = validation_send(v, target, "application/json",
				    span_of(body_text(v->arena, &body)));
		judged = is_judged(v, x, group, n);
		p->misses += !judged;
		for (size_t i = 0; i < n && judged; i++) {
			rule_ok(group[i]->rule, x);
			group[i]->asked = true;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (!group[i]->asked)
			ask_alone(v, group[i]);
}

/* ------------------------------------------------------------------ groups */

static size_t count_left(const struct plan *p, const struct field *f,
			 bool no_json)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->wrongs[i].f == f && !p->wrongs[i].asked &&
		     p->wrongs[i].no_json == no_json;
	return n;
}

static struct wrong *nth_left(struct plan *p, const struct field *f,
			      bool no_json, size_t n)
{
	for (size_t i = 0; i < p->n; i++) {
		struct wrong *w = &p->wrongs[i];

		if (w->f == f && !w->asked && w->no_json == no_json && !n--)
			return w;
	}
	return NULL;
}

/* The one that stays right, so that naming all fields is not enough. */
static const struct field *field_to_spare(const struct validation *v,
					  const struct plan *p, bool no_json)
{
	const struct field *spare = NULL;
	size_t least = WRONG_MAX + 1;

	for (size_t i = 0; i < v->r->n_fields; i++) {
		size_t n = count_left(p, &v->r->fields[i], no_json);

		if (n < least) {
			least = n;
			spare = &v->r->fields[i];
		}
	}
	return spare;
}

static size_t next_group(struct validation *v, struct plan *p, bool no_json,
			 struct wrong **ret)
{
	const struct field *spare = field_to_spare(v, p, no_json);
	size_t n = 0;

	for (size_t i = 0; i < v->r->n_fields && n < BODY_MEMBERS_MAX; i++) {
		const struct field *f = &v->r->fields[i];
		struct wrong *w = nth_left(p, f, no_json, 0);

		if (w && f != spare)
			ret[n++] = w;
	}
	if (!n && (ret[0] = nth_left(p, spare, no_json, 0)))
		n = 1;
	return n;
}

static void one_alone(struct validation *v, struct plan *p,
		      const struct field *f)
{
	size_t n = count_left(p, f, false);
	struct wrong *w = NULL;

	if (n)
		w = nth_left(p, f, false,
			     (size_t)prng_range(v->prng, 0, (int64_t)n - 1));
	if (w)
		ask_alone(v, w);
}

void validation_fields(struct validation *v)
{
	struct plan *p = arena_alloc(v->arena, sizeof(*p));
	struct wrong *group[BODY_MEMBERS_MAX];
	size_t n;

	*p = (struct plan){ .n = 0 };
	for (size_t i = 0; i < v->r->n_fields; i++)
		if (validation_wants_field(v, &v->r->fields[i]))
			plan_field(v, p, &v->r->fields[i]);
	for (size_t i = 0; i < v->r->n_fields; i++)
		one_alone(v, p, &v->r->fields[i]);
	for (int no_json = 0; no_json < 2; no_json++)
		while (!v->ask.code && (n = next_group(v, p, no_json, group)))
			ask_group(v, p, group, n);
	for (size_t i = 0; i < p->n_rules; i++)
		rule_close(v->g, &p->rules[i]);
}
