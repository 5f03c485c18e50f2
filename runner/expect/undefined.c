/* Variables that nothing above their use defines, found without a run. */
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/expect/reader.h"

struct search {
	struct arena *arena;
	struct list known;   /* struct span */
	struct list missing; /* struct script_use */
	bool anything;       /* a name is made at run time: it may be any */
};

static void define(struct search *s, struct span name)
{
	*(struct span *)list_add(s->arena, &s->known, sizeof(name)) = name;
}

static bool is_drawn(struct span name)
{
	static const char *const kinds[] = {"rand_word", "rand_upper",
					    "rand_digits", "rand_int",
					    "rand_text"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct span kind = span_of(kinds[i]);

		if (span_starts(name, kind) &&
		    (name.len == kind.len || name.data[kind.len] == '_'))
			return true;
	}
	return false;
}

static void use(struct search *s, struct span name, struct place at)
{
	const struct span *known = s->known.items;

	for (size_t i = 0; i < s->known.n; i++)
		if (span_equal(known[i], name))
			return;
	if (s->anything || is_drawn(name))
		return;
	*(struct script_use *)list_add(s->arena, &s->missing,
				       sizeof(struct script_use)) =
		(struct script_use){
			arena_memdup(s->arena, name.data, name.len), at.line,
			at.column};
}

static void in_filters(struct search *s, const struct filter *f, size_t n);

static void in_expr(struct search *s, const struct expr *expr)
{
	if (expr->kind == EXPR_VARIABLE)
		use(s, expr->name, expr->at);
	in_filters(s, expr->filters, expr->n_filters);
}

static void in_template(struct search *s, const struct template *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->pieces[i].expr)
			in_expr(s, t->pieces[i].expr);
}

static void in_operand(struct search *s, const struct operand *o)
{
	in_template(s, &o->template);
	if (o->expr)
		in_expr(s, o->expr);
}

static void in_filters(struct search *s, const struct filter *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(f[i].args); k++)
			in_operand(s, &f[i].args[k]);
}

static void in_query(struct search *s, const struct query *q)
{
	in_operand(s, &q->arg);
	in_filters(s, q->filters, q->n_filters);
}

static void in_pairs(struct search *s, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		in_template(s, &pairs->items[i].key);
		in_template(s, &pairs->items[i].value);
		in_template(s, &pairs->items[i].type);
	}
}

static void in_options(struct search *s, const struct entry *e)
{
	for (size_t i = 0; i < e->n_options; i++) {
		in_operand(s, &e->options[i].value);
		in_template(s, &e->options[i].text);
		if (e->options[i].kind == HURL_VARIABLE)
			define(s, e->options[i].name);
	}
}

static void define_rows(struct search *s, const struct json *table)
{
	for (size_t i = 0; table && i < table->count; i++)
		for (size_t k = 0; k < table->items[i].count; k++)
			define(s, table->items[i].members[k].name);
}

static void in_request(struct search *s, const struct entry *e)
{
	in_options(s, e);
	in_template(s, &e->url);
	in_pairs(s, &e->headers);
	in_pairs(s, &e->query);
	in_pairs(s, &e->form);
	in_pairs(s, &e->multipart);
	in_pairs(s, &e->cookies);
	in_pairs(s, &e->basic_auth);
	in_template(s, &e->body.text);
}

static void in_captures(struct search *s, const struct expectation *x)
{
	for (size_t i = 0; i < x->n_captures; i++) {
		struct span name;

		in_query(s, &x->captures[i].query);
		in_template(s, &x->captures[i].name);
		if (template_is_plain(&x->captures[i].name, &name))
			define(s, name);
		else
			s->anything = true;
	}
}

static void in_response(struct search *s, const struct expectation *x)
{
	in_captures(s, x);
	in_pairs(s, &x->headers);
	for (size_t i = 0; i < x->n_asserts; i++) {
		in_query(s, &x->asserts[i].query);
		in_operand(s, &x->asserts[i].predicate.operand);
	}
	in_template(s, &x->body.text);
}

static void in_extra(struct search *s, const struct entry *e)
{
	const struct extra *x = e->marks.extra;

	in_template(s, &x->unchanged);
	if (x->same_as.len)
		use(s, x->same_as, e->marks.at);
	if (x->has & 1u << EXTRA_WALK) {
		define(s, SPAN_LIT("walk_items"));
		define(s, SPAN_LIT("walk_pages"));
	}
}

const struct script_use *script_undefined(struct arena *arena,
					  const struct script *script,
					  size_t *ret_n)
{
	struct search s = {.arena = arena};

	define(&s, SPAN_LIT("base"));
	define(&s, SPAN_LIT("seed"));
	for (size_t i = 0; i < script->n_entries; i++) {
		const struct entry *e = &script->entries[i];

		define_rows(&s, e->marks.extra ? e->marks.extra->table : NULL);
		in_request(&s, e);
		in_response(&s, &e->expect);
		if (e->marks.extra)
			in_extra(&s, e);
	}
	*ret_n = s.missing.n;
	return s.missing.items;
}
