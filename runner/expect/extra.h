/* extra -- the checks that Hurl does not have: read, and judged. */
#ifndef RUNNER_EXPECT_EXTRA_H
#define RUNNER_EXPECT_EXTRA_H

#include "runner/expect/judging.h"
#include "runner/expect/reader.h"

#define EXTRA_WALK_MAX  1000 /* pages */
#define EXTRA_ROWS_MAX  1000 /* of a `repeat` table */
#define EXTRA_ITEMS_MAX 100000 /* over all pages of a walk */

enum extra_key {
	EXTRA_KEY_SCHEMA,
	EXTRA_KEY_PROBLEM,
	EXTRA_KEY_LINK,
	EXTRA_KEY_UNCHANGED,
	EXTRA_KEY_SAME_AS,
	EXTRA_KEY_IGNORE,
	EXTRA_KEY_ANY_ORDER,
	EXTRA_KEY_BURST,
	EXTRA_KEY_EXPECT,
	EXTRA_KEY_WALK,
	EXTRA_KEY_NEXT,
	EXTRA_KEY_ITEMS,
	EXTRA_KEY_UNIQUE,
	EXTRA_KEY_TOTAL,
	EXTRA_KEY_REPEAT,
	EXTRA_KEY_RAW,
	EXTRA_KEY_FRAMING,
};

/* directiveextra.c */
int extra_set(struct reader *r, enum extra_key key, struct place at,
	      struct span value, struct marks *marks);
/* What needs another directive beside it: `expect` wants `burst` ... */
int extra_complete(struct reader *r, const struct marks *marks);

/* What `unchanged` saw before and behind the request. */
struct extra_look {
	struct built request;
	const struct http_response *before, *after;
};

/* All below: 0, or a negative errno as state_*() and play_host give. */
int extra_look_before(struct state *s, const struct entry *e,
		      struct extra_look *ret, const char **why);
/* Before anything is judged: that takes memory, which bodies are short of. */
int extra_look_after(struct state *s, struct extra_look *look);
/* Judge all but the burst, against state->answer. */
int extra_judge(struct judging *j, const struct built *built,
		const struct extra_look *look);

/* burst.c of the script: the answer that the asserts judge is the first of
 * the first status expected. */
int extra_burst(struct judging *j, const struct built *built);

/* walk.c */
int extra_walk(struct judging *j, const struct built *built);

/* A new check for one kind. */
struct play_check *extra_check(struct judging *j, enum extra_kind kind,
			       const char *title);

/* NULL when the two are equal but for the members `ignore`, at any depth, and
 * the order of arrays when `any_order`; else "differs at /a/0". */
const char *extra_difference(struct arena *arena, const struct json *a,
			     const struct json *b, const struct extra *x);

#endif
