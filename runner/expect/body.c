/* Bodies: JSON, XML, `one line`, ```multiline```, base64, hex, files. */
#include <errno.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/expect/reader.h"

bool body_starts(const struct reader *r)
{
	static const char *const starts[] = {"{",    "[",	"\"",	"<",
					     "`",    "base64,", "hex,", "file,",
					     "true", "false",	"null"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (reader_sees(r, starts[i]))
			return true;
	return reader_char_in(reader_peek(r), READER_DIGITS "-");
}

/* Text as it stands: braces are no templates. */
static struct template literal(struct reader *r, struct span text,
			       struct place at)
{
	struct piece *piece = arena_alloc(r->arena, sizeof(*piece));

	*piece = (struct piece){.text = text};
	return (struct template){piece, 1, text, at};
}

/* --- XML: only its end is searched here; libxml2 reads it later --- */

static bool skip_until(struct reader *r, const char *end)
{
	while (!reader_at_end(r))
		if (reader_take(r, end))
			return true;
		else
			reader_skip(r, 1);
	return false;
}

/* Behind a '<' and its name: to '>', over quoted values; 1 when "/>". */
static int skip_tag(struct reader *r)
{
	int before = 0;

	while (!reader_at_end(r)) {
		int c = reader_peek(r);

		reader_skip(r, 1);
		if (c == '>')
			return before == '/';
		if ((c == '"' || c == '\'') &&
		    !skip_until(r, c == '"' ? "\"" : "'"))
			return -EINVAL;
		before = c;
	}
	return -EINVAL;
}

/* One '<...>'; the change of depth in *depth. */
static bool skip_markup(struct reader *r, int *depth)
{
	int empty;

	if (reader_take(r, "<!--"))
		return skip_until(r, "-->");
	if (reader_take(r, "<![CDATA["))
		return skip_until(r, "]]>");
	if (reader_take(r, "<?"))
		return skip_until(r, "?>");
	if (reader_take(r, "<!"))
		return skip_tag(r) >= 0;
	if (reader_take(r, "</")) {
		--*depth;
		return skip_tag(r) >= 0;
	}
	reader_skip(r, 1);
	empty = skip_tag(r);
	*depth += empty == 0;
	return empty >= 0;
}

static bool is_element(const struct reader *r)
{
	return reader_peek(r) == '<' &&
	       !reader_char_in(reader_peek_at(r, 1), "!?");
}

static int parse_xml(struct reader *r, struct template *ret)
{
	struct place at = r->place, last = r->place;
	size_t start = r->at;
	bool root = false, ok = true;
	int depth = 0;

	while (ok && !(root && depth <= 0) && !reader_at_end(r)) {
		root = root || is_element(r);
		if (reader_peek(r) == '<')
			ok = skip_markup(r, &depth);
		else
			reader_skip(r, 1);
		if (!reader_char_in(reader_peek(r), " \t\r\n") &&
		    !reader_at_end(r))
			last = r->place;
		else if (r->at &&
			 !reader_char_in(r->text.data[r->at - 1], " \t\r\n"))
			last = r->place;
	}
	if (!ok || !root || depth)
		return reader_fail(r, last, "invalid XML");
	*ret = literal(r, reader_since(r, start), at);
	return 0;
}

/* --- ```type,attribute ... ``` --- */

enum fence { FENCE_TEXT, FENCE_GRAPHQL, FENCE_RAW, FENCE_BASE64, FENCE_HEX };

struct fence_type {
	const char *name;
	enum fence fence;
	enum body_type type;
};

static const struct fence_type fence_types[] = {
	{"base64", FENCE_BASE64, BODY_PLAIN},  {"hex", FENCE_HEX, BODY_PLAIN},
	{"json", FENCE_TEXT, BODY_JSON},       {"xml", FENCE_TEXT, BODY_XML},
	{"graphql", FENCE_GRAPHQL, BODY_JSON}, {"raw", FENCE_RAW, BODY_PLAIN},
};

struct fence_options {
	struct fence_type type;
	bool escape, no_variables;
};

static int parse_fence_word(struct reader *r, struct fence_options *ret)
{
	struct place at = r->place;
	struct span word = reader_run(r, READER_LETTERS READER_DIGITS);

	if (span_is(word, "escape")) {
		ret->escape = true;
		return 0;
	}
	if (span_is(word, "novariable")) {
		ret->no_variables = true;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(fence_types); i++)
		if (span_is(word, fence_types[i].name)) {
			ret->type = fence_types[i];
			return 0;
		}
	return reader_fail(r, at, "Invalid attribute %.*s", (int)word.len,
			   word.data);
}

/* Words only count when the line ends behind them: else they are text. */
static int parse_fence_line(struct reader *r, struct fence_options *ret)
{
	struct reader ahead = *r;

	reader_run(&ahead, READER_LETTERS READER_DIGITS ", \t");
	reader_take(&ahead, "\r");
	if (reader_peek(&ahead) != '\n')
		return 0;
	while (reader_char_in(reader_peek(r), READER_LETTERS)) {
		if (parse_fence_word(r, ret))
			return -EINVAL;
		reader_blanks(r);
		reader_take(r, ",");
		reader_blanks(r);
	}
	reader_blanks(r);
	reader_take(r, "\r");
	return reader_expect(r, "\n");
}

/* Inside the quotes of a JSON string. */
static struct span escaped(struct reader *r, struct span text)
{
	const struct json json = {.type = JSON_STRING, .text = text};
	AUTO_BUF quoted = BUF_INIT(SIZE_MAX / 2);

	json_print(&json, &quoted);
	return (struct span){arena_memdup(r->arena, quoted.data + 1,
					  quoted.len - 2),
			     quoted.len - 2};
}

static void add_pieces(struct reader *r, struct list *list,
		       const struct template *t, bool in_string)
{
	for (size_t i = 0; i < t->n; i++) {
		struct piece piece = t->pieces[i];

		piece.in_string = piece.in_string || in_string;
		if (in_string && !piece.expr)
			piece.text = escaped(r, piece.text);
		*(struct piece *)list_add(r->arena, list, sizeof(piece)) =
			piece;
	}
}

static void add_literal(struct reader *r, struct list *list, const char *text)
{
	*(struct piece *)list_add(r->arena, list, sizeof(struct piece)) =
		(struct piece){.text = span_of(text)};
}

/* Where the line `variables {...}` begins, or the end. */
static struct span before_variables(struct span text)
{
	const struct span word = SPAN_LIT("variables");

	for (size_t i = 0; i < text.len; i++) {
		struct span rest = {text.data + i, text.len - i};

		if ((!i || text.data[i - 1] == '\n') &&
		    span_starts(rest, word))
			return (struct span){text.data, i};
	}
	return text;
}

/* The JSON that is sent: {"query": ..., "variables": {...}}. */
static int parse_graphql(struct reader *r, bool templates, struct body *ret)
{
	struct span source = {ret->text.source.data,
			      ret->text.source.len - 3};
	struct span query = before_variables(source);
	bool variables = query.len < source.len;
	struct reader inner = *r;
	struct template part;
	struct list list = {0};

	inner.text = source;
	inner.at = 0;
	inner.place = ret->text.at;
	reader_skip(&inner, query.len + strlen("variables"));
	reader_run(&inner, " \t\r\n");
	/* The last line break belongs to what follows. */
	while (query.len && strchr("\r\n", query.data[query.len - 1]))
		query.len--;
	part = literal(r, query, ret->text.at);
	if (templates && parse_template_text(r, query, part.at, &part))
		return -EINVAL;
	add_literal(r, &list, "{\"query\":\"");
	add_pieces(r, &list, &part, true);
	add_literal(r, &list, variables ? "\",\"variables\":" : "\"");
	if (variables && parse_json_body(&inner, &part))
		return -EINVAL;
	if (variables)
		add_pieces(r, &list, &part, false);
	add_literal(r, &list, "}");
	ret->text.pieces = list.items;
	ret->text.n = list.n;
	ret->type = BODY_JSON;
	return 0;
}

/* Blanks and line breaks, which mean nothing in digits. */
static struct span without_blanks(struct reader *r, struct span text)
{
	char *out = arena_alloc(r->arena, text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		if (!reader_char_in((unsigned char)text.data[i], " \t\r\n"))
			out[n++] = text.data[i];
	return (struct span){out, n};
}

static int decode_fence(struct reader *r, enum fence fence, struct body *ret)
{
	struct operand bytes = {0};
	struct reader inner = *r;
	struct span text;

	template_is_plain(&ret->text, &text);
	text = without_blanks(r, text);
	inner.text = span_of(arena_printf(r->arena, "%s,%.*s;",
					  fence == FENCE_HEX ? "hex" : "base64",
					  (int)text.len, text.data));
	inner.at = 0;
	inner.place = ret->text.at;
	if (parse_bytes_literal(&inner, &bytes))
		return -EINVAL;
	ret->kind = BODY_BYTES;
	ret->bytes = bytes.text;
	return 0;
}

static int parse_fence(struct reader *r, struct body *ret)
{
	struct fence_options o = {.type = {NULL, FENCE_TEXT, BODY_PLAIN}};
	enum fence fence;

	reader_skip(r, 3);
	if (parse_fence_line(r, &o))
		return -EINVAL;
	fence = o.type.fence;
	ret->kind = BODY_TEXT;
	ret->type = o.type.type;
	if (parse_until(r, "```", fence == FENCE_TEXT && !o.no_variables,
			o.escape, &ret->text))
		return -EINVAL;
	ret->text.source.len += 3;
	if (fence == FENCE_HEX || fence == FENCE_BASE64)
		return decode_fence(r, fence, ret);
	return fence == FENCE_GRAPHQL ? parse_graphql(r, !o.no_variables, ret)
				      : 0;
}

static int parse_oneline(struct reader *r, struct body *ret)
{
	ret->kind = BODY_TEXT;
	reader_skip(r, 1);
	return parse_until(r, "`", true, true, &ret->text);
}

static int parse_literal(struct reader *r, struct body *ret)
{
	struct operand o;

	if (parse_operand(r, &o))
		return -EINVAL;
	ret->kind = o.kind == OPERAND_FILE ? BODY_FILE : BODY_BYTES;
	ret->text = o.template;
	ret->bytes = o.text;
	return 0;
}

int parse_body(struct reader *r, struct body *ret)
{
	*ret = (struct body){.at = r->place};
	marks_init(&ret->marks);
	if (reader_sees(r, "```"))
		return parse_fence(r, ret);
	if (reader_peek(r) == '`')
		return parse_oneline(r, ret);
	if (reader_sees(r, "base64,") || reader_sees(r, "hex,") ||
	    reader_sees(r, "file,"))
		return parse_literal(r, ret);
	ret->kind = BODY_TEXT;
	if (reader_peek(r) == '<') {
		ret->type = BODY_XML;
		return parse_xml(r, &ret->text);
	}
	ret->type = BODY_JSON;
	return parse_json_body(r, &ret->text);
}
