/* route -- read from the manifest; paths and method sets. */
#include "graders/route.h"

#include <string.h>
#include <strings.h>

#include "graders/resource.h"
#include "graders/target.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"

const char *const route_method_names[] = { "GET", "POST", "PUT", "PATCH",
					   "DELETE", NULL };

static const char *const type_names[] = { "integer", "number", "uuid", "word",
					  "path", NULL };
static const char *const slash_names[] = { "any", "same", "redirect",
					   "missing", NULL };
static const char *const route_names[] = { "path", "methods", "params",
					   "slash", "status", NULL };
static const char *const param_names[] = { "type", "resource", "values",
					   "min", "max", "bad", "echo", NULL };

static void read_param(struct options *o, const struct exercise *ex,
		       const struct json *v, struct route_param *p)
{
	p->min = 1;
	p->max = 9999;
	option_object(o, v, param_names);
	option_required(o, v, "type");
	option_word(o, v, "type", type_names, &p->type);
	resource_option(o, ex, v, "resource", &p->resource);
	option_strs(o, v, "values", &p->values, &p->n_values);
	option_strs(o, v, "bad", &p->bad, &p->n_bad);
	option_int(o, v, "min", INT32_MIN, INT32_MAX, &p->min);
	option_int(o, v, "max", p->min, INT32_MAX, &p->max);
	option_pointer(o, v, "echo", &p->echo);
	if (p->values && !p->n_values)
		option_wrong(o, v, "\"values\" is empty");
}

/* Each {name} in the path, in order. */
static void read_params(struct options *o, const struct exercise *ex,
			const struct json *v, struct route *route)
{
	const struct json *params = json_get(v, "params"), *param;
	const char *at = o->code ? NULL : strchr(route->path, '{');

	for (; at && !o->code; at = strchr(at + 1, '{')) {
		struct route_param *p = &route->params[route->n_params];

		if (!strchr(at, '}') || route->n_params == ROUTE_PARAMS_MAX) {
			option_wrong(o, v, "\"path\" has an open {, or more "
				     "than %d parameters", ROUTE_PARAMS_MAX);
			return;
		}
		p->name = arena_memdup(o->arena, at + 1,
				       strcspn(at + 1, "}"));
		param = json_get(params, p->name);
		if (!param)
			option_wrong(o, v, "\"params\" does not tell the type "
				     "of {%s}", p->name);
		else
			read_param(o, ex, param, p);
		route->n_params++;
	}
	if (params && params->count != route->n_params)
		option_wrong(o, params, "\"params\" has entries that the path "
			     "has not");
}

void route_read(struct options *o, const struct exercise *ex,
		const struct json *v, struct route *route)
{
	route->methods = ROUTE_GET;
	route->status = STATUSES(200);
	option_object(o, v, route_names);
	option_required(o, v, "path");
	option_path(o, v, "path", &route->path);
	option_words(o, v, "methods", route_method_names, &route->methods);
	option_word(o, v, "slash", slash_names, &route->slash);
	option_statuses(o, v, "status", &route->status);
	read_params(o, ex, v, route);
}

const char *route_fill(struct arena *arena, const struct route *route,
		       const char *const values[ROUTE_PARAMS_MAX])
{
	const char *in = route->path, *out = "";

	for (size_t i = 0; i < route->n_params; i++) {
		int before = (int)strcspn(in, "{");

		out = arena_printf(arena, "%s%.*s%s", out, before, in,
				   values[i]);
		in = strchr(in, '}') + 1;
	}
	return arena_printf(arena, "%s%s", out, in);
}

unsigned route_allow(const char *allow)
{
	unsigned bits = 0;

	while (*allow) {
		size_t len = strcspn(allow, ", \t");

		for (unsigned i = 0; route_method_names[i]; i++)
			if (strlen(route_method_names[i]) == len &&
			    !strncasecmp(allow, route_method_names[i], len))
				bits |= 1u << i;
		allow += len;
		allow += strspn(allow, ", \t");
	}
	return bits;
}

const char *route_methods_text(struct arena *arena, unsigned methods)
{
	const char *text = "";

	for (unsigned i = 0; route_method_names[i]; i++)
		if (methods & 1u << i)
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? ", " : "",
					    route_method_names[i]);
	return *text ? text : "none";
}
