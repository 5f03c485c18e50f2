/*
 * lacking -- whose fault it is that a module could not be imported.
 *
 * The name comes from what the app printed, so it is a hint and no more: what
 * it is judged by lies in the submission and in the environment.
 */
#ifndef RUNNER_SUBMISSION_LACKING_H
#define RUNNER_SUBMISSION_LACKING_H

#include "runner/base/span.h"

struct arena;
struct submission;

enum lacking {
	LACKING_OWN,        /* the submission has it, elsewhere: candidate */
	LACKING_PART,       /* installed, but not that part: candidate */
	LACKING_UNDECLARED, /* its own list does not have it: candidate */
	LACKING_PACKAGE,    /* a package that is not installed: environment */
};

/* The module that a line like "... No module named 'a.b'" names, or NULL. */
const char *lacking_module(struct arena *arena, struct span line);

/* `name` as in the message, "flask.ext". */
enum lacking lacking_judge(struct arena *arena, const struct submission *sub,
			   const char *name);

#endif
