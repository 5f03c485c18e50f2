#include "runner/report/paper.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/base/width.h"
#include "runner/report/report.h"

#define FIELD_INDENT 4
#define FIELD_LABEL  10 /* columns of a label */
#define FIELD_NARROW 40 /* below that, labels have lines of their own */
#define EXCERPT_LINE_MAX 2000 /* bytes looked at of one line */

static const char *const inks[] = {
	[INK_PLAIN] = "",	[INK_BOLD] = "\x1b[1m",
	[INK_DIM] = "\x1b[2m",	[INK_RED] = "\x1b[31m",
	[INK_GREEN] = "\x1b[32m", [INK_YELLOW] = "\x1b[33m",
};

struct paper paper_new(struct arena *arena, FILE *out,
		       const struct report_options *options)
{
	struct paper p = {
		.arena = arena,
		.out = out,
		.color = options->color,
		.unicode = options->unicode,
		.columns = options->columns ? options->columns : 80,
	};

	if (p.columns < PAPER_COLUMNS_MIN)
		p.columns = PAPER_COLUMNS_MIN;
	return p;
}

int paper_width(const char *text)
{
	return width_columns(span_of(text));
}

const char *paper_safe(struct paper *p, const char *text)
{
	return text_visible(p->arena, span_of(text), 0);
}

static int ink_n(struct paper *p, enum ink ink, const char *text, size_t n)
{
	bool colored = p->color && ink != INK_PLAIN && n;

	fprintf(p->out, "%s%.*s%s", colored ? inks[ink] : "", (int)n, text,
		colored ? "\x1b[0m" : "");
	return width_columns((struct span){ text, n });
}

int paper_ink(struct paper *p, enum ink ink, const char *text)
{
	return ink_n(p, ink, text, strlen(text));
}

const char *paper_symbol(const struct paper *p, enum status status)
{
	static const char *const symbols[][2] = {
		[STATUS_PASS] = { "ok", "✓" },
		[STATUS_PARTIAL] = { "~~", "◐" },
		[STATUS_FAIL] = { "no", "✗" },
		[STATUS_SKIP] = { "--", "–" },
		[STATUS_NOT_MEASURED] = { "??", "?" },
		[STATUS_BROKEN] = { "!!", "!" },
		[STATUS_FLAKY] = { "<>", "≈" },
	};

	return symbols[status][p->unicode];
}

enum ink paper_status_ink(enum status status)
{
	switch (status) {
	case STATUS_PASS:
		return INK_GREEN;
	case STATUS_FAIL:
		return INK_RED;
	case STATUS_PARTIAL:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		return INK_YELLOW;
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		break;
	}
	return INK_DIM;
}

size_t paper_fit(const char *text, int columns)
{
	size_t n = width_fit(span_of(text), columns), cut = n;

	if (!text[n])
		return n;
	while (cut && text[cut] != ' ')
		cut--;
	if (!n)
		return width_next(span_of(text), &columns);
	return cut ? cut : n;
}

void paper_wrap(struct paper *p, enum ink ink, int indent, int column,
		const char *text)
{
	if (indent > p->columns / 2)
		indent = p->columns / 2;
	for (;;) {
		int room = p->columns - column;
		size_t n = paper_fit(text, room > 1 ? room : 1);

		ink_n(p, ink, text, n);
		fprintf(p->out, "\n");
		text += n;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		fprintf(p->out, "%*s", indent, "");
		column = indent;
	}
}

static int begin_field(struct paper *p, const char *label)
{
	int indent = FIELD_INDENT + FIELD_LABEL;

	fprintf(p->out, "%*s", FIELD_INDENT, "");
	paper_ink(p, INK_DIM, label);
	if (p->columns < FIELD_NARROW) {
		if (*label)
			fprintf(p->out, "\n%*s", FIELD_INDENT + 1, "");
		else
			fprintf(p->out, " ");
		return FIELD_INDENT + 1;
	}
	fprintf(p->out, "%*s", FIELD_LABEL - paper_width(label), "");
	return indent;
}

void paper_field(struct paper *p, enum ink ink, const char *label,
		 const char *text)
{
	int indent = begin_field(p, label);

	paper_wrap(p, ink, indent, indent, text);
}

static void excerpt_line(struct paper *p, struct span line, int room)
{
	const char *text =
		text_visible(p->arena, line, EXCERPT_LINE_MAX);
	size_t n = width_fit(span_of(text), room);

	if (!text[n]) {
		ink_n(p, INK_PLAIN, text, n);
	} else {
		n = width_fit(span_of(text), room > 3 ? room - 3 : 1);
		ink_n(p, INK_PLAIN, text, n);
		paper_ink(p, INK_DIM, "...");
	}
	fprintf(p->out, "\n");
}

void paper_excerpt(struct paper *p, const char *label, struct span bytes,
		   int max_lines, int64_t all_bytes)
{
	int indent = begin_field(p, label), lines = 0;
	int room = p->columns - indent; /* > 0: PAPER_COLUMNS_MIN */

	while (bytes.len && lines < max_lines) {
		struct span line = bytes;
		size_t n = span_find(bytes, SPAN_LIT("\n"));

		line.len = n;
		n += n < bytes.len;
		bytes = (struct span){ bytes.data + n, bytes.len - n };
		if (lines++)
			fprintf(p->out, "%*s", indent, "");
		excerpt_line(p, line, room);
	}
	if (!lines)
		fprintf(p->out, "\n");
	if (bytes.len)
		fprintf(p->out, "%*s... (%lld bytes in all)\n", indent, "",
			(long long)all_bytes);
}
