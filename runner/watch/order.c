#include "runner/watch/order.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/transcript/record.h"

#define KEPT_MAX 3 /* of those that passed */

struct entry {
	const char *id;
	bool lost;
	size_t requests; /* SIZE_MAX: it was not asked, so nobody knows */
	size_t place;
};

static size_t count_requests(const struct record *r, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i];
		const char *of = json_str(json_get(e->body, "criterion"));

		n += of && !strcmp(e->kind, "request") && !strcmp(of, id);
	}
	return n ? n : SIZE_MAX;
}

static int compare(const void *p, const void *q)
{
	const struct entry *a = p, *b = q;

	if (a->lost != b->lost)
		return a->lost ? -1 : 1;
	if (a->requests != b->requests)
		return a->requests < b->requests ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

const char *const *order_first(struct arena *arena, const struct record *r,
			       size_t *ret_n)
{
	size_t all = r ? r->n_criteria : 0, lost = 0;
	struct entry *entries = arena_array(arena, all + 1, sizeof(*entries));
	const char **ids = arena_array(arena, all + 1, sizeof(*ids));

	for (size_t i = 0; i < all; i++) {
		const struct record_criterion *c = &r->criteria[i];

		entries[i] = (struct entry){
			.id = c->id, .place = i,
			.lost = c->status != STATUS_PASS,
			.requests = count_requests(r, c->id),
		};
		lost += entries[i].lost;
	}
	qsort(entries, all, sizeof(*entries), compare);
	*ret_n = lost ? lost : all < KEPT_MAX ? all : KEPT_MAX;
	for (size_t i = 0; i < *ret_n; i++)
		ids[i] = arena_strdup(arena, entries[i].id);
	return ids;
}
