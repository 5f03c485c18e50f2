/* html -- the parts of the HTML page, each in a file of its own. */
#ifndef RUNNER_REPORT_HTML_H
#define RUNNER_REPORT_HTML_H

#include <stdio.h>

struct arena;
struct record;

struct html {
	FILE *out;
	struct arena *arena;
	const struct record *r;
};

/* html_check.c: every criterion with its evidence folded. */
void html_criteria(struct html *h);

/* html_run.c: the timeline, all requests, the box and its surroundings. */
void html_timeline(struct html *h);
void html_surroundings(struct html *h);

#endif
