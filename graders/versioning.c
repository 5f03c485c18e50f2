/* versioning -- do old and new clients both get what they were promised? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/send.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/expect/link.h"
#include "runner/grader.h"

#define VERSIONS_MAX 4

enum versioning_rule { RULE_SHAPE, RULE_SHARED, RULE_DEPRECATION, RULE_SUNSET,
		       RULE_SUCCESSOR, RULE_DEFAULT, RULE_UNKNOWN, RULE_VARY };
static const char *const rule_names[] = {
	"shape", "shared", "deprecation", "sunset", "successor", "default",
	"unknown", "vary", NULL,
};
static const char *const option_names[] = {
	"versions", "deprecated", "default", "unknown", "unknown_requests",
	"rules", NULL,
};
static const char *const version_names[] = {
	"name", "resource", "fields", "absent", NULL };
static const char *const deprecated_names[] = { "name", "sunset", "link",
						NULL };

struct version {
	const char *name;
	const struct resource *resource; /* its path and headers */
	const char *const *fields, *const *absent;
	size_t n_fields, n_absent;
};

struct config {
	struct version versions[VERSIONS_MAX];
	size_t n;
	const char *deprecated, *default_name; /* names, or NULL */
	bool sunset, link;
	const struct send *unknown_requests[8];
	size_t n_unknown;
	struct statuses unknown;
	unsigned rules;
};

struct versioning {
	const struct config *c;
	struct grading *g;
	struct arena *arena;
	struct asking ask[VERSIONS_MAX], plain;
	struct row rows[VERSIONS_MAX]; /* one made in each version */
};

static bool wants(const struct versioning *v, enum versioning_rule rule)
{
	return v->c->rules & 1u << rule;
}

static size_t version_index(const struct config *c, const char *name)
{
	size_t i = 0;

	while (i < c->n && strcmp(c->versions[i].name, name))
		i++;
	return i;
}

/* The row with this id in a version. */
static const struct exchange *read_row(struct versioning *v, size_t version,
				       const char *id)
{
	const struct resource *r = v->c->versions[version].resource;

	return ask(&v->ask[version], "GET",
		   resource_target(v->arena, r, id));
}

static const struct json *shown_row(struct versioning *v, size_t version,
				    const struct exchange *x)
{
	const struct resource *r = v->c->versions[version].resource;

	return ask_ok(x) ? view_item(view_body(v->arena, x), r->at, r->id) :
			   NULL;
}

/* ----------------------------------------------------------------- shape */

static void judge_members(struct versioning *v, struct rule *rule,
			  const struct version *version,
			  const struct exchange *x, const struct json *row)
{
	for (size_t i = 0; i < version->n_fields; i++)
		if (!json_get(row, version->fields[i]))
			rule_bad(v->g, rule, x, version->fields[i],
				 "%s in version %s must show \"%s\". It does "
				 "not", ask_what(v->arena, x), version->name,
				 version->fields[i]);
	for (size_t i = 0; i < version->n_absent; i++)
		if (json_get(row, version->absent[i]))
			rule_bad(v->g, rule, x, version->absent[i],
				 "%s in version %s must not show \"%s\": that "
				 "is another version's",
				 ask_what(v->arena, x), version->name,
				 version->absent[i]);
	rule_ok(rule, x);
}

static void shape(struct versioning *v, size_t i)
{
	const struct version *version = &v->c->versions[i];
	const struct row *row = &v->rows[i];
	const struct exchange *x;
	const struct json *shown;
	const char *why;
	struct rule rule = {
		.id = arena_printf(v->arena, "shape-%s", version->name),
		.title = arena_printf(v->arena, "version %s has its own shape",
				      version->name),
		.cause = arena_printf(v->arena, "version-shape:%s",
				      version->name),
	};

	if (!row->ok) {
		rule_skip(v->g, &rule, "no row could be made: %s", row->why);
		rule_close(v->g, &rule);
		return;
	}
	x = ask(&v->ask[i], "GET", row->target);
	shown = shown_row(v, i, x);
	if (shown) {
		judge_members(v, &rule, version, x, shown);
		why = resource_differs(v->arena, version->resource,
				       &row->body, shown);
		if (why)
			rule_bad(v->g, &rule, x, NULL,
				 "%s in version %s must show what was sent: "
				 "%s", ask_what(v->arena, x), version->name,
				 why);
	} else {
		rule_bad(v->g, &rule, x, NULL,
			 "%s in version %s must show the row. It answered %s",
			 ask_what(v->arena, x), version->name,
			 ask_answer(v->arena, x));
	}
	rule_close(v->g, &rule);
}

/* ---------------------------------------------------------------- shared */

/* Fields that two versions have under one name have one value. */
static void judge_shared(struct versioning *v, struct rule *rule,
			 size_t from, size_t to)
{
	const struct row *row = &v->rows[from];
	const struct resource *other = v->c->versions[to].resource;
	struct body same = { .n = 0 };
	const struct exchange *x;
	const struct json *shown;
	const char *why;

	if (!row->ok || !row->id) {
		rule_skip(v->g, rule, "no row could be made: %s",
			  row->why ? row->why : "its id is not told");
		return;
	}
	for (size_t i = 0; i < row->body.n; i++)
		if (resource_field(other, row->body.names[i]))
			body_set(&same, row->body.names[i],
				 row->body.values[i]);
	x = read_row(v, to, row->id);
	shown = shown_row(v, to, x);
	why = shown ? resource_differs(v->arena, other, &same, shown) :
		      ask_answer(v->arena, x);
	if (!why)
		rule_ok(rule, x);
	else
		rule_bad(v->g, rule, x, NULL,
			 "%s in version %s must show the row that was made in "
			 "version %s: %s", ask_what(v->arena, x),
			 v->c->versions[to].name, v->c->versions[from].name,
			 why);
}

static void shared(struct versioning *v)
{
	struct rule rule = { .id = "shared", .cause = "version-fork",
			     .title = "versions share their rows" };

	for (size_t i = 0; i < v->c->n; i++)
		for (size_t j = 0; j < v->c->n; j++)
			if (i != j)
				judge_shared(v, &rule, i, j);
	rule_close(v->g, &rule);
}

/* ------------------------------------------------------------ deprecation */

/* RFC 9745: Deprecation is an item, a date: "@" and seconds. */
static bool read_deprecation(const char *text, int64_t *ret)
{
	char *end;

	if (!text || *text != '@')
		return false;
	errno = 0;
	*ret = strtoll(text + 1, &end, 10);
	return !errno && end != text + 1 && (!*end || *end == ';');
}

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". */
static bool read_http_date(const char *text, int64_t *ret)
{
	struct tm tm = { .tm_sec = 0 };
	const char *end = text ? strptime(text, "%a, %d %b %Y %T GMT", &tm) :
				 NULL;

	if (!end || *end)
		return false;
	*ret = timegm(&tm);
	return true;
}

static void judge_deprecation(struct versioning *v, const struct exchange *x,
			      bool old, const char *version)
{
	const char *value = http_value(&x->res, "Deprecation");
	int64_t when;
	struct rule rule = {
		.id = arena_printf(v->arena, "deprecation-%s", version),
		.title = "the old version says so, and only that",
		.cause = "no-deprecation",
		.expected = old ? "Deprecation: @SECONDS" : "no Deprecation",
	};

	if (!ask_ok(x))
		rule_skip(v->g, &rule, "%s answered %s",
			  ask_what(v->arena, x), ask_answer(v->arena, x));
	else if (old && !read_deprecation(value, &when))
		rule_bad(v->g, &rule, x, NULL,
			 "%s in version %s must carry Deprecation, a date as "
			 "@SECONDS (RFC 9745). It carries %.60s",
			 ask_what(v->arena, x), version,
			 value ? value : "none");
	else if (!old && value)
		rule_bad(v->g, &rule, x, NULL,
			 "%s in version %s must not carry Deprecation: it is "
			 "not the old one", ask_what(v->arena, x), version);
	else
		rule_ok(&rule, x);
	rule_close(v->g, &rule);
}

static void judge_sunset(struct versioning *v, const struct exchange *x)
{
	const char *value = http_value(&x->res, "Sunset");
	int64_t end, since;
	struct rule rule = {
		.id = "sunset", .title = "Sunset says when it ends",
		.expected = "an HTTP-date, not before Deprecation",
	};

	if (!read_http_date(value, &end))
		rule_bad(v->g, &rule, x, NULL,
			 "%s must carry Sunset, an HTTP-date (RFC 8594). It "
			 "carries %.60s", ask_what(v->arena, x),
			 value ? value : "none");
	else if (read_deprecation(http_value(&x->res, "Deprecation"),
				  &since) && end < since)
		rule_bad(v->g, &rule, x, NULL,
			 "%s: Sunset is before Deprecation (RFC 9745, 4)",
			 ask_what(v->arena, x));
	else
		rule_ok(&rule, x);
	rule_close(v->g, &rule);
}

static void judge_successor(struct versioning *v, const struct exchange *x)
{
	struct links links;
	struct rule rule = {
		.id = "successor", .title = "Link names the version to use",
		.expected = "Link with rel=\"successor-version\"",
	};

	if (!links_read(v->arena, &x->res, &links, NULL) &&
	    links_find(&links, "successor-version"))
		rule_ok(&rule, x);
	else
		rule_bad(v->g, &rule, x, NULL,
			 "%s must carry Link with rel=\"successor-version\" "
			 "(RFC 5829). It does not", ask_what(v->arena, x));
	rule_close(v->g, &rule);
}

static void deprecation(struct versioning *v)
{
	size_t old = version_index(v->c, v->c->deprecated);

	for (size_t i = 0; i < v->c->n; i++) {
		const struct version *version = &v->c->versions[i];
		const struct exchange *x =
			ask(&v->ask[i], "GET", version->resource->path);

		if (wants(v, RULE_DEPRECATION))
			judge_deprecation(v, x, i == old, version->name);
		if (i != old)
			continue;
		if (v->c->sunset && wants(v, RULE_SUNSET))
			judge_sunset(v, x);
		if (v->c->link && wants(v, RULE_SUCCESSOR))
			judge_successor(v, x);
	}
}

/* ------------------------------------------------------- default, unknown */

/* Without a version header the default's shape comes. */
static void by_default(struct versioning *v)
{
	size_t i = version_index(v->c, v->c->default_name);
	const struct version *version = &v->c->versions[i];
	const struct row *row = &v->rows[i];
	const struct exchange *x;
	const struct json *shown;
	struct rule rule = { .id = "default", .cause = "version-default",
			     .title = "without a version comes the default" };

	if (!row->ok) {
		rule_skip(v->g, &rule, "no row could be made: %s", row->why);
	} else {
		x = ask(&v->plain, "GET", row->target);
		shown = shown_row(v, i, x);
		if (shown)
			judge_members(v, &rule, version, x, shown);
		else
			rule_bad(v->g, &rule, x, NULL,
				 "%s without a version must answer as version "
				 "%s. It answered %s",
				 ask_what(v->arena, x), version->name,
				 ask_answer(v->arena, x));
	}
	rule_close(v->g, &rule);
}

static void unknown(struct versioning *v)
{
	const struct send_values none = { .id = NULL };
	struct rule rule = {
		.id = "unknown", .title = "a version that there is not",
		.expected = statuses_text(v->arena, &v->c->unknown),
	};

	if (!v->rows[0].ok)
		rule_skip(v->g, &rule, "no version is known: %s",
			  v->rows[0].why);
	for (size_t i = 0; i < v->c->n_unknown; i++) {
		const struct exchange *x = send_now(
			&v->plain, v->c->unknown_requests[i], &none);

		if (statuses_have(&v->c->unknown, x->res.status))
			rule_ok(&rule, x);
		else
			rule_bad(v->g, &rule, x, ask_what(v->arena, x),
				 "%s asks for a version that there is not and "
				 "must answer %s. It answered %s",
				 ask_what(v->arena, x), rule.expected,
				 ask_answer(v->arena, x));
	}
	rule_close(v->g, &rule);
}

/* Versions that differ by a header only: caches must know which. */
static void vary(struct versioning *v)
{
	struct rule rule = { .id = "vary", .cause = "no-vary",
			     .title = "Vary names the version's header" };

	for (size_t i = 0; i < v->c->n; i++) {
		const struct resource *r = v->c->versions[i].resource;
		const struct exchange *x = ask(&v->ask[i], "GET", r->path);
		const char *value = http_value(&x->res, "Vary");

		for (size_t j = 0; j < r->n_headers && ask_ok(x); j++) {
			if (value && (strstr(value, "*") ||
				      strcasestr(value, r->headers[j].name)))
				rule_ok(&rule, x);
			else
				rule_bad(v->g, &rule, x, NULL,
					 "%s depends on %s and must say so in "
					 "Vary (RFC 9110, 12.5.5)",
					 ask_what(v->arena, x),
					 r->headers[j].name);
		}
	}
	rule_close(v->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct versioning *v = arena_alloc(grading_arena(g), sizeof(*v));
	int code;

	*v = (struct versioning){ .c = c, .g = g, .arena = grading_arena(g),
				  .plain = { .g = g, .err = err } };
	for (size_t i = 0; i < c->n; i++) {
		v->ask[i] = resource_asking(c->versions[i].resource, g, err);
		v->rows[i] = resource_make(&v->ask[i],
					   c->versions[i].resource);
	}
	for (size_t i = 0; i < c->n && wants(v, RULE_SHAPE); i++)
		shape(v, i);
	if (wants(v, RULE_SHARED))
		shared(v);
	if (c->deprecated)
		deprecation(v);
	if (c->default_name && wants(v, RULE_DEFAULT))
		by_default(v);
	if (wants(v, RULE_UNKNOWN))
		unknown(v);
	if (wants(v, RULE_VARY))
		vary(v);
	code = v->plain.code;
	for (size_t i = 0; i < c->n && !code; i++)
		code = v->ask[i].code;
	return code;
}

static void read_versions(struct options *o, const struct exercise *ex,
			  const struct json *v, struct config *c)
{
	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count < 2 ||
	    v->count > VERSIONS_MAX) {
		option_wrong(o, v, "\"versions\" must be a list of 2 to %d",
			     VERSIONS_MAX);
		return;
	}
	for (size_t i = 0; i < v->count && !o->code; i++) {
		struct version *version = &c->versions[c->n++];

		option_object(o, &v->items[i], version_names);
		option_required(o, &v->items[i], "name");
		option_required(o, &v->items[i], "resource");
		option_str(o, &v->items[i], "name", &version->name);
		resource_option(o, ex, &v->items[i], "resource",
				&version->resource);
		option_strs(o, &v->items[i], "fields", &version->fields,
			    &version->n_fields);
		option_strs(o, &v->items[i], "absent", &version->absent,
			    &version->n_absent);
	}
}

static void check_name(struct options *o, const struct json *with,
		       const struct config *c, const char *name)
{
	if (!o->code && name && version_index(c, name) == c->n)
		option_wrong(o, with, "there is no version \"%s\"", name);
}

static void read_unknown(struct options *o, const struct json *v,
			 struct config *c)
{
	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count > 8) {
		option_wrong(o, v, "\"unknown_requests\" must be a list of at "
			     "most 8");
		return;
	}
	for (size_t i = 0; i < v->count; i++) {
		const struct json_member member = {
			.name = SPAN_LIT("request"), .value = v->items[i] };
		const struct json wrapped = {
			.type = JSON_OBJECT, .line = v->items[i].line,
			.count = 1, .members = &member };

		option_send(o, &wrapped, "request", "GET",
			    &c->unknown_requests[c->n_unknown++]);
	}
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));
	const struct json *old;

	config->unknown = STATUSES(404, 406, 400);
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	read_versions(&o, ex, option_required(&o, c->with, "versions"),
		      config);
	option_statuses(&o, c->with, "unknown", &config->unknown);
	read_unknown(&o, json_get(c->with, "unknown_requests"), config);
	option_str(&o, c->with, "default", &config->default_name);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	old = o.code ? NULL : json_get(c->with, "deprecated");
	if (old) {
		option_object(&o, old, deprecated_names);
		option_required(&o, old, "name");
		option_str(&o, old, "name", &config->deprecated);
		option_bool(&o, old, "sunset", &config->sunset);
		option_bool(&o, old, "link", &config->link);
	}
	check_name(&o, c->with, config, config->deprecated);
	check_name(&o, c->with, config, config->default_name);
	*ret_config = config;
	return o.code;
}

const struct grader grader_versioning = {
	.name = "versioning",
	.question = "do old and new clients both get what they were "
		    "promised?",
	.configure = configure,
	.run = run,
};
