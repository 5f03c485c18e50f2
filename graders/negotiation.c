/* negotiation -- does the answer's media type follow what the client asks? */
#include <string.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

enum negotiation_rule {
	RULE_OFFERS, RULE_WEIGHTS, RULE_VARY, RULE_UNACCEPTABLE, RULE_CHARSET,
	RULE_ANY,
};
static const char *const rule_names[] = {
	"offers", "weights", "vary", "unacceptable", "charset", "any", NULL,
};
static const char *const unacceptable_names[] = { "406", "default", "any",
						  NULL };
enum { UNACCEPTABLE_406, UNACCEPTABLE_DEFAULT, UNACCEPTABLE_ANY };
static const char *const option_names[] = {
	"path", "resource", "offers", "unacceptable", "rules", NULL
};

struct negotiation_config {
	const struct resource *resource; /* NULL: `path` is read as it is */
	const char *path;
	const char *const *offers;
	size_t n_offers;
	unsigned unacceptable, rules;
};

struct negotiation {
	const struct negotiation_config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	const char *target;
};

static bool wants(const struct negotiation *n, enum negotiation_rule rule)
{
	return n->c->rules & 1u << rule;
}

static const struct exchange *read_as(struct negotiation *n,
				      const char *accept)
{
	struct http_header *header = arena_alloc(n->arena, sizeof(*header));
	struct http_request req = { .method = "GET", .target = n->target };

	*header = (struct http_header){ "Accept", span_of(accept) };
	req.headers = header;
	req.n_headers = 1;
	return ask_request(&n->ask, req);
}

/* The media type without parameters is `want`, in any case. */
static bool is_type(const struct exchange *x, const char *want)
{
	const char *type = http_value(&x->res, "Content-Type");
	size_t n = type ? strcspn(type, "; \t") : 0;

	return type && n == strlen(want) && !strncasecmp(type, want, n);
}

static bool is_offered(const struct negotiation *n, const struct exchange *x)
{
	for (size_t i = 0; i < n->c->n_offers; i++)
		if (is_type(x, n->c->offers[i]))
			return true;
	return false;
}

static void expect_type(struct negotiation *n, struct rule *rule,
			const char *accept, const char *want)
{
	const struct exchange *x = read_as(n, accept);

	if (ask_ok(x) && is_type(x, want))
		rule_ok(rule, x);
	else
		rule_bad(n->g, rule, x, accept,
			 "%s with Accept: %s must answer 200 as %s. "
			 "It answered %s", ask_what(n->arena, x), accept, want,
			 ask_answer(n->arena, x));
}

static void offers(struct negotiation *n)
{
	struct rule rule = {
		.id = "offers", .title = "each media type on offer is given",
		.cause = "accept-ignored",
	};

	for (size_t i = 0; i < n->c->n_offers; i++)
		expect_type(n, &rule, n->c->offers[i], n->c->offers[i]);
	if (wants(n, RULE_OFFERS))
		rule_close(n->g, &rule);
}

/* RFC 9110 section 12.4.2: the higher weight wins, 0 is a refusal. */
static void weights(struct negotiation *n)
{
	struct rule rule = {
		.id = "weights", .cause = "accept-weights",
		.title = "the media type with more weight wins",
	};

	if (!wants(n, RULE_WEIGHTS) || n->c->n_offers < 2)
		return;
	for (size_t i = 0; i < 2; i++) {
		const char *one = n->c->offers[i], *other = n->c->offers[!i];

		expect_type(n, &rule,
			    arena_printf(n->arena, "%s;q=0.2, %s;q=0.9", other,
					 one),
			    one);
		expect_type(n, &rule,
			    arena_printf(n->arena, "%s;q=0, %s", other, one),
			    one);
	}
	rule_close(n->g, &rule);
}

static bool lists(const char *field, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = field; (p = strcasestr(p, name)); p += n) {
		bool starts = p == field || strchr(", \t", p[-1]);

		if (starts && (!p[n] || strchr(", \t", p[n])))
			return true;
	}
	return strchr(field, '*') != NULL;
}

static bool varies(const struct exchange *x)
{
	for (size_t i = 0; i < x->res.n_headers; i++)
		if (!strcasecmp(x->res.headers[i].name, "Vary") &&
		    x->res.headers[i].value.data &&
		    lists(x->res.headers[i].value.data, "accept"))
			return true;
	return false;
}

static void vary(struct negotiation *n)
{
	struct rule rule = {
		.id = "vary", .title = "a negotiated answer says Vary: Accept",
		.expected = "Vary: Accept", .cause = "vary-missing",
	};

	if (!wants(n, RULE_VARY) || n->c->n_offers < 2)
		return;
	for (size_t i = 0; i < n->c->n_offers; i++) {
		const struct exchange *x = read_as(n, n->c->offers[i]);

		if (varies(x))
			rule_ok(&rule, x);
		else
			rule_bad(n->g, &rule, x, n->c->offers[i],
				 "%s has several forms, so its answers must "
				 "carry Vary: Accept (RFC 9110, 12.5.5): a "
				 "cache would mix them up",
				 ask_what(n->arena, x));
	}
	rule_close(n->g, &rule);
}

static void unacceptable(struct negotiation *n)
{
	const struct exchange *x = read_as(
		n, arena_printf(n->arena, "application/%s",
				prng_word(grading_prng(n->g), n->arena, 8)));
	bool by_default = ask_ok(x) && is_offered(n, x);
	bool ok = x->res.status == 406;
	struct rule rule = {
		.id = "unacceptable", .cause = "unacceptable",
		.title = "a media type that is not on offer",
		.expected = "406",
	};

	if (n->c->unacceptable == UNACCEPTABLE_ANY) {
		ok = ok || by_default;
		rule.expected = "406, or the default media type";
	} else if (n->c->unacceptable == UNACCEPTABLE_DEFAULT) {
		ok = by_default;
		rule.expected = "200 with the default media type";
	}
	if (ok)
		rule_ok(&rule, x);
	else
		rule_bad(n->g, &rule, x, NULL,
			 "%s with an Accept that nothing on offer meets must "
			 "answer %s. It answered %s", ask_what(n->arena, x),
			 rule.expected, ask_answer(n->arena, x));
	if (wants(n, RULE_UNACCEPTABLE))
		rule_close(n->g, &rule);
}

/* What everybody sends must never fail: no Accept, a star, a browser's. */
static void any(struct negotiation *n)
{
	static const char *const accepts[] = {
		NULL, "*/*", "text/html;q=0.1, */*;q=0.8",
	};
	struct rule rule = {
		.id = "any", .title = "a client without a wish is served",
		.expected = "200 with a media type on offer",
		.cause = "accept-any",
	};

	if (!wants(n, RULE_ANY))
		return;
	for (size_t i = 0; i < ARRAY_LEN(accepts); i++) {
		const struct exchange *x =
			accepts[i] ? read_as(n, accepts[i])
				   : ask(&n->ask, "GET", n->target);

		if (ask_ok(x) && is_offered(n, x))
			rule_ok(&rule, x);
		else
			rule_bad(n->g, &rule, x, accepts[i],
				 "%s %s%s must answer 200 with a media type on "
				 "offer. It answered %s", ask_what(n->arena, x),
				 accepts[i] ? "with Accept: "
					    : "without Accept",
				 accepts[i] ? accepts[i] : "",
				 ask_answer(n->arena, x));
	}
	rule_close(n->g, &rule);
}

/* Declared as UTF-8, or not at all, and it is what it says. */
static void charset(struct negotiation *n)
{
	struct rule rule = {
		.id = "charset", .title = "text is what its charset says",
		.cause = "charset",
	};

	if (!wants(n, RULE_CHARSET))
		return;
	for (size_t i = 0; i < n->c->n_offers; i++) {
		const struct exchange *x = read_as(n, n->c->offers[i]);
		const char *type = http_value(&x->res, "Content-Type");
		const char *set = type ? strcasestr(type, "charset=") : NULL;
		bool utf8 = !set || strcasestr(set, "utf-8");

		if (!ask_ok(x))
			rule_skip(n->g, &rule, "%s answered %s",
				  ask_what(n->arena, x),
				  ask_answer(n->arena, x));
		else if (utf8 && !text_is_utf8(x->res.body))
			rule_bad(n->g, &rule, x, n->c->offers[i],
				 "%s answered as %.80s, but the bytes are not "
				 "UTF-8", ask_what(n->arena, x), type);
		else
			rule_ok(&rule, x);
	}
	rule_close(n->g, &rule);
}

static bool find_target(struct negotiation *n)
{
	struct row row;

	if (!n->c->resource) {
		n->target = n->c->path;
		return true;
	}
	row = resource_make(&n->ask, n->c->resource);
	n->target = row.target;
	if (!row.ok)
		grading_skip(n->g, CHECK(.id = "offers",
					 .title = "each media type on offer is "
						  "given"),
			     "no row could be made: %s", row.why);
	return row.ok;
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct negotiation_config *options = config;
	struct negotiation n = {
		.c = options, .g = g, .arena = grading_arena(g),
		.ask = { .g = g, .err = err },
	};

	if (options->resource)
		n.ask = resource_asking(options->resource, g, err);
	if (!find_target(&n))
		return n.ask.code;
	offers(&n);
	weights(&n);
	vary(&n);
	unacceptable(&n);
	any(&n);
	charset(&n);
	return n.ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *criterion,
		     const void **ret_config, struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct negotiation_config *config = arena_alloc(arena, sizeof(*config));
	const struct json *with = criterion->with;

	config->rules = ~0u;
	config->unacceptable = UNACCEPTABLE_ANY;
	option_object(&o, with, option_names);
	option_required(&o, with, "offers");
	option_strs(&o, with, "offers", &config->offers, &config->n_offers);
	option_path(&o, with, "path", &config->path);
	if (json_get(with, "resource"))
		resource_option(&o, ex, with, "resource", &config->resource);
	else
		option_required(&o, with, "path");
	option_word(&o, with, "unacceptable", unacceptable_names,
		    &config->unacceptable);
	option_words(&o, with, "rules", rule_names, &config->rules);
	*ret_config = config;
	return o.code;
}

const struct grader grader_negotiation = {
	.name = "negotiation",
	.question = "does the answer's media type follow what is asked for?",
	.configure = configure,
	.run = run,
};
