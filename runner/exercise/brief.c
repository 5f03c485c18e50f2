#include "runner/exercise/brief.h"

#include <stdbool.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"

#define CLAUSE_MAX (8u << 10)

static struct span from(struct span s, size_t at)
{
	return (struct span){ s.data + at, s.len - at };
}

/* The line at the start of `*rest`, which is moved behind it. */
static struct span take_line(struct span *rest)
{
	size_t n = span_find(*rest, SPAN_LIT("\n"));
	struct span line = { rest->data, n };

	*rest = from(*rest, n < rest->len ? n + 1 : n);
	return line;
}

static bool ends_clause(struct span line)
{
	return !line.len || line.data[0] == '#' ||
	       span_starts(line, SPAN_LIT("* ")) ||
	       span_starts(line, SPAN_LIT("- "));
}

/* Indentation goes; what was a line break becomes one blank. */
static void add_line(struct buf *out, struct span line)
{
	while (line.len && (line.data[0] == ' ' || line.data[0] == '\t'))
		line = from(line, 1);
	if (out->len && line.len)
		buf_add_char(out, ' ');
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] != '`' || line.len == 1)
			buf_add_char(out, line.data[i]);
}

const char *brief_clause(struct arena *arena, struct span brief,
			 const char *id)
{
	struct span mark = span_of(arena_printf(arena, "**%s**", id));
	size_t at = span_find(brief, mark);
	AUTO_BUF out = BUF_INIT(CLAUSE_MAX);
	struct span rest;

	if (at >= brief.len)
		return NULL;
	rest = from(brief, at + mark.len);
	add_line(&out, take_line(&rest));
	while (rest.len) {
		struct span line = take_line(&rest);

		if (ends_clause(line))
			break;
		add_line(&out, line);
	}
	return arena_strdup(arena, buf_str(&out));
}
