/*
 * routing -- what the files of the routing grader share.
 *
 * routing.c asks about paths and methods, routing_ids.c about the values that
 * stand in a path.
 */
#ifndef GRADERS_ROUTING_H
#define GRADERS_ROUTING_H

#include <stdbool.h>
#include <stddef.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/route.h"
#include "graders/rule.h"

struct arena;
struct grading;
struct prng;

enum routing_rule {
	RULE_UNKNOWN, RULE_METHODS, RULE_NOT_ALLOWED, RULE_ALLOW, RULE_HEAD,
	RULE_OPTIONS, RULE_SLASH, RULE_BAD_ID, RULE_HUGE_ID, RULE_MISSING_ID,
	RULE_ECHO,
};

struct routing_config {
	struct route *routes;
	size_t n_routes;
	struct statuses bad_id, missing;
	unsigned rules; /* bits of enum routing_rule */
};

/* The path of a row that was made for a route. */
struct routing_row {
	const struct route *route;
	const char *path, *why;
};

struct routing {
	const struct routing_config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
	struct routing_row read, written;
	struct rule allow, head, options; /* over all routes */
};

bool routing_wants(const struct routing *r, enum routing_rule rule);

/* "bad-id-2": the rule's check for the second route. */
const char *routing_check_id(struct routing *r, enum routing_rule rule,
			     size_t route);

/* A random good value of a parameter that stands for no row. */
const char *routing_draw(struct routing *r, const struct route_param *p);

/*
 * A path of the route that should be found; NULL: a row could not be made.
 * Nothing that is meant to change the row is sent there.
 */
const char *routing_path(struct routing *r, const struct route *route,
			 const char **ret_why);
/* The same for a declared method, which may change or delete the row. */
const char *routing_path_for(struct routing *r, const struct route *route,
			     unsigned method, const char **ret_why);

/* The path with `value` for one parameter and random values for others. */
const char *routing_with(struct routing *r, const struct route *route,
			 size_t index, const char *value);

const struct exchange *routing_send(struct routing *r, unsigned method,
				    const char *path);

/* All rules about the values of one route's parameters. */
void routing_ids(struct routing *r, const struct route *route, size_t n);

#endif
