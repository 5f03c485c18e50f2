/* formats -- every report format, and what their writers share. */
#ifndef RUNNER_REPORT_FORMATS_H
#define RUNNER_REPORT_FORMATS_H

#include <stdio.h>

#include "runner/report/report.h"

extern const struct report_format report_terminal, report_json, report_html,
	report_junit, report_junit_gitlab, report_tap, report_tap14,
	report_gradescope, report_exercism, report_github,
	report_github_summary, report_ctrf, report_har;

/* 0, or why what was written did not reach `out`. */
int report_flush(FILE *out, struct err *err);

#endif
