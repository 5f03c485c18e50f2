#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/outcome.h"
#include "runner/cmd/practice.h"
#include "runner/cmd/reports.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/report/view.h"
#include "runner/transcript/record.h"
#include "runner/watch/practice.h"

struct check_options {
	struct option_list reports;
	struct option_u64 seed;
	const char *isolation;
};

static const struct option_spec options[] = {
	{ "report", 0, OPTION_LIST, offsetof(struct check_options, reports),
	  "FORMAT[=FILE]", REPORT_OPTION_HELP },
	{ "seed", 0, OPTION_U64, offsetof(struct check_options, seed), "N",
	  "draw the same values as the run that printed this seed" },
	{ "isolation", 0, OPTION_CHOICE,
	  offsetof(struct check_options, isolation), "full|reduced",
	  "reduced accepts a machine that lacks layers of the box" },
	{ 0 },
};

static const struct check_options defaults = { .isolation = "full" };

static void say_what_next(const struct command *c, const struct record *r,
			  const struct reports *reports)
{
	const struct record_criterion *next = practice_next(r);

	if (!next || c->n_args || strcmp(reports->targets[0].format->name,
					 "terminal") != 0)
		return;
	cmd_note(c, "next: fumehood explain %s, or fumehood hint %s",
		 next->id, next->id);
}

static int check_run(const struct command *c)
{
	const struct check_options *o = c->options;
	struct practice_run run = {
		.only = c->args,
		.n_only = c->n_args,
		.interrupt_fd = -1,
		.seed = o->seed.value,
		.reduced = strcmp(o->isolation, "reduced") == 0,
	};
	struct practice p;
	struct practice_result result;
	struct reports reports;
	const struct record *r;
	struct err err;

	if (reports_parse(c->arena, &o->reports, &reports, &err))
		return cmd_usage(c, "%s", err.msg);
	if (practice_open(c->arena, &p, &err))
		return cmd_usage(c, "%s", err.msg);
	for (size_t i = 0; i < c->n_args; i++)
		if (!practice_criterion(c, &p, c->args[i]))
			return EXIT_STATUS_USAGE;
	if (interrupt_begin(&run.interrupt_fd, &err) ||
	    practice_grade(c->arena, &p, &run, &result, &err))
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	/* Neither a report that cannot be written nor a full disk takes the
	 * other one away. */
	if (practice_keep(c->arena, &p, &result, &err))
		cmd_note(c, "not kept: %s", err.msg);
	if (reports_write(c->arena, &reports, result.record, VIEW_CANDIDATE,
			  NULL, &err))
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	r = view_candidate(c->arena, result.record);
	say_what_next(c, r, &reports);
	return outcome_status(r->outcome);
}

const struct verb verb_check = {
	.name = "check",
	.synopsis = "[CRITERION...]",
	.help = "grade the exercise in this folder, as its candidate sees it",
	.detail = "With criteria, asks only these and what they need. The exit "
		  "status is that of grade.",
	.options = options,
	.options_bytes = sizeof(struct check_options),
	.defaults = &defaults,
	.args_max = SIZE_MAX,
	.run = check_run,
};
