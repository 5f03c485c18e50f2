#include "runner/exercise/brief.h"

#include <stdbool.h>
#include <string.h>

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

/* After the blank line that ends a clause. */
static bool table_follows(struct span rest)
{
	while (rest.len && strchr(" \t\n", rest.data[0]))
		rest = from(rest, 1);
	return rest.len && rest.data[0] == '|';
}

/* Where `**id**` is; past the end when it is nowhere. */
static size_t find_id(struct arena *arena, struct span brief, const char *id,
		      size_t *ret_len)
{
	struct span mark = span_of(arena_printf(arena, "**%s**", id));

	*ret_len = mark.len;
	return span_find(brief, mark);
}

const char *brief_clause(struct arena *arena, struct span brief,
			 const char *id)
{
	size_t len, at = find_id(arena, brief, id, &len);
	AUTO_BUF out = BUF_INIT(CLAUSE_MAX);
	struct span rest, line;

	if (at >= brief.len)
		return NULL;
	rest = from(brief, at + len);
	line = take_line(&rest);
	add_line(&out, line);
	while (rest.len) {
		line = take_line(&rest);
		if (ends_clause(line))
			break;
		add_line(&out, line);
	}
	if (!line.len && table_follows(rest))
		buf_add_str(&out, " (a table in the brief)");
	return arena_strdup(arena, buf_str(&out));
}

/* Blank lines and what is indented belong to the item that they stand in. */
static bool ends_item(struct span rest)
{
	return rest.len && !strchr(" \t\n", rest.data[0]);
}

struct span brief_item(struct arena *arena, struct span brief,
		       const char *id)
{
	size_t len, at = find_id(arena, brief, id, &len);
	struct span item, rest;

	if (at >= brief.len)
		return (struct span){ "", 0 };
	while (at && brief.data[at - 1] != '\n')
		at--;
	item = rest = from(brief, at);
	do
		take_line(&rest);
	while (rest.len && !ends_item(rest));
	item.len -= rest.len;
	while (item.len && item.data[item.len - 1] == '\n')
		item.len--;
	return item;
}
