/* concurrency -- are requests that arrive together all honoured, once? */
#include <string.h>

#include "graders/ask.h"
#include "graders/counter.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define ROUNDS_MAX 10

enum concurrency_rule { RULE_CREATES, RULE_DOUBLE, RULE_COUNTER,
			RULE_LOST_UPDATE };
static const char *const rule_names[] = { "creates", "double", "counter",
					  "lost-update", NULL };
static const char *const option_names[] = {
	"resource", "parallel", "rounds", "counter", "if_match", "busy",
	"rules", NULL,
};

struct config {
	const struct resource *resource;
	const struct counter *counter;
	int64_t parallel, rounds;
	bool if_match;
	struct statuses busy;
	unsigned rules;
};

struct concurrency {
	const struct config *c;
	const struct resource *r;
	struct asking ask, plain;
	struct grading *g;
	struct arena *arena;
	size_t n; /* requests at once */
};

static bool wants(const struct concurrency *c, enum concurrency_rule rule)
{
	return c->c->rules & 1u << rule;
}

static struct http_request json_request(struct concurrency *c,
					const char *method, const char *target,
					struct body body)
{
	struct http_header *type = arena_alloc(c->arena, sizeof(*type));

	*type = (struct http_header){ "Content-Type",
				      SPAN_LIT("application/json") };
	return (struct http_request){
		.method = method, .target = target, .headers = type,
		.n_headers = 1, .body = span_of(body_text(c->arena, &body)),
		.has_body = true,
	};
}

/* What the answers of a burst came to. */
struct tally {
	size_t ok, busy, refused, failed;
	const struct exchange *first_ok, *bad; /* bad: 5xx or none at all */
};

static struct tally count(const struct concurrency *c,
			  const struct exchange *const *all,
			  const struct statuses *refused)
{
	struct tally t = { .ok = 0 };

	for (size_t i = 0; all && i < c->n; i++) {
		if (ask_ok(all[i])) {
			t.ok++;
			t.first_ok = t.first_ok ? t.first_ok : all[i];
		} else if (refused && ask_answered(all[i]) &&
			   statuses_have(refused, all[i]->res.status)) {
			t.refused++;
		} else if (ask_answered(all[i]) &&
			   statuses_have(&c->c->busy, all[i]->res.status)) {
			t.busy++;
		} else {
			t.failed++;
			t.bad = t.bad ? t.bad : all[i];
		}
	}
	return t;
}

static void judge_failed(struct concurrency *c, struct rule *rule,
			 const struct tally *t)
{
	if (!t->failed)
		return;
	rule->cause = "burst-5xx";
	rule_bad(c->g, rule, t->bad, NULL,
		 "%s, %zu times at once, must be answered as alone: %zu "
		 "answers were none of that. One is %s",
		 ask_what(c->arena, t->bad), c->n, t->failed,
		 ask_answer(c->arena, t->bad));
}

/* --------------------------------------------------------------- creates */

/* Each accepted row is there under an id of its own. */
static void judge_created(struct concurrency *c, struct rule *rule,
			  const struct exchange *const *all,
			  const struct listing *list)
{
	const char **ids = arena_array(c->arena, c->n + 1, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct row row = { .ok = false };
		size_t j = 0;

		if (!ask_ok(all[i]))
			continue;
		resource_identify(c->arena, c->r, all[i], &row);
		if (!row.id)
			continue;
		while (j < n && strcmp(ids[j], row.id))
			j++;
		if (j < n)
			rule_bad(c->g, rule, all[i], "the same id",
				 "Two of %zu rows that were made at once got "
				 "the id %s", c->n, row.id);
		else if (listing_find(list, row.id) == list->n_rows)
			rule_bad(c->g, rule, all[i], "not listed",
				 "%s was accepted among %zu at once, and no "
				 "row has its id %s",
				 ask_what(c->arena, all[i]), c->n, row.id);
		else
			rule_ok(rule, all[i]);
		ids[n++] = row.id;
	}
}

static void creates(struct concurrency *c)
{
	struct http_request *reqs = arena_array(c->arena, c->n + 1,
						sizeof(*reqs));
	const struct exchange *const *all;
	struct tally t;
	struct rule rule = {
		.id = "creates", .title = "rows made at once are all there",
		.cause = "burst-rows-lost",
	};

	for (size_t i = 0; i < c->n; i++)
		reqs[i] = json_request(c, "POST", c->r->path,
				       resource_body(c->r, grading_prng(c->g),
						     c->arena, true));
	all = ask_burst(&c->ask, reqs, c->n, false);
	if (!all)
		return;
	t = count(c, all, NULL);
	judge_created(c, &rule, all, listing_walk(&c->ask, c->r, 0, NULL));
	judge_failed(c, &rule, &t);
	rule_close(c->g, &rule);
}

/* ---------------------------------------------------------------- double */

static const struct field *unique_field(const struct resource *r)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (r->fields[i].unique && !r->fields[i].readonly)
			return &r->fields[i];
	return NULL;
}

static size_t rows_with(const struct listing *list, const char *name,
			const struct json *value)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_rows; i++) {
		const struct json *v = json_get(list->rows[i], name);

		n += v && json_equal(v, value);
	}
	return n;
}

/* One value, n times at once: one row. */
static void double_round(struct concurrency *c, struct rule *rule,
			 const struct field *f)
{
	struct body body = resource_body(c->r, grading_prng(c->g), c->arena,
					 true);
	struct http_request req = json_request(c, "POST", c->r->path, body);
	const struct exchange *const *all = ask_burst(&c->ask, &req, c->n,
						      true);
	const struct json *value = NULL;
	struct tally t;
	size_t rows;

	if (!all)
		return;
	t = count(c, all, &c->r->statuses.conflict);
	json_parse(c->arena, span_of(body_value(&body, f->name)), &value,
		   NULL);
	rows = rows_with(listing_walk(&c->ask, c->r, 0, NULL), f->name,
			 value);
	if (rows != 1 || t.ok != 1)
		rule_bad(c->g, rule, t.first_ok ? t.first_ok : all[0], NULL,
			 "%s, %zu times at once with one \"%s\" (%s), must "
			 "make one row and refuse the rest. %zu were "
			 "accepted, and %zu rows have it",
			 ask_what(c->arena, all[0]), c->n, f->name,
			 body_value(&body, f->name), t.ok, rows);
	else
		rule_ok(rule, t.first_ok);
	judge_failed(c, rule, &t);
}

static void doubles(struct concurrency *c)
{
	const struct field *f = unique_field(c->r);
	struct rule rule = {
		.id = "double", .title = "one unique value makes one row",
		.cause = "double-create",
	};

	for (int64_t i = 0; f && i < c->c->rounds && !rule.n_bad; i++)
		double_round(c, &rule, f);
	rule_close(c->g, &rule);
}

/* --------------------------------------------------------------- counter */

static void counter_round(struct concurrency *c, struct rule *rule,
			  const struct send_values *values)
{
	struct http_request req = send_request(c->arena, c->c->counter->add,
					       values);
	const struct exchange *const *all;
	const struct exchange *x;
	int64_t before, after;
	struct tally t;

	if (!counter_read(&c->plain, c->c->counter, values, &x, &before)) {
		rule_skip(c->g, rule, "%s shows no number at %s: %s",
			  ask_what(c->arena, x), c->c->counter->at,
			  ask_answer(c->arena, x));
		return;
	}
	all = ask_burst(&c->plain, &req, c->n, true);
	if (!all)
		return;
	t = count(c, all, NULL);
	if (!counter_read(&c->plain, c->c->counter, values, &x, &after) ||
	    after - before != (int64_t)t.ok)
		rule_bad(c->g, rule, x, NULL,
			 "%zu of %zu requests %s at once were accepted, so "
			 "%s must be %zu more than before. It is %lld more",
			 t.ok, c->n, ask_what(c->arena, all[0]),
			 c->c->counter->at, t.ok,
			 (long long)(after - before));
	else if (t.ok)
		rule_ok(rule, x);
	judge_failed(c, rule, &t);
}

static void counts(struct concurrency *c)
{
	struct send_values values;
	const char *why = NULL;
	struct rule rule = {
		.id = "counter", .title = "no addition is lost",
		.cause = "lost-update",
	};

	if (!counter_make(&c->plain, c->c->counter, &values, &why))
		rule_skip(c->g, &rule, "no counter could be made: %s", why);
	else
		for (int64_t i = 0; i < c->c->rounds && !rule.n_bad; i++)
			counter_round(c, &rule, &values);
	rule_close(c->g, &rule);
}

/* ----------------------------------------------------------- lost update */

/* n writers who all read the same version: one may write. */
static void update_round(struct concurrency *c, struct rule *rule,
			 const struct row *row, const char *etag)
{
	const struct statuses stale = STATUSES(412);
	struct http_request *reqs = arena_array(c->arena, c->n + 1,
						sizeof(*reqs));
	const struct exchange *const *all;
	struct tally t;

	for (size_t i = 0; i < c->n; i++) {
		struct http_header *headers = arena_array(c->arena, 2,
							  sizeof(*headers));
		struct body body = resource_body(c->r, grading_prng(c->g),
						 c->arena, true);

		reqs[i] = json_request(c, "PUT", row->target, body);
		headers[0] = reqs[i].headers[0];
		headers[1] = (struct http_header){ "If-Match",
						   span_of(etag) };
		reqs[i].headers = headers;
		reqs[i].n_headers = 2;
	}
	all = ask_burst(&c->ask, reqs, c->n, false);
	if (!all)
		return;
	t = count(c, all, &stale);
	if (t.ok != 1)
		rule_bad(c->g, rule, t.first_ok ? t.first_ok : all[0], NULL,
			 "%s, %zu times at once with the same If-Match, must "
			 "go through once and be 412 for the rest. %zu went "
			 "through", ask_what(c->arena, all[0]), c->n, t.ok);
	else
		rule_ok(rule, t.first_ok);
	judge_failed(c, rule, &t);
}

static void lost_update(struct concurrency *c)
{
	struct rule rule = {
		.id = "lost-update", .title = "no update is lost",
		.cause = "lost-update",
	};

	for (int64_t i = 0; i < c->c->rounds && !rule.n_bad; i++) {
		struct row row = resource_make(&c->ask, c->r);
		const struct exchange *x;
		const char *etag;

		if (!row.ok) {
			rule_skip(c->g, &rule, "no row could be made: %s",
				  row.why);
			continue;
		}
		x = ask(&c->ask, "GET", row.target);
		etag = http_value(&x->res, "ETag");
		if (etag)
			update_round(c, &rule, &row, etag);
		else
			rule_skip(c->g, &rule, "%s has no ETag",
				  ask_what(c->arena, x));
	}
	rule_close(c->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *config_ = config;
	struct concurrency c = {
		.c = config_, .r = config_->resource, .g = g,
		.arena = grading_arena(g), .n = (size_t)config_->parallel,
		.plain = { .g = g, .err = err },
	};

	if (c.r)
		c.ask = resource_asking(c.r, g, err);
	if (c.r && wants(&c, RULE_CREATES))
		creates(&c);
	if (c.r && wants(&c, RULE_DOUBLE) && !c.ask.code)
		doubles(&c);
	if (c.c->counter && wants(&c, RULE_COUNTER))
		counts(&c);
	if (c.r && c.c->if_match && wants(&c, RULE_LOST_UPDATE))
		lost_update(&c);
	return c.ask.code ? c.ask.code : c.plain.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	config->parallel = 20;
	config->rounds = 3;
	config->rules = ~0u;
	config->busy = STATUSES(409, 429, 503);
	option_object(&o, c->with, option_names);
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_counter(&o, c->with, &config->counter);
	option_int(&o, c->with, "parallel", 2, ASK_BURST_MAX,
		   &config->parallel);
	option_int(&o, c->with, "rounds", 1, ROUNDS_MAX, &config->rounds);
	option_bool(&o, c->with, "if_match", &config->if_match);
	option_statuses(&o, c->with, "busy", &config->busy);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	if (!o.code && !config->resource && !config->counter)
		option_wrong(&o, c->with,
			     "a \"resource\" or a \"counter\" is needed");
	*ret_config = config;
	return o.code;
}

const struct grader grader_concurrency = {
	.name = "concurrency",
	.question = "are requests that arrive together all honoured, once?",
	.configure = configure,
	.run = run,
};
