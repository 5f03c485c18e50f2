/* error_envelope -- has every error answer of the run the declared shape? */
#include <string.h>

#include "graders/ask.h"
#include "graders/envelope.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define STATUS_FIRST 400
#define STATUS_N     200

static const char *const rule_names[] = { "media-type", "json", "members",
					  "rfc9457", "leak", "should", NULL };
static const char *const option_names[] = { "envelope", "path", "statuses",
					    "rules", NULL };

struct config {
	struct envelope envelope;
	const char *path; /* NULL: nowhere */
	struct statuses statuses; /* n 0: all */
	unsigned rules; /* bits of enum envelope_part */
};

/*
 * gunicorn's own refusals (a request line that is none, a header too long)
 * carry neither Server nor Date; what comes through the app has both.
 */
static bool by_the_server(const struct exchange *x)
{
	return !http_header(&x->res, "Server") &&
	       !http_header(&x->res, "Date");
}

static bool is_judged(const struct config *c, const struct exchange *x)
{
	if (!ask_answered(x) || x->res.status < STATUS_FIRST ||
	    by_the_server(x))
		return false;
	if (x->req.method && !strcmp(x->req.method, "HEAD"))
		return false;
	return !c->statuses.n || statuses_have(&c->statuses, x->res.status);
}

static bool saw(struct grading *g, const struct config *c, int status)
{
	size_t n;
	const struct exchange *const *all = grading_exchanges(g, &n);

	for (size_t i = 0; i < n; i++)
		if (all[i]->res.status == status && is_judged(c, all[i]))
			return true;
	return false;
}

/*
 * Some errors of every kind that the run saw none of.  An app that answers 404
 * or 400 itself may leave others of them to the framework: these are always
 * asked for.
 */
static int provoke(struct grading *g, const struct config *c, struct err *err)
{
	struct asking ask_here = { .g = g, .err = err };
	struct arena *arena = grading_arena(g);
	const char *word = prng_word(grading_prng(g), arena, 12);

	ask(&ask_here, "GET", arena_printf(arena, "/%s", word));
	if (!c->path)
		return ask_here.code;
	if (!saw(g, c, 405)) {
		ask(&ask_here, "DELETE", c->path);
		ask_json(&ask_here, "PATCH", c->path, "{}");
	}
	ask_json(&ask_here, "POST", c->path, "{\"cut\": ");
	if (!saw(g, c, 415))
		ask_with(&ask_here, "POST", c->path, "text/plain",
			 span_of("x"));
	return ask_here.code;
}

/* Every answer of one status, as one check. */
static void judge_status(struct grading *g, const struct config *c, int status,
			 const struct exchange *const *all, size_t n)
{
	struct arena *arena = grading_arena(g);
	struct rule rule = {
		.id = arena_printf(arena, "envelope-%d", status),
		.title = arena_printf(arena, "%d answers have the declared "
				      "shape", status),
	};

	for (size_t i = 0; i < n; i++) {
		struct envelope_fault fault;

		if (all[i]->res.status != status || !is_judged(c, all[i]))
			continue;
		fault = envelope_judge(arena, &c->envelope, c->rules, all[i]);
		if (!fault.what) {
			rule_ok(&rule, all[i]);
			continue;
		}
		if (!rule.n_bad)
			rule.cause = fault.cause;
		rule_bad(g, &rule, all[i], NULL,
			 "%s answered %d: %s", ask_what(arena, all[i]), status,
			 fault.what);
	}
	rule_close(g, &rule);
}

/* RFC 9457, 3.1.4: the title should not change between occurrences. */
static void judge_titles(struct grading *g,
			 const struct exchange *const *all, size_t n,
			 const struct config *c)
{
	struct rule rule = {
		.id = "title", .cause = "envelope:rfc9457:title",
		.title = "one title for each type of problem",
	};
	struct envelope_titles titles = { .n = 0 };

	if (!c->envelope.rfc9457 || !(c->rules & ENVELOPE_SHOULD))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *other;

		if (!is_judged(c, all[i]))
			continue;
		other = envelope_title(grading_arena(g), &titles, all[i]);
		if (!other)
			rule_ok(&rule, all[i]);
		else
			rule_bad(g, &rule, all[i], NULL,
				 "%s answered with %s",
				 ask_what(grading_arena(g), all[i]), other);
	}
	rule_close(g, &rule);
}

static void judge_leaks(struct grading *g, const struct config *c,
			const struct exchange *const *all, size_t n)
{
	struct rule rule = {
		.id = "leak", .cause = "error-leak",
		.title = "errors show nothing internal",
	};

	for (size_t i = 0; i < n; i++) {
		const char *leak;

		if (!is_judged(c, all[i]))
			continue;
		leak = envelope_leak(grading_arena(g), all[i]);
		if (!leak)
			rule_ok(&rule, all[i]);
		else
			rule_bad(g, &rule, all[i], NULL,
				 "%s answered %d and shows: %s",
				 ask_what(grading_arena(g), all[i]),
				 all[i]->res.status, leak);
	}
	if (c->rules & ENVELOPE_LEAK)
		rule_close(g, &rule);
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	const struct exchange *const *all;
	bool seen[STATUS_N] = { false };
	size_t n, n_seen = 0;
	int code = provoke(g, c, err);

	if (code < 0)
		return code;
	all = grading_exchanges(g, &n);
	for (size_t i = 0; i < n; i++)
		if (is_judged(c, all[i]) &&
		    all[i]->res.status < STATUS_FIRST + STATUS_N)
			seen[all[i]->res.status - STATUS_FIRST] = true;
	for (int i = 0; i < STATUS_N; i++) {
		n_seen += seen[i];
		if (seen[i] && c->rules & ~(unsigned)(ENVELOPE_LEAK |
						      ENVELOPE_SHOULD))
			judge_status(g, c, STATUS_FIRST + i, all, n);
	}
	if (!n_seen) {
		grading_skip(g, CHECK(.id = "envelope",
				      .title = "error answers have the "
					       "declared shape"),
			     "the app gave no error answer");
		return 0;
	}
	judge_titles(g, all, n, c);
	judge_leaks(g, c, all, n);
	return 0;
}

static void read_path(struct options *o, const struct exercise *ex,
		      const struct json *with, struct config *config)
{
	const struct json *path = json_get(with, "path"), *all;

	if (path && path->type == JSON_NULL)
		return;
	all = json_get(ex->manifest, "resources");
	if (!path && all && all->type == JSON_OBJECT && all->count)
		option_path(o, &all->members[0].value, "path", &config->path);
	else
		option_path(o, with, "path", &config->path);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));
	const struct json *shape = ex->envelope;
	const struct json at = { .line = c->line };

	config->rules = ~(unsigned)ENVELOPE_SHOULD;
	if (c->with) {
		option_object(&o, c->with, option_names);
		option_statuses(&o, c->with, "statuses", &config->statuses);
		option_words(&o, c->with, "rules", rule_names,
			     &config->rules);
		if (json_get(c->with, "envelope"))
			shape = json_get(c->with, "envelope");
	}
	read_path(&o, ex, c->with, config);
	if (!shape)
		option_wrong(&o, &at, "no `envelope` is declared");
	else
		envelope_read(&o, shape, &config->envelope);
	*ret_config = config;
	return o.code;
}

const struct grader grader_error_envelope = {
	.name = "error-envelope",
	.question = "has every error answer of the run the declared shape?",
	.flags = GRADER_RUNS_LAST,
	.configure = configure,
	.run = run,
};
