#include "runner/report/facts.h"

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

int criterion_lost(const struct record_criterion *c)
{
	return criterion_is_measured(c) ? c->max_points - c->points : 0;
}

const char *criterion_clause(struct arena *arena,
			     const struct record_criterion *c,
			     const struct finding *f)
{
	const char *id = f->spec ? f->spec : c->n_spec ? c->spec[0] : NULL;

	for (size_t i = 0; id && c->clauses && i < c->n_spec; i++)
		if (!strcmp(c->spec[i], id) && *c->clauses[i])
			return arena_printf(arena, "%s: %s", id,
					    c->clauses[i]);
	return id;
}

int record_percent(const struct record *r)
{
	if (!r->max_points)
		return 0;
	return (int)((int64_t)r->points * 10000 / r->max_points);
}

const struct record_criterion *record_shut_gate(const struct record *r)
{
	int sum = 0;

	for (size_t i = 0; i < r->n_criteria; i++)
		if (criterion_is_measured(&r->criteria[i]))
			sum += r->criteria[i].points;
	for (size_t i = 0; sum > r->points && i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];

		if (c->gate && (c->status == STATUS_FAIL ||
				c->status == STATUS_SKIP))
			return c;
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
