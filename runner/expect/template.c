/* Text with {{expressions}} and escapes, in the forms that Hurl has. */
#include <errno.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/reader.h"

#define NAME_CHARS READER_LETTERS READER_DIGITS "_-"
#define DEPTH_MAX  50

/* A template under construction. */
struct builder {
	struct reader *r;
	struct list pieces;
	struct buf text; /* of the piece that grows */
	size_t start;
	struct place at;
};

static struct builder builder_new(struct reader *r)
{
	return (struct builder){.r = r,
				.text = BUF_INIT(SIZE_MAX / 2),
				.start = r->at,
				.at = r->place};
}

static void flush(struct builder *b)
{
	struct piece *piece;

	if (!b->text.len)
		return;
	piece = list_add(b->r->arena, &b->pieces, sizeof(*piece));
	*piece = (struct piece){.text.len = b->text.len};
	piece->text.data =
		arena_memdup(b->r->arena, buf_str(&b->text), b->text.len);
	buf_clear(&b->text);
}

static int finish(struct builder *b, struct template *ret, int rc)
{
	flush(b);
	*ret = (struct template){b->pieces.items, b->pieces.n,
				 reader_since(b->r, b->start), b->at};
	buf_release(&b->text);
	return rc;
}

int parse_expr(struct reader *r, const struct expr **ret)
{
	static const struct {
		const char *name;
		enum expr_kind kind;
	} functions[] = {
		{"newDate", EXPR_NEW_DATE},
		{"newUuid", EXPR_NEW_UUID},
		{"getEnv", EXPR_GET_ENV},
	};
	struct expr *expr = arena_alloc(r->arena, sizeof(*expr));

	reader_blanks(r);
	expr->at = r->place;
	expr->name = reader_run(r, NAME_CHARS);
	if (!expr->name.len)
		return reader_fail(r, r->place, "expecting a variable");
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (span_is(expr->name, functions[i].name))
			expr->kind = functions[i].kind;
	if (expr->kind == EXPR_GET_ENV)
		return reader_refuse(r, expr->at, "getEnv",
				     "a script must "
				     "not depend on the machine's environment");
	if (++r->depth > DEPTH_MAX)
		return reader_fail(r, expr->at, "nested deeper than %d",
				   DEPTH_MAX);
	if (parse_filters(r, &expr->filters, &expr->n_filters))
		return -EINVAL;
	r->depth--;
	reader_blanks(r);
	*ret = expr;
	return reader_expect(r, "}}");
}

static int add_expr(struct builder *b)
{
	const struct expr *expr = NULL;
	struct piece *piece;

	flush(b);
	reader_skip(b->r, 2);
	if (parse_expr(b->r, &expr))
		return -EINVAL;
	piece = list_add(b->r->arena, &b->pieces, sizeof(*piece));
	*piece = (struct piece){.expr = expr};
	return 0;
}

/* Behind "\u": {hex}, one to six digits. */
static int add_code_point(struct builder *b)
{
	struct reader *r = b->r;
	struct place at;
	struct span hex;
	unsigned cp = 0;
	char utf8[4];

	if (reader_expect(r, "{"))
		return -EINVAL;
	at = r->place;
	hex = reader_run(r, READER_DIGITS "abcdefABCDEF");
	if (!hex.len)
		return reader_fail(r, at,
				   "expecting a valid hexadecimal "
				   "number");
	for (size_t i = 0; i < hex.len && cp <= 0x10ffff; i++)
		cp = cp * 16 +
		     (unsigned)(hex.data[i] <= '9'
					? hex.data[i] - '0'
					: (hex.data[i] | 32) - 'a' + 10);
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return reader_fail(r, at, "Invalid unicode literal");
	buf_add(&b->text, utf8, text_utf8_put(utf8, cp));
	return reader_expect(r, "}");
}

static int add_escape(struct builder *b)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	struct reader *r = b->r;
	const char *found;
	int c;

	reader_skip(r, 1);
	c = reader_peek(r);
	found = c > 0 ? strchr(names, c) : NULL;
	if (found)
		c = (unsigned char)values[found - names];
	else if (c == 'u') {
		reader_skip(r, 1);
		return add_code_point(b);
	} else if (!reader_char_in(c, "\"\\/#:;` {}[]()"))
		return reader_fail(r, r->place, "escaping char is not valid");
	buf_add_char(&b->text, (char)c);
	reader_skip(r, 1);
	return 0;
}

static int add_char(struct builder *b, bool templates, bool escapes)
{
	struct reader *r = b->r;

	if (templates && reader_sees(r, "{{"))
		return add_expr(b);
	if (escapes && reader_peek(r) == '\\')
		return add_escape(b);
	buf_add_char(&b->text, (char)reader_peek(r));
	reader_skip(r, 1);
	return 0;
}

int parse_until(struct reader *r, const char *end, bool templates, bool escapes,
		struct template *ret)
{
	struct builder b = builder_new(r);
	int rc = 0;

	while (!rc && !reader_sees(r, end)) {
		/* A quoted string ends on its line. */
		if (reader_at_end(r) || (*end == '"' && reader_peek(r) == '\n'))
			rc = reader_fail(r, r->place, "expecting '%s'", end);
		else
			rc = add_char(&b, templates, escapes);
	}
	finish(&b, ret, rc);
	return rc ? rc : reader_expect(r, end);
}

int parse_quoted(struct reader *r, struct template *ret)
{
	int rc = reader_expect(r, "\"");

	return rc ? rc : parse_until(r, "\"", true, true, ret);
}

/* Everything in `set`, templates and escapes. */
int parse_key(struct reader *r, struct template *ret)
{
	struct builder b = builder_new(r);
	int rc = 0;

	while (!rc) {
		int c = reader_peek(r);

		if (!reader_sees(r, "{{") && c < 0x80 &&
		    !reader_char_in(c, NAME_CHARS ".[]@$/\\~!%'*+^|&()"))
			break;
		rc = add_char(&b, true, true);
	}
	finish(&b, ret, rc);
	if (!rc && !ret->n)
		rc = reader_fail(r, ret->at, "expecting a key string");
	return rc;
}

/* Blanks before the end of the line belong to nobody. */
static bool only_blanks_left(const struct reader *r)
{
	struct reader ahead = *r;

	reader_blanks(&ahead);
	return reader_at_end(&ahead) ||
	       reader_char_in(reader_peek(&ahead), "\r\n#");
}

int parse_unquoted(struct reader *r, struct template *ret)
{
	struct builder b = builder_new(r);
	int rc = 0;

	while (!rc && !only_blanks_left(r))
		rc = add_char(&b, true, true);
	return finish(&b, ret, rc);
}

int parse_filename(struct reader *r, struct template *ret)
{
	struct builder b = builder_new(r);
	int rc = 0;

	while (!rc && !reader_at_end(r) &&
	       !reader_char_in(reader_peek(r), "; \t\r\n#"))
		rc = add_char(&b, true, true);
	finish(&b, ret, rc);
	if (!rc && !ret->n)
		rc = reader_fail(r, ret->at, "expecting a filename");
	return rc;
}

int parse_url(struct reader *r, struct template *ret)
{
	struct builder b = builder_new(r);
	int rc = 0;

	while (!rc && !reader_at_end(r) &&
	       !reader_char_in(reader_peek(r), " \t\r\n#"))
		rc = add_char(&b, true, false);
	finish(&b, ret, rc);
	if (!rc && !ret->n)
		rc = reader_fail(r, ret->at, "expecting a url");
	return rc;
}

int parse_template_text(struct reader *r, struct span text, struct place at,
			struct template *ret)
{
	struct reader inner = *r;
	struct builder b;
	int rc = 0;

	inner.text = text;
	inner.at = 0;
	inner.place = at;
	b = builder_new(&inner);
	while (!rc && !reader_at_end(&inner))
		rc = add_char(&b, true, false);
	return finish(&b, ret, rc);
}

bool template_is_plain(const struct template *t, struct span *ret)
{
	*ret = (struct span){"", 0};
	if (t->n > 1 || (t->n && t->pieces->expr))
		return false;
	if (t->n)
		*ret = t->pieces->text;
	return true;
}
