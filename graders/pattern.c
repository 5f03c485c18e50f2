/* pattern -- generate from a small regular expression. */
#include "graders/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/prng.h"

#define REPEAT_MAX  200 /* of {n,m} */
#define REPEAT_OPEN 4   /* how often * and + repeat at most */
#define DEPTH_MAX   16
#define DRAW_MAX    8192

struct atom {
	char set[128]; /* the characters it may be, when it is no group */
	size_t n_set;
	const struct choice *group;
	int low, high;
	struct atom *next;
};

struct branch {
	const struct atom *atoms;
	struct branch *next;
};

struct choice {
	struct branch *branches;
	size_t n;
};

struct pattern {
	struct choice all;
	bool can[128]; /* characters that may occur anywhere */
	int low, high; /* length of what it matches */
};

struct parser {
	struct arena *arena;
	const char *in;
	struct pattern *p;
	struct err *err;
	int depth;
};

static int parse_choice(struct parser *ps, struct choice *ret);

static void add_range(struct atom *atom, int from, int to)
{
	for (int c = from; c <= to; c++)
		if (!memchr(atom->set, c, atom->n_set))
			atom->set[atom->n_set++] = (char)c;
}

static void add_word(struct atom *atom)
{
	add_range(atom, 'a', 'z');
	add_range(atom, 'A', 'Z');
	add_range(atom, '0', '9');
	add_range(atom, '_', '_');
}

/* The character after a backslash. */
static int parse_escape(struct parser *ps, struct atom *atom)
{
	int c = (unsigned char)*ps->in;

	if (c & 0x80)
		return err_set(ps->err, EINVAL, "only ASCII is understood");
	if (!c || (isalnum(c) && !strchr("dw", c)))
		return err_set(ps->err, EINVAL, "\\%c is not understood",
			       c ? c : ' ');
	ps->in++;
	if (c == 'd')
		add_range(atom, '0', '9');
	else if (c == 'w')
		add_word(atom);
	else
		add_range(atom, c, c);
	return 0;
}

static int parse_class(struct parser *ps, struct atom *atom)
{
	if (*ps->in == '^')
		return err_set(ps->err, EINVAL, "[^ is not understood");
	while (*ps->in && *ps->in != ']') {
		int from = (unsigned char)*ps->in++, to = from;

		if (from & 0x80)
			return err_set(ps->err, EINVAL, "a class of ASCII "
				       "characters is needed");
		if (from == '\\') {
			if (parse_escape(ps, atom) < 0)
				return -EINVAL;
			continue;
		}
		if (*ps->in == '-' && ps->in[1] && ps->in[1] != ']') {
			to = (unsigned char)ps->in[1];
			ps->in += 2;
		}
		if (to < from)
			return err_set(ps->err, EINVAL, "a range goes "
				       "backwards");
		add_range(atom, from, to);
	}
	if (*ps->in++ != ']' || !atom->n_set)
		return err_set(ps->err, EINVAL, "a class is empty or open");
	return 0;
}

static int parse_group(struct parser *ps, struct atom *atom)
{
	struct choice *group = arena_alloc(ps->arena, sizeof(*group));

	if (!strncmp(ps->in, "?:", 2))
		ps->in += 2;
	else if (*ps->in == '?')
		return err_set(ps->err, EINVAL, "(? is not understood");
	if (++ps->depth > DEPTH_MAX)
		return err_set(ps->err, EINVAL, "nested too deep");
	if (parse_choice(ps, group) < 0)
		return -EINVAL;
	ps->depth--;
	if (*ps->in++ != ')')
		return err_set(ps->err, EINVAL, "\")\" is missing");
	atom->group = group;
	return 0;
}

static int parse_count(struct parser *ps, int *ret)
{
	char *end = NULL;
	long n = isdigit((unsigned char)*ps->in) ? strtol(ps->in, &end, 10) :
						   -1;

	if (n < 0 || n > REPEAT_MAX)
		return err_set(ps->err, EINVAL, "a count from 0 to %d is "
			       "needed after {", REPEAT_MAX);
	ps->in = end;
	*ret = (int)n;
	return 0;
}

static int parse_braces(struct parser *ps, struct atom *atom)
{
	ps->in++;
	if (parse_count(ps, &atom->low) < 0)
		return -EINVAL;
	atom->high = atom->low;
	if (*ps->in == ',') {
		ps->in++;
		atom->high = atom->low + REPEAT_OPEN;
		if (*ps->in != '}' && parse_count(ps, &atom->high) < 0)
			return -EINVAL;
	}
	if (*ps->in++ != '}' || atom->high < atom->low)
		return err_set(ps->err, EINVAL, "{n,m} is wrong");
	return 0;
}

static int parse_repeat(struct parser *ps, struct atom *atom)
{
	atom->low = atom->high = 1;
	switch (*ps->in) {
	case '?':
		atom->low = 0;
		break;
	case '*':
		atom->low = 0;
		atom->high = REPEAT_OPEN;
		break;
	case '+':
		atom->high = 1 + REPEAT_OPEN;
		break;
	case '{':
		return parse_braces(ps, atom);
	default:
		return 0;
	}
	ps->in++;
	return 0;
}

static int parse_one(struct parser *ps, struct atom *atom)
{
	int c = (unsigned char)*ps->in++;

	if (c & 0x80)
		return err_set(ps->err, EINVAL, "only ASCII is understood");
	if (c == '\\')
		return parse_escape(ps, atom);
	if (c == '[')
		return parse_class(ps, atom);
	if (c == '(')
		return parse_group(ps, atom);
	if (strchr("?*+{}^$", c))
		return err_set(ps->err, EINVAL, "\"%c\" stands alone", c);
	if (c == '.')
		add_word(atom);
	else
		add_range(atom, c, c);
	return 0;
}

static int parse_branch(struct parser *ps, struct branch *branch)
{
	struct atom *first = NULL, **tail = &first;

	while (*ps->in && !strchr("|)", *ps->in)) {
		struct atom *atom;

		if (*ps->in == '^' || *ps->in == '$') {
			ps->in++; /* whole strings anyway */
			continue;
		}
		if (*ps->in == '.')
			memset(ps->p->can, true, sizeof(ps->p->can));
		atom = arena_alloc(ps->arena, sizeof(*atom));
		if (parse_one(ps, atom) < 0 || parse_repeat(ps, atom) < 0)
			return -EINVAL;
		for (size_t i = 0; i < atom->n_set; i++)
			ps->p->can[(unsigned char)atom->set[i]] = true;
		*tail = atom;
		tail = &atom->next;
	}
	branch->atoms = first;
	return 0;
}

static int parse_choice(struct parser *ps, struct choice *ret)
{
	struct branch **tail = &ret->branches;
	struct branch *branch;

	for (;;) {
		branch = arena_alloc(ps->arena, sizeof(*branch));
		if (parse_branch(ps, branch) < 0)
			return -EINVAL;
		*tail = branch;
		tail = &branch->next;
		ret->n++;
		if (*ps->in != '|')
			return 0;
		ps->in++;
	}
}

/* sum + n * len, but never more than what is too long anyway. */
static int bounded(int sum, int n, int len)
{
	int64_t all = sum + (int64_t)n * len;

	return all < DRAW_MAX ? (int)all : DRAW_MAX;
}

static void measure(const struct choice *choice, int *low, int *high)
{
	*low = INT32_MAX;
	*high = 0;
	for (const struct branch *b = choice->branches; b; b = b->next) {
		int branch_low = 0, branch_high = 0;

		for (const struct atom *a = b->atoms; a; a = a->next) {
			int one_low = 1, one_high = 1;

			if (a->group)
				measure(a->group, &one_low, &one_high);
			branch_low = bounded(branch_low, a->low, one_low);
			branch_high = bounded(branch_high, a->high, one_high);
		}
		if (branch_low < *low)
			*low = branch_low;
		if (branch_high > *high)
			*high = branch_high;
	}
}

int pattern_compile(struct arena *arena, const char *text,
		    const struct pattern **ret, struct err *err)
{
	struct pattern *p = arena_alloc(arena, sizeof(*p));
	struct parser ps = { .arena = arena, .in = text, .p = p, .err = err };

	if (parse_choice(&ps, &p->all) < 0)
		return -EINVAL;
	if (*ps.in)
		return err_set(err, EINVAL, "\")\" stands alone");
	measure(&p->all, &p->low, &p->high);
	if (p->high > DRAW_MAX / 2)
		return err_set(err, EINVAL, "it matches strings that are too "
			       "long");
	*ret = p;
	return 0;
}

static void draw(const struct choice *choice, struct prng *prng,
		 struct buf *out)
{
	const struct branch *b = choice->branches;

	for (int64_t i = prng_range(prng, 1, (int64_t)choice->n); i > 1; i--)
		b = b->next;
	for (const struct atom *a = b->atoms; a; a = a->next) {
		int64_t n = prng_range(prng, a->low, a->high);

		for (int64_t i = 0; i < n; i++) {
			if (a->group)
				draw(a->group, prng, out);
			else
				buf_add_char(out, a->set[prng_range(
					prng, 0, (int64_t)a->n_set - 1)]);
		}
	}
}

const char *pattern_draw(const struct pattern *p, struct prng *prng,
			 struct arena *arena)
{
	AUTO_BUF out = BUF_INIT(DRAW_MAX);

	draw(&p->all, prng, &out);
	return arena_memdup(arena, buf_str(&out), buf_span(&out).len);
}

/* Letters of the other case, when no letter of it can occur. */
static char *other_case(const struct pattern *p, const char *good,
			struct arena *arena)
{
	char *bad = arena_strdup(arena, good);
	bool changed = false;

	for (char *c = bad; *c; c++) {
		int other = islower((unsigned char)*c) ?
				    toupper((unsigned char)*c) :
				    tolower((unsigned char)*c);

		if (other != *c && !p->can[other]) {
			*c = (char)other;
			changed = true;
		}
	}
	return changed ? bad : NULL;
}

const char *const *pattern_misses(const struct pattern *p, struct prng *prng,
				  struct arena *arena)
{
	const char **list = arena_array(arena, 8, sizeof(*list));
	const char *good = pattern_draw(p, prng, arena);
	size_t n = 0;

	if (p->low > 0)
		list[n++] = "";
	for (const char *c = "!~%"; *c; c++) {
		if (p->can[(unsigned char)*c])
			continue;
		list[n++] = arena_printf(arena, "%s%c", good, *c);
		list[n++] = arena_printf(arena, "%c%s", *c, good);
		break;
	}
	if (p->low == p->high && p->low > 1)
		list[n++] = arena_memdup(arena, good, strlen(good) - 1);
	list[n] = other_case(p, good, arena);
	return list;
}
