#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define BODY_MAX    4000 /* bytes shown of one body or log */
#define SHOWN_WHOLE 12   /* checks of a criterion with all their evidence */

static void term(struct html *h, const char *name, const char *value)
{
	if (value && *value)
		markup(h->out, h->arena, "<dt>%s</dt><dd>%s</dd>", name,
		       value);
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	/* Not inside a character. */
	while (n && ((unsigned char)a[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static size_t common_suffix(const char *a, const char *b, size_t prefix)
{
	size_t la = strlen(a), lb = strlen(b), n = 0;

	while (n < la - prefix && n < lb - prefix &&
	       a[la - n - 1] == b[lb - n - 1])
		n++;
	while (n && ((unsigned char)a[la - n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* `text` with what differs from `other` marked. */
static void marked(struct html *h, const char *name, const char *text,
		   const char *other)
{
	size_t len = strlen(text);
	size_t prefix = common_prefix(text, other);
	size_t suffix = common_suffix(text, other, prefix);
	struct span parts[] = {
		{ text, prefix },
		{ text + prefix, len - prefix - suffix },
		{ text + len - suffix, suffix },
	};

	fprintf(h->out, "<dt>%s</dt><dd><code>", name);
	markup_span(h->out, h->arena, parts[0], 0);
	if (parts[1].len) {
		fprintf(h->out, "<mark>");
		markup_span(h->out, h->arena, parts[1], 0);
		fprintf(h->out, "</mark>");
	}
	markup_span(h->out, h->arena, parts[2], 0);
	fprintf(h->out, "</code></dd>");
}

static void difference(struct html *h, const struct finding *f)
{
	const char *expected = f->expected ? f->expected : "";
	const char *actual = f->actual ? f->actual : "";

	if (f->expected)
		marked(h, "expected", expected, actual);
	if (f->actual)
		marked(h, "came", actual, expected);
}

static void headers(struct html *h, const struct header_view *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		markup_span(h->out, h->arena, list[i].name, 200);
		fprintf(h->out, ": ");
		markup_span(h->out, h->arena, list[i].value, 1000);
		fprintf(h->out, "\n");
	}
}

static void message(struct html *h, const char *title, const char *first,
		    const struct header_view *list, size_t n,
		    const struct body_view *body)
{
	fprintf(h->out, "<div><h4>%s</h4><pre tabindex=\"0\"><b>", title);
	markup_span(h->out, h->arena, span_of(first), 2000);
	fprintf(h->out, "</b>\n");
	headers(h, list, n);
	if (body->bytes.len) {
		fprintf(h->out, "\n");
		markup_span(h->out, h->arena, body->bytes, BODY_MAX);
	}
	fprintf(h->out, "</pre></div>");
}

static void exchange(struct html *h, const struct exchange_view *x)
{
	fprintf(h->out, "<div class=\"pair\">");
	message(h, "Sent",
		arena_printf(h->arena, "%s %s", x->method, x->target),
		x->sent_headers, x->n_sent_headers, &x->sent);
	message(h, "Came", exchange_outcome(h->arena, x), x->headers,
		x->n_headers, &x->came);
	fprintf(h->out, "</div>");
	if (x->log.len) {
		fprintf(h->out, "<h4>The app's own output meanwhile</h4>"
				"<pre tabindex=\"0\">");
		markup_span(h->out, h->arena,
			    span_last_lines(x->log, 60), BODY_MAX);
		fprintf(h->out, "</pre>");
	}
	if (x->curl)
		markup(h->out, h->arena, "<h4>Try it</h4><pre "
					 "tabindex=\"0\">%s</pre>", x->curl);
}

static void status_tag(struct html *h, enum status status)
{
	const char *name = status_name(status);

	fprintf(h->out, "<span class=\"tag %s\">%s</span>",
		status == STATUS_SKIP ? "skip-status" : name, name);
}

static bool is_same_request(const struct record_check *a,
			    const struct record_check *b)
{
	return a && a->finding.n_evidence && b->finding.n_evidence &&
	       a->finding.evidence[0] == b->finding.evidence[0];
}

/* The request of the check before is not shown a second time. */
static void evidence(struct html *h, const struct record_criterion *c,
		     const struct record_check *check,
		     const struct record_check *before)
{
	const struct finding *f = &check->finding;
	struct exchange_view x;

	fprintf(h->out, "<dl>");
	term(h, "why", f->message);
	term(h, "brief", criterion_clause(h->arena, c, f));
	difference(h, f);
	term(h, "hint", f->hint);
	term(h, "asked in", f->source);
	if (check->charged_by)
		term(h, "points", arena_printf(h->arena,
					       "not charged again: the same "
					       "cause cost points in %s",
					       check->charged_by));
	fprintf(h->out, "</dl>");
	if (is_same_request(before, check))
		fprintf(h->out, "<p class=\"soft\">In the same answer.</p>");
	else if (f->n_evidence &&
		 exchange_view(h->arena, h->r, f->evidence[0], &x))
		exchange(h, &x);
}

/* What passed, and what came on top of many failures, takes one line. */
static void check_line(struct html *h, const struct record_check *check)
{
	const struct finding *f = &check->finding;

	fprintf(h->out, "<p>");
	status_tag(h, f->status);
	markup(h->out, h->arena, " %s", f->title);
	if (f->message)
		markup(h->out, h->arena, " <span class=\"soft\">%s</span>",
		       f->message);
	fprintf(h->out, "</p>\n");
}

static bool has_evidence(const struct record_check *check)
{
	return check->finding.status == STATUS_FAIL ||
	       check->finding.status == STATUS_BROKEN ||
	       check->finding.status == STATUS_FLAKY;
}

static void check_whole(struct html *h, const struct record_criterion *c,
			const struct record_check *check,
			const struct record_check *before)
{
	fprintf(h->out, "<h3>");
	status_tag(h, check->finding.status);
	markup(h->out, h->arena, " %s</h3>\n", check->finding.title);
	evidence(h, c, check, before);
}

static void worth(struct html *h, const struct record_criterion *c)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(c->points, a);
	text_points(c->max_points, b);
	if (criterion_is_measured(c))
		fprintf(h->out, "%s of %s", a, b);
	else
		fprintf(h->out, "&ndash;");
}

static void spec(struct html *h, const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_spec; i++)
		markup(h->out, h->arena, "%s%s", i ? ", " : "", c->spec[i]);
}

static void criterion(struct html *h, const struct record_criterion *c)
{
	const struct record_check *before = NULL;
	size_t whole = 0;

	markup(h->out, h->arena, "<details id=\"c-%s\"", c->id);
	fprintf(h->out, "%s><summary>", criterion_lost(c) ? " open" : "");
	status_tag(h, c->status);
	markup(h->out, h->arena, " %s <span class=\"soft\">", c->title);
	worth(h, c);
	fprintf(h->out, "%s</span></summary>\n", c->hidden ? ", hidden" : "");
	for (size_t i = 0; i < c->n_checks; i++) {
		if (has_evidence(&c->checks[i]) && whole++ < SHOWN_WHOLE) {
			check_whole(h, c, &c->checks[i], before);
			before = &c->checks[i];
		} else {
			check_line(h, &c->checks[i]);
		}
	}
	fprintf(h->out, "</details>\n");
}

static void row(struct html *h, const struct record_criterion *c)
{
	fprintf(h->out, "<tr><td>");
	status_tag(h, c->status);
	markup(h->out, h->arena, "</td><th scope=\"row\"><a href=\"#c-%s\">"
				 "%s</a></th><td>", c->id, c->title);
	spec(h, c);
	fprintf(h->out, "</td><td class=\"n\">");
	worth(h, c);
	fprintf(h->out, "</td></tr>\n");
}

void html_criteria(struct html *h)
{
	fprintf(h->out, "<section aria-labelledby=\"criteria\">"
			"<h2 id=\"criteria\">Criteria</h2><table><thead><tr>"
			"<th scope=\"col\">Status</th><th scope=\"col\">"
			"Criterion</th><th scope=\"col\">Brief</th>"
			"<th scope=\"col\" class=\"n\">Points</th></tr>"
			"</thead><tbody>\n");
	for (size_t i = 0; i < h->r->n_criteria; i++)
		row(h, &h->r->criteria[i]);
	fprintf(h->out, "</tbody></table>\n");
	for (size_t i = 0; i < h->r->n_criteria; i++)
		criterion(h, &h->r->criteria[i]);
	fprintf(h->out, "</section>\n");
}
