/*
 * screen -- what `fumehood watch` shows, drawn to fit the terminal.
 *
 * One row says what it is and how much time is left, the last one names the
 * keys, a note stands above that; what does not fit in between is scrolled.
 */
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
	int scroll;                  /* rows; cut to what there is */
	bool starting;               /* a run is on, the app not yet up */
	size_t done, all;            /* criteria of a run; all 0: none asked */
	int run, took_ms;            /* of the last whole one; 0: none yet */
	const char *note;            /* a hint, a failure of ours; or NULL */
	int columns, rows;
	bool color, unicode;
};

/* Draw all of it: home, lines that fit, the rest cleared. */
void screen_draw(struct arena *arena, struct screen *s, FILE *out);

/* A key that moves within the page: true when `key` is one. */
bool screen_scroll(struct screen *s, int key);

/* One line for logs: "6 of 9 points; passes now: list; fails now: create". */
const char *screen_line(struct arena *arena, const struct screen *s);

/* The criterion to show: the selected one while it is lost, else the one that
 * lost most; NULL when none did. */
const struct record_criterion *screen_criterion(const struct screen *s);

/* The lost one that comes next in the list, round and round. */
const struct record_criterion *screen_next(const struct screen *s);

#endif
