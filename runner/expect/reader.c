#include "runner/expect/reader.h"

#include <errno.h>
#include <stdarg.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"

int (reader_fail)(struct reader *r, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_set(r->err, EINVAL, "%s:%d:%d: %s", r->file, at.line, at.column,
		arena_vprintf(r->arena, fmt, ap));
	va_end(ap);
	return -EINVAL;
}

int reader_unknown(struct reader *r, struct place at, const char *what,
		   struct span word, const char *const *names)
{
	const char *text = arena_memdup(r->arena, word.data, word.len);
	const char *near = text_suggest(text, names);

	if (!word.len || !near)
		return reader_fail(r, at, "expecting %s", what);
	return reader_fail(r, at, "expecting %s; did you mean `%s`?", what,
			   near);
}

int reader_refuse(struct reader *r, struct place at, const char *what,
		  const char *why)
{
	return reader_fail(r, at, "not supported: %s (%s)", what, why);
}

bool reader_at_end(const struct reader *r)
{
	return r->at >= r->text.len;
}

int reader_peek_at(const struct reader *r, size_t offset)
{
	return r->text.len - r->at > offset
		       ? (unsigned char)r->text.data[r->at + offset]
		       : -1;
}

int reader_peek(const struct reader *r)
{
	return reader_peek_at(r, 0);
}

void reader_skip(struct reader *r, size_t bytes)
{
	for (; bytes && !reader_at_end(r); bytes--) {
		unsigned char c = (unsigned char)r->text.data[r->at++];

		if (c == '\n') {
			r->place.line++;
			r->place.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			r->place.column++;
		}
	}
}

bool reader_sees(const struct reader *r, const char *literal)
{
	struct span rest = {r->text.data + r->at, r->text.len - r->at};

	return span_starts(rest, span_of(literal));
}

bool reader_take(struct reader *r, const char *literal)
{
	if (!reader_sees(r, literal))
		return false;
	reader_skip(r, strlen(literal));
	return true;
}

/* The message stands where the first byte differs, as Hurl's does. */
int reader_expect(struct reader *r, const char *literal)
{
	for (const char *p = literal; *p; p++) {
		if (reader_peek(r) != (unsigned char)*p)
			return reader_fail(r, r->place, "expecting '%s'",
					   literal);
		reader_skip(r, 1);
	}
	return 0;
}

bool reader_char_in(int c, const char *set)
{
	return c > 0 && strchr(set, c);
}

void reader_blanks(struct reader *r)
{
	while (reader_char_in(reader_peek(r), " \t"))
		reader_skip(r, 1);
}

int reader_space(struct reader *r)
{
	if (!reader_char_in(reader_peek(r), " \t"))
		return reader_fail(r, r->place, "expecting a space");
	reader_blanks(r);
	return 0;
}

struct span reader_since(const struct reader *r, size_t start)
{
	return (struct span){r->text.data + start, r->at - start};
}

struct span reader_run(struct reader *r, const char *set)
{
	size_t start = r->at;

	while (reader_char_in(reader_peek(r), set))
		reader_skip(r, 1);
	return reader_since(r, start);
}

static void skip_to_line_end(struct reader *r)
{
	while (!reader_at_end(r) && reader_peek(r) != '\n')
		reader_skip(r, 1);
}

int reader_line_end(struct reader *r, struct marks *marks)
{
	int rc = 0;

	reader_blanks(r);
	if (reader_sees(r, "#!")) {
		if (!marks)
			return reader_fail(r, r->place,
					   "a directive has no meaning here");
		rc = directive_parse(r, marks);
	} else if (reader_peek(r) == '#') {
		skip_to_line_end(r);
	}
	if (rc)
		return rc;
	reader_take(r, "\r");
	if (!reader_at_end(r) && !reader_take(r, "\n"))
		return reader_fail(r, r->place, "expecting a newline");
	return 0;
}

int reader_skip_lines(struct reader *r)
{
	for (;;) {
		struct reader ahead = *r;
		int c;

		reader_blanks(&ahead);
		c = reader_peek(&ahead);
		if (c != '#' && c != '\n' && c != '\r')
			break;
		*r = ahead;
		if (c == '#' && !r->has_pending) {
			marks_init(&r->pending);
			r->has_pending = reader_sees(r, "#!");
		}
		if (reader_line_end(r, &r->pending))
			return -EINVAL;
	}
	reader_blanks(r);
	return 0;
}

int reader_take_marks(struct reader *r, struct marks *marks)
{
	marks_init(marks);
	if (r->has_pending)
		*marks = r->pending;
	r->has_pending = false;
	return 0;
}

int reader_no_marks(struct reader *r)
{
	if (!r->has_pending)
		return 0;
	return reader_fail(r, r->pending.at,
			   "a directive stands above a request, a HTTP line, "
			   "a capture or an assert");
}

void *list_add(struct arena *arena, struct list *list, size_t size)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 4;
		list->items = arena_grow(arena, list->items, list->n, list->cap,
					 size);
	}
	return (char *)list->items + size * list->n++;
}
