#include "runner/report/view.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"
#include "runner/transcript/verdict.h"

struct view {
	struct arena *arena;
	const struct record *from;
	bool *hidden; /* by event number */
	struct record *to;
};

static const char unseen[] = "seen in a request that is not shown here";

static bool is_hidden_criterion(const struct record *r, const char *id)
{
	for (size_t i = 0; id && i < r->n_criteria; i++)
		if (!strcmp(r->criteria[i].id, id))
			return r->criteria[i].hidden;
	return false;
}

/* The number of the request that an event belongs to, or none. */
static size_t request_of(const struct record_event *e)
{
	int64_t n = fact_int(e->body, "request", -1);

	return n >= 0 && (uint64_t)n < e->n ? (size_t)n : RECORD_NONE;
}

static void mark_event(struct view *v, size_t i, bool *asked)
{
	const struct record_event *e = &v->from->events[i];
	size_t request = request_of(e);

	if (!strcmp(e->kind, "practice")) {
		v->hidden[i] = true;
	} else if (!strcmp(e->kind, "request")) {
		v->hidden[i] = is_hidden_criterion(
			v->from, fact_str(e->body, "criterion", NULL));
		*asked = true;
	} else if (!strcmp(e->kind, "criterion") ||
		   !strcmp(e->kind, "finding")) {
		/* Reports read these from the record's criteria. */
		v->hidden[i] = true;
	} else if (request != RECORD_NONE) {
		v->hidden[i] = v->hidden[request];
	} else if (!strcmp(e->kind, "log")) {
		/* Written between requests: whose it is, nobody knows. */
		v->hidden[i] = *asked;
	}
}

static void copy_events(struct view *v)
{
	static const struct json nothing = { .type = JSON_OBJECT };
	const struct record *r = v->from;
	struct record_event *events =
		arena_array(v->arena, r->n_events + 1, sizeof(*events));
	bool asked = false;

	v->hidden = arena_array(v->arena, r->n_events + 1, sizeof(bool));
	for (size_t i = 0; i < r->n_events; i++) {
		mark_event(v, i, &asked);
		events[i] = r->events[i];
		if (v->hidden[i]) {
			events[i].kind = "";
			events[i].body = &nothing;
		}
	}
	if (r->n_events)
		events[0].body = v->to->begin;
	v->to->events = events;
}

/* True when `text` names a hidden criterion. */
static bool tells(const struct view *v, const char *text)
{
	for (size_t i = 0; text && i < v->from->n_criteria; i++) {
		const struct record_criterion *c = &v->from->criteria[i];

		if (c->hidden &&
		    (strstr(text, c->id) || (*c->title &&
					     strstr(text, c->title))))
			return true;
	}
	return false;
}

static void keep_seen_evidence(struct view *v, struct finding *f)
{
	size_t *evidence = arena_array(v->arena, f->n_evidence + 1,
				       sizeof(*evidence));
	size_t n = 0;

	for (size_t i = 0; i < f->n_evidence; i++)
		if (!v->hidden[f->evidence[i]])
			evidence[n++] = f->evidence[i];
	if (n < f->n_evidence) {
		f->title = f->name;
		f->message = unseen;
		f->expected = f->actual = f->cause = NULL;
	}
	f->evidence = evidence;
	f->n_evidence = n;
}

static void clean_finding(struct view *v, struct finding *f)
{
	const char **texts[] = { &f->expected, &f->actual, &f->message,
				 &f->cause };

	f->hint = NULL;
	if (tells(v, f->title))
		f->title = f->name = "a check";
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (tells(v, *texts[i]))
			*texts[i] = NULL;
	keep_seen_evidence(v, f);
}

static struct record_check *copy_checks(struct view *v,
					struct record_criterion *c)
{
	struct record_check *checks =
		arena_array(v->arena, c->n_checks + 1, sizeof(*checks));
	size_t n = 0;

	for (size_t i = 0; i < c->n_checks; i++) {
		if (c->checks[i].finding.hidden)
			continue;
		checks[n] = c->checks[i];
		checks[n].charged_by = NULL;
		clean_finding(v, &checks[n++].finding);
	}
	c->checks = checks;
	c->n_checks = n;
	return checks;
}

static void drop_hidden_needs(struct view *v, struct record_criterion *c)
{
	const char **needs =
		arena_array(v->arena, c->n_needs + 1, sizeof(*needs));
	size_t n = 0;

	for (size_t i = 0; i < c->n_needs; i++)
		if (!is_hidden_criterion(v->from, c->needs[i]))
			needs[n++] = c->needs[i];
	c->needs = needs;
	c->n_needs = n;
}

static void copy_criteria(struct view *v)
{
	const struct record *r = v->from;
	struct record_criterion *criteria =
		arena_array(v->arena, r->n_criteria + 1, sizeof(*criteria));
	struct record_check **checks =
		arena_array(v->arena, r->n_criteria + 1, sizeof(*checks));
	struct verdict verdict;
	size_t n = 0;

	for (size_t i = 0; i < r->n_criteria; i++) {
		if (r->criteria[i].hidden)
			continue;
		criteria[n] = r->criteria[i];
		criteria[n].n_hints = criteria[n].n_followup = 0;
		drop_hidden_needs(v, &criteria[n]);
		checks[n] = copy_checks(v, &criteria[n]);
		n++;
	}
	verdict = verdict_score(v->arena, criteria, checks, n);
	v->to->criteria = criteria;
	v->to->n_criteria = n;
	v->to->points = verdict.points;
	v->to->max_points = verdict.max_points;
}

/* Passed and failed are said again of what is shown. */
static void conclude(struct record *r)
{
	if (r->outcome != OUTCOME_PASSED && r->outcome != OUTCOME_FAILED)
		return;
	r->outcome = verdict_reached(r->points, r->max_points, r->threshold)
			     ? OUTCOME_PASSED
			     : OUTCOME_FAILED;
}

/* The beginning without `only`, which may name hidden criteria. */
static const struct json *clean_begin(struct view *v)
{
	const struct json *from = v->from->begin;
	struct json *to = arena_alloc(v->arena, sizeof(*to));
	struct json_member *members =
		arena_array(v->arena, from->count + 1, sizeof(*members));

	*to = *from;
	to->count = 0;
	for (size_t i = 0; i < from->count; i++)
		if (!span_is(from->members[i].name, "only"))
			members[to->count++] = from->members[i];
	to->members = members;
	return to;
}

const struct record *view_candidate(struct arena *arena,
				    const struct record *r)
{
	struct view v = { .arena = arena, .from = r };

	v.to = arena_alloc(arena, sizeof(*v.to));
	*v.to = *r;
	v.to->begin = clean_begin(&v);
	copy_events(&v);
	copy_criteria(&v);
	conclude(v.to);
	if (tells(&v, r->reason))
		v.to->reason = NULL;
	return v.to;
}
