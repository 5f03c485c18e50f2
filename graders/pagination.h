/*
 * pagination -- what the files of the pagination grader share.
 *
 * pagination.c walks pages, pagination_numbers.c sends page numbers and
 * sizes, pagination_links.c follows Link, pagination_order.c sorts, filters
 * and searches.
 */
#ifndef GRADERS_PAGINATION_H
#define GRADERS_PAGINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graders/ask.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"

struct json;
struct prng;

enum pagination_rule {
	RULE_UNION, RULE_SIZE, RULE_DEFAULT_SIZE, RULE_MAX_SIZE,
	RULE_BAD_NUMBERS, RULE_BEYOND, RULE_TOTAL, RULE_ORDER, RULE_LINKS,
	RULE_FILTER, RULE_SORT, RULE_SEARCH,
};

enum bad_numbers { NUMBERS_ANY, NUMBERS_REJECT, NUMBERS_CLAMP };
enum beyond { BEYOND_ANY, BEYOND_EMPTY, BEYOND_MISSING };
enum over_max { OVER_ANY, OVER_CLAMP, OVER_REJECT };

#define FILTERS_MAX 8
#define SORTS_MAX   8

struct pagination_filter {
	const char *param;
	const struct field *field;
};

struct pagination_sort {
	const char *param;
	const char *fields[SORTS_MAX];
	size_t n;
	const char *prefix;             /* "-", or NULL */
	const char *order_param, *order_value;
	struct statuses unknown;        /* n 0: not asked */
	const char *ties;               /* field, ascending; NULL: not said */
};

struct pagination_config {
	const struct resource *resource;
	int64_t rows, size;
	const char *const *order, *const *links;
	size_t n_order, n_links;
	unsigned bad_numbers, beyond, over_max, rules;
	bool reject_empty;
	struct pagination_filter filters[FILTERS_MAX];
	size_t n_filters;
	struct pagination_sort sort;
	const char *search_param;
	const char *const *search_fields;
	size_t n_search;
};

struct pagination {
	const struct pagination_config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
	struct row *made; /* by this criterion */
	size_t n_made;
	const struct listing *walk; /* all rows by pages of c->size */
	const struct listing *by_links; /* the same by rel="next", or NULL */
	const struct listing_page *plain; /* of pagination_plain() */
};

bool pagination_wants(const struct pagination *p, enum pagination_rule rule);

/* GET the list with a query of our own: "page=0". */
const struct exchange *pagination_get(struct pagination *p,
				      const char *query);

/* The list without any query, asked for after the last write. */
const struct listing_page *pagination_plain(struct pagination *p);

/* Fill a rule with whether the rows are in the order of `fields`, where "-"
 * before a field means descending. */
void pagination_judge_order(struct pagination *p, struct rule *rule,
			    const struct listing *list,
			    const char *const *fields, size_t n);

void pagination_numbers(struct pagination *p);
void pagination_links(struct pagination *p);
void pagination_order(struct pagination *p);
void pagination_filter(struct pagination *p);
void pagination_search(struct pagination *p);

#endif
