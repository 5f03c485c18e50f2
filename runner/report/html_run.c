#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define CHART_WIDTH  1000
#define CHART_HEIGHT 70
#define REQUESTS_MAX 2000 /* rows; the transcript has the rest */
#define LOG_MAX      4000

static bool is_kind(const struct record_event *e, const char *kind)
{
	return !strcmp(e->kind, kind);
}

static int64_t length_ns(const struct record *r)
{
	int64_t ns = r->n_events ? r->events[r->n_events - 1].at_ns : 0;

	return ns > 0 ? ns : 1;
}

static int place(const struct html *h, int64_t at_ns)
{
	int64_t x = at_ns * (CHART_WIDTH - 10) / length_ns(h->r);

	return x < 0 ? 0 : (int)x;
}

/* What happened to the box as a whole, as a line with its name. */
static void moment(struct html *h, const struct record_event *e)
{
	int x = place(h, e->at_ns);
	/* Two rows of names: a restart may be close to the end. */
	int y = is_kind(e, "restart") || is_kind(e, "signal") ? 66 : 10;

	fprintf(h->out, "<line class=\"tl\" x1=\"%d\" x2=\"%d\" y1=\"14\" "
			"y2=\"56\"/><text x=\"%d\" y=\"%d\"%s>%s</text>", x, x,
		x, y, x > CHART_WIDTH - 80 ? " text-anchor=\"end\"" : "",
		e->kind);
}

static void bar(struct html *h, const struct exchange_view *x)
{
	int from = place(h, x->sent_at_ns);
	int to = place(h, x->sent_at_ns + x->total_us * 1000);

	fprintf(h->out, "<rect class=\"t%d\" x=\"%d\" y=\"20\" width=\"%d\" "
			"height=\"30\"><title>", x->status / 100, from,
		to > from + 2 ? to - from : 2);
	markup(h->out, h->arena, "%s ", x->method);
	markup_span(h->out, h->arena, span_of(x->target), 80);
	markup(h->out, h->arena, ": %s</title></rect>\n",
	       exchange_outcome(h->arena, x));
}

static void chart(struct html *h)
{
	static const char *const moments[] = { "ready", "restart", "signal",
					       "box-ended", NULL };
	struct exchange_view x;
	size_t n = 0;

	fprintf(h->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label="
			"\"Timeline of the run; the table below has the same"
			"\"><line class=\"tl\" x1=\"0\" x2=\"%d\" y1=\"56\" "
			"y2=\"56\"/>\n", CHART_WIDTH, CHART_HEIGHT,
		CHART_WIDTH);
	for (size_t i = 0; i < h->r->n_events; i++) {
		for (size_t k = 0; moments[k]; k++)
			if (is_kind(&h->r->events[i], moments[k]))
				moment(h, &h->r->events[i]);
		if (n < REQUESTS_MAX && exchange_view(h->arena, h->r, i, &x)) {
			bar(h, &x);
			n++;
		}
	}
	fprintf(h->out, "<text x=\"0\" y=\"68\">0</text><text x=\"%d\" "
			"y=\"68\" text-anchor=\"end\">%lld ms</text></svg>\n",
		CHART_WIDTH, (long long)(length_ns(h->r) / 1000000));
}

static void request_row(struct html *h, const struct exchange_view *x)
{
	fprintf(h->out, "<tr><td class=\"n\">%lld</td><td>",
		(long long)(x->sent_at_ns / 1000000));
	markup(h->out, h->arena, "%s ", x->method);
	markup_span(h->out, h->arena, span_of(x->target), 160);
	markup(h->out, h->arena, "</td><td>%s</td><td class=\"n\">",
	       exchange_outcome(h->arena, x));
	fprintf(h->out, "%lld.%lld</td><td>", (long long)x->total_us / 1000,
		(long long)x->total_us / 100 % 10);
	markup(h->out, h->arena, "%s</td></tr>\n",
	       x->criterion ? x->criterion : "");
}

static void requests(struct html *h)
{
	struct exchange_view x;
	size_t n = 0;

	fprintf(h->out, "<details><summary>All requests</summary><table>"
			"<thead><tr><th scope=\"col\" class=\"n\">At ms</th>"
			"<th scope=\"col\">Request</th><th scope=\"col\">"
			"Answer</th><th scope=\"col\" class=\"n\">Took ms</th>"
			"<th scope=\"col\">Criterion</th></tr></thead><tbody>"
			"\n");
	for (size_t i = 0; i < h->r->n_events && n < REQUESTS_MAX; i++) {
		if (!exchange_view(h->arena, h->r, i, &x))
			continue;
		request_row(h, &x);
		n++;
	}
	fprintf(h->out, "</tbody></table></details>\n");
}

void html_timeline(struct html *h)
{
	fprintf(h->out, "<section aria-labelledby=\"timeline\">"
			"<h2 id=\"timeline\">The run</h2>\n");
	chart(h);
	requests(h);
	fprintf(h->out, "</section>\n");
}

/* A value as text: a string itself, a list joined, anything else as JSON. */
static const char *shown(struct html *h, const struct json *v)
{
	AUTO_BUF out = BUF_INIT(64 << 10);

	if (v->type == JSON_STRING)
		return text_visible(h->arena, v->text, 2000);
	if (v->type != JSON_ARRAY)
		json_print(v, &out);
	for (size_t i = 0; v->type == JSON_ARRAY && i < v->count; i++) {
		if (i)
			buf_add_str(&out, ", ");
		buf_add_str(&out, shown(h, &v->items[i]));
	}
	return arena_strdup(h->arena, buf_str(&out));
}

static void members(struct html *h, const struct json *v)
{
	static const char *const shown_elsewhere[] = {
		"n", "at_ns", "kind", "prev", "time", "seed", "exercise",
		NULL,
	};

	for (size_t i = 0; v && i < v->count; i++) {
		const struct json_member *m = &v->members[i];
		bool known = false;

		for (size_t k = 0; shown_elsewhere[k]; k++)
			known |= span_is(m->name, shown_elsewhere[k]);
		if (known)
			continue;
		fprintf(h->out, "<dt>");
		markup_span(h->out, h->arena, m->name, 60);
		markup(h->out, h->arena, "</dt><dd>%s</dd>",
		       shown(h, &m->value));
	}
}

static void denied(struct html *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->r->n_events; i++) {
		const struct json *v = h->r->events[i].body;

		if (!is_kind(&h->r->events[i], "denied"))
			continue;
		if (!n++)
			fprintf(h->out,
				"<h3>Refused system calls</h3><table><thead>"
				"<tr><th scope=\"col\">Call</th><th scope="
				"\"col\">What</th><th scope=\"col\" class="
				"\"n\">Times</th></tr></thead><tbody>\n");
		markup(h->out, h->arena, "<tr><td><code>%s</code></td><td>"
					 "<code>%s</code></td><td class=\"n\">"
					 "%d</td></tr>\n",
		       fact_str(v, "call", ""), fact_str(v, "detail", ""),
		       (int)fact_int(v, "count", 1));
	}
	if (n)
		fprintf(h->out, "</tbody></table>\n");
}

static void startup_log(struct html *h)
{
	struct span log = record_startup_log(h->r);

	if (!log.len)
		return;
	fprintf(h->out, "<details%s><summary>The app's output outside of "
			"requests</summary><pre tabindex=\"0\">",
		h->r->max_points ? "" : " open");
	markup_span(h->out, h->arena, span_last_lines(log, 60), LOG_MAX);
	fprintf(h->out, "</pre></details>\n");
}

void html_surroundings(struct html *h)
{
	fprintf(h->out, "<section aria-labelledby=\"box\"><h2 id=\"box\">"
			"The box</h2>\n");
	denied(h);
	startup_log(h);
	fprintf(h->out, "<h3>How it ended</h3><dl>");
	members(h, h->r->box);
	fprintf(h->out, "</dl><details><summary>Submission, environment, "
			"layers and limits</summary><dl>");
	members(h, h->r->begin);
	fprintf(h->out, "</dl></details></section>\n");
}
