/*
 * practice -- a folder in which somebody works on an exercise.
 *
 * `fumehood new` makes it; the other verbs of practice find it from any
 * folder below.  What is remembered lives in .fumehood/, which ignores itself
 * in git and is never part of the submission:
 *
 *	.fumehood/practice.json   exercise, begin, minutes, hints shown
 *	.fumehood/last.jsonl      transcript of the last whole grade
 *	.fumehood/history.jsonl   when which criteria passed, a line a grade
 *	.fumehood/snapshot.jsonl  transcript of the grade that ended the time
 *	.fumehood/saved-N/        what `reset` put aside
 *
 * It is the candidate's: nothing is asked and nothing written there that the
 * candidate may not see, and nothing read back from it is ever worth a point.
 */
#ifndef RUNNER_WATCH_PRACTICE_H
#define RUNNER_WATCH_PRACTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

#define PRACTICE_HISTORY_MAX (1 << 20) /* bytes; more is not kept */

struct arena;
struct criterion;
struct err;
struct exercise;
struct record;
struct transcript;

struct practice {
	const char *root;  /* the folder, absolute */
	const struct exercise *ex; /* exercise_public() of it */
	int64_t begin_s;   /* since 1970 */
	int minutes;       /* the time box; 0: none */
	int *hints_shown;  /* by criterion */
	int runs;          /* whole grades so far */
	int runs_read;     /* of these, how many the state knows of */
};

/* True when an exercise was begun in that very folder. */
bool practice_is_in(struct arena *arena, const char *dir);

/* Make `dir` (missing, or empty but for .git) from the exercise's starter and
 * brief. */
int practice_new(struct arena *arena, const struct exercise *ex,
		 const char *dir, int minutes, struct err *err);

/* The practice that the current folder is in: -ENOENT when it is in none. */
int practice_open(struct arena *arena, struct practice *ret, struct err *err);

/* Remember what changed, together with what another verb remembered. */
int practice_save(struct arena *arena, const struct practice *p,
		  struct err *err);

/* A file below .fumehood/. */
const char *practice_file(struct arena *arena, const struct practice *p,
			  const char *name);

/* The last grade; -ENOENT when there was none. */
int practice_last(struct arena *arena, const struct practice *p,
		  const struct record **ret, struct err *err);

/* Milliseconds of the time box that are left; INT64_MAX without one. */
int64_t practice_left_ms(const struct practice *p);

/*
 * Be the only one who watches this folder: *ret_fd is held until it is closed;
 * -EBUSY when somebody else does.
 */
int practice_lock(struct arena *arena, const struct practice *p, int *ret_fd,
		  struct err *err);

struct practice_run {
	const char *const *only; /* criterion ids; none: all */
	size_t n_only;
	int interrupt_fd;        /* -1: none */
	const char *const *first; /* ids to ask before the others */
	size_t n_first;
	/* After each criterion, with what is recorded so far; may be NULL. */
	void (*progress)(void *ctx, struct transcript *t, size_t done,
			 size_t all);
	void *ctx;
	uint64_t seed;           /* 0: a new one */
	bool reduced;            /* --isolation reduced */
};

struct practice_result {
	const struct record *record;
	struct span lines; /* of the transcript */
	bool whole;        /* not `only` a part, and not interrupted */
};

/* Grade the folder; nothing is written. */
int practice_grade(struct arena *arena, const struct practice *p,
		   const struct practice_run *run,
		   struct practice_result *ret, struct err *err);

/*
 * Keep a whole grade as the last one and in the history.  A part of one, and
 * one that was cut off, never replaces it.
 */
int practice_keep(struct arena *arena, struct practice *p,
		  const struct practice_result *result, struct err *err);

/* Keep the last grade as the one that the time box ended with. */
int practice_snapshot(struct arena *arena, const struct practice *p,
		      const struct practice_result *result, struct err *err);

/*
 * Put every file of the starter back (or only `file`); what stood there is
 * moved to *ret_saved first, NULL when nothing was.
 */
int practice_reset(struct arena *arena, const struct practice *p,
		   const char *file, const char **ret_saved,
		   struct err *err);

#endif
