#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/facts.h"
#include "runner/report/failure.h"
#include "runner/report/formats.h"
#include "runner/report/paper.h"
#include "runner/report/report.h"
#include "runner/report/talk.h"
#include "runner/transcript/record.h"

#define LOG_LINES       12
#define BLOCKS_MAX      4 /* failed checks shown whole, per criterion */
#define DENIED_MAX      8
#define BAR_CELLS       20
#define SCORE_COLUMNS   48 /* of the line beside the bar */

static const char *fraction(struct paper *p, int points, int max_points)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(points, a);
	text_points(max_points, b);
	return arena_printf(p->arena, "%s/%s", a, b);
}

static void print_heading(struct paper *p, const struct record *r)
{
	paper_wrap(p, INK_BOLD, 0, 0, paper_safe(p, record_title(r)));
	paper_wrap(p, INK_DIM, 0, 0,
		   arena_printf(p->arena, "%s, graded over HTTP from outside",
				paper_safe(p, record_label(r))));
	fprintf(p->out, "\n");
}

/* Points of a criterion, or what it is instead. */
static const char *worth(struct paper *p, const struct record_criterion *c)
{
	return criterion_is_measured(c) ? fraction(p, c->points, c->max_points)
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

/* Why nothing of it was asked, which the list says and no block repeats; NULL
 * when something was. */
static const char *why_unasked(const struct record_criterion *c)
{
	return c->status == STATUS_SKIP && c->n_checks == 1
		       ? c->checks[0].finding.message
		       : NULL;
}

static void print_criteria(struct paper *p, const struct record *r)
{
	int width = widest_worth(p, r);

	/* What is there to read then is why: print_end() says it. */
	if (!r->max_points && r->n_criteria) {
		paper_wrap(p, INK_DIM, 0, 0,
			   arena_printf(p->arena, "None of the %zu criteria "
						  "could be asked.",
					r->n_criteria));
		return;
	}
	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];
		const char *points = worth(p, c), *why = why_unasked(c);
		int column = 2 + width;

		column += paper_ink(p, paper_status_ink(c->status),
				    paper_symbol(p, c->status));
		fprintf(p->out, " %*s%s ", width - paper_width(points), "",
			points);
		paper_wrap(p, c->status == STATUS_SKIP ? INK_DIM : INK_PLAIN,
			   column, column,
			   arena_printf(p->arena, "%s (%s)%s%s",
					paper_safe(p, c->title),
					paper_safe(p, c->id), why ? ": " : "",
					why ? paper_safe(p, why) : ""));
	}
}

/* "1.5 lost of 1.5", and what its failure takes from the others. */
static const char *lost_of(struct paper *p, const struct record_criterion *c)
{
	char lost[TEXT_POINTS_BYTES], capped[TEXT_POINTS_BYTES];

	text_points(criterion_lost_itself(c), lost);
	text_points(c->capped, capped);
	return arena_printf(p->arena, "%s lost of %s%s%s%s", lost,
			    fraction(p, 0, c->max_points) + 2,
			    c->capped ? ", and " : "",
			    c->capped ? capped : "",
			    c->capped ? " of the others' by the cap" : "");
}

static void print_criterion(struct paper *p, const struct record *r,
			    const struct record_criterion *c)
{
	const struct record_check *before = NULL;
	size_t shown = 0, left_out = 0;
	const char *title = paper_safe(p, c->title);

	fprintf(p->out, "\n");
	if (criterion_lost(c))
		title = arena_printf(p->arena, "%s %s %s", title,
				     p->unicode ? "·" : "-", lost_of(p, c));
	paper_wrap(p, INK_BOLD, 0, 0, title);
	for (size_t i = 0; i < c->n_checks; i++) {
		if (!failure_is_one(&c->checks[i]))
			continue;
		if (shown++ < BLOCKS_MAX)
			failure_print(p, r, c, &c->checks[i], before);
		else
			left_out++;
		before = &c->checks[i];
	}
	failure_print_skips(p, c);
	if (left_out)
		fprintf(p->out, "  and %zu more like these; the transcript "
				"has them all\n", left_out);
}

static bool has_news(const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_checks; i++)
		if (failure_is_one(&c->checks[i]))
			return true;
	return criterion_lost(c) > 0 && !why_unasked(c);
}

/* The greatest loss last, next to the score. */
static void print_losses(struct paper *p, const struct record *r)
{
	const struct record_criterion *const *sorted =
		criteria_by_loss(p->arena, r);

	for (size_t i = r->n_criteria; i-- > 0;)
		if (has_news(sorted[i]))
			print_criterion(p, r, sorted[i]);
}

static void print_denied(struct paper *p, const struct record *r)
{
	size_t n;
	const struct denied_kind *kinds = record_denied(p->arena, r, &n);

	for (size_t i = 0; i < n && i < DENIED_MAX; i++)
		paper_field(p, INK_YELLOW, i ? "" : "refused",
			    arena_printf(p->arena, "%s %s (%lld times)",
					 paper_safe(p, kinds[i].call),
					 paper_safe(p, kinds[i].detail),
					 (long long)kinds[i].count));
	if (n > DENIED_MAX)
		fprintf(p->out, "%*s... and %zu more kinds\n", 14, "",
			n - DENIED_MAX);
}

/* Not the candidate's, and nothing that the score knows of. */
static void print_lacks(struct paper *p, const struct record *r)
{
	const char *const *names = record_lacks(p->arena, r);

	for (; *names; names++)
		paper_field(p, INK_YELLOW, "missing",
			    arena_printf(p->arena, "the environment lacks the "
					 "package `%s` that a view of the app "
					 "imports: what failed by it is no "
					 "fault of the submission; the score "
					 "counts it as it came",
					 paper_safe(p, *names)));
}

static void print_startup_log(struct paper *p, struct span text)
{
	if (text.len)
		paper_excerpt(p, "app said", span_last_lines(text, LOG_LINES),
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

static void print_gate(struct paper *p, const struct record *r)
{
	int earned;
	const struct record_criterion *gate = record_shut_gate(r, &earned);
	char before[TEXT_POINTS_BYTES];

	text_points(earned, before);
	if (gate)
		paper_wrap(p, INK_YELLOW, 2, 0,
			   arena_printf(p->arena, "capped from %s points, "
						  "because %s (%s) failed: "
						  "without it the rest is "
						  "worth little",
					before,
					paper_safe(p, gate->title),
					paper_safe(p, gate->id)));
}

/* Of half a run, full marks mean little. */
static const char *of_what(const struct record *r)
{
	if (r->outcome == OUTCOME_INTERRUPTED ||
	    r->outcome == OUTCOME_TIME_OVER)
		return " of what was asked";
	return r->outcome == OUTCOME_FLAKY ? " of what agrees with itself" : "";
}

static void print_score(struct paper *p, const struct record *r)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	char percent[TEXT_POINTS_BYTES];
	bool passed = r->outcome == OUTCOME_PASSED;

	text_points(r->points, a);
	text_points(r->max_points, b);
	text_points(record_percent(r), percent);
	if (p->columns >= BAR_CELLS + SCORE_COLUMNS) {
		paper_ink(p, passed ? INK_GREEN : INK_RED,
			  bar(p, r->points, r->max_points));
		fprintf(p->out, "  ");
	}
	paper_ink(p, INK_BOLD,
		  arena_printf(p->arena, "%s of %s points, %s %%%s", a, b,
			       percent,
			       of_what(r)));
	fprintf(p->out, "\n");
	print_gate(p, r);
}

static const char *outcome_text(struct paper *p, const struct record *r)
{
	const char *name = outcome_name(r->outcome);

	if (r->reason && *r->reason)
		return arena_printf(p->arena, "%s: %s", name,
				    paper_safe(p, r->reason));
	return name;
}

/* ": userns netns", or "" where none is. */
static const char *missing_layers(struct paper *p, const struct record *r)
{
	const struct json *list = r->box ? json_get(r->box, "missing_layers")
					 : NULL;
	const char *text = "";

	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count;
	     i++) {
		const char *name = json_str(&list->items[i]);

		if (name)
			text = arena_printf(p->arena, "%s%s %s", text,
					    *text ? "" : ":",
					    paper_safe(p, name));
	}
	return text;
}

/* What a person must know before trusting the score. */
static void print_isolation(struct paper *p, const struct record *r)
{
	if (!strcmp(fact_str(r->begin, "isolation", ""), "reduced"))
		paper_field(p, INK_YELLOW, "isolation",
			    arena_printf(p->arena, "missing layers were "
					 "accepted (--isolation reduced)%s",
					 missing_layers(p, r)));
	/* It has the machine's own files and network, and is refused them. */
	if (strstr(missing_layers(p, r), " mountns"))
		paper_field(p, INK_YELLOW, "",
			    "an app that makes sockets, uses /dev/shm or "
			    "writes to a fixed place such as /tmp may lose "
			    "points here that it would have in full isolation");
	if (!strcmp(fact_str(r->box, "cgroup", ""), "none"))
		paper_field(p, INK_DIM, "limits",
			    "no cgroup: memory and processes were held by "
			    "rlimits and sampling");
}

/* Not wrapped: the commands are there to be copied. */
static void print_next(struct paper *p, const char *transcript)
{
	const char *word = text_shell_quote(p->arena, span_of(transcript));

	fprintf(p->out, "transcript %s\n", paper_safe(p, transcript));
	fprintf(p->out, "next: fumehood report %s --report html=report.html\n",
		paper_safe(p, word));
}

static void print_end(struct paper *p, const struct record *r,
		      const struct report_options *options)
{
	const struct json *seed = json_get(r->begin, "seed");

	fprintf(p->out, "\n");
	print_denied(p, r);
	print_lacks(p, r);
	print_isolation(p, r);
	if (r->max_points)
		print_score(p, r);
	paper_wrap(p, r->outcome == OUTCOME_PASSED ? INK_GREEN : INK_RED, 2, 0,
		   outcome_text(p, r));
	if (!r->max_points)
		print_startup_log(p, record_startup_log(r));
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
		print_next(p, options->transcript_path);
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
	if (options->view == VIEW_INTERVIEWER)
		talk_print(&p, r, options->notes);
	print_end(&p, r, options);
	return report_flush(out, err);
}

const struct report_format report_terminal = {
	.name = "terminal",
	.help = "for people, on a terminal",
	.write = write_terminal,
};
