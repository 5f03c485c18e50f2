#include "runner/transcript/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/transcript/verdict.h"

#define FORMAT_NAME  "fumehood-transcript/"
#define THRESHOLD_ALL 10000

static const char *const outcome_names[] = {
	[OUTCOME_PASSED] = "passed",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_FLAKY] = "flaky",
	[OUTCOME_NOT_GRADABLE] = "not-gradable",
	[OUTCOME_TIME_OVER] = "time-over",
	[OUTCOME_INTERRUPTED] = "interrupted",
	[OUTCOME_ISOLATION] = "isolation",
	[OUTCOME_BROKEN] = "broken",
};

const char *outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

/* A transcript being read. */
struct reader {
	struct arena *arena;
	struct record *r;
	struct record_event *events;
	struct record_criterion *criteria;
	struct record_check **checks; /* of each criterion, writable */
	size_t *response_of, *log_of;
};

static bool is_kind(const struct record_event *e, const char *kind)
{
	return strcmp(e->kind, kind) == 0;
}

static int64_t int_of(const struct json *v, const char *name, int64_t absent)
{
	int64_t value;

	return json_int(json_get(v, name), &value) ? value : absent;
}

static bool bool_of(const struct json *v, const char *name)
{
	const struct json *member = json_get(v, name);

	return member && member->type == JSON_BOOL && member->truth;
}

static const char *str_of(const struct json *v, const char *name)
{
	return json_str(json_get(v, name));
}

static const char *str_or_empty(const struct json *v, const char *name)
{
	const char *s = str_of(v, name);

	return s ? s : "";
}

/* A list of strings; what is none is left out. */
static const char *const *strings_of(struct arena *arena,
				     const struct json *v, const char *name,
				     size_t *ret_n)
{
	const struct json *list = json_get(v, name);
	size_t count = list && list->type == JSON_ARRAY ? list->count : 0;
	const char **strings = arena_array(arena, count + 1, sizeof(*strings));

	*ret_n = 0;
	for (size_t i = 0; i < count; i++) {
		const char *s = json_str(&list->items[i]);

		if (s)
			strings[(*ret_n)++] = s;
	}
	return strings;
}

/* Points are written as decimals of at most two places. */
static int hundredths_of(const struct json *v, const char *name)
{
	const struct json *member = json_get(v, name);
	double value = member ? json_double(member) : 0;

	return value >= 0 && value < 1e6 ? (int)(value * 100 + 0.5) : 0;
}

static size_t count_lines(struct span lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines.len; i++)
		n += lines.data[i] == '\n';
	return n;
}

static int read_event(struct reader *reader, size_t n, struct span line,
		      const char *prev, struct err *err)
{
	struct record_event *e = &reader->events[n];

	if (json_parse(reader->arena, line, &e->body, err) < 0)
		return err_set(err, EINVAL, "line %zu is no event", n + 1);
	e->kind = str_of(e->body, "kind");
	if (!e->kind)
		return err_set(err, EINVAL, "line %zu has no kind", n + 1);
	e->n = n;
	e->at_ns = int_of(e->body, "at_ns", 0);
	if (int_of(e->body, "n", -1) != (int64_t)n ||
	    strcmp(str_or_empty(e->body, "prev"), prev) != 0)
		reader->r->chain_holds = false;
	return 0;
}

static int read_events(struct reader *reader, struct span lines,
		       struct err *err)
{
	char prev[DIGEST_SHA256_HEX] = "";

	memset(prev, '0', sizeof(prev) - 1);
	for (size_t n = 0; lines.len; n++) {
		struct span line = lines;
		int r;

		line.len = span_find(lines, SPAN_LIT("\n"));
		if (line.len == lines.len) {
			reader->r->cut = true; /* half a line */
			break;
		}
		r = read_event(reader, n, line, prev, err);
		if (r < 0)
			return r;
		digest_sha256(line, prev);
		reader->r->n_events = n + 1;
		lines.data += line.len + 1;
		lines.len -= line.len + 1;
	}
	return 0;
}

static int check_format(const struct record *r, struct err *err)
{
	const char *format;

	if (!r->n_events || !is_kind(&r->events[0], "begin"))
		return err_set(err, EINVAL, "line 1 is no beginning of a "
					    "transcript");
	format = str_of(r->events[0].body, "format");
	if (!format || strncmp(format, FORMAT_NAME, strlen(FORMAT_NAME)) != 0)
		return err_set(err, EINVAL, "line 1 names no format");
	if (strcmp(format, TRANSCRIPT_FORMAT) != 0)
		return err_set(err, EPROTONOSUPPORT,
			       "this program reads " TRANSCRIPT_FORMAT
			       ", not %.60s", format);
	return 0;
}

static void read_criterion(struct reader *reader, const struct json *v)
{
	struct record_criterion *c =
		&reader->criteria[reader->r->n_criteria++];
	struct arena *arena = reader->arena;
	size_t n_clauses;

	c->id = str_or_empty(v, "id");
	c->title = str_or_empty(v, "title");
	c->skill = str_or_empty(v, "skill");
	c->grader = str_or_empty(v, "grader");
	c->spec = strings_of(arena, v, "spec", &c->n_spec);
	c->clauses = strings_of(arena, v, "clauses", &n_clauses);
	if (n_clauses != c->n_spec)
		c->clauses = NULL; /* recorded by an earlier version */
	c->needs = strings_of(arena, v, "needs", &c->n_needs);
	c->hints = strings_of(arena, v, "hints", &c->n_hints);
	c->followup = strings_of(arena, v, "followup", &c->n_followup);
	c->hidden = strcmp(str_or_empty(v, "visibility"), "hidden") == 0;
	c->gate = bool_of(v, "gate");
	c->max_points = hundredths_of(v, "points");
}

static const size_t *evidence_of(struct arena *arena, const struct json *v,
				 size_t n_events, size_t *ret_n)
{
	const struct json *list = json_get(v, "evidence");
	size_t count = list && list->type == JSON_ARRAY ? list->count : 0;
	size_t *numbers = arena_array(arena, count + 1, sizeof(*numbers));

	*ret_n = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t n;

		if (json_int(&list->items[i], &n) && n >= 0 &&
		    (uint64_t)n < n_events)
			numbers[(*ret_n)++] = (size_t)n;
	}
	return numbers;
}

static struct finding finding_of(struct reader *reader, const struct json *v)
{
	struct finding f = {
		.criterion = str_or_empty(v, "criterion"),
		.check = str_of(v, "check"),
		.title = str_or_empty(v, "title"),
		.name = str_of(v, "name"),
		.status = STATUS_BROKEN,
		.expected = str_of(v, "expected"),
		.actual = str_of(v, "actual"),
		.message = str_of(v, "message"),
		.cause = str_of(v, "cause"),
		.spec = str_of(v, "spec"),
		.hint = str_of(v, "hint"),
		.source = str_of(v, "source"),
		.hidden = bool_of(v, "hidden"),
		.vital = bool_of(v, "vital"),
	};
	int64_t weight = int_of(v, "weight", 1);

	if (!f.name)
		f.name = f.title;
	f.weight = weight < 0 || weight > 1000000 ? 0 : (int)weight;
	status_parse(str_of(v, "status"), &f.status);
	f.evidence = evidence_of(reader->arena, v, reader->r->n_events,
				 &f.n_evidence);
	return f;
}

static struct record_criterion *criterion_of(struct reader *reader,
					     const struct json *finding)
{
	const char *id = str_or_empty(finding, "criterion");

	for (size_t i = 0; i < reader->r->n_criteria; i++)
		if (strcmp(reader->criteria[i].id, id) == 0)
			return &reader->criteria[i];
	return NULL;
}

/* A request may be answered, and logged for, once; the first one counts. */
static void link_to_request(size_t *links, const struct record_event *e)
{
	int64_t n = int_of(e->body, "request", -1);

	if (n >= 0 && (uint64_t)n < e->n && links[n] == RECORD_NONE)
		links[n] = e->n;
}

/* Before any finding is counted: one may stand before its criterion. */
static void read_criteria(struct reader *reader)
{
	for (size_t i = 0; i < reader->r->n_events; i++)
		if (is_kind(&reader->events[i], "criterion"))
			read_criterion(reader, reader->events[i].body);
}

static void index_events(struct reader *reader)
{
	struct record *r = reader->r;

	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i];
		struct record_criterion *c = NULL;

		if (is_kind(e, "finding"))
			c = criterion_of(reader, e->body);
		else if (is_kind(e, "response"))
			link_to_request(reader->response_of, e);
		else if (is_kind(e, "log"))
			link_to_request(reader->log_of, e);
		else if (is_kind(e, "box-ended"))
			r->box = e->body;
		else if (is_kind(e, "end"))
			r->end = e->body;
		if (c)
			c->n_checks++;
	}
}

/* The room that index_events() counted is filled. */
static void read_findings(struct reader *reader)
{
	struct record *r = reader->r;

	for (size_t i = 0; i < r->n_criteria; i++) {
		struct record_criterion *c = &reader->criteria[i];

		reader->checks[i] = arena_array(reader->arena, c->n_checks + 1,
						sizeof(**reader->checks));
		c->checks = reader->checks[i];
		c->n_checks = 0;
	}
	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i];
		struct record_criterion *c =
			is_kind(e, "finding") ? criterion_of(reader, e->body)
					      : NULL;
		if (!c)
			continue;
		reader->checks[c - reader->criteria][c->n_checks++] =
			(struct record_check){ finding_of(reader, e->body), i,
					       NULL };
	}
}

/* How the session says it ended; whether that is a pass is for the score. */
static bool session_outcome(const struct record *r, enum outcome *ret)
{
	const char *name = r->end ? str_of(r->end, "outcome")
			   : r->cut ? "interrupted"
				    : "graded";

	for (size_t i = 0; name && i < ARRAY_LEN(outcome_names); i++) {
		if (i > OUTCOME_FLAKY && strcmp(name, outcome_names[i]) == 0) {
			*ret = (enum outcome)i;
			return true;
		}
	}
	return false;
}

static void conclude(struct record *r, const struct verdict *v)
{
	r->points = v->points;
	r->max_points = v->max_points;
	r->reason = r->end ? str_of(r->end, "reason")
		    : r->cut ? "the record is cut off"
			     : NULL;
	if (session_outcome(r, &r->outcome))
		return;
	if (!v->max_points) {
		r->outcome = OUTCOME_BROKEN;
		if (!r->reason)
			r->reason = "nothing could be measured";
	} else if (v->flaky) {
		r->outcome = OUTCOME_FLAKY;
	} else if (!verdict_reached(v->points, v->max_points, r->threshold)) {
		r->outcome = OUTCOME_FAILED;
	} else if (v->broken) { /* what is not known is not passed */
		r->outcome = OUTCOME_BROKEN;
		if (!r->reason)
			r->reason = "not every criterion could be judged";
	} else {
		r->outcome = OUTCOME_PASSED;
	}
}

static size_t *no_links(struct arena *arena, size_t n)
{
	size_t *links = arena_array(arena, n + 1, sizeof(*links));

	for (size_t i = 0; i <= n; i++)
		links[i] = RECORD_NONE;
	return links;
}

static void prepare(struct reader *reader, struct arena *arena,
		    struct span lines)
{
	size_t n = count_lines(lines);

	reader->arena = arena;
	reader->r = arena_alloc(arena, sizeof(*reader->r));
	reader->r->chain_holds = true;
	reader->events = arena_array(arena, n + 1, sizeof(*reader->events));
	reader->criteria = arena_array(arena, n + 1,
				       sizeof(*reader->criteria));
	reader->checks = arena_array(arena, n + 1, sizeof(*reader->checks));
	reader->response_of = no_links(arena, n);
	reader->log_of = no_links(arena, n);
	reader->r->events = reader->events;
	reader->r->criteria = reader->criteria;
	reader->r->response_of = reader->response_of;
	reader->r->log_of = reader->log_of;
}

static int read_lines(struct arena *arena, struct span lines, bool asked,
		      const struct record **ret, struct err *err)
{
	struct reader reader;
	struct verdict v;
	int r;

	prepare(&reader, arena, lines);
	r = read_events(&reader, lines, err);
	if (r == 0)
		r = check_format(reader.r, err);
	if (r < 0)
		return r;
	reader.r->begin = reader.r->events[0].body;
	reader.r->threshold = json_get(reader.r->begin, "threshold")
				      ? hundredths_of(reader.r->begin,
						      "threshold")
				      : THRESHOLD_ALL;
	read_criteria(&reader);
	index_events(&reader);
	reader.r->cut |= !reader.r->end && !asked;
	read_findings(&reader);
	v = verdict_score(arena, reader.criteria, reader.checks,
			  reader.r->n_criteria);
	conclude(reader.r, &v);
	*ret = reader.r;
	return 0;
}

int record_read(struct arena *arena, struct span lines,
		const struct record **ret, struct err *err)
{
	return read_lines(arena, lines, false, ret, err);
}

int record_read_asked(struct arena *arena, struct span lines,
		      const struct record **ret, struct err *err)
{
	return read_lines(arena, lines, true, ret, err);
}

const struct record_event *record_event(const struct record *r, size_t n)
{
	return n < r->n_events ? &r->events[n] : NULL;
}

const struct record_event *record_response(const struct record *r, size_t n)
{
	return n < r->n_events ? record_event(r, r->response_of[n]) : NULL;
}

const struct record_event *record_log(const struct record *r, size_t n)
{
	return n < r->n_events ? record_event(r, r->log_of[n]) : NULL;
}
