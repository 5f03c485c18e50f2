/* routing_ids -- malformed, huge and absent values in a path. */
#include "graders/routing.h"

#include <string.h>

#include "graders/resource.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/grader.h"

#define ECHOES      4    /* values that are sent to one parameter */
#define LONG_VALUE  2000 /* characters; far below a server's own limit */

const char *routing_draw(struct routing *r, const struct route_param *p)
{
	if (p->values)
		return p->values[prng_range(r->prng, 0,
					    (int64_t)p->n_values - 1)];
	switch ((enum param_type)p->type) {
	case PARAM_INTEGER:
		return arena_printf(r->arena, "%lld", (long long)prng_range(
					    r->prng, p->min, p->max));
	case PARAM_NUMBER:
		return arena_printf(r->arena, "%lld.%lld",
				    (long long)prng_range(r->prng, p->min,
							  p->max),
				    (long long)prng_range(r->prng, 1, 9));
	case PARAM_UUID:
		return ask_uuid(r->arena, r->prng);
	case PARAM_PATH:
		return arena_printf(r->arena, "%s/%s",
				    prng_word(r->prng, r->arena, 5),
				    prng_word(r->prng, r->arena, 7));
	case PARAM_WORD:
		break;
	}
	return prng_word(r->prng, r->arena, 8);
}

/* NULL: a row could not be made. */
static const char *make_path(struct routing *r, const struct route *route,
			     const char **ret_why)
{
	const char *values[ROUTE_PARAMS_MAX] = { NULL };

	for (size_t i = 0; i < route->n_params; i++) {
		const struct route_param *p = &route->params[i];
		struct asking maker;
		struct row row;

		values[i] = p->resource ? NULL : routing_draw(r, p);
		if (!p->resource)
			continue;
		maker = resource_asking(p->resource, r->g, r->ask.err);
		row = resource_make(&maker, p->resource);
		r->ask.code = maker.code ? maker.code : r->ask.code;
		*ret_why = row.why;
		if (!row.id)
			return NULL;
		values[i] = target_encode(r->arena, span_of(row.id));
	}
	return route_fill(r->arena, route, values);
}

static bool has_row(const struct route *route)
{
	for (size_t i = 0; i < route->n_params; i++)
		if (route->params[i].resource)
			return true;
	return false;
}

static const char *path_of(struct routing *r, struct routing_row *kept,
			   const struct route *route, const char **ret_why)
{
	if (!has_row(route))
		return make_path(r, route, ret_why);
	if (kept->route != route || !kept->path) {
		kept->route = route;
		kept->path = make_path(r, route, &kept->why);
	}
	*ret_why = kept->why;
	return kept->path;
}

const char *routing_path(struct routing *r, const struct route *route,
			 const char **ret_why)
{
	return path_of(r, &r->read, route, ret_why);
}

const char *routing_path_for(struct routing *r, const struct route *route,
			     unsigned method, const char **ret_why)
{
	const char *path;

	if (!method)
		return routing_path(r, route, ret_why);
	path = path_of(r, &r->written, route, ret_why);
	if (1u << method == ROUTE_DELETE)
		r->written.path = NULL;
	return path;
}

/* The path with one parameter replaced; others are as in `good_path`. */
const char *routing_with(struct routing *r, const struct route *route,
			      size_t index, const char *value)
{
	const char *values[ROUTE_PARAMS_MAX] = { NULL };

	for (size_t i = 0; i < route->n_params; i++)
		values[i] = i == index ? value :
					 routing_draw(r, &route->params[i]);
	return route_fill(r->arena, route, values);
}

const struct exchange *routing_send(struct routing *r, unsigned method,
					  const char *path)
{
	const char *name = route_method_names[method];

	if (method == 0 || !strcmp(name, "DELETE"))
		return ask(&r->ask, name, path);
	return ask_json(&r->ask, name, path, "{}");
}

static const char *const *bad_values(struct routing *r,
				     const struct route_param *p)
{
	static const char *const integer[] = {
		"abc", "1.5", "-1", "1%20OR%201=1", "%27", "1%3B--", "0x1",
		"%00", "%F0%9F%A6%80", NULL };
	static const char *const number[] = { "abc", "1.5.2", "%27", "%00",
					      NULL };
	static const char *const uuid[] = {
		"abc", "123", "%27", "%00",
		"g2345678-1234-4234-a234-123456789012", NULL };
	static const char *const word[] = { "%00", "%27%3B--", NULL };
	static const char *const none[] = { NULL };

	if (p->bad)
		return p->bad;
	switch ((enum param_type)p->type) {
	case PARAM_INTEGER:
		return integer;
	case PARAM_NUMBER:
		return number;
	case PARAM_UUID:
		return uuid;
	case PARAM_WORD:
		/* Any word may be one's name: only rows have wrong ones. */
		return p->resource ? word : none;
	case PARAM_PATH:
		break;
	}
	(void)r;
	return none;
}

static void one_bad(struct routing *r, struct rule *rule,
		    const struct route *route, size_t index,
		    const char *value, const struct statuses *accepted)
{
	unsigned first = 0;
	const struct exchange *x;

	while (!(route->methods & 1u << first))
		first++;
	x = routing_send(r, first, routing_with(r, route, index, value));
	if (statuses_have(accepted, x->res.status)) {
		rule_ok(rule, x);
		return;
	}
	if (x->res.status >= 500)
		rule->cause = arena_printf(r->arena, "%s-5xx", rule->title);
	rule_bad(r->g, rule, x, value,
		 "%s must be refused with %s: no row has such an id. It "
		 "answered %s", ask_what(r->arena, x),
		 statuses_text(r->arena, accepted), ask_answer(r->arena, x));
}

static void bad_id(struct routing *r, const struct route *route, size_t index,
		   const char *id)
{
	const struct route_param *p = &route->params[index];
	const char *const *values = bad_values(r, p);
	struct rule rule = {
		.id = id, .title = "a malformed id is refused",
		.expected = statuses_text(r->arena, &r->c->bad_id),
	};

	for (; *values; values++)
		one_bad(r, &rule, route, index, *values, &r->c->bad_id);
	if (rule.n_ok + rule.n_bad && p->type != PARAM_WORD)
		one_bad(r, &rule, route, index,
			prng_word(r->prng, r->arena, LONG_VALUE),
			&r->c->bad_id);
	rule_close(r->g, &rule);
}

static void huge_id(struct routing *r, const struct route *route,
		    size_t index, const char *id)
{
	struct statuses accepted = statuses_join(r->c->bad_id,
						 &r->c->missing);
	struct rule rule = {
		.id = id, .title = "an id beyond 64 bits is refused",
		.expected = statuses_text(r->arena, &accepted),
	};

	if (route->params[index].type != PARAM_INTEGER ||
	    !route->params[index].resource)
		return;
	one_bad(r, &rule, route, index, "99999999999999999999", &accepted);
	one_bad(r, &rule, route, index, "9223372036854775808", &accepted);
	rule_close(r->g, &rule);
}

static const char *absent_id(struct routing *r, const struct route_param *p)
{
	struct route_param far = *p;

	far.values = NULL;
	far.min = 1500000000;
	far.max = 2100000000;
	return routing_draw(r, &far);
}

static void missing_id(struct routing *r, const struct route *route,
		       size_t index, const char *id)
{
	const struct route_param *p = &route->params[index];
	struct rule rule = {
		.id = id, .title = "an id of no row is not found",
		.expected = statuses_text(r->arena, &r->c->missing),
	};

	if (!p->resource || p->type == PARAM_PATH)
		return;
	for (unsigned i = 0; i < ROUTE_METHODS; i++) {
		struct body body = resource_body(p->resource, r->prng,
						 r->arena, true);
		const char *path = routing_with(r, route, index,
					      absent_id(r, p));
		const struct exchange *x;

		if (!(route->methods & 1u << i) || 1u << i == ROUTE_POST)
			continue;
		x = i == 0 || 1u << i == ROUTE_DELETE ?
			    routing_send(r, i, path) :
			    ask_json(&r->ask, route_method_names[i], path,
				     body_text(r->arena, &body));
		if (statuses_have(&r->c->missing, x->res.status)) {
			rule_ok(&rule, x);
			continue;
		}
		if (x->res.status >= 500)
			rule.cause = "missing-id-5xx";
		else if (ask_ok(x))
			rule.cause = "missing-id-found";
		rule_bad(r->g, &rule, x, route_method_names[i],
			 "%s must answer %s: no row has this id. It answered "
			 "%s", ask_what(r->arena, x), rule.expected,
			 ask_answer(r->arena, x));
	}
	rule_close(r->g, &rule);
}

/* Does the JSON value say the same as the text in the URL, in its type? */
static bool echoes(const struct json *v, const struct route_param *p,
		   const char *value)
{
	if (!v)
		return false;
	if (p->type == PARAM_INTEGER)
		return json_is_integer(v) &&
		       !json_compare_numbers(v->text, span_of(value));
	if (p->type == PARAM_NUMBER)
		return v->type == JSON_NUMBER &&
		       !json_compare_numbers(v->text, span_of(value));
	return v->type == JSON_STRING && span_is(v->text, value);
}

static void echo(struct routing *r, const struct route *route, size_t index,
		 const char *id)
{
	const struct route_param *p = &route->params[index];
	struct rule rule = {
		.id = id, .expected = "the value, as JSON of its type",
		.title = arena_printf(r->arena, "{%s} comes through its "
				      "converter", p->name),
	};

	for (int i = 0; p->echo && i < ECHOES; i++) {
		const char *value = routing_draw(r, p);
		const struct exchange *x =
			ask(&r->ask, "GET", routing_with(r, route, index,
						       value));
		const struct json *body = view_body(r->arena, x), *v;

		v = body && ask_ok(x) ? view_at(body, p->echo) : NULL;
		if (echoes(v, p, value))
			rule_ok(&rule, x);
		else
			rule_bad(r->g, &rule, x, value,
				 "%s must answer with %s at \"%s\". It "
				 "answered %d with %s there",
				 ask_what(r->arena, x), value, p->echo,
				 x->res.status, view_show(r->arena, v));
	}
	rule_close(r->g, &rule);
}

void routing_ids(struct routing *r, const struct route *route, size_t n)
{
	static void (*const rules[])(struct routing *, const struct route *,
				     size_t, const char *) = {
		bad_id, huge_id, missing_id, echo,
	};
	const char *why = NULL, *good = routing_path(r, route, &why);
	struct rule rule = {
		.id = routing_check_id(r, RULE_BAD_ID, n),
		.title = "ids of no row are refused",
	};

	/* Where no row exists, every id is refused for that reason. */
	if (!good) {
		rule_skip(r->g, &rule, "no row could be made: %s", why);
		rule_close(r->g, &rule);
		return;
	}
	for (size_t i = 0; i < route->n_params; i++)
		for (unsigned j = 0; j < ARRAY_LEN(rules); j++)
			if (routing_wants(r, RULE_BAD_ID + j))
				rules[j](r, route, i, routing_check_id(
						r, RULE_BAD_ID + j, n));
}
