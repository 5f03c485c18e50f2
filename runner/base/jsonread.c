/*
 * The parser is a plain recursive descent over bytes.  Finished values wait
 * on one stack per kind until their array or object closes, then move to the
 * arena together: children of one parent lie side by side.
 */
#include "runner/base/json.h"

#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/text.h"

#define SMALL_OBJECT 16 /* members compared pairwise, without sorting */
#define NAMES	     64 /* remembered: objects of one list have the same */
#define CHUNK_BYTES  (16u << 10)

struct parser {
	struct arena *arena;
	struct span text;
	size_t at;
	int line, column, depth;
	struct json *values;
	size_t n_values, cap_values;
	struct json_member *members;
	size_t n_members, cap_members;
	size_t bytes; /* taken so far, for the ceiling */
	char *chunk;  /* where texts go, one behind the other */
	size_t chunk_left;
	struct span names[NAMES];
	struct buf string;
	struct err *err;
};

static int parse_value(struct parser *p, struct json *ret);

static int fail(struct parser *p, const char *what)
{
	return err_set(p->err, EINVAL, "line %d, column %d: %s", p->line,
		       p->column, what);
}

static bool at_end(const struct parser *p)
{
	return p->at == p->text.len;
}

static int peek(const struct parser *p)
{
	return at_end(p) ? -1 : (unsigned char)p->text.data[p->at];
}

static void advance(struct parser *p, size_t bytes)
{
	p->at += bytes;
	p->column++;
}

static void skip_space(struct parser *p)
{
	for (int c;
	     (c = peek(p)) == ' ' || c == '\t' || c == '\n' || c == '\r';) {
		advance(p, 1);
		if (c == '\n') {
			p->line++;
			p->column = 1;
		}
	}
}

static int parse_hex4(struct parser *p, unsigned *ret)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		int c = peek(p);

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | (unsigned)((c | 0x20) - 'a' + 10);
		else
			return fail(p, "expected four hexadecimal digits "
				       "after \\u");
		advance(p, 1);
	}
	*ret = v;
	return 0;
}

static bool next_is(const struct parser *p, const char *s)
{
	struct span rest = {p->text.data + p->at, p->text.len - p->at};

	return span_starts(rest, span_of(s));
}

/* Behind "\u": one code point, which two escapes may spell. */
static int parse_unicode_escape(struct parser *p)
{
	unsigned cp, low;
	char utf8[4];
	int r = parse_hex4(p, &cp);

	if (r < 0)
		return r;
	if (cp >= 0xd800 && cp < 0xdc00 && next_is(p, "\\u")) {
		struct parser before = *p;

		advance(p, 1);
		advance(p, 1);
		r = parse_hex4(p, &low);
		if (r < 0)
			return r;
		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		} else {
			p->at = before.at;
			p->column = before.column;
		}
	}
	if (cp >= 0xd800 && cp < 0xe000)
		cp = 0xfffd;
	return buf_add(&p->string, utf8, text_utf8_put(utf8, cp));
}

static int parse_escape(struct parser *p)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int c;

	advance(p, 1);
	c = peek(p);
	if (c == 'u') {
		advance(p, 1);
		return parse_unicode_escape(p);
	}
	found = c > 0 ? strchr(names, c) : NULL;
	if (!found)
		return fail(p, "expected an escape: one of \"\\/bfnrt or "
			       "uXXXX");
	advance(p, 1);
	return buf_add_char(&p->string, values[found - names]);
}

static int charge(struct parser *p, size_t bytes)
{
	p->bytes += bytes;
	if (p->bytes <= JSON_BYTES_MAX)
		return 0;
	return err_set(p->err, E2BIG,
		       "line %d, column %d: more than fits %u MiB of memory",
		       p->line, p->column, JSON_BYTES_MAX >> 20);
}

/* A copy with a NUL behind it.  What is left to read bounds what is left to
 * keep, so a short text gets no more than it needs. */
static int keep_text(struct parser *p, struct span from, struct span *ret)
{
	size_t need = from.len + 1, left = p->text.len - p->at + need;

	if (need > p->chunk_left) {
		size_t n = left < CHUNK_BYTES ? left : CHUNK_BYTES;

		n = n < need ? need : n;
		if (charge(p, n))
			return -E2BIG;
		p->chunk = arena_alloc(p->arena, n);
		p->chunk_left = n;
	}
	if (from.len)
		memcpy(p->chunk, from.data, from.len);
	p->chunk[from.len] = '\0';
	*ret = (struct span){p->chunk, from.len};
	p->chunk += need;
	p->chunk_left -= need;
	return 0;
}

static int keep_name(struct parser *p, struct span name, struct span *ret)
{
	struct span *known;
	size_t hash = name.len;

	for (size_t i = 0; i < name.len && i < NAMES; i++)
		hash = hash * 31 + (unsigned char)name.data[i];
	known = &p->names[hash % NAMES];
	if (!known->data || !span_equal(*known, name)) {
		int r = keep_text(p, name, known);

		if (r < 0)
			return r;
	}
	*ret = *known;
	return 0;
}

/* A run of bytes that stand for themselves; 0 of them is no error. */
static int parse_plain(struct parser *p, struct span *ret)
{
	size_t start = p->at, n;
	unsigned cp;

	for (int c; (c = peek(p)) >= 0x20 && c != '"' && c != '\\';) {
		struct span rest = {p->text.data + p->at, p->text.len - p->at};

		n = c < 0x80 ? 1 : text_utf8_next(rest, &cp);
		if (!n)
			return fail(p, "this is not UTF-8");
		advance(p, n);
	}
	*ret = (struct span){p->text.data + start, p->at - start};
	return 0;
}

/* Decoded; valid until the next string. */
static int parse_string(struct parser *p, struct span *ret)
{
	struct span run;
	int r = 0;

	buf_clear(&p->string);
	advance(p, 1);
	while (!r) {
		r = parse_plain(p, &run);
		if (r < 0)
			break;
		if (peek(p) == '"' && !p->string.len) {
			*ret = run;
			advance(p, 1);
			return 0;
		}
		r = buf_add_span(&p->string, run);
		if (r < 0)
			break;
		if (at_end(p))
			return fail(p, "expected '\"': the string is not "
				       "closed");
		if (peek(p) == '"')
			break;
		if (peek(p) != '\\')
			return fail(p, "a control character in a string must "
				       "be escaped");
		r = parse_escape(p);
	}
	if (r < 0)
		return r;
	advance(p, 1);
	*ret = buf_span(&p->string);
	return 0;
}

static int parse_digits(struct parser *p)
{
	if (peek(p) < '0' || peek(p) > '9')
		return fail(p, "expected a digit");
	while (peek(p) >= '0' && peek(p) <= '9')
		advance(p, 1);
	return 0;
}

static int parse_number(struct parser *p, struct json *ret)
{
	size_t start = p->at;
	int r = 0;

	ret->type = JSON_NUMBER;
	if (peek(p) == '-')
		advance(p, 1);
	if (peek(p) == '0')
		advance(p, 1);
	else
		r = parse_digits(p);
	if (!r && peek(p) == '.') {
		advance(p, 1);
		r = parse_digits(p);
	}
	if (!r && (peek(p) == 'e' || peek(p) == 'E')) {
		advance(p, 1);
		if (peek(p) == '+' || peek(p) == '-')
			advance(p, 1);
		r = parse_digits(p);
	}
	return r ? r
		 : keep_text(p,
			     (struct span){p->text.data + start,
					   p->at - start},
			     &ret->text);
}

static int parse_word(struct parser *p, struct json *ret)
{
	static const struct {
		const char *word;
		enum json_type type;
		bool truth;
	} words[] = {
		{"null", JSON_NULL, false},
		{"true", JSON_BOOL, true},
		{"false", JSON_BOOL, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!next_is(p, words[i].word))
			continue;
		ret->type = words[i].type;
		ret->truth = words[i].truth;
		p->at += strlen(words[i].word);
		p->column += (int)strlen(words[i].word);
		return 0;
	}
	return fail(p, at_end(p) ? "expected a value, the text ends here"
				 : "expected a value");
}

/* Room for one more of `size` bytes: the stacks are freed with the parser. */
static void *reserve(struct parser *p, void *old, size_t n, size_t *cap,
		     size_t size)
{
	void *grown;

	if (n < *cap)
		return old;
	if (charge(p, (*cap ? *cap : 32) * size))
		return NULL;
	grown = reallocarray(old, *cap ? *cap * 2 : 32, size);
	if (grown)
		*cap = *cap ? *cap * 2 : 32;
	else
		err_set(p->err, ENOMEM, "no memory for the JSON text");
	return grown;
}

static int push_value(struct parser *p, const struct json *v)
{
	struct json *values =
		reserve(p, p->values, p->n_values, &p->cap_values, sizeof(*v));

	if (!values)
		return -E2BIG;
	p->values = values;
	p->values[p->n_values++] = *v;
	return 0;
}

static int push_member(struct parser *p, const struct json_member *m)
{
	struct json_member *members = reserve(p, p->members, p->n_members,
					      &p->cap_members, sizeof(*m));

	if (!members)
		return -E2BIG;
	p->members = members;
	p->members[p->n_members++] = *m;
	return 0;
}

static void *keep(struct parser *p, const void *from, size_t n, size_t size)
{
	if (charge(p, n * size))
		return NULL;
	return memcpy(arena_array(p->arena, n, size), from, n * size);
}

/* Behind a value: 1 when another follows, 0 when `close` came. */
static int parse_separator(struct parser *p, char close, const char *what)
{
	skip_space(p);
	if (peek(p) != ',' && peek(p) != close)
		return fail(p, what);
	advance(p, 1);
	return p->text.data[p->at - 1] == ',';
}

static int parse_array(struct parser *p, struct json *ret)
{
	size_t base = p->n_values;
	int more = 1;

	ret->type = JSON_ARRAY;
	advance(p, 1);
	skip_space(p);
	if (peek(p) == ']') {
		advance(p, 1);
		return 0;
	}
	while (more > 0) {
		struct json item = {0};
		int r = parse_value(p, &item);

		if (!r)
			r = push_value(p, &item);
		if (r < 0)
			return r;
		more = parse_separator(p, ']', "expected ',' or ']'");
	}
	if (more < 0)
		return more;
	ret->count = (unsigned)(p->n_values - base);
	ret->items = keep(p, p->values + base, ret->count, sizeof(struct json));
	p->n_values = base;
	return ret->items ? 0 : -E2BIG;
}

static int by_name(const void *a, const void *b)
{
	const struct json_member *const *x = a, *const *y = b;
	size_t n = (*x)->name.len < (*y)->name.len ? (*x)->name.len
						   : (*y)->name.len;
	int r = n ? memcmp((*x)->name.data, (*y)->name.data, n) : 0;

	return r ? r
	       : (*x)->name.len < (*y)->name.len
		       ? -1
		       : (*x)->name.len > (*y)->name.len;
}

static bool names_repeat(struct arena *arena, const struct json *v)
{
	const struct json_member **sorted;

	if (v->count <= SMALL_OBJECT) {
		for (size_t i = 1; i < v->count; i++)
			for (size_t j = 0; j < i; j++)
				if (span_equal(v->members[i].name,
					       v->members[j].name))
					return true;
		return false;
	}
	sorted = arena_array(arena, v->count, sizeof(*sorted));
	for (size_t i = 0; i < v->count; i++)
		sorted[i] = &v->members[i];
	qsort(sorted, v->count, sizeof(*sorted), by_name);
	for (size_t i = 1; i < v->count; i++)
		if (!by_name(&sorted[i - 1], &sorted[i]))
			return true;
	return false;
}

static int parse_member(struct parser *p, struct json_member *ret)
{
	struct span name;
	int r;

	skip_space(p);
	ret->line = p->line;
	ret->column = p->column;
	if (peek(p) != '"')
		return fail(p, "expected a member name in double quotes");
	r = parse_string(p, &name);
	if (!r)
		r = keep_name(p, name, &ret->name);
	if (r < 0)
		return r;
	skip_space(p);
	if (peek(p) != ':')
		return fail(p, "expected ':'");
	advance(p, 1);
	return parse_value(p, &ret->value);
}

static int parse_object(struct parser *p, struct json *ret)
{
	size_t base = p->n_members;
	int more = 1;

	ret->type = JSON_OBJECT;
	advance(p, 1);
	skip_space(p);
	if (peek(p) == '}') {
		advance(p, 1);
		return 0;
	}
	while (more > 0) {
		struct json_member member = {0};
		int r = parse_member(p, &member);

		if (!r)
			r = push_member(p, &member);
		if (r < 0)
			return r;
		more = parse_separator(p, '}', "expected ',' or '}'");
	}
	if (more < 0)
		return more;
	ret->count = (unsigned)(p->n_members - base);
	ret->members = keep(p, p->members + base, ret->count,
			    sizeof(struct json_member));
	p->n_members = base;
	if (!ret->members)
		return -E2BIG;
	ret->has_duplicates = names_repeat(p->arena, ret);
	return 0;
}

static int parse_nested(struct parser *p, struct json *ret)
{
	int r;

	if (p->depth == JSON_DEPTH_MAX)
		return err_set(p->err, E2BIG,
			       "line %d, column %d: nested deeper than %d",
			       p->line, p->column, JSON_DEPTH_MAX);
	p->depth++;
	r = peek(p) == '[' ? parse_array(p, ret) : parse_object(p, ret);
	p->depth--;
	return r;
}

static int parse_text(struct parser *p, struct json *ret)
{
	struct span text;
	int r = parse_string(p, &text);

	return r ? r : keep_text(p, text, &ret->text);
}

static int parse_value(struct parser *p, struct json *ret)
{
	int c;

	skip_space(p);
	ret->line = p->line;
	ret->column = p->column;
	c = peek(p);
	if (c == '[' || c == '{')
		return parse_nested(p, ret);
	if (c == '"') {
		ret->type = JSON_STRING;
		return parse_text(p, ret);
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return parse_number(p, ret);
	return parse_word(p, ret);
}

int json_parse(struct arena *arena, struct span text, const struct json **ret,
	       struct err *err)
{
	struct parser p = {.arena = arena,
			   .text = text,
			   .line = 1,
			   .column = 1,
			   .string = BUF_INIT(text.len),
			   .err = err};
	struct json *root = arena_alloc(arena, sizeof(*root));
	int r = parse_value(&p, root);

	if (!r) {
		skip_space(&p);
		if (!at_end(&p))
			r = fail(&p, "expected the end of the text");
	}
	buf_release(&p.string);
	free(p.values);
	free(p.members);
	if (!r)
		*ret = root;
	return r;
}
