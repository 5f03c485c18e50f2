/* conditional -- do validators spare the reader and protect the writer? */
#include <string.h>

#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

enum conditional_rule {
	RULE_ETAG, RULE_STABLE, RULE_NOT_MODIFIED, RULE_CHANGED,
	RULE_IF_MATCH, RULE_REQUIRED,
};
static const char *const rule_names[] = {
	"etag", "stable", "not-modified", "changed", "if-match", "required",
	NULL,
};
static const char *const method_names[] = { "PUT", "PATCH", NULL };
static const char *const option_names[] = {
	"resource", "method", "required", "statuses", "rules", NULL
};
static const char *const status_names[] = { "failed", "required", NULL };

struct conditional_config {
	const struct resource *resource;
	unsigned method; /* index in method_names */
	bool required;   /* a write without If-Match is refused */
	struct statuses failed, missing;
	unsigned rules;
};

struct conditional {
	const struct conditional_config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
	struct row row;
	const char *etag; /* of the row as it is now, or NULL */
	const struct exchange *read; /* the latest of the row, or NULL */
};

static bool wants(const struct conditional *c, enum conditional_rule rule)
{
	return c->c->rules & 1u << rule;
}

/* RFC 9110 section 8.8.3: [W/] "etagc*". */
static bool is_etag(const char *s)
{
	size_t n;

	if (!strncmp(s, "W/", 2))
		s += 2;
	n = strlen(s);
	if (n < 2 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == '"' || s[i] == 127)
			return false;
	return true;
}

static const struct exchange *send_if(struct conditional *c,
				      const char *method, const char *name,
				      const char *value, const char *body)
{
	struct http_header *headers = arena_array(c->arena, 2,
						  sizeof(*headers));
	struct http_request req = {
		.method = method, .target = c->row.target, .headers = headers,
		.body = span_of(body), .has_body = body != NULL,
	};

	if (name)
		headers[req.n_headers++] =
			(struct http_header){ name, span_of(value) };
	if (body)
		headers[req.n_headers++] = (struct http_header){
			"Content-Type", SPAN_LIT("application/json")
		};
	return ask_request(&c->ask, req);
}

static const struct exchange *read_row(struct conditional *c)
{
	c->read = ask(&c->ask, "GET", c->row.target);
	return c->read;
}

static const struct exchange *write_row(struct conditional *c,
					const char *if_match)
{
	struct body body = resource_body(c->c->resource, c->prng, c->arena,
					 true);

	return send_if(c, method_names[c->c->method],
		       if_match ? "If-Match" : NULL, if_match,
		       body_text(c->arena, &body));
}

static void etag(struct conditional *c)
{
	const struct exchange *x = read_row(c);
	const char *value = http_value(&x->res, "ETag");
	struct rule rule = {
		.id = "etag", .title = "a read carries an ETag",
		.expected = "ETag: \"...\"", .cause = "etag-missing",
	};

	if (ask_ok(x) && value && is_etag(value)) {
		c->etag = arena_strdup(c->arena, value);
		rule_ok(&rule, x);
	} else {
		rule_bad(c->g, &rule, x, NULL,
			 "%s must answer 200 with an ETag in quotes "
			 "(RFC 9110, 8.8.3). It answered %s%s%.80s",
			 ask_what(c->arena, x), ask_answer(c->arena, x),
			 value ? " and ETag: " : " without one",
			 value ? value : "");
	}
	if (wants(c, RULE_ETAG))
		rule_close(c->g, &rule);
}

static void stable(struct conditional *c)
{
	const struct exchange *x;
	const char *value;
	struct rule rule = {
		.id = "stable", .title = "an unchanged row keeps its ETag",
		.cause = "etag-unstable",
	};

	if (!c->etag || !wants(c, RULE_STABLE))
		return;
	x = read_row(c);
	value = http_value(&x->res, "ETag");
	if (value && !strcmp(value, c->etag))
		rule_ok(&rule, x);
	else
		rule_bad(c->g, &rule, x, NULL,
			 "nothing changed between two reads, but the ETag "
			 "went from %.80s to %.80s", c->etag,
			 value ? value : "nothing");
	rule_close(c->g, &rule);
}

static void one_condition(struct conditional *c, struct rule *rule,
			  const char *condition, int want)
{
	const struct exchange *x =
		send_if(c, "GET", "If-None-Match", condition, NULL);
	const char *value = http_value(&x->res, "ETag");

	if (x->res.status != want)
		rule_bad(c->g, rule, x, condition,
			 "GET with If-None-Match: %.100s must answer %d: the "
			 "ETag is %.80s (RFC 9110, 13.1.2). It answered %s",
			 condition, want, c->etag, ask_answer(c->arena, x));
	else if (want == 304 && (!value || strcmp(value, c->etag) != 0))
		rule_bad(c->g, rule, x, condition,
			 "a 304 must carry the ETag that the 200 has "
			 "(RFC 9110, 15.4.5)");
	else
		rule_ok(rule, x);
}

static void not_modified(struct conditional *c)
{
	const char *strong = c->etag;
	struct rule rule = {
		.id = "not-modified", .cause = "not-modified",
		.title = "a reader who has the current row gets 304",
		.expected = "304",
	};

	if (!c->etag || !wants(c, RULE_NOT_MODIFIED))
		return;
	if (!strncmp(strong, "W/", 2))
		strong += 2;
	one_condition(c, &rule, c->etag, 304);
	/* Weak comparison: the W/ makes no difference. */
	one_condition(c, &rule, arena_printf(c->arena, "W/%s", strong), 304);
	one_condition(c, &rule,
		      arena_printf(c->arena, "\"%s\", %s",
				   prng_word(c->prng, c->arena, 8), c->etag),
		      304);
	one_condition(c, &rule,
		      arena_printf(c->arena, "\"%s\"",
				   prng_word(c->prng, c->arena, 9)),
		      200);
	rule_close(c->g, &rule);
}

/* What a refused write must leave as it was. */
static void refused(struct conditional *c, struct rule *rule,
		    const struct exchange *x, const struct statuses *want,
		    const char *how)
{
	/* Not by the ETags: that they stay is another check. */
	const struct json *before = c->read ? view_body(c->arena, c->read)
					    : NULL;
	const struct exchange *after = read_row(c);
	const char *now = http_value(&after->res, "ETag");
	const struct json *kept = view_body(c->arena, after);

	if (!statuses_have(want, x->res.status))
		rule_bad(c->g, rule, x, how, "%s %s must answer %s. "
			 "It answered %s", ask_what(c->arena, x), how,
			 statuses_text(c->arena, want),
			 ask_answer(c->arena, x));
	else if (before && kept && !json_equal(before, kept))
		rule_bad(c->g, rule, after, how, "%s %s was refused, but the "
			 "row has changed", ask_what(c->arena, x), how);
	else
		rule_ok(rule, x);
	if (now)
		c->etag = arena_strdup(c->arena, now);
}

static void if_match(struct conditional *c)
{
	const char *stale = c->etag, *now;
	const struct exchange *x, *after;
	struct rule write = {
		.id = "if-match", .cause = "if-match-refused",
		.title = "a write with the current ETag goes through",
	};
	struct rule lost = {
		.id = "stale", .cause = "lost-update",
		.title = "a write with an old ETag is refused",
		.expected = statuses_text(c->arena, &c->c->failed),
	};

	x = write_row(c, c->etag);
	after = read_row(c);
	now = http_value(&after->res, "ETag");
	if (ask_ok(x))
		rule_ok(&write, x);
	else
		rule_bad(c->g, &write, x, NULL,
			 "%s with If-Match: %.80s, the row's ETag, must be "
			 "carried out. It answered %s", ask_what(c->arena, x),
			 c->etag, ask_answer(c->arena, x));
	if (now)
		c->etag = arena_strdup(c->arena, now);
	if (!ask_ok(x) || !now || !strcmp(now, stale))
		rule_skip(c->g, &lost, "no write gave the row another ETag");
	else
		refused(c, &lost, write_row(c, stale), &c->c->failed,
			"with the If-Match of an older row");
	if (wants(c, RULE_IF_MATCH)) {
		rule_close(c->g, &write);
		rule_close(c->g, &lost);
	}
}

/* After a write without conditions, where those are allowed. */
static void changed(struct conditional *c)
{
	const char *before = c->etag;
	const struct exchange *x, *after;
	const char *now;
	struct rule rule = {
		.id = "changed", .cause = "etag-not-changed",
		.title = "a changed row has another ETag",
	};

	if (!before || !wants(c, RULE_CHANGED))
		return;
	x = write_row(c, before);
	after = read_row(c);
	now = http_value(&after->res, "ETag");
	if (!ask_ok(x))
		rule_skip(c->g, &rule, "%s answered %s", ask_what(c->arena, x),
			  ask_answer(c->arena, x));
	else if (now && strcmp(now, before) != 0)
		rule_ok(&rule, after);
	else
		rule_bad(c->g, &rule, after, NULL,
			 "the row was changed, but its ETag is still %.80s: "
			 "a cache would go on showing the old one", before);
	rule_close(c->g, &rule);
	if (now)
		c->etag = arena_strdup(c->arena, now);
}

static void required(struct conditional *c)
{
	struct rule rule = {
		.id = "required", .cause = "precondition-not-required",
		.title = "a write without If-Match is refused",
		.expected = statuses_text(c->arena, &c->c->missing),
	};

	if (!c->c->required || !c->etag || !wants(c, RULE_REQUIRED))
		return;
	refused(c, &rule, write_row(c, NULL), &c->c->missing,
		"without If-Match");
	rule_close(c->g, &rule);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct conditional_config *options = config;
	struct conditional c = {
		.c = options, .g = g, .arena = grading_arena(g),
		.prng = grading_prng(g),
		.ask = resource_asking(options->resource, g, err),
	};

	c.row = resource_make(&c.ask, options->resource);
	if (!c.row.ok) {
		grading_skip(g, CHECK(.id = "etag", .title = "a read carries "
							     "an ETag"),
			     "no row could be made: %s", c.row.why);
		return c.ask.code;
	}
	etag(&c);
	stable(&c);
	not_modified(&c);
	changed(&c);
	if (c.etag)
		if_match(&c);
	required(&c);
	return c.ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *criterion,
		     const void **ret_config, struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct conditional_config *config = arena_alloc(arena, sizeof(*config));
	const struct json *with = criterion->with, *statuses;

	config->rules = ~0u;
	config->failed = STATUSES(412);
	config->missing = STATUSES(428);
	option_object(&o, with, option_names);
	option_required(&o, with, "resource");
	resource_option(&o, ex, with, "resource", &config->resource);
	option_word(&o, with, "method", method_names, &config->method);
	option_bool(&o, with, "required", &config->required);
	option_words(&o, with, "rules", rule_names, &config->rules);
	statuses = json_get(with, "statuses");
	if (statuses) {
		option_object(&o, statuses, status_names);
		option_statuses(&o, statuses, "failed", &config->failed);
		option_statuses(&o, statuses, "required", &config->missing);
	}
	*ret_config = config;
	return o.code;
}

const struct grader grader_conditional = {
	.name = "conditional",
	.question = "do validators spare the reader and protect the writer?",
	.configure = configure,
	.run = run,
};
