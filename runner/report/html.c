#include "runner/report/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/report/markup.h"
#include "runner/report/style.h"
#include "runner/transcript/record.h"

/* The class of an outcome's color, and what it means to a reader. */
static const struct {
	const char *css, *text;
} outcomes[] = {
	[OUTCOME_PASSED] = { "pass", "Passed" },
	[OUTCOME_FAILED] = { "fail", "Below the threshold" },
	[OUTCOME_FLAKY] = { "flaky", "Flaky: does not agree with itself" },
	[OUTCOME_NOT_GRADABLE] = { "fail", "Not gradable" },
	[OUTCOME_TIME_OVER] = { "partial", "The time was over" },
	[OUTCOME_INTERRUPTED] = { "partial", "Interrupted" },
	[OUTCOME_ISOLATION] = { "broken", "No sufficient isolation" },
	[OUTCOME_BROKEN] = { "broken", "Broken: ours, not the candidate's" },
};

static void head(struct html *h)
{
	/* Without scripts, and told so: what got through by a mistake of
	 * ours would still not run. */
	fprintf(h->out,
		"<!doctype html>\n<html lang=\"en\"><head>"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n");
	markup(h->out, h->arena, "<title>%s: %s</title>\n",
	       record_title(h->r), record_label(h->r));
	fprintf(h->out, "<style>%s</style></head>\n<body>\n", html_css);
}

static void bar(struct html *h, int points, int max_points)
{
	int percent = max_points
			      ? (int)((int64_t)points * 100 / max_points)
			      : 0;

	fprintf(h->out, "<div class=\"bar\"><i style=\"width:%d%%\"></i>"
			"</div>", percent);
}

static bool has_section(const struct html *h, const char *id)
{
	if (!strcmp(id, "lost"))
		return html_has_losses(h);
	if (!strcmp(id, "said"))
		return html_has_said(h);
	if (!strcmp(id, "skills"))
		return h->r->max_points > 0;
	if (!strcmp(id, "flags"))
		return html_has_flags(h);
	return strcmp(id, "talk") != 0 || h->interviewer;
}

/* A page of many sections can be walked by keyboard from here. */
static void contents(struct html *h)
{
	static const struct {
		const char *id, *text;
	} sections[] = {
		{ "said", "What the app said" }, { "flags", "Red flags" },
		{ "lost", "Points lost" }, { "talk", "To talk about" },
		{ "skills", "Skills" }, { "criteria", "Criteria" },
		{ "timeline", "The run" }, { "box", "The box" },
	};

	fprintf(h->out, "<nav aria-label=\"Sections\">");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (has_section(h, sections[i].id))
			fprintf(h->out, "<a href=\"#%s\">%s</a>",
				sections[i].id, sections[i].text);
	fprintf(h->out, "</nav>\n");
}

static void points_of(struct html *h, int points, int max_points)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(points, a);
	text_points(max_points, b);
	fprintf(h->out, "%s of %s", a, b);
}

static void score(struct html *h)
{
	const struct record_criterion *gate;
	char percent[TEXT_POINTS_BYTES], before[TEXT_POINTS_BYTES];
	int earned;

	if (!h->r->max_points)
		return;
	text_points(record_percent(h->r), percent);
	fprintf(h->out, "<p class=\"score\">%s&#8239;%% <span class=\"soft\" "
			"style=\"font-size:1rem\">", percent);
	points_of(h, h->r->points, h->r->max_points);
	fprintf(h->out, " points</span></p>");
	gate = record_shut_gate(h->r, &earned);
	text_points(earned, before);
	if (gate)
		markup(h->out, h->arena, "<p class=\"partial\">Capped from %s "
					 "points, because &ldquo;%s&rdquo; "
					 "failed: without it the rest is "
					 "worth little.</p>",
		       before, gate->title);
	bar(h, h->r->points, h->r->max_points);
}

static void heading(struct html *h)
{
	const struct record *r = h->r;
	const char *time = fact_str(r->begin, "time", NULL);
	const struct json *seed = json_get(r->begin, "seed");

	fprintf(h->out, "<a class=\"skip\" href=\"#criteria\">to the "
			"criteria</a>\n<header>");
	markup(h->out, h->arena, "<h1>%s</h1>\n<p class=\"soft\">%s",
	       record_title(r), record_label(r));
	if (time)
		markup(h->out, h->arena, " &middot; %s", time);
	if (seed)
		markup(h->out, h->arena, " &middot; seed %s",
		       text_visible(h->arena, seed->text, 40));
	fprintf(h->out, "</p>\n");
	score(h);
	fprintf(h->out, "<p><span class=\"tag %s\">%s</span>",
		outcomes[r->outcome].css, outcomes[r->outcome].text);
	if (r->outcome == OUTCOME_FAILED) {
		char threshold[TEXT_POINTS_BYTES];

		text_points(r->threshold, threshold);
		fprintf(h->out, " of %s&#8239;%%", threshold);
	}
	if (r->reason)
		markup(h->out, h->arena, ": %s", r->reason);
	fprintf(h->out, "</p></header>\n");
}

static void warnings(struct html *h)
{
	if (h->r->cut)
		fprintf(h->out, "<p class=\"broken\">The transcript is cut "
				"off: this is what was recorded before.</p>");
	if (!h->r->chain_holds)
		fprintf(h->out, "<p class=\"broken\">The transcript's hash "
				"chain is broken: it was altered after the "
				"run.</p>");
}

/* One row for each skill, in the order of its first criterion. */
static void skill_row(struct html *h, size_t first)
{
	const char *skill = h->r->criteria[first].skill;
	int points = 0, max_points = 0;

	for (size_t i = 0; i < h->r->n_criteria; i++) {
		const struct record_criterion *c = &h->r->criteria[i];

		if (strcmp(c->skill, skill) != 0)
			continue;
		if (i < first)
			return;
		points += criterion_is_measured(c) ? c->points : 0;
		max_points += criterion_is_measured(c) ? c->max_points : 0;
	}
	markup(h->out, h->arena, "<tr><th scope=\"row\">%s</th><td>", skill);
	bar(h, points, max_points);
	fprintf(h->out, "</td><td class=\"n\">");
	points_of(h, points, max_points);
	fprintf(h->out, "</td></tr>\n");
}

static void skills(struct html *h)
{
	if (!h->r->max_points)
		return;
	fprintf(h->out, "<section aria-labelledby=\"skills\"><h2 id=\"skills\">"
			"Skills</h2><table><thead><tr><th scope=\"col\">Skill"
			"</th><th scope=\"col\">Share</th><th scope=\"col\" "
			"class=\"n\">Points</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < h->r->n_criteria; i++)
		skill_row(h, i);
	fprintf(h->out, "</tbody></table></section>\n");
}

static void page(struct html *h)
{
	head(h);
	heading(h);
	warnings(h);
	contents(h);
	fprintf(h->out, "<main>\n");
	html_said(h);
	html_flags(h);
	html_losses(h);
	html_talk(h);
	skills(h);
	html_criteria(h);
	html_timeline(h);
	html_surroundings(h);
	fprintf(h->out, "</main>\n</body></html>\n");
}

/* Into memory first: what is written so far decides what there is room for. */
static int write_html(struct arena *arena, FILE *out, const struct record *r,
		      const struct report_options *options, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	struct html h = {
		.out = open_memstream(&text, &len),
		.arena = arena,
		.r = r,
		.interviewer = options->view == VIEW_INTERVIEWER,
		.notes = options->notes,
	};

	if (!h.out)
		return err_set(err, errno, "%s", strerror(errno));
	page(&h);
	fclose(h.out);
	fwrite(text, 1, len, out);
	free(text);
	return report_flush(out, err);
}

bool html_has_room(const struct html *h)
{
	return ftello(h->out) < HTML_ROOM_BYTES;
}

const struct report_format report_html = {
	.name = "html",
	.help = "one self-contained page, to read and to print",
	.write = write_html,
};
