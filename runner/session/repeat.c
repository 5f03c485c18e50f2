#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/exercise/exercise.h"
#include "runner/session/run.h"
#include "runner/session/watch.h"

/* How often each status came, for each criterion. */
struct tally {
	int counts[STATUS_FLAKY + 1];
	int runs;
	int low, high; /* points, hundredths */
};

static void count(struct tally *tally, enum status status, int points)
{
	if (!tally->runs || points < tally->low)
		tally->low = points;
	if (!tally->runs || points > tally->high)
		tally->high = points;
	tally->counts[status]++;
	tally->runs++;
}

static void count_first(struct run *run, struct tally *tallies)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct record_criterion *criteria =
		arena_array(arena, run->ex->n_criteria, sizeof(*criteria));

	run_verdict(run, arena, criteria);
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (run->criteria[i].selected)
			count(&tallies[i], criteria[i].status,
			      criteria[i].points);
}

static const struct record_criterion *find(const struct record *r,
					   const char *id)
{
	for (size_t i = 0; r && i < r->n_criteria; i++)
		if (strcmp(r->criteria[i].id, id) == 0)
			return &r->criteria[i];
	return NULL;
}

/* A run that did not get that far measured nothing. */
static void count_again(struct run *run, struct arena *arena, int k,
			const struct record *r, struct tally *tallies)
{
	size_t n = run->ex->n_criteria;
	const char **statuses = arena_array(arena, n, sizeof(*statuses));

	for (size_t i = 0; i < n; i++) {
		const struct record_criterion *c =
			find(r, run->criteria[i].c->id);

		if (!run->criteria[i].selected)
			continue;
		count(&tallies[i], c ? c->status : STATUS_NOT_MEASURED,
		      c ? c->points : 0);
		statuses[i] = c ? status_name(c->status) : NULL;
	}
	run_event_repeat(run, k, r ? outcome_name(r->outcome) : "broken",
			 statuses);
}

static void run_once_more(struct run *run, int k, struct tally *tallies)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = NULL;
	struct session_options again = *run->options;
	const struct record *r = NULL;
	struct err err;

	/* The same seed: what differs then is not what was asked. */
	again.repeat = 0;
	again.progress = NULL;
	if (transcript_new(&t, NULL, &err) == 0 &&
	    session_run(arena, run->ex, run->sub, &again, t, &err) == 0 &&
	    record_read(arena, transcript_lines(t), &r, &err) < 0)
		r = NULL;
	if (!watch_is_readable(run->options->interrupt_fd))
		count_again(run, arena, k, r, tallies);
}

/* "pass 3 times, fail 2 times"; NULL when all came to the same. */
static const char *disagreement(struct arena *arena, const struct tally *t)
{
	const char *text = NULL;

	for (int s = 0; s <= STATUS_FLAKY; s++) {
		if (t->counts[s] == t->runs && t->low == t->high)
			return NULL;
		if (t->counts[s])
			text = arena_printf(arena, "%s%s%s %d time%s",
					    text ? text : "",
					    text ? ", " : "",
					    status_name((enum status)s),
					    t->counts[s],
					    t->counts[s] == 1 ? "" : "s");
	}
	if (t->low == t->high)
		return text;
	return arena_printf(arena, "%s, from %d.%02d to %d.%02d points", text,
			    t->low / 100, t->low % 100, t->high / 100,
			    t->high % 100);
}

void run_repeat(struct run *run)
{
	size_t n = run->ex->n_criteria;
	struct tally *tallies = arena_array(run->arena, n, sizeof(*tallies));

	if (run->options->repeat < 2)
		return;
	count_first(run, tallies);
	for (int k = 2; k <= run->options->repeat; k++) {
		if (watch_is_readable(run->options->interrupt_fd))
			return;
		run_once_more(run, k, tallies);
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = disagreement(run->arena, &tallies[i]);

		if (text && run->criteria[i].selected)
			run_flaky(run, i, arena_printf(run->arena,
						       "in %d runs it came to "
						       "%s", tallies[i].runs,
						       text));
	}
}
