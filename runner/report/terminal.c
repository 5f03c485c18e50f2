#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/formats.h"
#include "runner/report/paper.h"
#include "runner/report/report.h"
#include "runner/transcript/record.h"

#define BODY_LINES      6
#define TRACEBACK_LINES 8
#define LOG_LINES       12
#define BLOCKS_MAX      4 /* failed checks shown whole, per criterion */
#define DENIED_MAX      8
#define BAR_CELLS       20

/* Headers that explain an answer; the rest is in the transcript. */
static const char *const telling_headers[] = {
	"Content-Type", "Allow", "Location", "Link", "WWW-Authenticate",
	"Retry-After", "ETag", "Vary", NULL,
};

static const char *str_of(const struct json *v, const char *name)
{
	return json_str(json_get(v, name));
}

static int64_t int_of(const struct json *v, const char *name)
{
	int64_t n;

	return json_int(json_get(v, name), &n) ? n : 0;
}

/* What a submission or its label may have chosen, on one line. */
static const char *safe(struct paper *p, const char *s)
{
	return text_visible(p->arena, span_of(s), 0);
}

static const char *fraction(struct paper *p, int points, int max_points)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(points, a);
	text_points(max_points, b);
	return arena_printf(p->arena, "%s/%s", a, b);
}

static void print_heading(struct paper *p, const struct record *r)
{
	const struct json *exercise = json_get(r->begin, "exercise");
	const struct json *submission = json_get(r->begin, "submission");
	const char *title = str_of(exercise, "title");
	const char *label = str_of(submission, "label");
	const char *path = str_of(submission, "path");

	paper_ink(p, INK_BOLD, safe(p, title ? title : "an exercise"));
	fprintf(p->out, "\n");
	paper_wrap(p, INK_DIM, 0, 0,
		   arena_printf(p->arena, "%s, graded over HTTP from outside",
				safe(p, label ? label : path ? path
							     : "submission")));
	fprintf(p->out, "\n");
}

static bool is_measured(const struct record_criterion *c)
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

static int lost(const struct record_criterion *c)
{
	return is_measured(c) ? c->max_points - c->points : 0;
}

/* Points of a criterion, or what it is instead. */
static const char *worth(struct paper *p, const struct record_criterion *c)
{
	return is_measured(c) ? fraction(p, c->points, c->max_points)
			      : status_name(c->status);
}

static int widest_worth(struct paper *p, const struct record *r)
{
	int widest = 0;

	for (size_t i = 0; i < r->n_criteria; i++) {
		int n = paper_width(worth(p, &r->criteria[i]));

		widest = n > widest ? n : widest;
	}
	return widest;
}

static void print_criteria(struct paper *p, const struct record *r)
{
	int width = widest_worth(p, r);

	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];
		const char *points = worth(p, c);
		int column = 2 + width;

		column += paper_ink(p, paper_status_ink(c->status),
				    paper_symbol(p, c->status));
		fprintf(p->out, " %*s%s ", width - paper_width(points), "",
			points);
		paper_wrap(p, c->status == STATUS_SKIP ? INK_DIM : INK_PLAIN,
			   column, column,
			   arena_printf(p->arena, "%s (%s)", safe(p, c->title),
					safe(p, c->id)));
	}
}

static void print_headers(struct paper *p, const struct header_view *headers,
			  size_t n)
{
	for (size_t i = 0; telling_headers[i]; i++) {
		struct span value =
			exchange_header(headers, n, telling_headers[i]);

		if (!value.data)
			continue;
		paper_field(p, INK_PLAIN, "",
			    arena_printf(p->arena, "%s: %s",
					 telling_headers[i],
					 text_visible(p->arena, value, 300)));
	}
}

static void print_request(struct paper *p, const struct exchange_view *x)
{
	paper_field(p, INK_PLAIN, "sent",
		    arena_printf(p->arena, "%s %s", safe(p, x->method),
				 text_visible(p->arena, span_of(x->target),
					      600)));
	print_headers(p, x->sent_headers, x->n_sent_headers);
	if (x->sent.bytes.len)
		paper_excerpt(p, "", x->sent.bytes, BODY_LINES,
			      x->sent.all_bytes);
}

static void print_answer(struct paper *p, const struct exchange_view *x)
{
	const char *outcome = exchange_outcome(p->arena, x);

	if (x->answered)
		outcome = arena_printf(p->arena, "%s, %lld bytes, %lld ms",
				       safe(p, outcome),
				       (long long)x->came.all_bytes,
				       (long long)x->total_us / 1000);
	paper_field(p, INK_PLAIN, "came", outcome);
	print_headers(p, x->headers, x->n_headers);
	if (x->came.bytes.len)
		paper_excerpt(p, "", x->came.bytes, BODY_LINES,
			      x->came.all_bytes);
}

/* The last lines: a traceback ends with what went wrong. */
static struct span last_lines(struct span s, int lines)
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

static void print_exchange(struct paper *p, const struct exchange_view *x)
{
	struct span traceback = exchange_traceback(x);

	print_request(p, x);
	print_answer(p, x);
	if (traceback.len)
		paper_excerpt(p, "app said",
			      last_lines(traceback, TRACEBACK_LINES),
			      TRACEBACK_LINES, (int64_t)x->log.len);
}

static void optional_field(struct paper *p, enum ink ink, const char *label,
			   const char *text)
{
	if (text && *text)
		paper_field(p, ink, label, safe(p, text));
}

static const char *clause(struct paper *p, const struct record_criterion *c,
			  const struct finding *f)
{
	if (f->spec)
		return f->spec;
	return c->n_spec ? arena_printf(p->arena, "%s", c->spec[0]) : NULL;
}

/* Not wrapped: it is there to be copied. */
static void print_curl(struct paper *p, const char *curl)
{
	if (!curl)
		return;
	fprintf(p->out, "    ");
	paper_ink(p, INK_DIM, "try");
	fprintf(p->out, "       %s\n", safe(p, curl));
}

static void print_check(struct paper *p, const struct record *r,
			const struct record_criterion *c,
			const struct record_check *check)
{
	const struct finding *f = &check->finding;
	struct exchange_view x;
	bool seen = f->n_evidence &&
		    exchange_view(p->arena, r, f->evidence[0], &x);

	fprintf(p->out, "  ");
	paper_ink(p, paper_status_ink(f->status), paper_symbol(p, f->status));
	fprintf(p->out, " ");
	paper_wrap(p, INK_PLAIN, 4, 4, safe(p, f->title));
	optional_field(p, INK_PLAIN, "why", f->message);
	optional_field(p, INK_PLAIN, "brief", clause(p, c, f));
	optional_field(p, INK_GREEN, "expected", f->expected);
	optional_field(p, INK_RED, "actual", f->actual);
	if (seen)
		print_exchange(p, &x);
	optional_field(p, INK_PLAIN, "hint", f->hint);
	optional_field(p, INK_DIM, "asked in", f->source);
	if (seen)
		print_curl(p, x.curl);
	if (check->charged_by)
		optional_field(p, INK_DIM, "points",
			       arena_printf(p->arena,
					    "not charged again: the same "
					    "cause cost points in %s",
					    check->charged_by));
}

static bool is_worth_showing(const struct record_check *check)
{
	switch (check->finding.status) {
	case STATUS_FAIL:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		return true;
	case STATUS_PASS:
	case STATUS_PARTIAL:
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		break;
	}
	return false;
}

static void print_skips(struct paper *p, const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_checks; i++) {
		const struct finding *f = &c->checks[i].finding;

		if (f->status != STATUS_SKIP &&
		    f->status != STATUS_NOT_MEASURED)
			continue;
		fprintf(p->out, "  ");
		paper_ink(p, INK_DIM, paper_symbol(p, f->status));
		fprintf(p->out, " ");
		paper_wrap(p, INK_DIM, 4, 4,
			   arena_printf(p->arena, "%s%s%s", safe(p, f->title),
					f->message ? ": " : "",
					f->message ? safe(p, f->message)
						   : ""));
	}
}

static void print_criterion(struct paper *p, const struct record *r,
			    const struct record_criterion *c)
{
	size_t shown = 0, left_out = 0;
	char points[TEXT_POINTS_BYTES];

	text_points(lost(c), points);
	fprintf(p->out, "\n");
	paper_ink(p, INK_BOLD, safe(p, c->title));
	if (lost(c))
		fprintf(p->out, " %s %s of %s", p->unicode ? "·" : "-",
			arena_printf(p->arena, "%s lost", points),
			fraction(p, 0, c->max_points) + 2);
	fprintf(p->out, "\n");
	for (size_t i = 0; i < c->n_checks; i++) {
		if (!is_worth_showing(&c->checks[i]))
			continue;
		if (shown++ < BLOCKS_MAX)
			print_check(p, r, c, &c->checks[i]);
		else
			left_out++;
	}
	print_skips(p, c);
	if (left_out)
		fprintf(p->out, "  and %zu more like these; the transcript "
				"has them all\n", left_out);
}

static bool has_news(const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_checks; i++)
		if (is_worth_showing(&c->checks[i]))
			return true;
	return lost(c) > 0;
}

static int by_loss(const void *a, const void *b)
{
	const struct record_criterion *x = *(const struct record_criterion *
						     const *)a;
	const struct record_criterion *y = *(const struct record_criterion *
						     const *)b;

	if (lost(x) != lost(y))
		return lost(x) < lost(y) ? -1 : 1;
	return (x > y) - (x < y);
}

/* The greatest loss last, next to the score. */
static void print_losses(struct paper *p, const struct record *r)
{
	const struct record_criterion **sorted =
		arena_array(p->arena, r->n_criteria + 1, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < r->n_criteria; i++)
		if (has_news(&r->criteria[i]))
			sorted[n++] = &r->criteria[i];
	qsort(sorted, n, sizeof(*sorted), by_loss);
	for (size_t i = 0; i < n; i++)
		print_criterion(p, r, sorted[i]);
}

static void print_denied(struct paper *p, const struct record *r)
{
	int shown = 0;

	for (size_t i = 0; i < r->n_events; i++) {
		const struct json *v = r->events[i].body;
		const char *call = str_of(v, "call");
		const char *detail = str_of(v, "detail");

		if (strcmp(r->events[i].kind, "denied") != 0 || !call)
			continue;
		if (shown++ >= DENIED_MAX)
			continue;
		paper_field(p, INK_YELLOW, shown == 1 ? "refused" : "",
			    arena_printf(p->arena, "%s %s (%lld times)",
					 safe(p, call),
					 detail ? safe(p, detail) : "",
					 (long long)int_of(v, "count")));
	}
	if (shown > DENIED_MAX)
		fprintf(p->out, "%*s... and %d more kinds\n", 14, "",
			shown - DENIED_MAX);
}

/* App output outside every request: why it did not start, mostly. */
static void print_startup_log(struct paper *p, const struct record *r)
{
	struct span text = { NULL, 0 };

	for (size_t i = 0; i < r->n_events; i++) {
		const struct json *v = r->events[i].body;
		const struct json *said = json_get(v, "text");

		if (!strcmp(r->events[i].kind, "log") && said &&
		    said->text.len && !json_get(v, "request"))
			text = said->text;
	}
	if (text.len)
		paper_excerpt(p, "app said", last_lines(text, LOG_LINES),
			      LOG_LINES, (int64_t)text.len);
}

static const char *bar(struct paper *p, int points, int max_points)
{
	int full = (points * BAR_CELLS + max_points / 2) / max_points;
	AUTO_BUF text = BUF_INIT(BAR_CELLS * 3);

	if (full >= BAR_CELLS && points < max_points)
		full = BAR_CELLS - 1;
	for (int i = 0; i < BAR_CELLS; i++)
		buf_add_str(&text, p->unicode ? (i < full ? "█" : "░")
					      : (i < full ? "#" : "."));
	return arena_strdup(p->arena, buf_str(&text));
}

static void print_score(struct paper *p, const struct record *r)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	char percent[TEXT_POINTS_BYTES];
	bool passed = r->outcome == OUTCOME_PASSED;

	text_points(r->points, a);
	text_points(r->max_points, b);
	text_points((int)((int64_t)r->points * 10000 / r->max_points),
		    percent);
	paper_ink(p, passed ? INK_GREEN : INK_RED,
		  bar(p, r->points, r->max_points));
	fprintf(p->out, "  ");
	paper_ink(p, INK_BOLD,
		  arena_printf(p->arena, "%s of %s points, %s %%", a, b,
			       percent));
	fprintf(p->out, "\n");
}

static const char *outcome_text(struct paper *p, const struct record *r)
{
	const char *name = outcome_name(r->outcome);

	if (r->reason && *r->reason)
		return arena_printf(p->arena, "%s: %s", name,
				    safe(p, r->reason));
	return name;
}

static const char *layers_text(struct paper *p, const struct json *box)
{
	const struct json *missing = json_get(box, "missing");
	const char *text = "";

	for (size_t i = 0; missing && missing->type == JSON_ARRAY &&
			   i < missing->count; i++)
		text = arena_printf(p->arena, "%s%s%.*s", text, i ? ", " : "",
				    (int)missing->items[i].text.len,
				    missing->items[i].text.data);
	return text;
}

static void print_end(struct paper *p, const struct record *r,
		      const struct report_options *options)
{
	const struct json *seed = json_get(r->begin, "seed");
	const char *missing = layers_text(p, r->begin);

	fprintf(p->out, "\n");
	print_denied(p, r);
	if (*missing)
		paper_field(p, INK_YELLOW, "isolation",
			    arena_printf(p->arena, "reduced, without %s",
					 safe(p, missing)));
	if (r->max_points)
		print_score(p, r);
	paper_wrap(p, r->outcome == OUTCOME_PASSED ? INK_GREEN : INK_RED, 2, 0,
		   outcome_text(p, r));
	if (!r->max_points)
		print_startup_log(p, r);
	if (r->cut)
		paper_wrap(p, INK_YELLOW, 2, 0,
			   "The transcript is cut off: this is what was "
			   "recorded before.");
	if (!r->chain_holds)
		paper_wrap(p, INK_YELLOW, 2, 0,
			   "The transcript's hash chain is broken: it was "
			   "altered after the run.");
	if (seed && seed->text.len)
		fprintf(p->out, "seed %s\n",
			text_visible(p->arena, seed->text, 40));
	if (options->transcript_path)
		fprintf(p->out, "transcript %s\n",
			safe(p, options->transcript_path));
}

static int write_terminal(struct arena *arena, FILE *out,
			  const struct record *r,
			  const struct report_options *options,
			  struct err *err)
{
	struct paper p = paper_new(arena, out, options);

	print_heading(&p, r);
	print_criteria(&p, r);
	print_losses(&p, r);
	print_end(&p, r, options);
	return report_flush(out, err);
}

const struct report_format report_terminal = {
	.name = "terminal",
	.help = "for people, on a terminal",
	.write = write_terminal,
};
