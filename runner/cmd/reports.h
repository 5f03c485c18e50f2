/*
 * reports -- the `--report FORMAT[=FILE]` of every verb that has a record.
 *
 *   reports_parse() before anything is run, so that a misspelt format or a
 *   file that cannot be written costs no grade; reports_write() afterwards.
 */
#ifndef RUNNER_CMD_REPORTS_H
#define RUNNER_CMD_REPORTS_H

#include <stddef.h>

#include "runner/cmd/cmd.h"
#include "runner/report/report.h"

struct record;

struct report_target {
	const struct report_format *format;
	const char *path; /* NULL: stdout */
};

struct reports {
	const struct report_target *targets;
	size_t n;
	const char *notes; /* report_options.notes */
};

#define REPORT_OPTION_HELP                                                     \
	"write a report, to stdout when FILE is `-` or missing; may be repeated"

/* An empty list is `terminal` on stdout.  -EINVAL with what is wrong. */
int reports_parse(struct arena *arena, const struct option_list *words,
		  struct reports *ret, struct err *err);

/* As that, where each is a file in the folder of every result. */
int reports_parse_each(struct arena *arena, const struct option_list *words,
		       struct reports *ret, struct err *err);

/*
 * Write them all, even when one fails: 0, or the first failure.  A file is
 * written whole or not at all.
 */
int reports_write(struct arena *arena, const struct reports *reports,
		  const struct record *r, enum report_view view,
		  const char *transcript_path, struct err *err);

/* True when a report goes to stdout, so nothing else may. */
bool reports_use_stdout(const struct reports *reports);

#endif
