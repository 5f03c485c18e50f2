#include "runner/watch/screen.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/base/width.h"
#include "runner/exercise/exercise.h"
#include "runner/report/paper.h"
#include "runner/report/report.h"
#include "runner/transcript/record.h"
#include "runner/watch/page.h"
#include "runner/watch/practice.h"
#include "runner/watch/tty.h"

#define RUN_COLUMNS 60 /* and which run this was is not said */

/* --- text of several lines, counted in rows --- */

struct lines {
	char *text;
	size_t len;
};

static struct paper open_lines(struct arena *arena, const struct screen *s,
			       struct lines *ret)
{
	struct report_options options = { .color = s->color,
					  .unicode = s->unicode,
					  .columns = s->columns };

	*ret = (struct lines){ 0 };
	return paper_new(arena, open_memstream(&ret->text, &ret->len),
			 &options);
}

/* Bytes of the next row, which ends before a line feed; color codes take no
 * column.  Never nothing, or the next one would never come. */
static size_t row_bytes(const char *text, int columns)
{
	struct span left = { text, strcspn(text, "\n") };
	int width = 0;

	while (left.len) {
		size_t n;
		int next = 0;

		if (*left.data == '\x1b') {
			n = strcspn(left.data, "m\n");
			n += left.data[n] == 'm';
		} else {
			n = width_next(left, &next);
		}
		width += next;
		if (width > columns && left.data > text)
			break;
		left = (struct span){ left.data + n, left.len - n };
	}
	return (size_t)(left.data - text);
}

static const char *next_row(const char *text, size_t n)
{
	return text + n + (text[n] == '\n');
}

static int count_rows(const char *text, int columns)
{
	int rows = 0;

	for (; *text; rows++)
		text = next_row(text, row_bytes(text, columns));
	return rows;
}

/* `rows` rows from row `from` on. */
static void put_rows(const struct screen *s, const char *text, int from,
		     int rows, FILE *out)
{
	for (int i = 0; *text && i < from + rows; i++) {
		size_t n = row_bytes(text, s->columns);

		if (i >= from)
			fprintf(out, "%.*s\x1b[K\n", (int)n, text);
		text = next_row(text, n);
	}
}

/* --- head, note and keys --- */

static const char *clock_text(struct arena *arena, const struct practice *p)
{
	int64_t left_s = (practice_left_ms(p) + 999) / 1000;

	if (!p->minutes)
		return "";
	if (left_s <= 0)
		return "time is up";
	return arena_printf(arena, "%lld:%02lld left", (long long)left_s / 60,
			    (long long)left_s % 60);
}

/* What is going on, at the right end; the title gets what is left. */
static void print_head(const struct screen *s, struct paper *p)
{
	const char *clock = clock_text(p->arena, s->practice);
	const char *right = clock;
	const char *title = paper_safe(p, s->practice->ex->title);
	int room, width = paper_width(title);

	if (s->starting)
		right = arena_printf(p->arena, "starting%s%s",
				     *clock ? "  " : "", clock);
	else if (s->all)
		right = arena_printf(p->arena, "asking %zu/%zu%s%s", s->done,
				     s->all, *clock ? "  " : "", clock);
	else if (s->run && s->columns >= RUN_COLUMNS)
		right = arena_printf(p->arena, "run %d took %d ms%s%s",
				     s->run, s->took_ms,
				     *clock ? "  " : "", clock);
	room = s->columns - paper_width(right) - 2;
	if (width > room && room > 3)
		title = arena_printf(p->arena, "%.*s...",
				     (int)row_bytes(title, room - 3), title);
	if (room > 3)
		paper_ink(p, INK_BOLD, title);
	fprintf(p->out, "%*s",
		room - paper_width(title) + 2 > 0
			? room - paper_width(title) + 2
			: 0,
		"");
	paper_ink(p, right == clock ? INK_PLAIN : INK_DIM, right);
	fprintf(p->out, "\n");
}

/* With their names where there is room; a row that is too long would scroll
 * the first one away. */
static void put_keys(const struct screen *s, bool more, FILE *out)
{
	static const char *const keys[][2] = {
		{ "n next  h hint  d details  c curl  b brief  r rerun  q quit",
		  "n next  h hint  d details  c curl  b brief  r rerun  q quit"
		  "  space more" },
		{ "n h d c b r q", "n h d c b r q more" },
	};
	bool narrow = (int)strlen(keys[0][more]) >= s->columns;

	fprintf(out, "\x1b[%d;1H%s%.*s%s\x1b[K", s->rows,
		s->color ? "\x1b[7m" : "", s->columns - 1,
		keys[narrow][more], s->color ? "\x1b[0m" : "");
}

/* --- all of it --- */

/* Rows of the three parts: the note may take a half. */
static void draw_parts(struct screen *s, const char *head, const char *body,
		       const char *note, FILE *out)
{
	int room = s->rows - 2, noted = count_rows(note, s->columns);
	int all = count_rows(body, s->columns);

	if (noted > room / 2)
		noted = room > 0 ? (room + 1) / 2 : 0;
	room -= noted;
	if (s->scroll > all - room)
		s->scroll = all - room;
	if (s->scroll < 0)
		s->scroll = 0;
	fprintf(out, "\x1b[H");
	put_rows(s, head, 0, 1, out);
	put_rows(s, body, s->scroll, room, out);
	fprintf(out, "\x1b[J");
	if (noted) {
		fprintf(out, "\x1b[%d;1H", s->rows - noted);
		put_rows(s, note, 0, noted, out);
	}
	put_keys(s, s->scroll + room < all, out);
	fflush(out);
}

void screen_draw(struct arena *arena, struct screen *s, FILE *out)
{
	struct lines head, body, note;
	struct paper p = open_lines(arena, s, &head);

	print_head(s, &p);
	fclose(p.out);
	p = open_lines(arena, s, &body);
	page_print(s, &p);
	/* cppcheck-suppress useClosedFile */
	fclose(p.out);
	p = open_lines(arena, s, &note);
	if (s->note)
		paper_wrap(&p, INK_YELLOW, 0, 0, s->note);
	/* cppcheck-suppress useClosedFile */
	fclose(p.out);
	draw_parts(s, head.text, body.text, note.text, out);
	free(head.text);
	free(body.text);
	free(note.text);
}

bool screen_scroll(struct screen *s, int key)
{
	int page = s->rows - 3;

	switch (key) {
	case ' ':
	case TTY_KEY_PAGE_DOWN:
		s->scroll += page;
		break;
	case TTY_KEY_PAGE_UP:
	case '\x7f':
		s->scroll -= page;
		break;
	case 'j':
	case TTY_KEY_DOWN:
		s->scroll++;
		break;
	case 'k':
	case TTY_KEY_UP:
		s->scroll--;
		break;
	default:
		return false;
	}
	return true;
}
