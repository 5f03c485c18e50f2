#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/cmd/again.h"
#include "runner/cmd/outcome.h"
#include "runner/cmd/reports.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/session/session.h"
#include "runner/transcript/record.h"

struct regrade_options {
	struct option_list reports;
	const char *exercise, *transcript, *view;
};

#define AT(m) .offset = offsetof(struct regrade_options, m)
static const struct option_spec options[] = {
	{ "exercise", 0, OPTION_STRING, AT(exercise), "EXERCISE",
	  "with the checks of this one (default: the run's, as it is now)" },
	{ "transcript", 0, OPTION_STRING, AT(transcript), "FILE",
	  "write the transcript of the new grade there" },
	{ "report", 0, OPTION_LIST, AT(reports), "FORMAT[=FILE]",
	  REPORT_OPTION_HELP },
	{ "view", 0, OPTION_CHOICE, AT(view), "interviewer|candidate",
	  "for whom the reports are" },
	{ 0 },
};
static const struct regrade_options defaults = { .view = "interviewer" };

/* The criteria that the run asked, as far as the exercise still has them. */
static const char *const *asked(const struct command *c,
				const struct stored *s,
				const struct exercise *ex, size_t *ret_n)
{
	const char **ids = arena_array(c->arena, s->r->n_criteria + 1,
				       sizeof(*ids));

	*ret_n = 0;
	for (size_t i = 0; i < s->r->n_criteria; i++)
		if (exercise_criterion(ex, s->r->criteria[i].id))
			ids[(*ret_n)++] = s->r->criteria[i].id;
	return ids;
}

static int regrade(const struct command *c, const struct stored *s,
		   const struct exercise *ex, struct transcript *t,
		   struct err *err)
{
	struct session_options session = {
		.seed = (uint64_t)again_int(s, "seed"),
		.threshold = s->r->threshold,
		.interrupt_fd = -1,
	};

	session.only = asked(c, s, ex, &session.n_only);
	return session_regrade(c->arena, ex, s->r, &session, t, err);
}

static int regrade_and_report(const struct command *c, const struct stored *s,
			      const struct exercise *ex,
			      const struct reports *reports)
{
	const struct regrade_options *o = c->options;
	AUTO(transcript_free) struct transcript *t = NULL;
	enum report_view view = strcmp(o->view, "candidate") == 0
					? VIEW_CANDIDATE
					: VIEW_INTERVIEWER;
	const struct record *r;
	struct err err;

	if (transcript_new(&t, o->transcript, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	if (regrade(c, s, ex, t, &err) < 0 ||
	    record_read(c->arena, transcript_lines(t), &r, &err) < 0 ||
	    reports_write(c->arena, reports, r, view, o->transcript, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	return outcome_status(r->outcome);
}

static int run(const struct command *c)
{
	const struct regrade_options *o = c->options;
	const struct exercise *ex;
	struct reports reports;
	struct stored s;
	struct err err;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (reports_parse(c->arena, &o->reports, &reports, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	status = stored_open(c, c->args[0], &s);
	if (status == EXIT_STATUS_OK)
		status = again_exercise(c, &s, o->exercise, &ex);
	if (status != EXIT_STATUS_OK)
		return status;
	stored_warn(c, &s);
	return regrade_and_report(c, &s, ex, &reports);
}

const struct verb verb_regrade = {
	.name = "regrade",
	.synopsis = "TRANSCRIPT",
	.help = "apply the checks to a recorded run, without running anything",
	.detail = "The graders ask again, with the run's seed, and are given "
		  "the recorded answers. A criterion that sends something "
		  "else by now leaves the score and is shown. Exit status as "
		  "for grade.",
	.options = options,
	.options_bytes = sizeof(struct regrade_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
