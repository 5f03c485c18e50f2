#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/digest.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

/*
 * On GitHub Actions every line of output may be a command to the runner.
 * What a submission can influence is printed between stop-commands fences
 * whose token it cannot know: a digest of the transcript's last link, which
 * depends on times measured during the run.
 */
#define ANNOTATIONS_MAX 9 /* of ten shown per step; the last is the score */
#define TOKEN_BYTES     24

static void token(const struct record *r, char ret[DIGEST_SHA256_HEX])
{
	const struct json *last =
		r->n_events ? r->events[r->n_events - 1].body : NULL;
	const char *prev = fact_str(last, "prev", "");

	digest_sha256(span_of(prev), ret);
	ret[TOKEN_BYTES] = '\0';
}

/* Percent-encode what would end a command's data, or its property. */
static const char *encoded(struct arena *arena, const char *text,
			   const char *special)
{
	AUTO_BUF out = BUF_INIT(256 << 10);

	for (text = text_visible_lines(arena, span_of(text), 60000); *text;
	     text++) {
		if (strchr(special, *text))
			buf_printf(&out, "%%%02X", (unsigned char)*text);
		else
			buf_add_char(&out, *text);
	}
	return arena_strdup(arena, buf_str(&out));
}

static void annotation(struct arena *arena, FILE *out, const char *level,
		       const char *title, const char *text)
{
	fprintf(out, "::%s title=%s::%s\n", level,
		encoded(arena, title, "%\r\n:,"),
		encoded(arena, text, "%\r\n"));
}

static void score_line(struct arena *arena, FILE *out, const struct record *r)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	bool passed = r->outcome == OUTCOME_PASSED;

	text_points(r->points, a);
	text_points(r->max_points, b);
	annotation(arena, out, passed ? "notice" : "error", record_title(r),
		   arena_printf(arena, "%s: %s of %s points%s%s",
				outcome_name(r->outcome), a, b,
				r->reason ? "; " : "",
				r->reason ? r->reason : ""));
}

static const struct finding *first_failure(const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_checks; i++)
		if (c->checks[i].finding.status == STATUS_FAIL)
			return &c->checks[i].finding;
	return NULL;
}

/* The worst: those of the criteria that lost most. */
static void annotations(struct arena *arena, FILE *out, const struct record *r)
{
	const struct record_criterion *const *sorted =
		criteria_by_loss(arena, r);
	int n = 0;

	for (size_t i = 0; i < r->n_criteria && n < ANNOTATIONS_MAX; i++) {
		const struct record_criterion *c = sorted[i];
		const struct finding *f = first_failure(c);

		if (!f || !criterion_lost(c))
			continue;
		annotation(arena, out, "error",
			   arena_printf(arena, "%s: %s", c->title, f->title),
			   evidence_text(arena, r, f));
		n++;
	}
}

static int write_github(struct arena *arena, FILE *out,
			const struct record *r,
			const struct report_options *options, struct err *err)
{
	char fence[DIGEST_SHA256_HEX];
	int code;

	token(r, fence);
	fprintf(out, "::group::fumehood\n::stop-commands::%s\n", fence);
	code = report_terminal.write(arena, out, r, options, err);
	fprintf(out, "::%s::\n::endgroup::\n", fence);
	annotations(arena, out, r);
	score_line(arena, out, r);
	return code ? code : report_flush(out, err);
}

static void summary_row(struct arena *arena, FILE *out,
			const struct record_criterion *c)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(c->points, a);
	text_points(c->max_points, b);
	markup(out, arena, "<tr><td>%s</td><td>%s</td><td>",
	       status_name(c->status), c->title);
	if (criterion_is_measured(c))
		fprintf(out, "%s of %s", a, b);
	fprintf(out, "</td></tr>\n");
}

static void summary_failure(struct arena *arena, FILE *out,
			    const struct record *r,
			    const struct record_criterion *c)
{
	const struct finding *f = first_failure(c);

	if (f)
		markup(out, arena, "<details><summary>%s: %s</summary>\n"
				   "<pre>%s</pre>\n</details>\n",
		       c->title, f->title, evidence_text(arena, r, f));
}

/* HTML inside Markdown: a candidate's text needs one escape then, not two. */
static int write_summary(struct arena *arena, FILE *out,
			 const struct record *r,
			 const struct report_options *options,
			 struct err *err)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	(void)options;
	text_points(r->points, a);
	text_points(r->max_points, b);
	markup(out, arena, "<h2>%s</h2>\n<p>%s: <b>%s of %s points</b>",
	       record_title(r), outcome_name(r->outcome), a, b);
	if (r->reason)
		markup(out, arena, "; %s", r->reason);
	fprintf(out, "</p>\n<table><tr><th>Status</th><th>Criterion</th>"
		     "<th>Points</th></tr>\n");
	for (size_t i = 0; i < r->n_criteria; i++)
		summary_row(arena, out, &r->criteria[i]);
	fprintf(out, "</table>\n");
	for (size_t i = 0; i < r->n_criteria; i++)
		summary_failure(arena, out, r, &r->criteria[i]);
	return report_flush(out, err);
}

const struct report_format report_github = {
	.name = "github",
	.help = "for the log of GitHub Actions: the report and annotations",
	.write = write_github,
};

const struct report_format report_github_summary = {
	.name = "github-summary",
	.help = "for the file $GITHUB_STEP_SUMMARY",
	.write = write_summary,
};
