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
	for (size_t i = 0; i < e->marks.n_checks; i++, n++)
		if (ret)
			ret[n] = (struct share){-1, &e->marks.checks[i].weight};
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

int script_weigh(struct reader *r, struct script *script)
{
	for (size_t i = 0; i < script->n_entries; i++) {
		struct entry *e = &script->entries[i];

		if (weigh_entry(r, e, &script->points))
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
