#include "runner/cmd/source.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"

#define SOURCE_MAX     (8u << 20)
#define LINE_MAX_SHOWN 120

struct position {
	const char *file;
	long line, column; /* column 0: the message names none */
};

static bool read_number(const char **p, long *ret)
{
	char *end;

	if (**p < '1' || **p > '9')
		return false;
	*ret = strtol(*p, &end, 10);
	*p = end;
	return *end == ':';
}

/* FILE:LINE:COLUMN: where FILE may hold colons itself. */
static bool read_position(struct arena *arena, const char *msg,
			  struct position *ret)
{
	for (const char *colon = strchr(msg, ':'); colon;
	     colon = strchr(colon + 1, ':')) {
		const char *p = colon + 1;

		if (!read_number(&p, &ret->line))
			continue;
		p++;
		if (!read_number(&p, &ret->column))
			ret->column = 0;
		ret->file = arena_memdup(arena, msg, (size_t)(colon - msg));
		return true;
	}
	return false;
}

static bool find_line(struct span text, long number, struct span *ret)
{
	while (number-- > 0) {
		size_t n = span_find(text, SPAN_LIT("\n"));

		*ret = (struct span){text.data, n};
		if (n == text.len && number > 0)
			return false;
		n += n < text.len;
		text = (struct span){text.data + n, text.len - n};
	}
	return true;
}

/* Tabs stay tabs, so that the caret lines up with what stands above it. */
static void print_caret(FILE *out, struct span line, long column)
{
	fputs("      | ", out);
	for (size_t i = 0; i < line.len && column > 1; i++) {
		if (((unsigned char)line.data[i] & 0xc0) == 0x80)
			continue;
		fputc(line.data[i] == '\t' ? '\t' : ' ', out);
		column--;
	}
	fputs("^\n", out);
}

static void print_line(struct arena *arena, FILE *out, struct span line,
		       long number)
{
	struct span rest = line;

	fprintf(out, "%5ld | ", number);
	while (rest.len) {
		size_t n = span_find(rest, SPAN_LIT("\t"));

		fputs(text_visible(arena, (struct span){rest.data, n},
				   LINE_MAX_SHOWN),
		      out);
		if (n < rest.len)
			fputc('\t', out);
		n += n < rest.len;
		rest = (struct span){rest.data + n, rest.len - n};
	}
	fputc('\n', out);
}

void source_show(struct arena *arena, FILE *out, const char *msg)
{
	struct position at;
	struct span text, line = {"", 0};
	struct err err;

	fprintf(out, "%s\n", text_visible_lines(arena, span_of(msg), 0));
	if (!read_position(arena, msg, &at) ||
	    file_read(arena, at.file, SOURCE_MAX, &text, &err) ||
	    !find_line(text, at.line, &line))
		return;
	print_line(arena, out, line, at.line);
	if (at.column)
		print_caret(out, line, at.column);
}
