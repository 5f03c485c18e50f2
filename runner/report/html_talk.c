#include <string.h>

#include "runner/base/arena.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/interview.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define FLAG_MARKUP                                                            \
	"<section aria-labelledby=\"flags\"><h2 id=\"flags\">Red flags</h2>\n" \
	"<ul>"

/* The request that event `n` is, or happened in; -1: none. */
static int64_t request_of(const struct record_event *e, size_t n)
{
	if (!strcmp(e->kind, "request"))
		return (int64_t)n;
	return fact_int(e->body, "request", -1);
}

static void flag(struct html *h, const struct red_flag *f)
{
	markup(h->out, h->arena, "<li><strong>%s</strong>", f->text);
	if (f->count > 1)
		fprintf(h->out, " &#215;%zu", f->count);
	fprintf(h->out, " <span class=\"soft\">");
	for (size_t i = 0; i < f->n_evidence; i++) {
		size_t n = f->evidence[i];
		int64_t request = request_of(&h->r->events[n], n);

		fprintf(h->out, "%s", i ? ", " : "(event ");
		if (request >= 0)
			fprintf(h->out, "<a href=\"#e-%lld\">%zu</a>",
				(long long)request, n);
		else
			fprintf(h->out, "%zu", n);
	}
	if (f->n_evidence)
		fprintf(h->out, ")");
	if (f->criterion)
		markup(h->out, h->arena, " asked by <a href=\"#c-%s\">%s</a>",
		       f->criterion, f->criterion);
	fprintf(h->out, "</span></li>\n");
}

bool html_has_flags(const struct html *h)
{
	size_t n = 0;

	if (h->interviewer)
		interview_flags(h->arena, h->r, &n);
	return n > 0;
}

void html_flags(struct html *h)
{
	const struct red_flag *flags;
	size_t n;

	if (!html_has_flags(h))
		return;
	flags = interview_flags(h->arena, h->r, &n);
	fputs(FLAG_MARKUP, h->out);
	for (size_t i = 0; i < n; i++)
		flag(h, &flags[i]);
	fprintf(h->out, "</ul></section>\n");
}

static void questions(struct html *h)
{
	size_t n;
	const struct question *list = interview_questions(h->arena, h->r, &n);

	bool deeper = false;

	for (size_t i = 0; i < n; i++) {
		bool turns = !list[i].is_about_loss && !deeper;

		deeper = deeper || turns;
		if (turns)
			fprintf(h->out, "%s<p>To go deeper, on what "
					"passed:</p>\n", i ? "</ul>" : "");
		if (turns || !i)
			fprintf(h->out, "<ul>\n");
		markup(h->out, h->arena,
		       "<li>%s<br><span class=\"soft\"><a href=\"#c-%s\">%s"
		       "</a>",
		       list[i].text, list[i].criterion, list[i].title);
		if (!deeper)
			markup(h->out, h->arena, ": %s", list[i].why);
		fprintf(h->out, "</span></li>\n");
	}
	if (n)
		fprintf(h->out, "</ul>\n");
}

static void practice(struct html *h)
{
	struct claimed_practice practice;

	if (!interview_practice(h->arena, h->r, &practice))
		return;
	fprintf(h->out,
		"<h3>Practice</h3><p class=\"soft\">As the submission's "
		"folder claims; nobody has checked it: %lld grades in %s.</p>"
		"<table><thead><tr><th scope=\"col\">Criterion</th><th "
		"scope=\"col\" class=\"n\">First passed after</th></tr>"
		"</thead><tbody>\n",
		(long long)practice.runs,
		interview_time(h->arena, practice.took_s));
	for (size_t i = 0; i < practice.n_passes; i++)
		markup(h->out, h->arena,
		       "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
		       "</tr>\n", practice.passes[i].criterion,
		       interview_time(h->arena, practice.passes[i].after_s));
	fprintf(h->out, "</tbody></table>\n");
}

/* Notes of a file are shown as they are; else there is room to write. */
void html_talk(struct html *h)
{
	if (!h->interviewer)
		return;
	fprintf(h->out, "<section aria-labelledby=\"talk\"><h2 id=\"talk\">"
			"To talk about</h2>");
	questions(h);
	practice(h);
	fprintf(h->out, "<h3>Notes</h3>");
	if (h->notes)
		markup(h->out, h->arena, "<pre class=\"notes\">%s</pre>",
		       h->notes);
	else
		fprintf(h->out, "<div class=\"notes\" contenteditable "
				"role=\"textbox\" aria-multiline=\"true\" "
				"aria-label=\"Notes\"></div>");
	fprintf(h->out, "</section>\n");
}
