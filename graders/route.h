/* route -- the routes of an exercise, for the routing grader. */
#ifndef GRADERS_ROUTE_H
#define GRADERS_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graders/option.h"

struct exercise;
struct json;
struct resource;

#define ROUTE_PARAMS_MAX 4

enum param_type {
	PARAM_INTEGER,
	PARAM_NUMBER,
	PARAM_UUID,
	PARAM_WORD,
	PARAM_PATH,
};

enum slash_policy { SLASH_ANY, SLASH_SAME, SLASH_REDIRECT, SLASH_MISSING };

/* Methods as bits; the first five are the ones that are asked for. */
enum route_method {
	ROUTE_GET = 1 << 0,
	ROUTE_POST = 1 << 1,
	ROUTE_PUT = 1 << 2,
	ROUTE_PATCH = 1 << 3,
	ROUTE_DELETE = 1 << 4,
};
#define ROUTE_METHODS 5
extern const char *const route_method_names[]; /* NULL-terminated */

struct route_param {
	const char *name;
	unsigned type; /* enum param_type */
	const struct resource *resource; /* or NULL */
	const char *const *values, *const *bad;
	size_t n_values, n_bad;
	int64_t min, max;
	const char *echo; /* pointer, or NULL */
};

struct route {
	const char *path;
	unsigned methods; /* bits of enum route_method */
	unsigned slash;   /* enum slash_policy */
	struct statuses status;
	struct route_param params[ROUTE_PARAMS_MAX];
	size_t n_params;
};

void route_read(struct options *o, const struct exercise *ex,
		const struct json *v, struct route *ret);

/* The path with each {name} replaced by the value at its place. */
const char *route_fill(struct arena *arena, const struct route *route,
		       const char *const values[ROUTE_PARAMS_MAX]);

/* Methods that an Allow header lists, as bits; others are ignored. */
unsigned route_allow(const char *allow);

/* "GET, POST" */
const char *route_methods_text(struct arena *arena, unsigned methods);

#endif
