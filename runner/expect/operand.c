/* Values as a script spells them: literals of predicates, filters, options. */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/encode.h"
#include "runner/expect/reader.h"
#include "runner/expect/regex.h"

int parse_number_literal(struct reader *r, struct span *ret)
{
	size_t start = r->at;

	reader_take(r, "-");
	if (!reader_run(r, READER_DIGITS).len)
		return reader_fail(r, r->place, "expecting a number");
	if (reader_peek(r) == '.') {
		reader_skip(r, 1);
		if (!reader_run(r, READER_DIGITS).len)
			return reader_fail(r, r->place,
					   "expecting a decimal digit");
	}
	if (reader_char_in(reader_peek(r), "eE")) {
		reader_skip(r, 1);
		if (reader_char_in(reader_peek(r), "+-"))
			reader_skip(r, 1);
		if (!reader_run(r, READER_DIGITS).len)
			return reader_fail(r, r->place,
					   "expecting an exponent");
	}
	*ret = reader_since(r, start);
	return 0;
}

/* "base64,..." and "hex,...", closed by a semicolon. */
int parse_bytes_literal(struct reader *r, struct operand *ret)
{
	bool hex = reader_take(r, "hex,");
	struct span digits;
	struct place at, end;
	bool ok;

	if (!hex && reader_expect(r, "base64,"))
		return -EINVAL;
	reader_blanks(r);
	at = r->place;
	digits = reader_run(r, hex ? READER_DIGITS "abcdefABCDEF"
				   : READER_LETTERS READER_DIGITS "+/= \n\r");
	ok = hex ? encode_hex_decode(r->arena, digits, &ret->text)
		 : encode_base64_decode(r->arena, digits, false, &ret->text);
	end = r->place;
	reader_blanks(r);
	if (reader_peek(r) != ';')
		return reader_fail(r, r->place, "expecting ';'");
	if (!ok)
		return reader_fail(r, hex ? end : at,
				   hex ? "expecting an even number of "
					 "hexadecimal digits"
				       : "this is not base64");
	ret->kind = OPERAND_BYTES;
	return reader_expect(r, ";");
}

/* Rust's expressions know no literal '{', which PCRE2 would take as one. */
static bool braces_repeat(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t digits;

		if (text.data[i] == '\\' && i + 2 < text.len &&
		    reader_char_in(text.data[i + 1], "pPxuUgkNo") &&
		    text.data[i + 2] == '{')
			i += 2;
		else if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '[')
			while (i + 1 < text.len && text.data[i] != ']')
				i += 1 + (text.data[i] == '\\');
		else if (text.data[i] == '{') {
			for (digits = i + 1; digits < text.len &&
					     reader_char_in(text.data[digits],
							    READER_DIGITS ",");)
				digits++;
			if (digits == i + 1 || digits == text.len ||
			    text.data[digits] != '}')
				return false;
		}
	}
	return true;
}

static int compile_regex(struct reader *r, struct place at, struct span text,
			 struct operand *ret)
{
	struct err err;

	ret->kind = OPERAND_REGEX;
	ret->text = text;
	if (!braces_repeat(text))
		return reader_fail(r, at,
				   "invalid Regex expression: "
				   "repetition quantifier expects a valid "
				   "decimal");
	if (!regex_compile(r->arena, text, 0, &ret->regex, &err))
		return 0;
	return reader_fail(r, at, "invalid Regex expression: %s", err.msg);
}

/* A quoted expression without templates is compiled with the script too. */
int compile_pattern(struct reader *r, struct operand *o)
{
	struct span plain;
	struct err err;

	if (o->kind != OPERAND_STRING ||
	    !template_is_plain(&o->template, &plain))
		return 0;
	if (!regex_compile(r->arena, plain, 0, &o->regex, &err))
		return 0;
	return reader_fail(r, o->at, "invalid Regex expression: %s", err.msg);
}

/* "/.../" where "\/" is a slash; other escapes are the expression's own. */
int parse_regex_literal(struct reader *r, struct operand *ret)
{
	struct span rest;
	struct place at;
	char *text;
	size_t n = 0;

	if (reader_expect(r, "/"))
		return -EINVAL;
	at = r->place;
	rest = (struct span){r->text.data + r->at, r->text.len - r->at};
	text = arena_alloc(r->arena, span_find(rest, SPAN_LIT("\n")) + 1);
	while (reader_peek(r) != '/') {
		if (reader_at_end(r) || reader_peek(r) == '\n')
			return reader_fail(r, r->place, "expecting '/'");
		if (reader_sees(r, "\\/"))
			reader_skip(r, 1);
		else if (reader_sees(r, "\\\\")) {
			text[n++] = '\\';
			reader_skip(r, 1);
		}
		text[n++] = (char)reader_peek(r);
		reader_skip(r, 1);
	}
	reader_skip(r, 1);
	return compile_regex(r, at, (struct span){text, n}, ret);
}

static int parse_file_literal(struct reader *r, struct operand *ret)
{
	reader_take(r, "file,");
	reader_blanks(r);
	ret->kind = OPERAND_FILE;
	if (parse_filename(r, &ret->template))
		return -EINVAL;
	reader_blanks(r);
	return reader_expect(r, ";");
}

static int parse_word_literal(struct reader *r, struct operand *ret)
{
	static const struct {
		const char *word;
		enum operand_kind kind;
		bool truth;
	} words[] = {
		{"null", OPERAND_NULL, false},
		{"true", OPERAND_BOOL, true},
		{"false", OPERAND_BOOL, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!reader_take(r, words[i].word))
			continue;
		ret->kind = words[i].kind;
		ret->truth = words[i].truth;
		return 0;
	}
	return reader_fail(r, ret->at, "invalid predicate value");
}

static int parse_multiline(struct reader *r, struct operand *ret)
{
	struct body body;

	if (parse_body(r, &body))
		return -EINVAL;
	ret->kind = OPERAND_STRING;
	ret->template = body.text;
	if (body.kind == BODY_BYTES) {
		ret->kind = OPERAND_BYTES;
		ret->text = body.bytes;
	}
	return 0;
}

int parse_operand(struct reader *r, struct operand *ret)
{
	int c = reader_peek(r);

	*ret = (struct operand){.at = r->place};
	if (c == '"') {
		ret->kind = OPERAND_STRING;
		return parse_quoted(r, &ret->template);
	}
	if (c == '`')
		return parse_multiline(r, ret);
	if (reader_take(r, "{{")) {
		ret->kind = OPERAND_EXPR;
		return parse_expr(r, &ret->expr);
	}
	if (c == '/')
		return parse_regex_literal(r, ret);
	if (reader_sees(r, "base64,") || reader_sees(r, "hex,"))
		return parse_bytes_literal(r, ret);
	if (reader_sees(r, "file,"))
		return parse_file_literal(r, ret);
	if (c == '-' || reader_char_in(c, READER_DIGITS)) {
		ret->kind = OPERAND_NUMBER;
		return parse_number_literal(r, &ret->text);
	}
	return parse_word_literal(r, ret);
}
