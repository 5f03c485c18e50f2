#include "runner/report/formats.h"

#include <errno.h>
#include <string.h>

#include "runner/base/err.h"
#include "runner/report/view.h"

const struct report_format *const report_formats[] = {
	&report_terminal,
	&report_json,
	&report_html,
	&report_junit,
	&report_junit_gitlab,
	&report_tap,
	&report_tap14,
	&report_gradescope,
	&report_exercism,
	&report_github,
	&report_github_summary,
	&report_ctrf,
	&report_har,
	NULL,
};

const struct report_format *report_find(const char *name)
{
	for (size_t i = 0; report_formats[i]; i++)
		if (!strcmp(report_formats[i]->name, name))
			return report_formats[i];
	return NULL;
}

int report_flush(FILE *out, struct err *err)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	return err_set(err, errno ? errno : EIO, "cannot write the report: %s",
		       strerror(errno ? errno : EIO));
}

int report_write(const struct report_format *format, struct arena *arena,
		 FILE *out, const struct record *r,
		 const struct report_options *options, struct err *err)
{
	struct report_options shown = *options;

	if (options->view == VIEW_CANDIDATE) {
		r = view_candidate(arena, r);
		shown.transcript_path = NULL; /* it is the interviewer's */
	}
	return format->write(arena, out, r, &shown, err);
}
