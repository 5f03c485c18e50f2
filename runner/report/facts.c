#include "runner/report/facts.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/transcript/record.h"

const char *fact_str(const struct json *v, const char *name,
		     const char *absent)
{
	const char *s = json_str(json_get(v, name));

	return s ? s : absent;
}

int64_t fact_int(const struct json *v, const char *name, int64_t absent)
{
	int64_t n;

	return json_int(json_get(v, name), &n) ? n : absent;
}

bool criterion_is_measured(const struct record_criterion *c)
{
	switch (c->status) {
	case STATUS_PASS:
	case STATUS_PARTIAL:
	case STATUS_FAIL:
	case STATUS_SKIP:
		return true;
	case STATUS_NOT_MEASURED:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
	return false;
}

int criterion_lost_itself(const struct record_criterion *c)
{
	return criterion_is_measured(c) ? c->max_points - c->points : 0;
}

int criterion_lost(const struct record_criterion *c)
{
	return c->capped + criterion_lost_itself(c);
}

static int by_loss(const void *a, const void *b)
{
	const struct record_criterion *x = *(const struct record_criterion *
						     const *)a;
	const struct record_criterion *y = *(const struct record_criterion *
						     const *)b;

	if (criterion_lost(x) != criterion_lost(y))
		return criterion_lost(x) > criterion_lost(y) ? -1 : 1;
	return (x > y) - (x < y);
}

const struct record_criterion *const *
criteria_by_loss(struct arena *arena, const struct record *r)
{
	const struct record_criterion **sorted =
		arena_array(arena, r->n_criteria + 1, sizeof(*sorted));

	for (size_t i = 0; i < r->n_criteria; i++)
		sorted[i] = &r->criteria[i];
	qsort(sorted, r->n_criteria, sizeof(*sorted), by_loss);
	return sorted;
}

/* "R2.2: text", or the bare id where the brief has no such clause. */
static const char *one_clause(struct arena *arena,
			      const struct record_criterion *c, const char *id)
{
	for (size_t i = 0; c->clauses && i < c->n_spec; i++)
		if (!strcmp(c->spec[i], id) && *c->clauses[i])
			return arena_printf(arena, "%s: %s", id,
					    c->clauses[i]);
	return id;
}

/* A check of a script does; a grader's has the first of its criterion's. */
static bool names_its_clause(const struct record_criterion *c,
			     const struct finding *f)
{
	return f->spec && (f->source || !c->n_spec ||
			   strcmp(f->spec, c->spec[0]) != 0);
}

const char *criterion_clause(struct arena *arena,
			     const struct record_criterion *c,
			     const struct finding *f)
{
	const char *text;

	if (names_its_clause(c, f))
		return one_clause(arena, c, f->spec);
	if (!c->n_spec)
		return NULL;
	text = one_clause(arena, c, c->spec[0]);
	if (c->n_spec == 2)
		return arena_printf(arena, "%s %s", text,
				    one_clause(arena, c, c->spec[1]));
	for (size_t i = 1; i < c->n_spec; i++)
		text = arena_printf(arena, "%s%s%s%s", text,
				    i == 1 ? " (or " : ", ", c->spec[i],
				    i + 1 == c->n_spec ? ")" : "");
	return text;
}

int record_percent(const struct record *r)
{
	if (!r->max_points)
		return 0;
	return (int)((int64_t)r->points * 10000 / r->max_points);
}

const struct record_criterion *record_shut_gate(const struct record *r,
						int *ret_before)
{
	*ret_before = r->points;
	for (size_t i = 0; i < r->n_criteria; i++) {
		if (!r->criteria[i].capped)
			continue;
		*ret_before += r->criteria[i].capped;
		return &r->criteria[i];
	}
	return NULL;
}

const char *record_title(const struct record *r)
{
	return fact_str(json_get(r->begin, "exercise"), "title",
			"an exercise");
}

const char *record_label(const struct record *r)
{
	const struct json *submission = json_get(r->begin, "submission");
	const char *path = fact_str(submission, "path", "a submission");

	return fact_str(submission, "label", path);
}

struct span record_startup_log(const struct record *r)
{
	struct span text = { NULL, 0 };

	for (size_t i = 0; i < r->n_events; i++) {
		const struct json *v = r->events[i].body;
		const struct json *said = json_get(v, "text");

		if (!strcmp(r->events[i].kind, "log") && said &&
		    said->text.len && !json_get(v, "request"))
			text = said->text;
	}
	return text;
}

/* The kind that an event adds to; its place is made when it is new. */
static struct denied_kind *denied_kind(struct denied_kind *kinds, size_t *n,
				       const char *call, const char *detail)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(kinds[i].call, call) &&
		    !strcmp(kinds[i].detail, detail))
			return &kinds[i];
	if (*n < DENIED_KINDS_MAX)
		kinds[(*n)++] = (struct denied_kind){ call, detail, 0 };
	else
		kinds[*n - 1].call = kinds[*n - 1].detail = "other";
	return &kinds[*n - 1];
}

const struct denied_kind *record_denied(struct arena *arena,
					const struct record *r, size_t *ret_n)
{
	struct denied_kind *kinds = arena_array(arena, DENIED_KINDS_MAX + 1,
						sizeof(*kinds));

	*ret_n = 0;
	for (size_t i = 0; i < r->n_events; i++) {
		const struct json *v = r->events[i].body;
		const char *call = fact_str(v, "call", NULL);

		if (call && !strcmp(r->events[i].kind, "denied"))
			denied_kind(kinds, ret_n, call,
				    fact_str(v, "detail", ""))->count +=
				fact_int(v, "count", 1);
	}
	return kinds;
}

const char *const *record_lacks(struct arena *arena, const struct record *r)
{
	const char **names = arena_array(arena, r->n_events + 1,
					 sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < r->n_events; i++) {
		const char *name = fact_str(r->events[i].body, "package",
					    NULL);

		if (name && !strcmp(r->events[i].kind, "lacks"))
			names[n++] = name;
	}
	return names;
}

struct span span_last_lines(struct span s, int lines)
{
	size_t at = s.len;

	if (at && s.data[at - 1] == '\n')
		at--;
	while (at && lines) {
		at--;
		lines -= s.data[at] == '\n';
	}
	if (!lines)
		at++;
	return (struct span){ s.data + at, s.len - at };
}
