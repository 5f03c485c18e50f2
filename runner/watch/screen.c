#include "runner/watch/screen.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/exercise/brief.h"
#include "runner/exercise/exercise.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/failure.h"
#include "runner/report/paper.h"
#include "runner/report/report.h"
#include "runner/transcript/record.h"
#include "runner/watch/practice.h"

#define BAR_CELLS 20

static const struct record_criterion *find(const struct record *r,
					   const char *id)
{
	for (size_t i = 0; r && id && i < r->n_criteria; i++)
		if (!strcmp(r->criteria[i].id, id))
			return &r->criteria[i];
	return NULL;
}

static bool is_lost(const struct record_criterion *c)
{
	return c->status == STATUS_FAIL || c->status == STATUS_PARTIAL;
}

const struct record_criterion *screen_criterion(const struct screen *s)
{
	const struct record_criterion *c = find(s->now, s->selected);

	for (size_t i = 0; !c && s->now && i < s->now->n_criteria; i++)
		if (is_lost(&s->now->criteria[i]))
			c = &s->now->criteria[i];
	return c;
}

/* 1: passes now and did not; -1: the other way round; 0: as before. */
static int change(const struct screen *s, const struct record_criterion *c)
{
	const struct record_criterion *old = find(s->before, c->id);

	if (!old || !c->n_checks || old->status == c->status)
		return 0;
	if (c->status == STATUS_PASS)
		return 1;
	return old->status == STATUS_PASS ? -1 : 0;
}

/* --- parts --- */

static const char *clock_text(struct arena *arena, const struct practice *p)
{
	int64_t left_s = practice_left_ms(p) / 1000;

	if (!p->minutes)
		return "";
	if (left_s <= 0)
		return "time is up";
	return arena_printf(arena, "%lld:%02lld left", (long long)left_s / 60,
			    (long long)left_s % 60);
}

static void head(const struct screen *s, struct paper *p)
{
	const char *clock = clock_text(p->arena, s->practice);

	paper_ink(p, INK_BOLD, paper_safe(p, s->practice->ex->title));
	if (*clock)
		fprintf(p->out, "  %s", clock);
	if (s->all)
		fprintf(p->out, "  asking %zu/%zu", s->done, s->all);
	fprintf(p->out, "\n");
}

static void score(const struct screen *s, struct paper *p)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	const struct record *r = s->now;
	int full;

	if (!r || !r->max_points)
		return;
	full = r->points * BAR_CELLS / r->max_points;
	for (int i = 0; i < BAR_CELLS && p->columns >= 2 * BAR_CELLS; i++)
		paper_ink(p, i < full ? INK_GREEN : INK_DIM,
			  p->unicode ? (i < full ? "█" : "░")
				     : (i < full ? "#" : "."));
	text_points(r->points, a);
	text_points(r->max_points, b);
	fprintf(p->out, " %s of %s points\n\n", a, b);
}

static void criterion_line(const struct screen *s, struct paper *p,
			   const struct record_criterion *c)
{
	static const char *const marks[] = { "- ", "  ", "+ " };
	const struct record_criterion *shown = screen_criterion(s);
	const char *points;
	char lost[TEXT_POINTS_BYTES];
	int column = 0;

	text_points(criterion_lost(c), lost);
	points = criterion_lost(c) ? arena_printf(p->arena, " -%s", lost) : "";
	column += paper_ink(p, INK_BOLD, shown == c ? ">" : " ");
	column += paper_ink(p, change(s, c) < 0 ? INK_RED : INK_GREEN,
			    marks[change(s, c) + 1]);
	if (c->n_checks || !s->all)
		column += paper_ink(p, paper_status_ink(c->status),
				    paper_symbol(p, c->status));
	else
		column += paper_ink(p, INK_DIM, p->unicode ? "·" : "..");
	column += paper_ink(p, INK_PLAIN, " ");
	paper_wrap(p, INK_PLAIN, column, column,
		   arena_printf(p->arena, "%s (%s)%s", paper_safe(p, c->title),
				paper_safe(p, c->id), points));
}

static void not_graded(const struct screen *s, struct paper *p)
{
	struct span log = span_last_lines(record_startup_log(s->now), 12);

	paper_wrap(p, INK_RED, 0, 0,
		   arena_printf(p->arena, "%s: %s",
				outcome_name(s->now->outcome),
				paper_safe(p, s->now->reason ? s->now->reason
							     : "")));
	if (log.len)
		paper_excerpt(p, "app said", log, 12, (int64_t)log.len);
}

static void failures(const struct screen *s, struct paper *p,
		     const struct record_criterion *c)
{
	const struct record_check *before = NULL;

	fprintf(p->out, "\n");
	paper_ink(p, INK_BOLD, paper_safe(p, c->title));
	fprintf(p->out, "\n");
	for (size_t i = 0; i < c->n_checks; i++) {
		if (!failure_is_one(&c->checks[i]))
			continue;
		failure_print(p, s->now, c, &c->checks[i], before);
		before = &c->checks[i];
		if (s->page == PAGE_MAIN)
			break;
	}
	if (s->page == PAGE_DETAILS)
		failure_print_skips(p, c);
}

static void main_page(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);

	score(s, p);
	if (s->now && !s->all && !s->now->max_points) {
		not_graded(s, p);
		return;
	}
	for (size_t i = 0; s->now && i < s->now->n_criteria; i++)
		criterion_line(s, p, &s->now->criteria[i]);
	if (c)
		failures(s, p, c);
	else if (s->now && !s->all)
		paper_wrap(p, INK_GREEN, 0, 0, "\nEverything passes.");
}

static void curl_page(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);
	struct exchange_view x;

	for (size_t i = 0; c && i < c->n_checks; i++) {
		const struct finding *f = &c->checks[i].finding;

		if (f->status == STATUS_FAIL && f->n_evidence &&
		    exchange_view(p->arena, s->now, f->evidence[0], &x) &&
		    x.curl)
			fprintf(p->out, "%s\n\n",
				text_visible_lines(p->arena,
						   span_of(x.curl), 0));
	}
}

static void brief_page(const struct screen *s, struct paper *p)
{
	struct span text = { "", 0 };

	file_read(p->arena,
		  arena_printf(p->arena, "%s/brief.md", s->practice->ex->dir),
		  BRIEF_MAX, &text, NULL);
	fprintf(p->out, "%s\n", text_visible_lines(p->arena, text, 0));
}

static void body(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);

	switch (s->page) {
	case PAGE_MAIN:
		main_page(s, p);
		break;
	case PAGE_DETAILS:
		if (c)
			failures(s, p, c);
		else
			main_page(s, p);
		break;
	case PAGE_CURL:
		curl_page(s, p);
		break;
	case PAGE_BRIEF:
		brief_page(s, p);
		break;
	}
	if (s->note)
		paper_wrap(p, INK_YELLOW, 0, 0, s->note);
}

/* --- fitting it in --- */

/* Rows that a line takes; color codes take none. */
static int rows_of(const char *line, size_t n, int columns)
{
	int width = 0;

	for (size_t i = 0; i < n; i++) {
		if (line[i] == '\x1b')
			while (i < n && line[i] != 'm')
				i++;
		else
			width += ((unsigned char)line[i] & 0xc0) != 0x80;
	}
	return width > columns ? (width + columns - 1) / columns : 1;
}

static void print_fitting(const struct screen *s, const char *text, FILE *out)
{
	int left = s->rows - 1; /* the last row names the keys */

	fprintf(out, "\x1b[H");
	while (*text) {
		size_t n = strcspn(text, "\n");
		int rows = rows_of(text, n, s->columns);

		if (rows > left)
			break;
		fprintf(out, "%.*s\x1b[K\r\n", (int)n, text);
		left -= rows;
		text += n + (text[n] == '\n');
	}
	fprintf(out, "\x1b[J");
}

static void keys(const struct screen *s, FILE *out)
{
	static const char *const texts[] = {
		"n next  h hint  d details  c curl  b brief  r rerun  q quit",
		"n h d c b r q",
	};
	const char *text = texts[s->columns < 60];

	fprintf(out, "\x1b[%d;1H%s%.*s%s", s->rows, s->color ? "\x1b[7m" : "",
		s->columns - 1, text, s->color ? "\x1b[0m" : "");
}

void screen_draw(struct arena *arena, const struct screen *s, FILE *out)
{
	struct report_options options = { .color = s->color,
					  .unicode = s->unicode,
					  .columns = s->columns };
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);
	struct paper p;

	if (!memory)
		return;
	p = paper_new(arena, memory, &options);
	head(s, &p);
	body(s, &p);
	fclose(memory);
	print_fitting(s, text, out);
	keys(s, out);
	fflush(out);
	free(text);
}

static const char *changed_ids(struct arena *arena, const struct screen *s,
			       int which, const char *label)
{
	const char *text = "";

	for (size_t i = 0; i < s->now->n_criteria; i++)
		if (change(s, &s->now->criteria[i]) == which)
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? ", " : label,
					    s->now->criteria[i].id);
	return text;
}

const char *screen_line(struct arena *arena, const struct screen *s)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	if (!s->now->max_points)
		return arena_printf(arena, "%s: %s",
				    outcome_name(s->now->outcome),
				    s->now->reason ? s->now->reason : "");
	text_points(s->now->points, a);
	text_points(s->now->max_points, b);
	return arena_printf(arena, "%s of %s points%s%s", a, b,
			    changed_ids(arena, s, 1, "; passes now: "),
			    changed_ids(arena, s, -1, "; fails now: "));
}
