/*
 * report -- write a transcript for a reader: person, build server, program.
 *
 * Every format is a pure function of the record and the options: no clock, no
 * environment, no file but `out`.
 */
#ifndef RUNNER_REPORT_REPORT_H
#define RUNNER_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct arena;
struct err;
struct record;

enum report_view { VIEW_INTERVIEWER, VIEW_CANDIDATE };

struct report_options {
	enum report_view view;
	bool color, unicode; /* terminal only */
	int columns;         /* terminal only; 0: 80 */
	const char *transcript_path; /* to show; may be NULL */
	const char *notes;   /* an interviewer's, beside the record; or NULL */
};

struct report_format {
	const char *name; /* "terminal", "json", "junit" ... */
	const char *help; /* one line */
	int (*write)(struct arena *arena, FILE *out, const struct record *r,
		     const struct report_options *options, struct err *err);
};

extern const struct report_format *const report_formats[]; /* NULL at end */
const struct report_format *report_find(const char *name); /* or NULL */

/* Write what the view of options->view may show of `r`. */
int report_write(const struct report_format *format, struct arena *arena,
		 FILE *out, const struct record *r,
		 const struct report_options *options, struct err *err);

#endif
