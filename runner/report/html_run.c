#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/facts.h"
#include "runner/report/html.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

#define LOG_MAX   4000
#define VALUE_MAX 2000

/* --- a record's own members, for people --- */

static const char *shown(struct html *h, const struct json *v);

static void add_list(struct html *h, struct buf *out, const struct json *v)
{
	for (size_t i = 0; i < v->count; i++) {
		buf_add_str(out, i ? ", " : "");
		buf_add_str(out, shown(h, &v->items[i]));
	}
	if (!v->count)
		buf_add_str(out, "none");
}

static void add_object(struct html *h, struct buf *out, const struct json *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct json_member *m = &v->members[i];

		buf_printf(out, "%s%s: %s", i ? ", " : "",
			   text_visible(h->arena, m->name, 60),
			   shown(h, &m->value));
	}
}

/* A value as text: a string itself, a list joined, numbers as they are. */
static const char *shown(struct html *h, const struct json *v)
{
	AUTO_BUF out = BUF_INIT(64 << 10);

	switch (v->type) {
	case JSON_STRING:
		return text_visible(h->arena, v->text, VALUE_MAX);
	case JSON_ARRAY:
		add_list(h, &out, v);
		break;
	case JSON_OBJECT:
		add_object(h, &out, v);
		break;
	case JSON_BOOL:
		return v->truth ? "yes" : "no";
	case JSON_NULL:
	case JSON_NUMBER:
		json_print(v, &out);
		break;
	}
	return arena_strdup(h->arena, buf_str(&out));
}

static const char *size_text(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB" };
	int64_t tenths = bytes * 10;
	size_t unit = 0;

	while (tenths >= 10240 && unit < 3) {
		tenths /= 1024;
		unit++;
	}
	if (!unit)
		return arena_printf(arena, "%lld bytes", (long long)bytes);
	return arena_printf(arena, "%lld.%lld %s", (long long)(tenths / 10),
			    (long long)(tenths % 10), units[unit]);
}

static bool cut_end(char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	if (n <= m || strcmp(name + n - m, end) != 0)
		return false;
	name[n - m] = '\0';
	return true;
}

/* `peak_memory_bytes` becomes "peak memory", and its number gets a unit. */
static void member(struct html *h, const struct json_member *m)
{
	char *name = text_visible(h->arena, m->name, 60);
	const char *value = NULL;
	int64_t number;
	bool is_number = json_int(&m->value, &number);

	if (is_number && cut_end(name, "_bytes"))
		value = size_text(h->arena, number);
	else if (is_number && cut_end(name, "_ms"))
		value = arena_printf(h->arena, "%lld ms", (long long)number);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	markup(h->out, h->arena, "<dt>%s</dt><dd>%s</dd>", name,
	       value ? value : shown(h, &m->value));
}

static void members(struct html *h, const struct json *v)
{
	static const char *const shown_elsewhere[] = {
		"n", "at_ns", "kind", "prev", "time", "seed", "exercise",
		NULL,
	};

	for (size_t i = 0; v && i < v->count; i++) {
		bool known = false;

		for (size_t k = 0; shown_elsewhere[k]; k++)
			known |= span_is(v->members[i].name,
					 shown_elsewhere[k]);
		if (!known)
			member(h, &v->members[i]);
	}
}

/* --- the box --- */

static void denied(struct html *h)
{
	size_t n;
	const struct denied_kind *kinds = record_denied(h->arena, h->r, &n);

	if (!n && h->r->box)
		fprintf(h->out, "<p class=\"soft\">No system call was refused."
				"</p>\n");
	if (!n)
		return;
	fprintf(h->out, "<h3>Refused system calls</h3><table><thead><tr>"
			"<th scope=\"col\">Call</th><th scope=\"col\">What"
			"</th><th scope=\"col\" class=\"n\">Times</th></tr>"
			"</thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		markup(h->out, h->arena,
		       "<tr><td><code>%s</code></td><td><code>%s</code></td>"
		       "<td class=\"n\">%d</td></tr>\n",
		       kinds[i].call, kinds[i].detail, (int)kinds[i].count);
	fprintf(h->out, "</tbody></table>\n");
}

static void lacks(struct html *h)
{
	const char *const *names = record_lacks(h->arena, h->r);

	for (; *names; names++)
		markup(h->out, h->arena, "<p>The environment lacks the "
		       "package <code>%s</code> that a view of the app "
		       "imports: what failed by it is no fault of the "
		       "submission; the score counts it as it came.</p>\n",
		       *names);
}

static void startup_log(struct html *h)
{
	struct span log = record_startup_log(h->r);

	if (!log.len || !h->r->max_points)
		return;
	fprintf(h->out, "<details><summary>The app's output outside of "
			"requests</summary><pre>");
	markup_span(h->out, h->arena, span_last_lines(log, 60), LOG_MAX);
	fprintf(h->out, "</pre></details>\n");
}

bool html_has_said(const struct html *h)
{
	return !h->r->max_points && record_startup_log(h->r).len;
}

void html_said(struct html *h)
{
	struct span log = record_startup_log(h->r);

	if (!html_has_said(h))
		return;
	fprintf(h->out, "<section aria-labelledby=\"said\"><h2 id=\"said\">"
			"What the app said</h2><pre>");
	markup_span(h->out, h->arena, span_last_lines(log, 60), LOG_MAX);
	fprintf(h->out, "</pre></section>\n");
}

void html_surroundings(struct html *h)
{
	fprintf(h->out, "<section aria-labelledby=\"box\"><h2 id=\"box\">"
			"The box</h2>\n");
	lacks(h);
	denied(h);
	startup_log(h);
	if (h->r->box) {
		fprintf(h->out, "<h3>How it ended</h3><dl>");
		members(h, h->r->box);
		fprintf(h->out, "</dl>");
	}
	fprintf(h->out, "<details class=\"print\"><summary>Submission, "
			"environment, layers and limits</summary><dl>");
	members(h, h->r->begin);
	fprintf(h->out, "</dl></details></section>\n");
}
