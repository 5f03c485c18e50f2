/* Variables, templates, operands, files. */
#include "runner/expect/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/expect/date.h"
#include "runner/expect/regex.h"

#define RENDER_MAX (16u << 20)
#define FILE_MAX   (16u << 20)

static struct variable *find(struct state *s, struct span name)
{
	for (size_t i = 0; i < s->n_variables; i++)
		if (span_equal(s->variables[i].name, name))
			return &s->variables[i];
	return NULL;
}

bool state_is_full(const struct state *s)
{
	return arena_bytes(s->run) - s->run_base > STATE_MEMORY_MAX;
}

int state_set(struct state *s, struct span name, const struct value *value)
{
	struct variable *v = find(s, name);
	struct value copy;

	if (state_is_full(s) || value_copy(s->run, value, &copy))
		return -E2BIG;
	if (!v && s->n_variables == STATE_VARIABLES_MAX)
		return -E2BIG;
	if (!v && s->n_variables == s->cap_variables) {
		s->cap_variables = s->cap_variables ? s->cap_variables * 2 : 16;
		s->variables =
			arena_grow(s->run, s->variables, s->n_variables,
				   s->cap_variables, sizeof(*v));
	}
	if (!v) {
		v = &s->variables[s->n_variables++];
		v->name.data = arena_memdup(s->run, name.data, name.len);
		v->name.len = name.len;
	}
	v->value = copy;
	return 0;
}

static struct span from_set(struct state *s, struct prng *prng, size_t n,
			    const char *set)
{
	char *out = arena_alloc(s->arena, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = set[prng_range(prng, 0, (int64_t)strlen(set) - 1)];
	return span_of(out);
}

/* Text that breaks what escapes too little, and what encodes too little. */
static struct span draw_text(struct state *s, struct prng *prng)
{
	return span_of(arena_printf(
		s->arena,
		"%s \"%s\" & <b>%s</b> %s' \\ "
		"na\xc3\xafve \xe2\x82\xac%s",
		prng_word(prng, s->arena, 5), prng_word(prng, s->arena, 4),
		prng_word(prng, s->arena, 4), prng_word(prng, s->arena, 3),
		prng_word(prng, s->arena, 5)));
}

/* rand_KIND and rand_KIND_NAME: false when the name is neither. */
static bool draw(struct state *s, struct span name, struct value *ret)
{
	static const char *const kinds[] = {"word", "upper", "digits", "int",
					    "text"};
	const char *label = arena_printf(s->arena, "%s/%.*s", s->host->label,
					 (int)name.len, name.data);
	struct span rest;
	struct prng prng;
	size_t i, n;

	if (!span_starts(name, SPAN_LIT("rand_")))
		return false;
	rest = (struct span){name.data + 5, name.len - 5};
	n = span_find(rest, SPAN_LIT("_"));
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (span_is((struct span){rest.data, n}, kinds[i]))
			break;
	prng_init(&prng, s->host->seed, label);
	*ret = (struct value){.type = VALUE_STRING};
	switch (i) {
	case 0: ret->text = span_of(prng_word(&prng, s->arena, 9)); break;
	case 1:
		ret->text = from_set(s, &prng, 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		break;
	case 2: ret->text = from_set(s, &prng, 4, "0123456789"); break;
	case 3:
		*ret = value_of_int(s->arena, prng_range(&prng, 1, 9999));
		break;
	case 4: ret->text = draw_text(s, &prng); break;
	default: return false;
	}
	return true;
}

const struct value *state_variable(struct state *s, struct span name)
{
	struct arena *arena = s->arena;
	struct variable *v = find(s, name);
	struct value drawn;

	/* What is drawn once stays for the whole run. */
	s->arena = s->run;
	if (!v && draw(s, name, &drawn) && !state_set(s, name, &drawn))
		v = find(s, name);
	s->arena = arena;
	return v ? &v->value : NULL;
}

/* A version 4 UUID of the run's seed: scripts must be reproducible. */
static struct value new_uuid(struct state *s, const struct expr *expr)
{
	struct prng prng;
	uint64_t a, b;

	prng_init(&prng, s->host->seed,
		  arena_printf(s->arena, "%s/uuid-%d-%d-%zu", s->host->label,
			       expr->at.line, expr->at.column,
			       s->result->requests));
	a = prng_next(&prng);
	b = prng_next(&prng);
	return VALUE_TEXT(span_of(arena_printf(
		s->arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
		(unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		(unsigned long long)(b & 0xffffffffffff))));
}

int state_expr(struct state *s, const struct expr *expr, struct value *ret,
	       const char **why)
{
	const struct value *v;

	switch (expr->kind) {
	case EXPR_NEW_DATE: *ret = date_now(); break;
	case EXPR_NEW_UUID: *ret = new_uuid(s, expr); break;
	case EXPR_GET_ENV:
	case EXPR_VARIABLE:
		v = state_variable(s, expr->name);
		if (!v) {
			s->missing = expr->name;
			s->missing_at = expr->at;
			*why = arena_printf(s->arena,
					    "the variable %.*s is "
					    "not defined",
					    (int)expr->name.len,
					    expr->name.data);
			return -ENODATA;
		}
		*ret = *v;
	}
	return state_filters(s, expr->filters, expr->n_filters, ret, why);
}

/* Inside the quotes of a JSON string, what is put in must stay inside. */
static int add_escaped(struct state *s, struct span text, struct buf *out)
{
	struct json json = {.type = JSON_STRING, .text = text};
	AUTO_BUF quoted = BUF_INIT(RENDER_MAX);
	int r = json_print(&json, &quoted);

	(void)s;
	return r ? r : buf_add(out, quoted.data + 1, quoted.len - 2);
}

static int render_piece(struct state *s, const struct piece *p, struct buf *out,
			const char **why)
{
	struct value v;
	int r;

	if (!p->expr)
		return buf_add_span(out, p->text);
	r = state_expr(s, p->expr, &v, why);
	if (r < 0)
		return r;
	return p->in_string ? add_escaped(s, value_render(s->arena, &v), out)
			    : buf_add_span(out, value_render(s->arena, &v));
}

int state_render(struct state *s, const struct template *t, struct span *ret,
		 const char **why)
{
	AUTO_BUF out = BUF_INIT(RENDER_MAX);

	for (size_t i = 0; i < t->n; i++) {
		int r = render_piece(s, &t->pieces[i], &out, why);

		if (r == -EMSGSIZE)
			*why = "the text grew beyond the ceiling";
		if (r < 0)
			return r;
	}
	ret->data = arena_memdup(s->arena, buf_str(&out), out.len);
	ret->len = out.len;
	return 0;
}

/* Below the script's folder, and never through a link out of it. */
static bool stays_below(struct span name)
{
	if (!name.len || *name.data == '/' || memchr(name.data, 0, name.len))
		return false;
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.data[i] == '.' && name.data[i + 1] == '.' &&
		    (i == 0 || name.data[i - 1] == '/') &&
		    (i + 2 == name.len || name.data[i + 2] == '/'))
			return false;
	return true;
}

int state_file(struct state *s, struct span name, struct span *ret,
	       const char **why)
{
	const char *slash = strrchr(s->script->file, '/'), *path;
	struct err err;

	if (!stays_below(name)) {
		*why = arena_printf(s->arena,
				    "%.*s is outside the script's "
				    "folder",
				    (int)name.len, name.data);
		return -EACCES;
	}
	path = arena_printf(s->arena, "%.*s%.*s",
			    slash ? (int)(slash - s->script->file) + 1 : 0,
			    s->script->file, (int)name.len, name.data);
	if (!file_read(s->arena, path, FILE_MAX, ret, &err))
		return 0;
	*why = arena_strdup(s->arena, err.msg);
	return -EACCES;
}

int state_operand(struct state *s, const struct operand *o, struct value *ret,
		  const char **why)
{
	int r = 0;

	*ret = (struct value){
		.text = o->text, .truth = o->truth, .regex = o->regex};
	switch (o->kind) {
	case OPERAND_NONE: ret->type = VALUE_NONE; break;
	case OPERAND_NULL: ret->type = VALUE_NULL; break;
	case OPERAND_BOOL: ret->type = VALUE_BOOL; break;
	case OPERAND_NUMBER: ret->type = VALUE_NUMBER; break;
	case OPERAND_BYTES: ret->type = VALUE_BYTES; break;
	case OPERAND_REGEX: ret->type = VALUE_REGEX; break;
	case OPERAND_STRING:
		ret->type = VALUE_STRING;
		r = state_render(s, &o->template, &ret->text, why);
		break;
	case OPERAND_FILE:
		ret->type = VALUE_BYTES;
		r = state_render(s, &o->template, &ret->text, why);
		if (!r)
			r = state_file(s, ret->text, &ret->text, why);
		break;
	case OPERAND_EXPR: return state_expr(s, o->expr, ret, why);
	}
	return r;
}
