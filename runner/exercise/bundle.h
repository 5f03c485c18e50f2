/*
 * bundle -- several exercises that are set together.
 *
 * One JSON file of exercises/bundles/ each.  Whatever is wrong in it is its
 * author's error: the message reads `file:line:column: what is wrong`.  The
 * format is exercises/FORMAT.md.
 */
#ifndef RUNNER_EXERCISE_BUNDLE_H
#define RUNNER_EXERCISE_BUNDLE_H

#include <stddef.h>

struct arena;
struct err;

#define BUNDLE_EXERCISES_MAX 50

struct bundle {
	const char *slug, *title, *level, *file;
	const char *const *exercises; /* slugs, in the order of the file */
	size_t n_exercises;
};

/*
 * Load what a person typed: a slug, or a path with a slash in it.  -ENOENT
 * with a suggestion when there is none, -EINVAL when something in it is wrong.
 */
int bundle_load(struct arena *arena, const char *name,
		const struct bundle **ret, struct err *err);

/* Every slug that can be found, sorted; *ret_n of them. */
const char *const *bundle_list(struct arena *arena, size_t *ret_n);

#endif
