/*
 * exercise -- a folder of exercises/, loaded and checked; immutable afterwards.
 *
 *   exercise_load() reads exercise.json, compiles the probe scripts and checks
 *   every reference.  Whatever is wrong here is the author's error: the
 *   message reads `file:line:column: what is wrong`, the program exits with 3.
 *
 * The folder contract is exercises/FORMAT.md.
 */
#ifndef RUNNER_EXERCISE_EXERCISE_H
#define RUNNER_EXERCISE_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/digest.h"

struct arena;
struct err;
struct json;
struct script; /* runner/expect/script.h */

enum visibility { VISIBILITY_PUBLIC, VISIBILITY_HIDDEN };

struct criterion {
	const char *id, *title, *skill;
	int points;               /* hundredths */
	const char *grader;       /* a name in grader_table */
	const struct json *with;  /* its options; NULL when absent */
	const struct script *script; /* grader "script" only */
	const char *script_file;  /* "probes/20-create.hurl", or NULL */
	const char *const *spec;  /* "R2.3", ... */
	size_t n_spec;
	const char *const *needs; /* ids of other criteria, all earlier */
	size_t n_needs;
	enum visibility visibility;
	bool gate;                /* failing caps the exercise at 40 % */
	bool beside;              /* may be asked of a second instance */
	const char *const *hints, *const *followup;
	size_t n_hints, n_followup;
	int line;                 /* in exercise.json */
};

struct exercise_flaw {
	const char *name;             /* folder below flawed/ */
	const char *const *criteria;  /* ids lost, exactly */
	size_t n_criteria;
};

struct exercise_limits { /* 0: the default of the sandbox */
	int64_t wall_ms, cpu_ms, ready_ms;
	int64_t memory_bytes, disk_bytes, output_bytes;
	int processes, files, inodes;
};

struct exercise_env {
	const char *name, *value;
};

struct exercise {
	const char *slug, *title, *level, *dir;
	int minutes;
	char digest[DIGEST_SHA256_HEX]; /* of the folder's graded files */
	const char *app;     /* "module:name" or "module:factory()", or NULL */
	int workers, threads;
	const struct exercise_env *env;
	size_t n_env;
	struct exercise_limits limits;
	const char *const *skills;
	size_t n_skills;
	const struct json *envelope; /* the declared error shape, or NULL */
	const struct criterion *criteria;
	size_t n_criteria;
	const struct exercise_flaw *flaws;
	size_t n_flaws;
	int max_points;      /* hundredths, the sum over the criteria */
	const struct json *manifest; /* all of exercise.json */
};

/*
 * Load the folder `dir`.  All of *ret lives in `arena`.  -ENOENT when there is
 * no exercise.json, -EINVAL when something in it is wrong.
 */
int exercise_load(struct arena *arena, const char *dir,
		  const struct exercise **ret, struct err *err);

/*
 * Turn what a person typed (a slug, or a path with a slash or exercise.json
 * in it) into a folder.  -ENOENT with a suggestion when nothing fits.
 */
int exercise_find(struct arena *arena, const char *name, const char **ret_dir,
		  struct err *err);

/* Every slug that can be found, sorted; *ret_n of them. */
const char *const *exercise_list(struct arena *arena, size_t *ret_n);

/* What a candidate may know of it: no hidden criteria, no questions. */
const struct exercise *exercise_public(struct arena *arena,
				       const struct exercise *ex);

const struct criterion *exercise_criterion(const struct exercise *ex,
					   const char *id);

#endif
