/*
 * order -- which criteria a run for somebody who waits asks first.
 *
 * What was lost last time comes first, for that is what the save was about;
 * the fewer requests a criterion took, the sooner it says something.
 */
#ifndef RUNNER_WATCH_ORDER_H
#define RUNNER_WATCH_ORDER_H

#include <stddef.h>

struct arena;
struct record;

/*
 * Ids in `arena`, from the last run `r` (NULL: there was none).  Where nothing
 * was lost only a few come first; the rest stays in the exercise's order.
 */
const char *const *order_first(struct arena *arena, const struct record *r,
			       size_t *ret_n);

#endif
