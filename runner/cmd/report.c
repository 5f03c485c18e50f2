#include <signal.h>
#include <string.h>

#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/cmd/reports.h"
#include "runner/cmd/stored.h"
#include "runner/cmd/verbs.h"
#include "runner/transcript/record.h"

#define NOTES_BYTES_MAX (256u << 10)

struct report_verb_options {
	struct option_list reports;
	const char *view, *notes;
};

#define AT(m) .offset = offsetof(struct report_verb_options, m)
static const struct option_spec options[] = {
	{ "report", 0, OPTION_LIST, AT(reports), "FORMAT[=FILE]",
	  REPORT_OPTION_HELP },
	{ "view", 0, OPTION_CHOICE, AT(view), "interviewer|candidate",
	  "for whom the reports are" },
	{ "notes", 0, OPTION_STRING, AT(notes), "FILE",
	  "an interviewer's own text, beside what was recorded" },
	{ 0 },
};
static const struct report_verb_options defaults = { .view = "interviewer" };

static int run(const struct command *c)
{
	const struct report_verb_options *o = c->options;
	enum report_view view = strcmp(o->view, "candidate") == 0
					? VIEW_CANDIDATE
					: VIEW_INTERVIEWER;
	struct stored stored;
	struct reports reports;
	struct span notes;
	struct err err;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (reports_parse(c->arena, &o->reports, &reports, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	if (o->notes) {
		if (view == VIEW_CANDIDATE)
			return cmd_usage(c, "--notes are for the interviewer's "
					    "view");
		if (file_read(c->arena, o->notes, NOTES_BYTES_MAX, &notes,
			      &err) < 0)
			return cmd_fail(c, EXIT_STATUS_USAGE, &err);
		reports.notes = text_visible_lines(c->arena, notes, 0);
	}
	status = stored_open(c, c->args[0], &stored);
	if (status != EXIT_STATUS_OK)
		return status;
	stored_warn(c, &stored);
	if (reports_write(c->arena, &reports, stored.r, view, stored.path,
			  &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	return EXIT_STATUS_OK;
}

const struct verb verb_report = {
	.name = "report",
	.synopsis = "TRANSCRIPT",
	.help = "write reports of a run from its transcript",
	.detail = "Nothing is run: a report needs a transcript and nothing "
		  "else. Notes stay outside of the transcript, whose chain "
		  "of digests they cannot change. Exit status 0 when it was "
		  "written, whatever the run came to.",
	.options = options,
	.options_bytes = sizeof(struct report_verb_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
