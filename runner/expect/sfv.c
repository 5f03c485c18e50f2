/* The parsing algorithms of RFC 9651 section 4.2, one function each. */
#include "runner/expect/sfv.h"

#include <ctype.h>
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"

struct parser {
	struct arena *arena;
	const char *start, *p, *end;
	struct err *err;
};

static int fail(struct parser *p, const char *what)
{
	return err_set(p->err, EINVAL, "column %td: %s", p->p - p->start + 1,
		       what);
}

static int peek(const struct parser *p)
{
	return p->p < p->end ? (unsigned char)*p->p : -1;
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != (unsigned char)c)
		return false;
	p->p++;
	return true;
}

static void skip_spaces(struct parser *p)
{
	while (take(p, ' '))
		;
}

static void skip_ows(struct parser *p)
{
	while (take(p, ' ') || take(p, '\t'))
		;
}

static bool is_token_char(int c)
{
	return c > 0 && (isalnum(c) || strchr("!#$%&'*+-.^_`|~:/", c));
}

/* 4.2.4: integers of 15 digits, decimals of 12 and 3. */
static int parse_number(struct parser *p, struct sfv_value *ret)
{
	bool negative = take(p, '-');
	int whole = 0, fraction = 0;
	int64_t n = 0;

	for (; isdigit(peek(p)) && whole < 16; whole++)
		n = n * 10 + *p->p++ - '0';
	ret->type = SFV_INTEGER;
	if (!whole || whole > 15)
		return fail(p, "expected a number of at most 15 digits");
	if (take(p, '.')) {
		if (whole > 12)
			return fail(p, "a decimal has at most 12 digits");
		for (; isdigit(peek(p)) && fraction < 4; fraction++)
			n = n * 10 + *p->p++ - '0';
		if (!fraction || fraction > 3)
			return fail(p, "expected one to three decimals");
		for (int i = fraction; i < 3; i++)
			n *= 10;
		ret->type = SFV_DECIMAL;
	}
	ret->number = negative ? -n : n;
	return 0;
}

/* 4.2.5 */
static int parse_string(struct parser *p, struct sfv_value *ret)
{
	char *out = arena_alloc(p->arena, (size_t)(p->end - p->p) + 1);
	size_t n = 0;

	p->p++;
	while (!take(p, '"')) {
		int c = peek(p);

		if (c == '\\') {
			p->p++;
			c = peek(p);
			if (c != '"' && c != '\\')
				return fail(p, "no such escape");
		}
		if (c < 0x20 || c > 0x7e)
			return fail(p, "character not allowed in a string");
		out[n++] = (char)c;
		p->p++;
	}
	ret->type = SFV_STRING;
	ret->text = (struct span){ out, n };
	return 0;
}

/* 4.2.6 */
static int parse_token(struct parser *p, struct sfv_value *ret)
{
	const char *start = p->p;

	while (is_token_char(peek(p)))
		p->p++;
	ret->type = SFV_TOKEN;
	ret->text = (struct span){ start, (size_t)(p->p - start) };
	return 0;
}

static int base64_value(int c)
{
	if (isupper(c))
		return c - 'A';
	if (islower(c))
		return c - 'a' + 26;
	if (isdigit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* 4.2.7; padding may be missing, as the RFC lets parsers allow. */
static int parse_bytes(struct parser *p, struct sfv_value *ret)
{
	unsigned char *out = arena_alloc(p->arena, (size_t)(p->end - p->p));
	size_t n = 0;
	unsigned bits = 0;
	int n_bits = 0;

	p->p++;
	while (base64_value(peek(p)) >= 0) {
		bits = bits << 6 | (unsigned)base64_value(*p->p++);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		out[n++] = (unsigned char)(bits >> n_bits);
	}
	while (take(p, '='))
		;
	if (n_bits == 6 || !take(p, ':'))
		return fail(p, "no base64 in a byte sequence");
	ret->type = SFV_BYTES;
	ret->text = (struct span){ (char *)out, n };
	return 0;
}

/* 4.2.8 */
static int parse_boolean(struct parser *p, struct sfv_value *ret)
{
	p->p++;
	ret->type = SFV_BOOLEAN;
	ret->truth = peek(p) == '1';
	if (!take(p, '0') && !take(p, '1'))
		return fail(p, "expected ?0 or ?1");
	return 0;
}

/* 4.2.9 */
static int parse_date(struct parser *p, struct sfv_value *ret)
{
	p->p++;
	if (parse_number(p, ret) < 0)
		return -EINVAL;
	if (ret->type != SFV_INTEGER)
		return fail(p, "a date is a whole number of seconds");
	ret->type = SFV_DATE;
	return 0;
}

static int hex_value(int c)
{
	return isdigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 4.2.10 */
static int parse_display_string(struct parser *p, struct sfv_value *ret)
{
	char *out = arena_alloc(p->arena, (size_t)(p->end - p->p) + 1);
	size_t n = 0;

	p->p++;
	if (!take(p, '"'))
		return fail(p, "expected `\"` behind `%`");
	while (!take(p, '"')) {
		int c = peek(p), high, low;

		if (c < 0x20 || c > 0x7e)
			return fail(p, "character not allowed here");
		p->p++;
		if (c == '%') {
			high = p->end - p->p < 2 ? -1 : hex_value(p->p[0]);
			low = p->end - p->p < 2 ? -1 : hex_value(p->p[1]);
			if (high < 0 || low < 0)
				return fail(p, "expected %xx in lower case");
			c = high * 16 + low;
			p->p += 2;
		}
		out[n++] = (char)c;
	}
	ret->type = SFV_DISPLAY_STRING;
	ret->text = (struct span){ out, n };
	return text_is_utf8(ret->text) ? 0 : fail(p, "is not UTF-8");
}

/* 4.2.3.1 */
static int parse_bare(struct parser *p, struct sfv_value *ret)
{
	int c = peek(p);

	if (c == '-' || isdigit(c))
		return parse_number(p, ret);
	if (c == '"')
		return parse_string(p, ret);
	if (c == '*' || isalpha(c))
		return parse_token(p, ret);
	if (c == ':')
		return parse_bytes(p, ret);
	if (c == '?')
		return parse_boolean(p, ret);
	if (c == '@')
		return parse_date(p, ret);
	if (c == '%')
		return parse_display_string(p, ret);
	return fail(p, "expected a value");
}

/* 4.2.3.3 */
static int parse_key(struct parser *p, struct span *ret)
{
	const char *start = p->p;

	if (!islower(peek(p)) && peek(p) != '*')
		return fail(p, "expected a key in lower case");
	while (islower(peek(p)) || isdigit(peek(p)) ||
	       (peek(p) > 0 && strchr("_-.*", peek(p))))
		p->p++;
	*ret = (struct span){ start, (size_t)(p->p - start) };
	return 0;
}

/* The place for `name`: the one it has already, or a new one. */
static struct sfv_param *param_slot(struct parser *p, struct sfv_member *m,
				    struct span name)
{
	for (size_t i = 0; i < m->n_params; i++)
		if (span_equal(m->params[i].name, name))
			return &m->params[i];
	if (m->n_params == SFV_MEMBERS_MAX)
		return NULL;
	if ((m->n_params & (m->n_params - 1)) == 0)
		m->params = arena_grow(p->arena, m->params, m->n_params,
				       m->n_params ? m->n_params * 2 : 1,
				       sizeof(*m->params));
	return &m->params[m->n_params++];
}

/* 4.2.3.2 */
static int parse_params(struct parser *p, struct sfv_member *m)
{
	while (take(p, ';')) {
		struct sfv_param param = {
			.value = { .type = SFV_BOOLEAN, .truth = true }
		};
		struct sfv_param *slot;

		skip_spaces(p);
		if (parse_key(p, &param.name) < 0)
			return -EINVAL;
		if (take(p, '=')) {
			param.value = (struct sfv_value){ 0 };
			if (parse_bare(p, &param.value) < 0)
				return -EINVAL;
		}
		slot = param_slot(p, m, param.name);
		if (!slot)
			return fail(p, "too many parameters");
		*slot = param;
	}
	return 0;
}

static int parse_item(struct parser *p, struct sfv_member *m)
{
	return parse_bare(p, &m->value) < 0 ? -EINVAL : parse_params(p, m);
}

static struct sfv_member *add_member(struct parser *p,
				     struct sfv_member **members, size_t *n)
{
	if (*n == SFV_MEMBERS_MAX)
		return NULL;
	if ((*n & (*n - 1)) == 0)
		*members = arena_grow(p->arena, *members, *n, *n ? *n * 2 : 1,
				      sizeof(**members));
	return &(*members)[(*n)++];
}

/* 4.2.1.2 */
static int parse_inner_list(struct parser *p, struct sfv_member *m)
{
	p->p++;
	m->value.type = SFV_INNER_LIST;
	for (;;) {
		struct sfv_member *item;

		skip_spaces(p);
		if (take(p, ')'))
			return parse_params(p, m);
		item = add_member(p, &m->items, &m->n_items);
		if (!item)
			return fail(p, "too many items");
		if (parse_item(p, item) < 0)
			return -EINVAL;
		if (peek(p) != ' ' && peek(p) != ')')
			return fail(p, "expected a space or `)`");
	}
}

static int parse_member(struct parser *p, struct sfv_member *m)
{
	return peek(p) == '(' ? parse_inner_list(p, m) : parse_item(p, m);
}

/* Behind a member: 1 another follows, 0 the end, -EINVAL. */
static int parse_comma(struct parser *p)
{
	skip_ows(p);
	if (p->p == p->end)
		return 0;
	if (!take(p, ','))
		return fail(p, "expected `,`");
	skip_ows(p);
	return p->p == p->end ? fail(p, "a comma at the end") : 1;
}

/* 4.2.1 */
static int parse_list(struct parser *p, struct sfv *ret)
{
	int r = p->p < p->end;

	while (r > 0) {
		struct sfv_member *m =
			add_member(p, &ret->members, &ret->n_members);

		if (!m)
			return fail(p, "too many members");
		r = parse_member(p, m);
		if (r == 0)
			r = parse_comma(p);
	}
	return r;
}

/* A key that occurs again gets a new value in its old place (4.2.2). */
static struct sfv_member *keyed(struct parser *p, struct sfv *d,
				struct span key)
{
	for (size_t i = 0; i < d->n_members; i++) {
		if (!span_equal(d->members[i].key, key))
			continue;
		memset(&d->members[i], 0, sizeof(*d->members));
		return &d->members[i];
	}
	return add_member(p, &d->members, &d->n_members);
}

static int parse_dictionary(struct parser *p, struct sfv *ret)
{
	int r = p->p < p->end;

	while (r > 0) {
		struct span key;
		struct sfv_member *m;

		if (parse_key(p, &key) < 0)
			return -EINVAL;
		m = keyed(p, ret, key);
		if (!m)
			return fail(p, "too many members");
		m->key = key;
		m->value = (struct sfv_value){ .type = SFV_BOOLEAN,
					       .truth = true };
		r = take(p, '=') ? parse_member(p, m) : parse_params(p, m);
		if (r == 0)
			r = parse_comma(p);
	}
	return r;
}

static int parse_kind(struct parser *p, enum sfv_kind kind, struct sfv *ret)
{
	if (kind == SFV_LIST)
		return parse_list(p, ret);
	if (kind == SFV_DICTIONARY)
		return parse_dictionary(p, ret);
	return parse_item(p, add_member(p, &ret->members, &ret->n_members));
}

int sfv_parse(struct arena *arena, enum sfv_kind kind, struct span text,
	      const struct sfv **ret, struct err *err)
{
	const char *copy = arena_memdup(arena, text.data, text.len);
	struct parser p = { arena, copy, copy, copy + text.len, err };
	struct sfv *field = arena_alloc(arena, sizeof(*field));

	skip_spaces(&p);
	if (parse_kind(&p, kind, field) < 0)
		return -EINVAL;
	skip_spaces(&p);
	if (p.p != p.end)
		return fail(&p, "more than one value");
	*ret = field;
	return 0;
}

const struct sfv_member *sfv_get(const struct sfv *field, const char *key)
{
	for (size_t i = 0; i < field->n_members; i++)
		if (span_is(field->members[i].key, key))
			return &field->members[i];
	return NULL;
}

const struct sfv_value *sfv_param(const struct sfv_member *member,
				  const char *name)
{
	for (size_t i = 0; i < member->n_params; i++)
		if (span_is(member->params[i].name, name))
			return &member->params[i].value;
	return NULL;
}
