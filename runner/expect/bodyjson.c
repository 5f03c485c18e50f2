/*
 * JSON with {{templates}}: where a value may stand, and within strings.  The
 * text is sent as it is written, so only its form is read here; what a
 * template puts into a string is escaped when it is rendered.
 */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/expect/reader.h"

struct json_body {
	struct reader *r;
	struct list pieces;
	size_t start; /* of the piece that grows */
	int depth;
};

static int parse_value(struct json_body *j);

static void flush(struct json_body *j)
{
	struct span text = reader_since(j->r, j->start);

	if (text.len)
		*(struct piece *)list_add(j->r->arena, &j->pieces,
					  sizeof(struct piece)) =
			(struct piece){.text = text};
}

static int add_expr(struct json_body *j, bool in_string)
{
	const struct expr *expr = NULL;

	flush(j);
	reader_skip(j->r, 2);
	if (parse_expr(j->r, &expr))
		return -EINVAL;
	*(struct piece *)list_add(j->r->arena, &j->pieces,
				  sizeof(struct piece)) =
		(struct piece){.expr = expr, .in_string = in_string};
	j->start = j->r->at;
	return 0;
}

static void blanks(struct json_body *j)
{
	reader_run(j->r, " \t\r\n");
}

static int parse_hex4(struct reader *r, unsigned *ret)
{
	*ret = 0;
	for (int i = 0; i < 4; i++) {
		int c = reader_peek(r);

		if (!reader_char_in(c, READER_DIGITS "abcdefABCDEF"))
			return reader_fail(r, r->place,
					   "expecting a valid "
					   "hexadecimal number");
		*ret = *ret * 16 +
		       (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
		reader_skip(r, 1);
	}
	return 0;
}

static int parse_unicode(struct reader *r)
{
	struct place at = r->place;
	unsigned high, low;

	if (parse_hex4(r, &high))
		return -EINVAL;
	if (high < 0xd800 || high >= 0xe000)
		return 0;
	if (high >= 0xdc00 || !reader_take(r, "\\u"))
		return reader_fail(r, at, "Invalid unicode literal");
	at = r->place;
	if (parse_hex4(r, &low))
		return -EINVAL;
	if (low < 0xdc00 || low >= 0xe000)
		return reader_fail(r, at, "Invalid unicode literal");
	return 0;
}

static int parse_string(struct json_body *j)
{
	struct reader *r = j->r;

	reader_skip(r, 1);
	while (reader_peek(r) != '"') {
		if (reader_at_end(r) || reader_peek(r) == '\n')
			return reader_fail(r, r->place, "expecting '\"'");
		if (reader_sees(r, "{{")) {
			if (add_expr(j, true))
				return -EINVAL;
			continue;
		}
		if (reader_take(r, "\\u")) {
			if (parse_unicode(r))
				return -EINVAL;
			continue;
		}
		if (reader_take(r, "\\") &&
		    !reader_char_in(reader_peek(r), "\"\\/bfnrt"))
			return reader_fail(r, r->place,
					   "escaping char is not valid");
		reader_skip(r, 1);
	}
	reader_skip(r, 1);
	return 0;
}

static int parse_key_and_value(struct json_body *j)
{
	if (reader_peek(j->r) != '"')
		return reader_fail(j->r, j->r->place, "expecting '\"'");
	if (parse_string(j))
		return -EINVAL;
	blanks(j);
	if (reader_expect(j->r, ":"))
		return -EINVAL;
	return parse_value(j);
}

static int parse_members(struct json_body *j, const char *close)
{
	struct reader *r = j->r;
	struct place comma;

	reader_skip(r, 1);
	blanks(j);
	if (reader_take(r, close))
		return 0;
	for (;;) {
		if (*close == '}' ? parse_key_and_value(j) : parse_value(j))
			return -EINVAL;
		blanks(j);
		if (reader_take(r, close))
			return 0;
		comma = r->place;
		if (!reader_take(r, ","))
			return reader_fail(r, r->place, "expecting ',' or '%s'",
					   close);
		blanks(j);
		if (reader_sees(r, close))
			return reader_fail(r, comma,
					   "trailing comma is not allowed");
	}
}

static int parse_nested(struct json_body *j)
{
	int rc;

	if (++j->depth > JSON_DEPTH_MAX)
		return reader_fail(j->r, j->r->place, "nested deeper than %d",
				   JSON_DEPTH_MAX);
	rc = parse_members(j, reader_peek(j->r) == '{' ? "}" : "]");
	j->depth--;
	return rc;
}

static int parse_value(struct json_body *j)
{
	struct reader *r = j->r;
	struct place before = r->place;
	struct span number;
	int c;

	blanks(j);
	c = reader_peek(r);
	if (c < 0)
		return reader_fail(r, before,
				   "expecting an element; found "
				   "empty element instead");
	if (reader_sees(r, "{{"))
		return add_expr(j, false);
	if (c == '{' || c == '[')
		return parse_nested(j);
	if (c == '"')
		return parse_string(j);
	if (c == '-' || reader_char_in(c, READER_DIGITS))
		return parse_number_literal(r, &number);
	if (reader_take(r, "true") || reader_take(r, "false") ||
	    reader_take(r, "null"))
		return 0;
	return reader_fail(r, r->place,
			   "expecting a boolean, number, string, "
			   "array, object or null");
}

int parse_json_body(struct reader *r, struct template *ret)
{
	struct json_body j = {.r = r, .start = r->at};
	struct place at = r->place;
	size_t start = r->at;
	int rc = parse_value(&j);

	flush(&j);
	*ret = (struct template){j.pieces.items, j.pieces.n,
				 reader_since(r, start), at};
	return rc;
}
