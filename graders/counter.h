/*
 * counter -- a number in the app that requests add one to.
 *
 *	"counter": {"make": {...}, "add": {...},
 *	            "read": {"path": "/counters/{id}", "at": "/hits"}}
 */
#ifndef GRADERS_COUNTER_H
#define GRADERS_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/send.h"

struct counter {
	const struct send *make; /* NULL: it is there already */
	const struct send *add;
	const char *path, *at;   /* where it is read; at is a pointer */
	const char *id;          /* member of make's answer */
};

/* Read the member `counter`; absent leaves *ret NULL. */
void option_counter(struct options *o, const struct json *v,
		    const struct counter **ret);

/* Make one: the values to fill in; false with *ret_why when it fails. */
bool counter_make(struct asking *a, const struct counter *c,
		  struct send_values *ret, const char **ret_why);

/* Read it; false when there is no integer to read. */
bool counter_read(struct asking *a, const struct counter *c,
		  const struct send_values *values,
		  const struct exchange **ret_x, int64_t *ret);

#endif
