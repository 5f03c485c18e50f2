#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define SHOWN_WHOLE 12 /* checks of a criterion with all their evidence */

static void status_tag(struct html *h, enum status status)
{
	const char *name = status_name(status);

	fprintf(h->out, "<span class=\"tag %s\">%s</span>",
		status == STATUS_SKIP ? "skip-status" : name, name);
}

static const char *worth(struct html *h, const struct record_criterion *c)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(c->points, a);
	text_points(c->max_points, b);
	return criterion_is_measured(c)
		       ? arena_printf(h->arena, "%s of %s", a, b)
		       : "–";
}

/* --- points lost --- */

static bool has_evidence(const struct record_check *check)
{
	return check->finding.status == STATUS_FAIL ||
	       check->finding.status == STATUS_BROKEN ||
	       check->finding.status == STATUS_FLAKY;
}

/* What was wrong first, in a line; how much more there is. */
static void reason(struct html *h, const struct record_criterion *c)
{
	const struct finding *first = NULL;
	size_t more = 0;

	for (size_t i = 0; i < c->n_checks; i++) {
		const struct finding *f = &c->checks[i].finding;

		if (f->status == STATUS_PASS || c->checks[i].charged_by)
			continue;
		more += first != NULL;
		if (!first)
			first = f;
	}
	if (!first)
		return;
	markup(h->out, h->arena, "<br><span class=\"soft\">%s", first->title);
	if (first->message)
		markup(h->out, h->arena, ": %s", first->message);
	if (more)
		markup(h->out, h->arena, " (and %d more)", (int)more);
	fprintf(h->out, "</span>");
}

bool html_has_losses(const struct html *h)
{
	for (size_t i = 0; i < h->r->n_criteria; i++)
		if (criterion_lost(&h->r->criteria[i]))
			return true;
	return false;
}

void html_losses(struct html *h)
{
	const struct record_criterion *const *sorted =
		criteria_by_loss(h->arena, h->r);
	char lost[TEXT_POINTS_BYTES], capped[TEXT_POINTS_BYTES];

	if (!html_has_losses(h))
		return;
	fprintf(h->out, "<section aria-labelledby=\"lost\"><h2 id=\"lost\">"
			"Points lost</h2><ol class=\"lost\">\n");
	for (size_t i = 0; i < h->r->n_criteria; i++) {
		if (!criterion_lost(sorted[i]))
			break;
		text_points(criterion_lost(sorted[i]), lost);
		markup(h->out, h->arena, "<li><b class=\"fail\">&minus;%s</b>"
					 "<span><a href=\"#c-%s\">%s</a>",
		       lost, sorted[i]->id, sorted[i]->title);
		text_points(sorted[i]->capped, capped);
		if (sorted[i]->capped)
			markup(h->out, h->arena, ", %s of them because its "
						 "failure caps the score",
			       capped);
		reason(h, sorted[i]);
		fprintf(h->out, "</span></li>\n");
	}
	fprintf(h->out, "</ol></section>\n");
}

/* --- each criterion --- */

/* What passed, and what came on top of many failures, takes one line. */
static void check_line(struct html *h, const struct record_check *check)
{
	const struct finding *f = &check->finding;

	fprintf(h->out, "<li>");
	status_tag(h, f->status);
	markup(h->out, h->arena, " %s", f->title);
	if (f->message)
		markup(h->out, h->arena, " <span class=\"soft\">%s</span>",
		       f->message);
	fprintf(h->out, "</li>\n");
}

/* Folded, all but the first: the reasons can be read one below the other. */
static void check_whole(struct html *h, const struct record_criterion *c,
			const struct record_check *check,
			const struct record_check *before)
{
	const struct finding *f = &check->finding;

	fprintf(h->out, "<details class=\"check\"%s><summary><h4>",
		before ? "" : " open");
	status_tag(h, f->status);
	markup(h->out, h->arena, " %s</h4>", f->title);
	if (f->message)
		markup(h->out, h->arena, " <span class=\"soft\">%s</span>",
		       f->message);
	fprintf(h->out, "</summary>\n");
	html_evidence(h, c, check, before);
	fprintf(h->out, "</details>\n");
}

/* The first of those with evidence; returns the check behind the last. */
static size_t checks_whole(struct html *h, const struct record_criterion *c)
{
	const struct record_check *before = NULL;
	size_t n = 0, i = 0;

	for (; i < c->n_checks && n < SHOWN_WHOLE && html_has_room(h); i++) {
		if (!has_evidence(&c->checks[i]))
			continue;
		check_whole(h, c, &c->checks[i], before);
		before = &c->checks[i];
		n++;
	}
	return i;
}

/* All others: those behind `whole`, and those that have nothing to show. */
static void check_lines(struct html *h, const struct record_criterion *c,
			size_t whole)
{
	size_t left_out = 0;

	fprintf(h->out, "<ul class=\"checks\">\n");
	for (size_t i = 0; i < c->n_checks; i++) {
		if (i < whole && has_evidence(&c->checks[i]))
			continue;
		if (html_has_room(h))
			check_line(h, &c->checks[i]);
		else
			left_out++;
	}
	if (left_out)
		fprintf(h->out, "<li>and %zu more, which the transcript "
				"has</li>\n", left_out);
	fprintf(h->out, "</ul>\n");
}

static size_t count_evidence(const struct record_criterion *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_checks; i++)
		n += has_evidence(&c->checks[i]);
	return n;
}

static void criterion(struct html *h, const struct record_criterion *c)
{
	size_t n = count_evidence(c), rest = c->n_checks - n, whole;

	markup(h->out, h->arena, "<details class=\"card\" id=\"c-%s\"", c->id);
	fprintf(h->out, "%s><summary><h3>", n ? " open" : "");
	status_tag(h, c->status);
	markup(h->out, h->arena, " %s <span class=\"soft\">%s%s</span></h3>"
				 "</summary>\n",
	       c->title, worth(h, c), c->hidden ? ", hidden" : "");
	whole = checks_whole(h, c);
	if (n && n <= SHOWN_WHOLE && rest)
		fprintf(h->out, "<details><summary>%zu other check%s"
				"</summary>", rest, rest > 1 ? "s" : "");
	if (c->n_checks)
		check_lines(h, c, whole);
	else
		fprintf(h->out, "<p class=\"soft\">Nothing was asked.</p>");
	if (n && n <= SHOWN_WHOLE && rest)
		fprintf(h->out, "</details>");
	fprintf(h->out, "</details>\n");
}

static void row(struct html *h, const struct record_criterion *c)
{
	fprintf(h->out, "<tr><td>");
	status_tag(h, c->status);
	markup(h->out, h->arena, "</td><th scope=\"row\"><a href=\"#c-%s\">"
				 "%s</a></th><td class=\"spec\">",
	       c->id, c->title);
	for (size_t i = 0; i < c->n_spec; i++)
		markup(h->out, h->arena, "%s%s", i ? ", " : "", c->spec[i]);
	markup(h->out, h->arena, "</td><td class=\"n\">%s</td></tr>\n",
	       worth(h, c));
}

void html_criteria(struct html *h)
{
	const struct record_criterion *const *sorted =
		criteria_by_loss(h->arena, h->r);

	fprintf(h->out, "<section aria-labelledby=\"criteria\">"
			"<h2 id=\"criteria\">Criteria</h2><table><thead><tr>"
			"<th scope=\"col\">Status</th><th scope=\"col\">"
			"Criterion</th><th scope=\"col\" class=\"spec\">Brief"
			"</th><th scope=\"col\" class=\"n\">Points</th></tr>"
			"</thead><tbody>\n");
	for (size_t i = 0; i < h->r->n_criteria; i++)
		row(h, &h->r->criteria[i]);
	fprintf(h->out, "</tbody></table>\n");
	for (size_t i = 0; i < h->r->n_criteria; i++)
		criterion(h, sorted[i]);
	fprintf(h->out, "</section>\n");
}
