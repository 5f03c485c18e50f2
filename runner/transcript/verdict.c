#include "runner/transcript/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"

/* One failed check with a root cause, in a criterion that is counted. */
struct charge {
	const char *cause;
	size_t criterion;
	struct record_check *check;
};

static bool has_check(const struct record_criterion *c, enum status status)
{
	for (size_t i = 0; i < c->n_checks; i++)
		if (c->checks[i].finding.status == status)
			return true;
	return false;
}

static bool is_counted(const struct record_criterion *c)
{
	return !has_check(c, STATUS_BROKEN) && !has_check(c, STATUS_FLAKY);
}

static int by_cause_then_event(const void *a, const void *b)
{
	const struct charge *x = a, *y = b;
	int r = strcmp(x->cause, y->cause);

	if (r)
		return r;
	return (x->check->event > y->check->event) -
	       (x->check->event < y->check->event);
}

static size_t collect(struct charge *charges, struct record_criterion *c,
		      struct record_check *checks, size_t criterion)
{
	size_t n = 0;

	if (!is_counted(c))
		return 0;
	for (size_t i = 0; i < c->n_checks; i++)
		if (checks[i].finding.status == STATUS_FAIL &&
		    checks[i].finding.cause)
			charges[n++] = (struct charge){
				checks[i].finding.cause, criterion, &checks[i]
			};
	return n;
}

static void charge_causes_once(struct arena *arena,
			       struct record_criterion *criteria,
			       struct record_check *const *checks, size_t n)
{
	struct charge *charges;
	size_t all = 0, k = 0, payer = 0;

	for (size_t i = 0; i < n; i++)
		all += criteria[i].n_checks;
	charges = arena_array(arena, all + 1, sizeof(*charges));
	for (size_t i = 0; i < n; i++)
		k += collect(charges + k, &criteria[i], checks[i], i);
	qsort(charges, k, sizeof(*charges), by_cause_then_event);
	for (size_t i = 1; i < k; i++) {
		if (strcmp(charges[i].cause, charges[payer].cause) != 0)
			payer = i;
		else if (charges[i].criterion != charges[payer].criterion)
			charges[i].check->charged_by =
				criteria[charges[payer].criterion].id;
	}
}

struct tally {
	int64_t asked, passed;
	bool failed, skipped;
	bool passed_any; /* also of no weight, or at another's expense */
	bool lost; /* a vital one failed */
};

static void count_check(struct tally *tally, const struct record_check *check)
{
	int weight = check->finding.weight;

	switch (check->finding.status) {
	case STATUS_PASS:
		tally->asked += weight;
		tally->passed += weight;
		tally->passed_any = true;
		break;
	case STATUS_FAIL:
		if (check->charged_by) {
			tally->passed_any = true;
			break;
		}
		tally->asked += weight;
		tally->failed = true;
		tally->lost |= check->finding.vital;
		break;
	case STATUS_SKIP:
		tally->asked += weight;
		tally->skipped = true;
		break;
	case STATUS_PARTIAL:
	case STATUS_NOT_MEASURED:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
}

static enum status status_of(const struct record_criterion *c,
			     const struct tally *tally)
{
	if (has_check(c, STATUS_BROKEN))
		return STATUS_BROKEN;
	if (has_check(c, STATUS_FLAKY))
		return STATUS_FLAKY;
	if (!tally->failed && !tally->skipped)
		return tally->passed_any ? STATUS_PASS : STATUS_NOT_MEASURED;
	if (tally->passed && !tally->lost)
		return STATUS_PARTIAL;
	return tally->failed ? STATUS_FAIL : STATUS_SKIP;
}

static int earned(const struct record_criterion *c, const struct tally *tally)
{
	int64_t points;

	switch (c->status) {
	case STATUS_PASS:
		return c->max_points;
	case STATUS_PARTIAL:
		points = (c->max_points * tally->passed + tally->asked / 2) /
			 tally->asked;
		if (points >= c->max_points)
			points = c->max_points - 1;
		return points < 0 ? 0 : (int)points;
	case STATUS_FAIL:
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
	return 0;
}

static void score_criterion(struct record_criterion *c)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < c->n_checks; i++)
		count_check(&tally, &c->checks[i]);
	c->status = status_of(c, &tally);
	c->points = earned(c, &tally);
}

static bool is_measured(const struct record_criterion *c)
{
	return c->status == STATUS_PASS || c->status == STATUS_PARTIAL ||
	       c->status == STATUS_FAIL || c->status == STATUS_SKIP;
}

static bool is_shut(const struct record_criterion *c)
{
	return c->gate &&
	       (c->status == STATUS_FAIL || c->status == STATUS_SKIP);
}

struct verdict verdict_score(struct arena *arena,
			     struct record_criterion *criteria,
			     struct record_check *const *checks, size_t n)
{
	struct verdict v = { 0 };
	struct record_criterion *shut = NULL;
	int cap;

	charge_causes_once(arena, criteria, checks, n);
	for (size_t i = 0; i < n; i++) {
		score_criterion(&criteria[i]);
		v.flaky |= criteria[i].status == STATUS_FLAKY;
		v.broken |= criteria[i].status == STATUS_BROKEN;
		criteria[i].capped = 0;
		if (!shut && is_shut(&criteria[i]))
			shut = &criteria[i];
		if (!is_measured(&criteria[i]))
			continue;
		v.points += criteria[i].points;
		v.max_points += criteria[i].max_points;
	}
	cap = v.max_points * VERDICT_GATE_PERCENT / 100;
	if (shut && v.points > cap) {
		shut->capped = v.points - cap;
		v.points = cap;
	}
	return v;
}

bool verdict_reached(int points, int max_points, int threshold)
{
	return (int64_t)points * 10000 >= (int64_t)max_points * threshold;
}
