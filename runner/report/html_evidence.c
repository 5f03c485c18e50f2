#include <ctype.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define BODY_MAX  4000 /* bytes shown of one body or log */
#define LOG_LINES 60
#define REFUSED_MAX 10

static void term(struct html *h, const char *name, const char *value)
{
	if (value && *value)
		markup(h->out, h->arena, "<dt>%s</dt><dd>%s</dd>", name,
		       value);
}

/* --- what differs --- */

/* Bytes that belong to one word with their neighbour: marking half a number,
 * or half a character, would mislead. */
static bool joins(const char *text, size_t at)
{
	unsigned char a = (unsigned char)text[at - 1];
	unsigned char b = (unsigned char)text[at];

	return (isalnum(a) || a >= 0x80) && (isalnum(b) || b >= 0x80);
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	if (a[n] == b[n])
		return n;
	while (n && (joins(a, n) || joins(b, n)))
		n--;
	return n;
}

static size_t common_suffix(const char *a, const char *b, size_t prefix)
{
	size_t la = strlen(a), lb = strlen(b), n = 0;

	while (n < la - prefix && n < lb - prefix &&
	       a[la - n - 1] == b[lb - n - 1])
		n++;
	while (n && ((la > n && joins(a, la - n)) ||
		     (lb > n && joins(b, lb - n))))
		n--;
	return n;
}

/* `text` with what differs from `other` marked. */
static void marked(struct html *h, const char *text, const char *other)
{
	size_t len = strlen(text);
	size_t prefix = common_prefix(text, other);
	size_t suffix = common_suffix(text, other, prefix);
	struct span parts[] = {
		{ text, prefix },
		{ text + prefix, len - prefix - suffix },
		{ text + len - suffix, suffix },
	};

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
	static const char equals[] = "== ";
	const char *expected = f->expected ? f->expected : "";
	const char *actual = f->actual ? f->actual : "";
	const char *value = expected;

	if (!strncmp(expected, equals, strlen(equals)))
		value += strlen(equals);
	if (f->expected) {
		fprintf(h->out, "<dt>expected</dt><dd><code>");
		markup_span(h->out, h->arena,
			    (struct span){ expected,
					   (size_t)(value - expected) }, 0);
		marked(h, value, actual);
	}
	if (f->actual) {
		fprintf(h->out, "<dt>came</dt><dd><code>");
		marked(h, actual, value);
	}
}

/* --- the exchange --- */

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
	fprintf(h->out, "<div><h5>%s</h5><pre><b>", title);
	markup_span(h->out, h->arena, span_of(first), 2000);
	fprintf(h->out, "</b>\n");
	headers(h, list, n);
	if (body->bytes.len) {
		fprintf(h->out, "\n");
		markup_span(h->out, h->arena, body->bytes, BODY_MAX);
	}
	fprintf(h->out, "</pre></div>");
}

/* What the app tried meanwhile and was not let: it often explains the rest. */
static void refused(struct html *h, size_t request)
{
	const struct record *r = h->r;
	size_t n = 0;

	for (size_t i = request + 1; i < r->n_events && n < REFUSED_MAX; i++) {
		const struct json *v = r->events[i].body;

		if (!strcmp(r->events[i].kind, "request"))
			break;
		if (strcmp(r->events[i].kind, "denied") != 0 ||
		    fact_int(v, "request", -1) != (int64_t)request)
			continue;
		fprintf(h->out, n++ ? ", " : "<p>Refused meanwhile: ");
		markup(h->out, h->arena, "<code>%s %s</code>",
		       fact_str(v, "call", ""), fact_str(v, "detail", ""));
	}
	if (n)
		fprintf(h->out, "</p>");
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
	refused(h, x->event);
	if (x->log.len) {
		fprintf(h->out, "<h5>The app's own output meanwhile</h5>"
				"<pre>");
		markup_span(h->out, h->arena,
			    span_last_lines(x->log, LOG_LINES), BODY_MAX);
		fprintf(h->out, "</pre>");
	}
	if (x->curl)
		markup(h->out, h->arena, "<h5>Try it</h5><pre>%s</pre>",
		       x->curl);
}

static bool is_same_request(const struct record_check *a,
			    const struct record_check *b)
{
	return a && a->finding.n_evidence && b->finding.n_evidence &&
	       a->finding.evidence[0] == b->finding.evidence[0];
}

/* The request of the check before is not shown a second time. */
void html_evidence(struct html *h, const struct record_criterion *c,
		   const struct record_check *check,
		   const struct record_check *before)
{
	const struct finding *f = &check->finding;
	struct exchange_view x;

	fprintf(h->out, "<dl>");
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
		fprintf(h->out, "<p class=\"soft\">In the same answer as "
				"the check above.</p>");
	else if (f->n_evidence &&
		 exchange_view(h->arena, h->r, f->evidence[0], &x))
		exchange(h, &x);
}
