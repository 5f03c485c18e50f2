/*
 * brief -- the numbered requirements of an exercise's brief.md.
 *
 * A requirement is a list item that begins with its id in bold, `* **R2.3**
 * Text ...`, and goes on until the next item, heading or end.
 */
#ifndef RUNNER_EXERCISE_BRIEF_H
#define RUNNER_EXERCISE_BRIEF_H

#include "runner/base/span.h"

struct arena;

#define BRIEF_MAX (1u << 20)

/* The text of requirement `id` on one line, without its marks of emphasis and
 * without a table, of which it says that there is one; NULL when the brief has
 * none of that id. */
const char *brief_clause(struct arena *arena, struct span brief,
			 const char *id);

/* The whole list item as it was written; no bytes when there is none. */
struct span brief_item(struct arena *arena, struct span brief,
		       const char *id);

#endif
