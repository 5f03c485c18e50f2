/* installed -- what the environment of submissions has, seen from outside. */
#ifndef RUNNER_SUBMISSION_INSTALLED_H
#define RUNNER_SUBMISSION_INSTALLED_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;

struct installed {
	struct arena *arena;
	const char *packages; /* site-packages of the environment */
	const char *stdlib;   /* of its Python */
};

/* False when there is no environment. */
bool installed_find(struct arena *arena, struct installed *ret);

/* Can `name` (of top level) be imported? */
bool installed_has_module(const struct installed *in, const char *name);

/* The version of a project ("Flask-Cors"), or NULL. */
const char *installed_version(const struct installed *in, struct span project);

/* PEP 503: case and -, _, . make no difference. */
bool installed_same_project(struct span a, const char *b, size_t n);

#endif
