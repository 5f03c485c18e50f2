/* screen -- what `fumehood watch` shows, drawn to fit the terminal. */
#ifndef RUNNER_WATCH_SCREEN_H
#define RUNNER_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;
struct practice;
struct record;
struct record_criterion;

enum screen_page { PAGE_MAIN, PAGE_DETAILS, PAGE_CURL, PAGE_BRIEF };

struct screen {
	const struct practice *practice;
	const struct record *now;    /* the candidate's view; may be NULL */
	const struct record *before; /* the last whole run; may be NULL */
	const char *selected;        /* id of a criterion, or NULL */
	enum screen_page page;
	size_t done, all;            /* criteria of a run; all 0: none is on */
	const char *note;            /* a hint, a failure of ours; or NULL */
	int columns, rows;
	bool color, unicode;
};

/* Draw all of it: home, lines that fit, the rest cleared. */
void screen_draw(struct arena *arena, const struct screen *s, FILE *out);

/* One line for logs: "6 of 9 points; passes now: list; fails now: create". */
const char *screen_line(struct arena *arena, const struct screen *s);

/* The criterion to show: the selected one, else the first that failed. */
const struct record_criterion *screen_criterion(const struct screen *s);

#endif
