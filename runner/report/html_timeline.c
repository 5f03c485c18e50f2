#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

/*
 * One lane for each criterion, drawn as a picture of fixed width that a
 * browser stretches; names and numbers are text beside it, so that they can
 * be read at any width and by any reader.
 */
#define LANE_WIDTH   1000
#define LANE_HEIGHT  12
#define REQUESTS_MAX 2000 /* rows; the transcript has the rest */

/* The worse an answer, the higher its stroke: color is not needed. */
enum answer { ANSWER_GOOD, ANSWER_REFUSED, ANSWER_FAILED };

static const struct {
	const char *css, *text;
	int height;
} answers[] = {
	[ANSWER_GOOD] = { "good", "2xx, 3xx", 5 },
	[ANSWER_REFUSED] = { "refused", "4xx", 8 },
	[ANSWER_FAILED] = { "failed", "5xx, none", LANE_HEIGHT },
};

#define N_ANSWERS ((int)(sizeof(answers) / sizeof(answers[0])))

struct stroke {
	const char *criterion; /* or NULL */
	enum answer answer;
	int from, to; /* on the lane */
};

struct timeline {
	struct html *h;
	struct stroke *strokes;
	size_t n;
};

static bool is_kind(const struct record_event *e, const char *kind)
{
	return !strcmp(e->kind, kind);
}

static bool has_kind(const struct record *r, const char *kind)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (is_kind(&r->events[i], kind))
			return true;
	return false;
}

static int64_t length_ns(const struct record *r)
{
	int64_t ns = r->n_events ? r->events[r->n_events - 1].at_ns : 0;

	return ns > 0 ? ns : 1;
}

static int place(const struct html *h, int64_t at_ns)
{
	int64_t x = at_ns * LANE_WIDTH / length_ns(h->r);

	return x < 0 ? 0 : x > LANE_WIDTH ? LANE_WIDTH : (int)x;
}

static enum answer answer_of(int64_t status)
{
	if (status >= 100 && status < 400)
		return ANSWER_GOOD;
	return status >= 400 && status < 500 ? ANSWER_REFUSED : ANSWER_FAILED;
}

/* The bodies are not needed, so nothing is decoded. */
static void collect(struct timeline *t)
{
	const struct record *r = t->h->r;

	t->strokes = arena_array(t->h->arena, r->n_events + 1,
				 sizeof(*t->strokes));
	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i], *response;
		int64_t at_ns, us;

		if (!is_kind(e, "request"))
			continue;
		response = record_response(r, i);
		at_ns = fact_int(e->body, "sent_at_ns", e->at_ns);
		us = response ? fact_int(response->body, "total_us", 0) : 0;
		t->strokes[t->n++] = (struct stroke){
			fact_str(e->body, "criterion", NULL),
			answer_of(response ? fact_int(response->body, "status",
						      0) : 0),
			place(t->h, at_ns), place(t->h, at_ns + us * 1000),
		};
	}
}

static bool is_of(const struct stroke *s, const char *criterion)
{
	return criterion && s->criterion && !strcmp(s->criterion, criterion);
}

/* All answers of one kind are one path: a run may have thousands. */
static int draw(struct timeline *t, const char *criterion, enum answer answer)
{
	int n = 0, to = -1;

	for (size_t i = 0; i < t->n; i++) {
		const struct stroke *s = &t->strokes[i];

		if (s->answer != answer || !is_of(s, criterion))
			continue;
		if (!n++)
			fprintf(t->h->out, "<path class=\"%s\" d=\"",
				answers[answer].css);
		if (s->to + 2 <= to)
			continue;
		fprintf(t->h->out, "M%d %dh%dv%dH%dz", s->from,
			LANE_HEIGHT - answers[answer].height,
			s->to - s->from > 2 ? s->to - s->from : 2,
			answers[answer].height, s->from);
		to = s->to > s->from + 2 ? s->to : s->from + 2;
	}
	if (n)
		fprintf(t->h->out, "\"/>");
	return n;
}

static int count(const struct timeline *t, const char *criterion)
{
	int n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += is_of(&t->strokes[i], criterion);
	return n;
}

static void begin_lane(struct timeline *t)
{
	fprintf(t->h->out, "<td><svg viewBox=\"0 0 %d %d\" "
			   "preserveAspectRatio=\"none\" aria-hidden=\"true\">",
		LANE_WIDTH, LANE_HEIGHT);
}

static void lane(struct timeline *t, const struct record_criterion *c)
{
	int n[N_ANSWERS], all = count(t, c->id);

	if (!all)
		return;
	markup(t->h->out, t->h->arena,
	       "<tr><th scope=\"row\"><a href=\"#c-%s\">%s</a></th>", c->id,
	       c->title);
	begin_lane(t);
	for (int i = 0; i < N_ANSWERS; i++)
		n[i] = draw(t, c->id, (enum answer)i);
	fprintf(t->h->out, "</svg></td>");
	for (int i = 0; i < N_ANSWERS; i++)
		fprintf(t->h->out, "<td class=\"n\">%d</td>", n[i]);
	fprintf(t->h->out, "</tr>\n");
}

/* What a second instance did was written down later. */
static int64_t moment_of(const struct record_event *e)
{
	return fact_int(e->body, "done_at_ns", e->at_ns);
}

/* When the app was there, and when it was started again. */
static void box_lane(struct timeline *t)
{
	const struct record *r = t->h->r;
	int ready = -1;

	fprintf(t->h->out, "<tr><th scope=\"row\">The app is starting</th>");
	begin_lane(t);
	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i];

		if (is_kind(e, "ready") && ready < 0) {
			ready = place(t->h, e->at_ns);
			fprintf(t->h->out, "<path class=\"start\" d=\"M0 3h%d"
					   "v6H0z\"/>", ready);
		} else if (is_kind(e, "restart")) {
			fprintf(t->h->out, "<path class=\"failed\" d=\"M%d "
					   "0h3v12h-3z\"/>",
				place(t->h, moment_of(e)));
		}
	}
	fprintf(t->h->out, "</svg></td>");
	for (int i = 0; i < N_ANSWERS; i++)
		fprintf(t->h->out, "<td></td>");
	fprintf(t->h->out, "</tr>\n");
}

static void moments(struct timeline *t)
{
	static const struct {
		const char *kind, *text;
	} kinds[] = {
		{ "ready", "ready" },
		{ "restart", "started again" },
		{ "signal", "sent a signal" },
		{ "box-ended", "ended" },
	};
	const struct record *r = t->h->r;

	fprintf(t->h->out, "<p class=\"soft\">The app was ");
	for (size_t i = 0, n = 0; i < r->n_events && n < 20; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (is_kind(&r->events[i], kinds[k].kind))
				fprintf(t->h->out, "%s%s after %lld ms",
					n++ ? ", " : "", kinds[k].text,
					(long long)moment_of(&r->events[i]) /
						1000000);
	if (has_kind(r, "instance"))
		fprintf(t->h->out, "; a second instance of it was asked at the "
				   "same time");
	fprintf(t->h->out, "; the run took %lld ms.</p>\n",
		(long long)(length_ns(r) / 1000000));
}

static void chart(struct html *h)
{
	struct timeline t = { .h = h };

	collect(&t);
	fprintf(h->out, "<table class=\"lanes\"><thead><tr><th scope=\"col\">"
			"Criterion</th><th scope=\"col\">When it asked</th>");
	for (int i = 0; i < N_ANSWERS; i++)
		fprintf(h->out, "<th scope=\"col\" class=\"n\"><i class=\"%s\">"
				"</i>%s</th>", answers[i].css, answers[i].text);
	fprintf(h->out, "</tr></thead><tbody>\n");
	box_lane(&t);
	for (size_t i = 0; i < h->r->n_criteria; i++)
		lane(&t, &h->r->criteria[i]);
	fprintf(h->out, "</tbody></table>\n");
	moments(&t);
}

static void request_row(struct html *h, const struct exchange_view *x)
{
	fprintf(h->out, "<tr id=\"e-%zu\"><td class=\"n\">%lld</td><td>",
		x->event, (long long)(x->sent_at_ns / 1000000));
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
	size_t n = 0, left_out = 0;

	fprintf(h->out, "<details class=\"card\"><summary>All requests"
			"</summary><table><thead><tr><th scope=\"col\" "
			"class=\"n\">At ms</th><th scope=\"col\">Request</th>"
			"<th scope=\"col\">Answer</th><th scope=\"col\" "
			"class=\"n\">Took ms</th><th scope=\"col\">Criterion"
			"</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < h->r->n_events; i++) {
		if (!is_kind(&h->r->events[i], "request"))
			continue;
		if (n >= REQUESTS_MAX || !html_has_room(h)) {
			left_out++;
		} else if (exchange_view(h->arena, h->r, i, &x)) {
			request_row(h, &x);
			n++;
		}
	}
	fprintf(h->out, "</tbody></table>");
	if (left_out)
		fprintf(h->out, "<p>and %zu more, which the transcript has"
				"</p>", left_out);
	fprintf(h->out, "</details>\n");
}

void html_timeline(struct html *h)
{
	fprintf(h->out, "<section aria-labelledby=\"timeline\">"
			"<h2 id=\"timeline\">The run</h2>\n");
	chart(h);
	requests(h);
	fprintf(h->out, "</section>\n");
}
