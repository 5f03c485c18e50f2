/* Which checks a script makes, and how its points are shared among them. */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/reader.h"

/* One check's own points (-1: none) and where its weight goes. */
struct share {
	int points;
	int *weight;
};

static void add(struct share *ret, size_t *n, struct marks *marks)
{
	if (ret)
		ret[*n] = (struct share){marks->points, &marks->weight};
	++*n;
}

/* Every check of an entry, in the order of their lines; counts if !ret. */
static size_t checks_of(struct entry *e, struct share *ret)
{
	struct expectation *x = &e->expect;
	size_t n = 0;

	if (x->present && (x->status || x->version.len))
		add(ret, &n, &x->marks);
	for (size_t i = 0; i < x->headers.n; i++)
		add(ret, &n, &x->headers.items[i].marks);
	for (size_t i = 0; i < x->n_asserts; i++)
		add(ret, &n, &x->asserts[i].marks);
	if (x->body.kind != BODY_NONE)
		add(ret, &n, &x->body.marks);
	for (int i = 0; e->marks.extra && i < EXTRA_N_KINDS; i++) {
		if (!(e->marks.extra->has & 1u << i))
			continue;
		if (ret)
			ret[n] =
				(struct share){-1, &e->marks.extra->weights[i]};
		n++;
	}
	return n;
}

static int weigh_entry(struct reader *r, struct entry *e, int *points)
{
	size_t n = checks_of(e, NULL), sharing = 0, nth = 0;
	struct share *checks = arena_array(r->arena, n + 1, sizeof(*checks));
	int pot = e->marks.points > 0 ? e->marks.points : 0;

	checks_of(e, checks);
	for (size_t i = 0; i < n; i++) {
		sharing += checks[i].points < 0;
		*points += checks[i].points > 0 ? checks[i].points : 0;
	}
	if (pot && !sharing)
		return reader_fail(r, e->marks.at,
				   "these points have no check "
				   "to be earned with");
	for (size_t i = 0; i < n; i++) {
		int weight = checks[i].points;

		if (weight < 0 && pot)
			weight = pot / (int)sharing +
				 ((int)nth++ < pot % (int)sharing);
		*checks[i].weight = weight > 0 ? weight : 1;
	}
	*points += pot;
	return 0;
}

static bool is_known(const struct marks *m, const char *id)
{
	return m->id && !strcmp(m->id, id);
}

/* Is `id` of something above entry `n`, or in it above the asserts' end? */
static bool id_is_above(const struct script *script, size_t n, const char *id)
{
	for (size_t i = 0; i <= n; i++) {
		const struct entry *e = &script->entries[i];

		if (i < n && is_known(&e->marks, id))
			return true;
		for (size_t k = 0; k < e->expect.n_asserts; k++)
			if (is_known(&e->expect.asserts[k].marks, id))
				return true;
		if (is_known(&e->expect.marks, id))
			return true;
	}
	return false;
}

static int check_needs(struct reader *r, const struct script *script, size_t n,
		       const struct marks *m)
{
	for (size_t i = 0; i < m->n_needs; i++)
		if (!id_is_above(script, n, m->needs[i]))
			return reader_fail(r, m->at,
					   "needs `%s`, but no check "
					   "above has this id",
					   m->needs[i]);
	return 0;
}

static int no_structured(struct reader *r, const struct marks *m)
{
	if (!m->structured)
		return 0;
	return reader_fail(r, m->at,
			   "`structured` is for an assert or a capture of a "
			   "header");
}

static int no_extra(struct reader *r, const struct marks *m)
{
	if (!m->extra && !m->cause)
		return 0;
	return reader_fail(r, m->at,
			   "this directive is for a whole request, "
			   "and stands above it");
}

static int check_extras(struct reader *r, const struct entry *e)
{
	int rc = no_extra(r, &e->expect.marks);

	if (!rc)
		rc = no_structured(r, &e->marks);
	if (!rc)
		rc = no_structured(r, &e->expect.marks);
	if (!rc)
		rc = no_structured(r, &e->expect.body.marks);
	if (!rc)
		rc = no_extra(r, &e->expect.body.marks);
	for (size_t i = 0; !rc && i < e->expect.n_asserts; i++)
		rc = no_extra(r, &e->expect.asserts[i].marks);
	for (size_t i = 0; !rc && i < e->expect.n_captures; i++)
		rc = no_extra(r, &e->expect.captures[i].marks);
	for (size_t i = 0; !rc && i < e->expect.headers.n; i++)
		rc = no_extra(r, &e->expect.headers.items[i].marks)
			     ? -EINVAL
			     : no_structured(r,
					     &e->expect.headers.items[i].marks);
	return rc;
}

static int check_entry_needs(struct reader *r, const struct script *script,
			     size_t n)
{
	const struct entry *e = &script->entries[n];
	int rc = check_needs(r, script, n, &e->marks);

	for (size_t i = 0; !rc && i < e->expect.n_asserts; i++)
		rc = check_needs(r, script, n, &e->expect.asserts[i].marks);
	return rc;
}

int script_weigh(struct reader *r, struct script *script)
{
	for (size_t i = 0; i < script->n_entries; i++) {
		struct entry *e = &script->entries[i];

		if (check_extras(r, e) || weigh_entry(r, e, &script->points) ||
		    check_entry_needs(r, script, i))
			return -EINVAL;
		script->n_checks += checks_of(e, NULL);
	}
	return 0;
}

const char *script_file(const struct script *script)
{
	return script->file;
}

int script_points(const struct script *script)
{
	return script->points;
}

size_t script_checks(const struct script *script)
{
	return script->n_checks;
}

static void add_spec(struct arena *arena, struct list *list,
		     const struct marks *m)
{
	if (m->spec)
		*(struct script_spec *)list_add(arena, list,
						sizeof(struct script_spec)) =
			(struct script_spec){m->spec, m->at.line, m->at.column};
}

const struct script_spec *
script_specs(struct arena *arena, const struct script *script, size_t *ret_n)
{
	struct list list = {0};

	for (size_t i = 0; i < script->n_entries; i++) {
		const struct entry *e = &script->entries[i];
		const struct expectation *x = &e->expect;

		add_spec(arena, &list, &e->marks);
		add_spec(arena, &list, &x->marks);
		for (size_t k = 0; k < x->n_captures; k++)
			add_spec(arena, &list, &x->captures[k].marks);
		for (size_t k = 0; k < x->headers.n; k++)
			add_spec(arena, &list, &x->headers.items[k].marks);
		for (size_t k = 0; k < x->n_asserts; k++)
			add_spec(arena, &list, &x->asserts[k].marks);
		add_spec(arena, &list, &x->body.marks);
	}
	*ret_n = list.n;
	return list.items;
}

static void add_duration(struct arena *arena, struct list *list,
			 const struct query *q)
{
	if (q->kind == QUERY_DURATION)
		*(struct script_place *)list_add(arena, list,
						 sizeof(struct script_place)) =
			(struct script_place){q->at.line, q->at.column};
}

const struct script_place *script_durations(struct arena *arena,
					    const struct script *script,
					    size_t *ret_n)
{
	struct list list = {0};

	for (size_t i = 0; i < script->n_entries; i++) {
		const struct expectation *x = &script->entries[i].expect;

		for (size_t k = 0; k < x->n_captures; k++)
			add_duration(arena, &list, &x->captures[k].query);
		for (size_t k = 0; k < x->n_asserts; k++)
			add_duration(arena, &list, &x->asserts[k].query);
	}
	*ret_n = list.n;
	return list.items;
}
