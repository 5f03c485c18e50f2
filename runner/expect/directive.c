/* `#! key=value key="with spaces" flag`: strict, unknown keys are errors. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/expect/extra.h"
#include "runner/expect/reader.h"

#define VALUE_MAX  2000
#define POINTS_MAX 100000 /* hundredths */

enum key_kind {
	KEY_ID,
	KEY_TEXT,
	KEY_POINTS,
	KEY_NEEDS,
	KEY_FLAG,
	KEY_STRUCTURED,
	KEY_EXTRA, /* directive_extra.c; on requests only */
};

static const struct key {
	const char *name;
	enum key_kind kind;
	size_t offset; /* in struct marks; enum extra_key */
	bool is_flag;
} keys[] = {
	{"id", KEY_ID, offsetof(struct marks, id), false},
	{"title", KEY_TEXT, offsetof(struct marks, title), false},
	{"points", KEY_POINTS, offsetof(struct marks, points), false},
	{"spec", KEY_TEXT, offsetof(struct marks, spec), false},
	{"needs", KEY_NEEDS, 0, false},
	{"hint", KEY_TEXT, offsetof(struct marks, hint), false},
	{"hidden", KEY_FLAG, offsetof(struct marks, hidden), true},
	{"tag", KEY_ID, offsetof(struct marks, tag), false},
	{"cause", KEY_ID, offsetof(struct marks, cause), false},
	{"joined", KEY_FLAG, offsetof(struct marks, joined), true},
	{"vital", KEY_FLAG, offsetof(struct marks, vital), true},
	{"restart", KEY_FLAG, offsetof(struct marks, restart), true},
	{"schema", KEY_EXTRA, EXTRA_KEY_SCHEMA, false},
	{"problem", KEY_EXTRA, EXTRA_KEY_PROBLEM, true},
	{"header-link", KEY_EXTRA, EXTRA_KEY_LINK, false},
	{"unchanged", KEY_EXTRA, EXTRA_KEY_UNCHANGED, false},
	{"same-as", KEY_EXTRA, EXTRA_KEY_SAME_AS, false},
	{"ignore", KEY_EXTRA, EXTRA_KEY_IGNORE, false},
	{"any-order", KEY_EXTRA, EXTRA_KEY_ANY_ORDER, true},
	{"burst", KEY_EXTRA, EXTRA_KEY_BURST, false},
	{"expect", KEY_EXTRA, EXTRA_KEY_EXPECT, false},
	{"walk", KEY_EXTRA, EXTRA_KEY_WALK, false},
	{"next", KEY_EXTRA, EXTRA_KEY_NEXT, false},
	{"items", KEY_EXTRA, EXTRA_KEY_ITEMS, false},
	{"unique", KEY_EXTRA, EXTRA_KEY_UNIQUE, false},
	{"total", KEY_EXTRA, EXTRA_KEY_TOTAL, false},
	{"repeat", KEY_EXTRA, EXTRA_KEY_REPEAT, false},
	{"raw", KEY_EXTRA, EXTRA_KEY_RAW, false},
	{"framing", KEY_EXTRA, EXTRA_KEY_FRAMING, true},
	{"structured", KEY_STRUCTURED, 0, false},
};

void marks_init(struct marks *marks)
{
	*marks = (struct marks){.points = -1};
}

static const struct key *find_key(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (span_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

static int unknown_key(struct reader *r, struct place at, struct span name)
{
	const char *names[ARRAY_LEN(keys) + 1] = {0};
	const char *word = arena_memdup(r->arena, name.data, name.len);
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		names[i] = keys[i].name;
	near = text_suggest(word, names);
	if (near)
		return reader_fail(r, at,
				   "`%s` is no directive; did you mean "
				   "`%s`?",
				   word, near);
	return reader_fail(r, at, "`%s` is no directive", word);
}

static int parse_quoted_value(struct reader *r, struct span *ret)
{
	AUTO_BUF out = BUF_INIT(VALUE_MAX);

	reader_skip(r, 1);
	while (reader_peek(r) != '"') {
		if (reader_at_end(r) || reader_peek(r) == '\n')
			return reader_fail(r, r->place, "expecting '\"'");
		if (reader_peek(r) == '\\')
			reader_skip(r, 1);
		if (buf_add_char(&out, (char)reader_peek(r)) < 0)
			return reader_fail(r, r->place,
					   "the value is longer "
					   "than %d bytes",
					   VALUE_MAX);
		reader_skip(r, 1);
	}
	reader_skip(r, 1);
	ret->data = arena_memdup(r->arena, buf_str(&out), out.len);
	ret->len = out.len;
	return 0;
}

static int parse_value(struct reader *r, struct span *ret)
{
	size_t start = r->at;

	if (reader_peek(r) == '"')
		return parse_quoted_value(r, ret);
	while (!reader_at_end(r) && !reader_char_in(reader_peek(r), " \t\r\n"))
		reader_skip(r, 1);
	*ret = reader_since(r, start);
	ret->data = arena_memdup(r->arena, ret->data, ret->len);
	if (!ret->len)
		return reader_fail(r, r->place, "expecting a value");
	return 0;
}

static bool is_id(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!reader_char_in(s.data[i],
				    "abcdefghijklmnopqrstuvwxyz" READER_DIGITS
				    "-_."))
			return false;
	return s.len > 0;
}

static int set_points(struct reader *r, struct place at, struct span text,
		      int *ret)
{
	char *end;
	double points = strtod(text.data, &end);
	int hundredths = points >= 0 && points <= POINTS_MAX ?
				 (int)(points * 100 + 0.5) : 0;

	if (*end || !reader_char_in(*text.data, READER_DIGITS) ||
	    !(points >= 0) || points * 100 > POINTS_MAX ||
	    points * 100 - hundredths > 1e-6 ||
	    hundredths - points * 100 > 1e-6)
		return reader_fail(r, at,
				   "points are a number with at most "
				   "two decimals, not `%s`",
				   text.data);
	*ret = hundredths;
	return 0;
}

static int set_needs(struct reader *r, struct place at, struct span text,
		     struct marks *marks)
{
	struct list list = {0};

	while (text.len) {
		size_t n = span_find(text, SPAN_LIT(","));
		struct span id = {text.data, n};

		if (!is_id(id))
			return reader_fail(r, at,
					   "needs is a list of ids, "
					   "like create,read");
		*(const char **)list_add(r->arena, &list, sizeof(char *)) =
			arena_memdup(r->arena, id.data, id.len);
		n += n < text.len;
		text = (struct span){text.data + n, text.len - n};
	}
	marks->needs = list.items;
	marks->n_needs = list.n;
	return 0;
}

static int set_structured(struct reader *r, struct place at, struct span text,
			  struct marks *marks)
{
	static const char *const kinds[] = {"item", "list", "dictionary"};

	for (int i = 0; i < (int)ARRAY_LEN(kinds); i++)
		if (span_is(text, kinds[i]))
			marks->structured = i + 1; /* enum sfv_kind */
	if (marks->structured)
		return 0;
	return reader_fail(r, at,
			   "structured is item, list or dictionary, not `%s`",
			   text.data);
}

static int set_key(struct reader *r, const struct key *key, struct place at,
		   struct span value, struct marks *marks)
{
	void *field = (char *)marks + key->offset;

	switch (key->kind) {
	case KEY_ID:
		if (!is_id(value))
			return reader_fail(r, at,
					   "`%s` is made of a-z, 0-9, "
					   "-, _ and .",
					   key->name);
		break;
	case KEY_TEXT: break;
	case KEY_POINTS: return set_points(r, at, value, field);
	case KEY_NEEDS: return set_needs(r, at, value, marks);
	case KEY_FLAG: *(bool *)field = true; return 0;
	case KEY_STRUCTURED: return set_structured(r, at, value, marks);
	case KEY_EXTRA:
		return extra_set(r, (enum extra_key)key->offset, at, value,
				 marks);
	}
	if (*(const char **)field)
		return reader_fail(r, at, "`%s` is given twice", key->name);
	*(const char **)field = value.data;
	return 0;
}

static int parse_pair(struct reader *r, struct marks *marks)
{
	struct place at = r->place, value_at;
	struct span name = reader_run(r, READER_LETTERS "-"), value = {"", 0};
	const struct key *key = find_key(name);

	if (!name.len)
		return reader_fail(r, at, "expecting a directive");
	if (!key)
		return unknown_key(r, at, name);
	if (key->is_flag)
		return set_key(r, key, at, value, marks);
	if (!reader_take(r, "="))
		return reader_fail(r, r->place, "expecting '=' behind `%s`",
				   key->name);
	value_at = r->place;
	if (parse_value(r, &value))
		return -EINVAL;
	return set_key(r, key, value_at, value, marks);
}

int directive_parse(struct reader *r, struct marks *marks)
{
	if (!marks->at.line)
		marks->at = r->place;
	reader_skip(r, 2);
	for (;;) {
		reader_blanks(r);
		if (reader_at_end(r) || reader_char_in(reader_peek(r), "\r\n"))
			return 0;
		if (parse_pair(r, marks))
			return -EINVAL;
	}
}
