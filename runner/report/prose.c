#include "runner/report/prose.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/report/paper.h"

#define COLUMNS_MAX 8   /* of a table; what comes behind is part of the last */
#define ROWS_MAX    200 /* of a table; what comes below is the next one */
#define GAP         2   /* columns between two cells */

struct prose {
	struct paper *p;
	struct span rest;
	const char *flow; /* a paragraph, as far as it has been read; or NULL */
	int indent, hang; /* of its first line, of the others */
	bool fenced;
};

struct table {
	const char *cells[ROWS_MAX][COLUMNS_MAX];
	int n_rows, n_columns, indent;
	int width[COLUMNS_MAX], least[COLUMNS_MAX]; /* least: no word is cut */
};

static struct span take_line(struct span *rest)
{
	struct span line = { rest->data, span_find(*rest, SPAN_LIT("\n")) };
	size_t n = line.len + (line.len < rest->len);

	*rest = (struct span){ rest->data + n, rest->len - n };
	return line;
}

/* --- what flows --- */

static void end_flow(struct prose *o)
{
	if (!o->flow)
		return;
	fprintf(o->p->out, "%*s", o->indent, "");
	paper_wrap(o->p, INK_PLAIN, o->hang, o->indent, o->flow);
	o->flow = NULL;
}

/* Columns of "* ", "- " or "12. "; 0 when no list item begins there. */
static int item_mark(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if ((*text == '*' || *text == '-') && text[1] == ' ')
		return 2;
	if (digits && text[digits] == '.' && text[digits + 1] == ' ')
		return (int)digits + 2;
	return 0;
}

static void flow_line(struct prose *o, int indent, const char *text)
{
	int mark = item_mark(text);
	size_t n = strlen(text);

	if (mark)
		end_flow(o);
	if (o->flow) {
		o->flow = arena_printf(o->p->arena, "%s %s", o->flow, text);
	} else {
		o->flow = text;
		o->indent = indent;
		o->hang = indent + mark;
	}
	if (n > 2 && !strcmp(text + n - 2, "  ")) /* a break that is meant */
		end_flow(o);
}

/* --- tables --- */

static const char *trimmed(struct arena *arena, const char *text, size_t n)
{
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	while (n && isspace((unsigned char)*text)) {
		text++;
		n--;
	}
	return arena_printf(arena, "%.*s", (int)n, text);
}

/* `text` stands behind a bar; a bar behind a backslash is no border. */
static void read_row(struct arena *arena, struct table *t, const char *text)
{
	const char **cells = t->cells[t->n_rows++];
	int n = 0;

	while (*text && n < COLUMNS_MAX) {
		size_t end = strcspn(text, "|");

		while (text[end] && end && text[end - 1] == '\\')
			end += 1 + strcspn(text + end + 1, "|");
		cells[n++] = trimmed(arena, text, end);
		text += end + (text[end] == '|');
		text += strspn(text, " ") == strlen(text) ? strlen(text) : 0;
	}
	for (int i = n; i < COLUMNS_MAX; i++)
		cells[i] = "";
	if (n > t->n_columns)
		t->n_columns = n;
}

static bool is_rule(const struct table *t, int row)
{
	for (int i = 0; i < t->n_columns; i++)
		if (t->cells[row][i][strspn(t->cells[row][i], "-:")])
			return false;
	return true;
}

static int table_columns(const struct table *t)
{
	int all = t->indent + GAP * (t->n_columns - 1);

	for (int i = 0; i < t->n_columns; i++)
		all += t->width[i];
	return all;
}

static int longest_word(struct arena *arena, const char *text)
{
	int longest = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		int columns = paper_width(arena_printf(arena, "%.*s", (int)n,
						       text));

		if (columns > longest)
			longest = columns;
		text += n + strspn(text + n, " ");
	}
	return longest;
}

static void measure(struct arena *arena, struct table *t)
{
	for (int r = 0; r < t->n_rows; r++)
		for (int i = 0; i < t->n_columns && !is_rule(t, r); i++) {
			const char *cell = t->cells[r][i];
			int all = paper_width(cell);
			int word = longest_word(arena, cell);

			if (all > t->width[i])
				t->width[i] = all;
			if (word > t->least[i])
				t->least[i] = word;
		}
}

/* The widest one that has a blank left to break at; NULL when none has. */
static int *widest(struct table *t)
{
	int *at = NULL;

	for (int i = 0; i < t->n_columns; i++)
		if (t->width[i] > t->least[i] && (!at || t->width[i] > *at))
			at = &t->width[i];
	return at;
}

/* As wide as the text, then the widest narrower until the paper holds it. */
static bool table_fits(struct arena *arena, struct table *t, int columns)
{
	int *at;

	measure(arena, t);
	while (table_columns(t) > columns && (at = widest(t)))
		--*at;
	return table_columns(t) <= columns;
}

/* As much of each cell as one line takes; true when there is more. */
static bool print_row_line(struct paper *p, const struct table *t,
			   const char **cells, enum ink ink)
{
	int blanks = t->indent;
	bool more = false;

	for (int i = 0; i < t->n_columns; i++) {
		size_t n = paper_fit(cells[i], t->width[i]);
		const char *part = arena_printf(p->arena, "%.*s", (int)n,
						cells[i]);

		if (n)
			fprintf(p->out, "%*s", blanks, "");
		blanks = (n ? 0 : blanks) + t->width[i] + GAP -
			 (n ? paper_ink(p, ink, part) : 0);
		cells[i] += n + strspn(cells[i] + n, " ");
		more = more || *cells[i];
	}
	fprintf(p->out, "\n");
	return more;
}

static void print_rule(struct paper *p, const struct table *t)
{
	for (int i = 0; i < t->n_columns; i++) {
		fprintf(p->out, "%*s", i ? GAP : t->indent, "");
		for (int k = 0; k < t->width[i]; k++)
			fputs(p->unicode ? "─" : "-", p->out);
	}
	fprintf(p->out, "\n");
}

static void print_row(struct paper *p, const struct table *t, int row)
{
	enum ink ink = row ? INK_PLAIN : INK_BOLD;
	const char *cells[COLUMNS_MAX];

	if (row == 1 && is_rule(t, row)) {
		print_rule(p, t);
		return;
	}
	memcpy(cells, t->cells[row], sizeof(cells));
	while (print_row_line(p, t, cells, ink))
		;
}

/* "`age`; integer; 0 to 130": where there is no room for columns. */
static void print_row_as_line(struct paper *p, const struct table *t, int row)
{
	const char *text = "";

	if (row == 1 && is_rule(t, row))
		return;
	for (int i = 0; i < t->n_columns; i++)
		if (*t->cells[row][i])
			text = arena_printf(p->arena, "%s%s%s", text,
					    *text ? "; " : "",
					    t->cells[row][i]);
	fprintf(p->out, "%*s", t->indent, "");
	paper_wrap(p, row ? INK_PLAIN : INK_BOLD, t->indent + GAP, t->indent,
		   text);
}

/* The line at hand, which begins with a bar, and those below it that do. */
static void print_table(struct prose *o, int indent, const char *text)
{
	struct table *t = arena_alloc(o->p->arena, sizeof(*t));
	bool fits;

	end_flow(o);
	t->indent = indent;
	read_row(o->p->arena, t, text + 1);
	while (o->rest.len && t->n_rows < ROWS_MAX) {
		struct span after = o->rest, line = take_line(&after);

		text = text_visible(o->p->arena, line, 0);
		text += strspn(text, " ");
		if (*text != '|')
			break;
		read_row(o->p->arena, t, text + 1);
		o->rest = after;
	}
	fits = table_fits(o->p->arena, t, o->p->columns);
	for (int r = 0; r < t->n_rows; r++) {
		if (fits)
			print_row(o->p, t, r);
		else
			print_row_as_line(o->p, t, r);
	}
}

/* --- lines --- */

static void print_as_is(struct prose *o, enum ink ink, const char *text)
{
	int indent = (int)strspn(text, " ");

	end_flow(o);
	paper_wrap(o->p, ink, indent, 0, text);
}

static void print_line(struct prose *o, const char *line)
{
	int indent = (int)strspn(line, " ");
	const char *text = line + indent;
	bool fence = !strncmp(text, "```", 3);

	o->fenced = o->fenced != fence;
	if (fence || o->fenced)
		print_as_is(o, INK_PLAIN, line);
	else if (*line == '#')
		print_as_is(o, INK_BOLD, line);
	else if (!*text)
		print_as_is(o, INK_PLAIN, "");
	else if (*text == '|')
		print_table(o, indent, text);
	else if (!o->flow && indent > o->hang + 3 && !item_mark(text))
		print_as_is(o, INK_PLAIN, line); /* code */
	else
		flow_line(o, indent, text);
}

void prose_print(struct paper *p, struct span markdown)
{
	struct prose o = { .p = p, .rest = markdown };

	while (o.rest.len)
		print_line(&o, text_visible(p->arena, take_line(&o.rest), 0));
	end_flow(&o);
}
