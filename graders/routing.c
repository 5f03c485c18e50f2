/* routing -- does every path answer the right methods and nothing else? */
#include "graders/routing.h"

#include <string.h>

#include "graders/resource.h"
#include "graders/target.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define ROUTES_MAX  40

static const char *const rule_names[] = {
	"unknown", "methods", "not-allowed", "allow", "head", "options",
	"slash", "bad-id", "huge-id", "missing-id", "echo", NULL,
};
static const char *const option_names[] = { "routes", "bad_id", "missing",
					    "rules", NULL };

bool routing_wants(const struct routing *r, enum routing_rule rule)
{
	return r->c->rules & 1u << rule;
}

const char *routing_check_id(struct routing *r, enum routing_rule rule,
			    size_t i)
{
	return arena_printf(r->arena, "%s-%zu", rule_names[rule], i + 1);
}

static void one_unknown(struct routing *r, struct rule *rule,
			const char *path)
{
	const struct exchange *x = ask(&r->ask, "GET", path);

	if (x->res.status == 404)
		rule_ok(rule, x);
	else
		rule_bad(r->g, rule, x, path,
			 "GET %s must answer 404: no such path is declared. "
			 "It answered %s", path, ask_answer(r->arena, x));
}

/* An unknown path beside or below a route. */
static void unknown_near(struct routing *r, struct rule *rule,
			 const struct route *route, const char *word)
{
	const char *below;

	for (size_t i = 0; i < route->n_params; i++)
		if (route->params[i].type == PARAM_PATH)
			return; /* it takes all that is below it */
	if (!route->n_params && strlen(route->path) > 1)
		one_unknown(r, rule, arena_printf(r->arena, "%sx%s",
						  route->path, word));
	if (!route->n_params)
		return;
	below = routing_with(r, route, 0, routing_draw(r, route->params));
	one_unknown(r, rule, arena_printf(r->arena, "%s/%s", below, word));
}

/* An app that answers 404 to everything knows no unknown path. */
static bool some_answer(struct routing *r)
{
	for (size_t i = 0; i < r->c->n_routes; i++) {
		const struct route *route = &r->c->routes[i];
		const char *why, *path = NULL;

		if (route->methods & ROUTE_GET)
			path = routing_path(r, route, &why);
		if (path && statuses_have(&route->status,
					  ask(&r->ask, "GET", path)->res
						  .status))
			return true;
	}
	return false;
}

static void unknown(struct routing *r)
{
	const char *word = prng_word(r->prng, r->arena, 11);
	struct rule rule = {
		.id = "unknown", .title = "an unknown path is not found",
		.expected = "404", .cause = "unknown-path-found",
	};

	if (!routing_wants(r, RULE_UNKNOWN))
		return;
	if (!some_answer(r)) {
		rule_skip(r->g, &rule, "no declared path answers GET");
		rule_close(r->g, &rule);
		return;
	}
	one_unknown(r, &rule, arena_printf(r->arena, "/%s", word));
	one_unknown(r, &rule, arena_printf(r->arena, "/%s/%s", word,
					   prng_word(r->prng, r->arena, 6)));
	for (size_t i = 0; i < r->c->n_routes; i++)
		unknown_near(r, &rule, &r->c->routes[i], word);
	rule_close(r->g, &rule);
}

static void methods(struct routing *r, const struct route *route,
		    const char *id)
{
	struct rule rule = {
		.id = id, .expected = "not 404, 405 or 501",
		.title = arena_printf(r->arena, "%s answers %s", route->path,
				      route_methods_text(r->arena,
							 route->methods)),
	};

	for (unsigned i = 0; i < ROUTE_METHODS; i++) {
		const struct exchange *x;
		const char *path, *why = NULL;

		if (!(route->methods & 1u << i))
			continue;
		path = routing_path_for(r, route, i, &why);
		if (!path) {
			rule_skip(r->g, &rule, "no row could be made: %s",
				  why);
			continue;
		}
		x = routing_send(r, i, path);
		if (i == 0 ? statuses_have(&route->status, x->res.status) :
			     ask_answered(x) && x->res.status != 404 &&
				     x->res.status != 405 &&
				     x->res.status != 501)
			rule_ok(&rule, x);
		else
			rule_bad(r->g, &rule, x, route_method_names[i],
				 "%s is declared%s%s. It answered %s",
				 ask_what(r->arena, x),
				 i ? "" : " and must answer ",
				 i ? "" : statuses_text(r->arena,
							&route->status),
				 ask_answer(r->arena, x));
	}
	rule_close(r->g, &rule);
}

/* `Allow` of a 405 or an answer to OPTIONS. */
static void judge_allow(struct routing *r, struct rule *rule,
			const struct route *route, const struct exchange *x,
			bool needed)
{
	const char *allow = http_value(&x->res, "Allow");
	unsigned listed = allow ? route_allow(allow) : 0;
	const char *declared = route_methods_text(r->arena, route->methods);

	if (!allow && !needed)
		rule_ok(rule, x);
	else if (!allow)
		rule_bad(r->g, rule, x, route->path,
			 "%s answered %d without an Allow header: it must "
			 "name %s (RFC 9110, 15.5.6)",
			 ask_what(r->arena, x), x->res.status, declared);
	else if (listed != route->methods)
		rule_bad(r->g, rule, x, route->path,
			 "%s answered Allow: %.100s; the methods declared are "
			 "%s", ask_what(r->arena, x), allow, declared);
	else
		rule_ok(rule, x);
}

static void not_allowed(struct routing *r, const struct route *route,
			const char *id)
{
	const char *why = NULL, *path = routing_path(r, route, &why);
	const char *declared = route_methods_text(r->arena, route->methods);
	struct rule rule = {
		.id = id, .expected = "405",
		.title = arena_printf(r->arena, "%s refuses other methods",
				      route->path),
	};

	for (unsigned i = 0; i < ROUTE_METHODS; i++) {
		const struct exchange *x;

		if (route->methods & 1u << i)
			continue;
		if (!path) {
			rule_skip(r->g, &rule, "no row could be made: %s",
				  why);
			continue;
		}
		x = routing_send(r, i, path);
		if (x->res.status == 405) {
			rule_ok(&rule, x);
			judge_allow(r, &r->allow, route, x, true);
		} else {
			rule_bad(r->g, &rule, x, route_method_names[i],
				 "%s must be refused with 405: the methods "
				 "declared are %s. It answered %s",
				 ask_what(r->arena, x), declared,
				 ask_answer(r->arena, x));
		}
	}
	if (routing_wants(r, RULE_NOT_ALLOWED))
		rule_close(r->g, &rule);
}

static void head(struct routing *r, const struct route *route,
		 const char *path)
{
	const struct exchange *get = ask(&r->ask, "GET", path);
	const struct exchange *x = ask(&r->ask, "HEAD", path);
	const char *a = http_value(&get->res, "Content-Length");
	const char *b = http_value(&x->res, "Content-Length");

	if (get->res.status != x->res.status)
		rule_bad(r->g, &r->head, x, route->path,
			 "HEAD %s must answer like GET: %d. It answered %s",
			 path, get->res.status, ask_answer(r->arena, x));
	else if (a && b && strcmp(a, b))
		rule_bad(r->g, &r->head, x, route->path,
			 "HEAD %s says Content-Length: %.20s, GET sends %.20s "
			 "(RFC 9110, 8.6)", path, b, a);
	else
		rule_ok(&r->head, x);
}

static void options(struct routing *r, const struct route *route,
		    const char *path)
{
	const struct exchange *x = ask(&r->ask, "OPTIONS", path);

	if (ask_ok(x))
		judge_allow(r, &r->options, route, x, false);
	else
		rule_bad(r->g, &r->options, x, route->path,
			 "OPTIONS %s must answer 2xx. It answered %s", path,
			 ask_answer(r->arena, x));
}

static void head_and_options(struct routing *r, const struct route *route)
{
	const char *why = NULL, *path = routing_path(r, route, &why);

	if (!path) {
		rule_skip(r->g, &r->head, "no row could be made: %s", why);
		rule_skip(r->g, &r->options, "no row could be made: %s", why);
		return;
	}
	if (route->methods & ROUTE_GET && routing_wants(r, RULE_HEAD))
		head(r, route, path);
	if (routing_wants(r, RULE_OPTIONS))
		options(r, route, path);
}

static const char *other_spelling(struct arena *arena, const char *path)
{
	size_t len = strlen(path);

	if (len > 1 && path[len - 1] == '/')
		return arena_memdup(arena, path, len - 1);
	return arena_printf(arena, "%s/", path);
}

static bool leads_to(struct routing *r, const struct exchange *x,
		     const char *path)
{
	const struct http_header *h = http_header(&x->res, "Location");
	const char *host, *target;

	if (!h || x->res.status < 300 || x->res.status > 399)
		return false;
	target = target_resolve(r->arena, x->req.target, h->value, &host);
	return target && !strcmp(target, path);
}

static void slash(struct routing *r, const struct route *route,
		  const char *id)
{
	static const char *const must[] = {
		[SLASH_ANY] = "must not end in a server error",
		[SLASH_SAME] = "must answer as, or redirect to, the route",
		[SLASH_REDIRECT] = "must redirect to the route",
		[SLASH_MISSING] = "must answer 404",
	};
	const char *why = NULL, *path = routing_path(r, route, &why);
	struct rule rule = {
		.id = id, .expected = must[route->slash],
		.title = arena_printf(r->arena, "%s and the trailing slash",
				      route->path),
	};
	const struct exchange *x;
	bool there, good = false;

	if (!path || strlen(path) < 2 || !(route->methods & ROUTE_GET))
		return;
	x = ask(&r->ask, "GET", other_spelling(r->arena, path));
	there = leads_to(r, x, path);
	switch ((enum slash_policy)route->slash) {
	case SLASH_ANY:
		good = ask_answered(x) && x->res.status < 500;
		break;
	case SLASH_SAME:
		good = there || statuses_have(&route->status, x->res.status);
		break;
	case SLASH_REDIRECT:
		good = there;
		break;
	case SLASH_MISSING:
		good = x->res.status == 404;
		break;
	}
	if (good)
		rule_ok(&rule, x);
	else
		rule_bad(r->g, &rule, x, NULL, "%s %s. It answered %s",
			 ask_what(r->arena, x), must[route->slash],
			 ask_answer(r->arena, x));
	rule_close(r->g, &rule);
}

static void ask_route(struct routing *r, const struct route *route, size_t n)
{
	if (routing_wants(r, RULE_METHODS))
		methods(r, route, routing_check_id(r, RULE_METHODS, n));
	if (routing_wants(r, RULE_NOT_ALLOWED) || routing_wants(r, RULE_ALLOW))
		not_allowed(r, route, routing_check_id(r, RULE_NOT_ALLOWED, n));
	if (routing_wants(r, RULE_HEAD) || routing_wants(r, RULE_OPTIONS))
		head_and_options(r, route);
	if (routing_wants(r, RULE_SLASH))
		slash(r, route, routing_check_id(r, RULE_SLASH, n));
	routing_ids(r, route, n);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	struct routing r = {
		.c = config, .g = g, .arena = grading_arena(g),
		.prng = grading_prng(g), .ask = { .g = g, .err = err },
		.allow = { .id = "allow", .cause = "no-allow",
			   .title = "405 names the methods in Allow" },
		.head = { .id = "head", .title = "HEAD answers like GET" },
		.options = { .id = "options",
			     .title = "OPTIONS tells the methods" },
	};

	unknown(&r);
	for (size_t i = 0; i < r.c->n_routes && !r.ask.code; i++)
		ask_route(&r, &r.c->routes[i], i);
	if (routing_wants(&r, RULE_ALLOW))
		rule_close(g, &r.allow);
	if (routing_wants(&r, RULE_HEAD))
		rule_close(g, &r.head);
	if (routing_wants(&r, RULE_OPTIONS))
		rule_close(g, &r.options);
	return r.ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct routing_config *config = arena_alloc(arena, sizeof(*config));
	const struct json *routes;

	option_object(&o, c->with, option_names);
	routes = option_required(&o, c->with, "routes");
	if (routes && (routes->type != JSON_ARRAY || !routes->count ||
		       routes->count > ROUTES_MAX))
		option_wrong(&o, routes, "\"routes\" must be a list");
	if (o.code || !routes)
		return o.code;
	config->rules = ~0u;
	config->bad_id = STATUSES(400, 404, 422);
	config->missing = STATUSES(404, 410);
	option_statuses(&o, c->with, "bad_id", &config->bad_id);
	option_statuses(&o, c->with, "missing", &config->missing);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	config->n_routes = routes->count;
	config->routes = arena_array(arena, routes->count,
				     sizeof(*config->routes));
	for (size_t i = 0; i < routes->count && !o.code; i++)
		route_read(&o, ex, &routes->items[i], &config->routes[i]);
	*ret_config = config;
	return o.code;
}

const struct grader grader_routing = {
	.name = "routing",
	.question = "does every path answer the right methods and nothing "
		    "else?",
	.configure = configure,
	.run = run,
};
