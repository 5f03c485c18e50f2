/* crud -- do create, read, replace, change and delete do what they say? */
#include "graders/crud.h"

#include <string.h>
#include <strings.h>

#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define MORE_ROWS 3

static const char *const rule_names[] = {
	"create", "location", "read", "list", "put", "put-again",
	"put-missing", "patch", "patch-null", "patch-missing", "delete",
	"delete-again", "others", "safe", "media-type", NULL,
};
static const char *const method_names[] = { "PUT", "PATCH", "DELETE", NULL };
static const char *const option_names[] = {
	"resource", "methods", "location", "put_creates", "delete_again",
	"defaults", "rules", NULL,
};

bool crud_wants(const struct crud *c, enum crud_rule rule)
{
	return c->c->rules & 1u << rule;
}

const struct json *crud_read(struct crud *c, const char *target,
			     const struct exchange **ret_x)
{
	*ret_x = ask(&c->ask, "GET", target);
	if (!ask_ok(*ret_x))
		return NULL;
	return view_item(view_body(c->arena, *ret_x), c->r->at, c->r->id);
}

void crud_shows(struct crud *c, struct rule *rule, const char *target,
		const struct body *body, const char *after)
{
	const struct exchange *x;
	const struct json *shown = crud_read(c, target, &x);
	const char *why = shown ? resource_differs(c->arena, c->r, body,
						   shown) :
				  ask_answer(c->arena, x);

	if (!why)
		rule_ok(rule, x);
	else
		rule_bad(c->g, rule, x, after, "%s %s: %s",
			 ask_what(c->arena, x), after, why);
}

struct row crud_make(struct crud *c, struct rule *rule)
{
	struct row row = resource_make(&c->ask, c->r);

	if (!row.ok)
		rule_skip(c->g, rule, "no row could be made: %s", row.why);
	return row;
}

/* ---------------------------------------------------------------- create */

/* Optional members that were left out are what the brief says. */
static void judge_defaults(struct crud *c, struct rule *rule)
{
	const struct json *defaults = c->c->defaults;
	struct row row = resource_create(
		&c->ask, c->r, resource_body(c->r, c->prng, c->arena, false));
	const struct exchange *x;
	const struct json *shown;

	if (!row.ok)
		return;
	shown = crud_read(c, row.target, &x);
	for (size_t i = 0; shown && i < defaults->count; i++) {
		const struct json_member *m = &defaults->members[i];
		const struct json *is = json_get_span(shown, m->name);

		if (is && json_equal(is, &m->value))
			rule_ok(rule, x);
		else
			rule_bad(c->g, rule, x, NULL,
				 "%s must show \"%.*s\": %s, because it was "
				 "left out. It shows %s",
				 ask_what(c->arena, x), (int)m->name.len,
				 m->name.data,
				 view_show(c->arena, &m->value),
				 view_show(c->arena, is));
	}
}

static void create(struct crud *c)
{
	struct row row = resource_make(&c->ask, c->r);
	const struct exchange *x = row.created;
	const char *why = NULL;
	struct rule rule = {
		.id = "create", .title = "POST creates",
		.cause = "create-status",
		.expected = statuses_text(c->arena, &c->r->statuses.created),
	};

	if (!statuses_have(&c->r->statuses.created, x->res.status))
		rule_bad(c->g, &rule, x, NULL,
			 "%s with a valid object must answer %s. It answered "
			 "%s", ask_what(c->arena, x), rule.expected,
			 ask_answer(c->arena, x));
	else
		rule_ok(&rule, x);
	if (row.shown)
		why = resource_differs(c->arena, c->r, &row.body, row.shown);
	if (why)
		rule_bad(c->g, &rule, x, NULL,
			 "%s must show the row as it was sent: %s",
			 ask_what(c->arena, x), why);
	if (c->c->defaults)
		judge_defaults(c, &rule);
	rule_close(c->g, &rule);
}

static void location(struct crud *c)
{
	struct row row = resource_make(&c->ask, c->r);
	const struct exchange *x = row.created;
	const struct http_header *h = http_header(&x->res, "Location");
	const char *host, *target;
	struct rule rule = {
		.id = "location", .title = "Location leads to the new row",
		.cause = h ? "location-wrong" : "no-location",
	};

	if (!ask_ok(x)) {
		rule_skip(c->g, &rule, "no row could be made: %s", row.why);
	} else if (!h) {
		rule_bad(c->g, &rule, x, NULL,
			 "%s answered %d without Location (RFC 9110, 9.3.3)",
			 ask_what(c->arena, x), x->res.status);
	} else {
		target = target_resolve(c->arena, x->req.target, h->value,
					&host);
		if (!target || (host && !target_is_local(host)))
			rule_bad(c->g, &rule, x, NULL,
				 "Location of %s leads elsewhere: %.*s",
				 ask_what(c->arena, x),
				 (int)(h->value.len > 200 ? 200 :
							    h->value.len),
				 h->value.data);
		else
			crud_shows(c, &rule, target, &row.body,
				   "must show the row that was made");
	}
	rule_close(c->g, &rule);
}

/* ------------------------------------------------------------ read, list */

static void read_row(struct crud *c)
{
	struct rule rule = { .id = "read", .title = "GET shows what was sent" };
	struct row row = crud_make(c, &rule);

	if (row.ok)
		crud_shows(c, &rule, row.target, &row.body,
			   "must show what was sent");
	rule_close(c->g, &rule);
}

static void list(struct crud *c)
{
	const struct listing *before, *after;
	struct row rows[MORE_ROWS];
	size_t made = 0;
	struct rule rule = {
		.id = "list", .title = "the list holds each row once",
	};

	before = listing_walk(&c->ask, c->r, 0, NULL);
	for (size_t i = 0; i < MORE_ROWS; i++) {
		rows[i] = crud_make(c, &rule);
		made += rows[i].ok;
	}
	after = listing_walk(&c->ask, c->r, 0, NULL);
	if (!after->n_pages || !before->n_pages)
		rule_bad(c->g, &rule, NULL, NULL, "The rows must be listed: "
			 "%s", after->trouble ? after->trouble :
						before->trouble);
	else if (after->n_rows != before->n_rows + made)
		rule_bad(c->g, &rule, after->pages[0].x, NULL,
			 "After %zu more rows %s must show %zu. It shows %zu",
			 made, ask_what(c->arena, after->pages[0].x),
			 before->n_rows + made, after->n_rows);
	for (size_t i = 0; after->n_pages && i < MORE_ROWS; i++) {
		if (!rows[i].ok || !rows[i].id)
			continue;
		if (listing_find(after, rows[i].id) < after->n_rows)
			rule_ok(&rule, after->pages[0].x);
		else
			rule_bad(c->g, &rule, after->pages[0].x, NULL,
				 "%s must show the row with id %s, which was "
				 "just made", ask_what(c->arena,
						       after->pages[0].x),
				 rows[i].id);
	}
	rule_close(c->g, &rule);
}

/* Whatever asks must not change: GET, HEAD and OPTIONS (RFC 9110, 9.2.1). */
static void safe(struct crud *c)
{
	static const char *const methods[] = { "GET", "HEAD", "OPTIONS" };
	struct rule rule = {
		.id = "safe", .title = "reading changes nothing",
	};
	struct row row = crud_make(c, &rule);
	const struct json *before, *after;
	const struct exchange *x;

	before = row.ok ? crud_read(c, row.target, &x) : NULL;
	for (size_t i = 0; before && i < 2 * ARRAY_LEN(methods); i++)
		ask(&c->ask, methods[i % ARRAY_LEN(methods)], row.target);
	after = before ? crud_read(c, row.target, &x) : NULL;
	if (before && after && json_equal(before, after))
		rule_ok(&rule, x);
	else if (before)
		rule_bad(c->g, &rule, x, NULL,
			 "%s must show the same after GET, HEAD and OPTIONS "
			 "as before", ask_what(c->arena, x));
	rule_close(c->g, &rule);
}

static bool says_json(const struct exchange *x)
{
	const char *type = http_value(&x->res, "Content-Type");
	size_t len = type ? strcspn(type, "; ") : 0;

	return (len == 16 && !strncasecmp(type, "application/json", len)) ||
	       (len > 5 && !strncasecmp(type + len - 5, "+json", 5));
}

static void media_type(struct crud *c)
{
	struct rule rule = {
		.id = "media-type", .title = "JSON says that it is JSON",
		.expected = "application/json", .cause = "json-media-type",
	};
	struct row row = crud_make(c, &rule);
	const struct exchange *each[] = {
		row.created, ask(&c->ask, "GET", c->r->path),
		row.ok ? ask(&c->ask, "GET", row.target) : row.created,
	};

	for (size_t i = 0; row.ok && i < ARRAY_LEN(each); i++) {
		if (!ask_ok(each[i]) || !each[i]->res.body.len)
			continue;
		if (says_json(each[i]))
			rule_ok(&rule, each[i]);
		else
			rule_bad(c->g, &rule, each[i], NULL,
				 "%s must say that its body is JSON. It "
				 "answered %s", ask_what(c->arena, each[i]),
				 ask_answer(c->arena, each[i]));
	}
	rule_close(c->g, &rule);
}

/* ------------------------------------------------------------------- run */

static void others_are_unharmed(struct crud *c, const struct row *other)
{
	struct rule rule = {
		.id = "others", .title = "other rows stay as they were",
	};

	if (!other->ok)
		rule_skip(c->g, &rule, "no row could be made: %s",
			  other->why);
	else
		crud_shows(c, &rule, other->target, &other->body,
			   "was not written to and must show the same");
	rule_close(c->g, &rule);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct crud_config *config_ = config;
	struct crud c = {
		.c = config_, .r = config_->resource, .g = g,
		.arena = grading_arena(g), .prng = grading_prng(g),
		.ask = resource_asking(config_->resource, g, err),
	};
	struct row other = resource_make(&c.ask, c.r);
	static void (*const rules[])(struct crud *) = {
		[CRUD_CREATE] = create, [CRUD_LOCATION] = location,
		[CRUD_READ] = read_row, [CRUD_LIST] = list,
		[CRUD_PUT] = crud_put, [CRUD_PUT_AGAIN] = crud_put_again,
		[CRUD_PUT_MISSING] = crud_put_missing,
		[CRUD_PATCH] = crud_patch,
		[CRUD_PATCH_NULL] = crud_patch_null,
		[CRUD_PATCH_MISSING] = crud_patch_missing,
		[CRUD_DELETE] = crud_delete,
		[CRUD_DELETE_AGAIN] = crud_delete_again,
		[CRUD_SAFE] = safe, [CRUD_MEDIA_TYPE] = media_type,
	};

	for (unsigned i = 0; i < ARRAY_LEN(rules) && !c.ask.code; i++)
		if (rules[i] && crud_wants(&c, i))
			rules[i](&c);
	if (crud_wants(&c, CRUD_OTHERS))
		others_are_unharmed(&c, &other);
	return c.ask.code;
}

/* Rules about methods that the brief has not are not asked. */
static unsigned without(unsigned rules, unsigned methods, bool location_)
{
	static const unsigned of_method[] = {
		1u << CRUD_PUT | 1u << CRUD_PUT_AGAIN | 1u << CRUD_PUT_MISSING,
		1u << CRUD_PATCH | 1u << CRUD_PATCH_NULL |
			1u << CRUD_PATCH_MISSING,
		1u << CRUD_DELETE | 1u << CRUD_DELETE_AGAIN,
	};

	for (unsigned i = 0; i < ARRAY_LEN(of_method); i++)
		if (!(methods & 1u << i))
			rules &= ~of_method[i];
	return location_ ? rules : rules & ~(1u << CRUD_LOCATION);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct crud_config *config = arena_alloc(arena, sizeof(*config));
	unsigned methods = ~0u, rules = ~0u;
	bool has_location = true;

	config->delete_again = STATUSES(404, 410, 204);
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "resource");
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_words(&o, c->with, "methods", method_names, &methods);
	option_bool(&o, c->with, "location", &has_location);
	option_bool(&o, c->with, "put_creates", &config->put_creates);
	option_statuses(&o, c->with, "delete_again", &config->delete_again);
	option_words(&o, c->with, "rules", rule_names, &rules);
	config->defaults = json_get(c->with, "defaults");
	if (config->defaults && config->defaults->type != JSON_OBJECT)
		option_wrong(&o, config->defaults,
			     "\"defaults\" must be an object");
	config->rules = without(rules, methods, has_location);
	*ret_config = config;
	return o.code;
}

const struct grader grader_crud = {
	.name = "crud",
	.question = "do create, read, replace, change and delete do what "
		    "they say?",
	.configure = configure,
	.run = run,
};
