/*
 * rule -- one check that is made of several cases.
 *
 *	struct rule rule = { .id = "type-price", .title = "..." };
 *	rule_ok(&rule, x); rule_bad(g, &rule, x, "true", "..."); ...
 *	rule_close(g, &rule);
 *
 * The check fails on its first bad case and counts the others by their labels;
 * without a bad case it is skipped when one could not be asked (a bad case
 * whose evidence is an app that is gone is one).  A rule of no case says
 * nothing.
 */
#ifndef GRADERS_RULE_H
#define GRADERS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/attr.h"

struct exchange;
struct grading;

#define RULE_LABELS_MAX 4 /* further bad cases that are named */

struct rule {
	const char *id, *title, *expected, *cause, *hint;
	int weight;
	bool vital; /* struct check */
	size_t n_ok, n_bad, n_skipped; /* the rest is rule.c's */
	const struct exchange *evidence;
	const char *message, *actual, *labels, *reason;
};

void rule_ok(struct rule *rule, const struct exchange *evidence);

/*
 * One case went wrong.  `label` names the case in a list ("\"price\": true");
 * the message is used when it is the first.
 */
void rule_bad(struct grading *g, struct rule *rule,
	      const struct exchange *evidence, const char *label,
	      const char *fmt, ...) PRINTF(5, 6);

/* One case could not be asked. */
void rule_skip(struct grading *g, struct rule *rule, const char *fmt, ...)
	PRINTF(3, 4);

void rule_close(struct grading *g, const struct rule *rule);

#endif
