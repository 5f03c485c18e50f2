#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/cmd/stored.h"
#include "runner/cmd/verbs.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"

struct diff_options {
	const char *report;
};

static const struct option_spec options[] = {
	{ "report", 0, OPTION_CHOICE, offsetof(struct diff_options, report),
	  "terminal|json", "for people, or one JSON object" },
	{ 0 },
};
static const struct diff_options defaults = { .report = "terminal" };

enum change { SAME, IMPROVED, REGRESSED, APPEARED, GONE };

static const char *const change_names[] = {
	[SAME] = "same",         [IMPROVED] = "improved",
	[REGRESSED] = "regressed", [APPEARED] = "appeared",
	[GONE] = "gone",
};

/* One criterion of either run; `a` or `b` may be NULL. */
struct pair {
	const struct record_criterion *a, *b;
	enum change change;
};

struct diff {
	const struct stored *a, *b;
	struct pair *pairs;
	size_t n;
};

static const struct record_criterion *find(const struct record *r,
					   const char *id)
{
	for (size_t i = 0; i < r->n_criteria; i++)
		if (strcmp(r->criteria[i].id, id) == 0)
			return &r->criteria[i];
	return NULL;
}

/* What one of the runs did not get to says nothing about the submission. */
static bool is_measured(const struct record_criterion *c)
{
	return c && criterion_is_measured(c);
}

/* A share of the maximum is compared: the points of an exercise may change. */
static enum change compare(const struct record_criterion *a,
			   const struct record_criterion *b)
{
	int64_t x, y;

	if (!is_measured(a) || !is_measured(b))
		return is_measured(a)	? GONE
		       : is_measured(b) ? APPEARED
					: SAME;
	x = (int64_t)a->points * b->max_points;
	y = (int64_t)b->points * a->max_points;
	if (x == y && a->status == b->status)
		return SAME;
	if (x == y)
		return b->status == STATUS_PASS	  ? IMPROVED
		       : a->status == STATUS_PASS ? REGRESSED
						  : SAME;
	return y > x ? IMPROVED : REGRESSED;
}

static void compare_all(const struct command *c, struct diff *d)
{
	const struct record *a = d->a->r, *b = d->b->r;

	d->pairs = arena_array(c->arena, a->n_criteria + b->n_criteria + 1,
			       sizeof(*d->pairs));
	for (size_t i = 0; i < b->n_criteria; i++)
		d->pairs[d->n++] = (struct pair){
			find(a, b->criteria[i].id), &b->criteria[i], SAME
		};
	for (size_t i = 0; i < a->n_criteria; i++)
		if (!find(b, a->criteria[i].id))
			d->pairs[d->n++] = (struct pair){ &a->criteria[i],
							  NULL, SAME };
	for (size_t i = 0; i < d->n; i++)
		d->pairs[i].change = compare(d->pairs[i].a, d->pairs[i].b);
}

static const char *points_of(const struct command *c,
			     const struct record_criterion *one)
{
	char points[TEXT_POINTS_BYTES], max[TEXT_POINTS_BYTES];

	if (!is_measured(one))
		return "-";
	text_points(one->points, points);
	text_points(one->max_points, max);
	return arena_printf(c->arena, "%s/%s", points, max);
}

static void print(const struct command *c, const struct diff *d)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	size_t same = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct pair *p = &d->pairs[i];
		const struct record_criterion *one = p->b ? p->b : p->a;

		same += p->change == SAME;
		if (p->change != SAME)
			printf("%-9s  %8s -> %-8s  %s\n",
			       change_names[p->change], points_of(c, p->a),
			       points_of(c, p->b),
			       text_visible(c->arena, span_of(one->title), 0));
	}
	text_points(d->a->r->points, a);
	text_points(d->b->r->points, b);
	printf("%zu the same; %s -> %s points\n", same, a, b);
}

static void print_json(const struct diff *d)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *list = jsonout_array();
	char *text;

	jsonout_str(out, "format", "fumehood-diff/1");
	jsonout_hundredths(out, "points_before", d->a->r->points);
	jsonout_hundredths(out, "points_after", d->b->r->points);
	for (size_t i = 0; i < d->n; i++) {
		const struct pair *p = &d->pairs[i];
		struct jsonout *one = jsonout_object();

		jsonout_str(one, "id", p->b ? p->b->id : p->a->id);
		jsonout_str(one, "change", change_names[p->change]);
		if (p->a)
			jsonout_str(one, "before", status_name(p->a->status));
		if (p->b)
			jsonout_str(one, "after", status_name(p->b->status));
		jsonout_add(list, NULL, one);
	}
	jsonout_add(out, "criteria", list);
	text = jsonout_pretty(out);
	printf("%s\n", text);
	free(text);
}

static int run(const struct command *c)
{
	const struct diff_options *o = c->options;
	struct stored a, b;
	struct diff d = { &a, &b, NULL, 0 };
	int status = stored_open(c, c->args[0], &a);

	if (status == EXIT_STATUS_OK)
		status = stored_open(c, c->args[1], &b);
	if (status != EXIT_STATUS_OK)
		return status;
	stored_warn(c, &a);
	stored_warn(c, &b);
	compare_all(c, &d);
	if (strcmp(o->report, "json") == 0)
		print_json(&d);
	else
		print(c, &d);
	for (size_t i = 0; i < d.n; i++)
		if (d.pairs[i].change == REGRESSED)
			return EXIT_STATUS_BELOW;
	return EXIT_STATUS_OK;
}

const struct verb verb_diff = {
	.name = "diff",
	.synopsis = "BEFORE AFTER",
	.help = "what improved, regressed or appeared between two runs",
	.detail = "Both are transcripts. Exit status 1 when a criterion "
		  "regressed.",
	.options = options,
	.options_bytes = sizeof(struct diff_options),
	.defaults = &defaults,
	.args_min = 2,
	.args_max = 2,
	.run = run,
};
