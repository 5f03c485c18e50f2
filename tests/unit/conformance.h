/*
 * conformance -- the third-party suites that the language is held against.
 *
 * Their folder is $FUMEHOOD_CONFORMANCE, by default ../shared/conformance.
 * Where it is absent the test says loudly how much it skipped, and fails when
 * CI is set: a machine that judges must have them.
 */
#ifndef TESTS_UNIT_CONFORMANCE_H
#define TESTS_UNIT_CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;

/* Path of `name` in the folder, or NULL after saying that `count` cases are
 * skipped. */
const char *conformance_path(struct arena *arena, const char *name, int count);

/* The files of a folder whose name ends in `suffix`, sorted by name;
 * NULL-terminated full paths. */
const char **conformance_files(struct arena *arena, const char *dir,
			       const char *suffix, size_t *ret_n);

/* A whole file of the suite; ends the test when it cannot be read. */
struct span conformance_read(struct arena *arena, const char *path);

/* One line for people: "json-parsing: 283 of 283". */
void conformance_count(const char *name, int good, int all);

#endif
