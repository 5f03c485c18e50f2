/*
 * html -- the parts of the HTML page, each in a file of its own.
 *
 * A page is to be opened in a blink, whatever a submission made of it: when
 * html_has_room() ends, evidence and rows are counted and not written.
 */
#ifndef RUNNER_REPORT_HTML_H
#define RUNNER_REPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

struct arena;
struct record;
struct record_check;
struct record_criterion;

#define HTML_ROOM_BYTES 1500000 /* of a page that must stay below 2 MB */

struct html {
	FILE *out; /* into memory */
	struct arena *arena;
	const struct record *r;
	bool interviewer;
	const char *notes; /* the interviewer's, or NULL */
};

bool html_has_room(const struct html *h);

/* html_talk.c: what only the interviewer sees. */
bool html_has_flags(const struct html *h);
void html_flags(struct html *h);
void html_talk(struct html *h);

/* html_check.c: what lost points, worst first; then every criterion. */
bool html_has_losses(const struct html *h);
void html_losses(struct html *h);
void html_criteria(struct html *h);

/* html_evidence.c: why a check failed, and its request unless the check
 * `before` (may be NULL) showed the same. */
void html_evidence(struct html *h, const struct record_criterion *c,
		   const struct record_check *check,
		   const struct record_check *before);

/* html_timeline.c: when which criterion was asked, and all requests. */
void html_timeline(struct html *h);

/* html_run.c: of a run that was not graded, what the app said instead; the box
 * and its surroundings. */
bool html_has_said(const struct html *h);
void html_said(struct html *h);
void html_surroundings(struct html *h);

#endif
