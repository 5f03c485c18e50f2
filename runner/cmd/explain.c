#include <errno.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"
#include "runner/cmd/practice.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/brief.h"
#include "runner/exercise/exercise.h"
#include "runner/report/failure.h"
#include "runner/report/paper.h"
#include "runner/report/prose.h"
#include "runner/report/report.h"
#include "runner/report/view.h"
#include "runner/transcript/record.h"
#include "runner/watch/practice.h"

static struct paper new_paper(const struct command *c)
{
	struct report_options options = {
		.color = console_has_color(stdout),
		.unicode = console_has_unicode(),
		.columns = console_columns(stdout),
	};

	return paper_new(c->arena, stdout, &options);
}

static void print_clauses(struct paper *p, const struct exercise *ex,
			  const struct criterion *criterion)
{
	struct span brief = { "", 0 };

	file_read(p->arena, arena_printf(p->arena, "%s/brief.md", ex->dir),
		  BRIEF_MAX, &brief, NULL);
	for (size_t i = 0; i < criterion->n_spec; i++) {
		struct span item = brief_item(p->arena, brief,
					      criterion->spec[i]);

		prose_print(p, item.len ? item
					: span_of(arena_printf(
						  p->arena,
						  "* **%s**: see BRIEF.md",
						  criterion->spec[i])));
	}
}

static void print_result(struct paper *p, const struct record *r,
			 const struct record_criterion *c)
{
	const struct record_check *before = NULL;
	size_t passed = 0;

	for (size_t i = 0; i < c->n_checks; i++) {
		passed += c->checks[i].finding.status == STATUS_PASS;
		if (!failure_is_one(&c->checks[i]))
			continue;
		failure_print(p, r, c, &c->checks[i], before);
		before = &c->checks[i];
	}
	failure_print_skips(p, c);
	if (passed)
		printf("  %zu of %zu checks passed\n", passed, c->n_checks);
}

static void print_last(const struct command *c, const struct practice *p,
		       struct paper *paper, const char *id)
{
	const struct record_criterion *result;
	const struct record *r;
	struct err err;

	if (practice_last(c->arena, p, &r, &err)) {
		printf("%s\n", err.msg);
		return;
	}
	r = view_candidate(c->arena, r);
	result = practice_result(r, id);
	if (!result || !result->n_checks) {
		printf("The last grade did not get to it%s%s.\n",
		       r->reason ? ": " : "",
		       r->reason ? paper_safe(paper, r->reason) : "");
		return;
	}
	printf("In the last grade: %s\n\n", status_name(result->status));
	print_result(paper, r, result);
}

static int explain_run(const struct command *c)
{
	const struct criterion *criterion;
	char points[TEXT_POINTS_BYTES];
	struct practice p;
	struct paper paper = new_paper(c);
	struct err err;

	if (practice_open(c->arena, &p, &err))
		return cmd_usage(c, "%s", err.msg);
	criterion = practice_chosen(c, &p);
	if (!criterion)
		return EXIT_STATUS_USAGE;
	text_points(criterion->points, points);
	paper_ink(&paper, INK_BOLD, criterion->title);
	printf(" (%s, %s points)\n\nThe brief says:\n\n", criterion->id,
	       points);
	print_clauses(&paper, p.ex, criterion);
	printf("\n");
	print_last(c, &p, &paper, criterion->id);
	return EXIT_STATUS_OK;
}

const struct verb verb_explain = {
	.name = "explain",
	.synopsis = "[CRITERION]",
	.help = "show what fails first, or CRITERION: what it asks, where the "
		"brief says so, and what came",
	.args_max = 1,
	.run = explain_run,
};
