/* manifest -- exercise.json into a struct exercise; every reference checked. */
#ifndef RUNNER_EXERCISE_MANIFEST_H
#define RUNNER_EXERCISE_MANIFEST_H

#include "runner/base/span.h"
#include "runner/exercise/exercise.h"

/*
 * Read `text`, the contents of `file`, into *ex, whose `dir` is set: all but
 * the scripts and the digest.  `brief` is the text that candidates read, for
 * the ids of requirements.  -EINVAL with `file:line:column: what`.
 */
int manifest_read(struct arena *arena, const char *file, struct span text,
		  struct span brief, struct exercise *ex, struct err *err);

#endif
