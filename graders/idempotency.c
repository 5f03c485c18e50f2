/* idempotency -- does the same key do the work once? */
#include <string.h>
#include <strings.h>

#include "graders/ask.h"
#include "graders/listing.h"
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
#include "runner/grader.h"

/* A race that is lost once is lost, and it is lost more often in a crowd. */
#define ROUNDS      3
#define CROWD_KEYS  24
#define CROWD_TIMES 4
#define DRAWS       20 /* until a value is another one */

enum idempotency_rule {
	RULE_REPLAY, RULE_OTHER_BODY, RULE_OTHER_KEY, RULE_NO_KEY,
	RULE_PER_USER, RULE_FAILURE, RULE_PARALLEL, RULE_RESTART,
};
static const char *const rule_names[] = {
	"replay", "other-body", "other-key", "no-key", "per-user", "failure",
	"parallel", "restart", NULL,
};
static const char *const option_names[] = {
	"resource", "header", "quoted", "other_body", "running", "no_key",
	"users", "parallel", "rules", NULL,
};

struct user {
	const struct http_header *headers;
	size_t n_headers;
};

struct config {
	const struct resource *resource;
	const char *header;
	bool quoted;
	struct statuses other_body, running, no_key;
	struct user users[2];
	size_t n_users;
	int64_t parallel;
	unsigned rules;
};

struct idempotency {
	const struct config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
};

static bool wants(const struct idempotency *p, enum idempotency_rule rule)
{
	return p->c->rules & 1u << rule;
}

/* -------------------------------------------------------------- requests */

static const char *new_key(struct idempotency *p)
{
	return ask_uuid(p->arena, p->prng);
}

/* Without a key of the manifest's: each request here has its own. */
static void drop_key(struct idempotency *p)
{
	struct http_header *left = arena_array(
		p->arena, p->ask.n_headers + 1, sizeof(*left));
	size_t n = 0;

	for (size_t i = 0; i < p->ask.n_headers; i++)
		if (strcasecmp(p->ask.headers[i].name, p->c->header))
			left[n++] = p->ask.headers[i];
	p->ask.headers = left;
	p->ask.n_headers = n;
}

/* POST with a key, or with none; without a body it sends []. */
static struct http_request keyed(struct idempotency *p, const char *key,
				 const struct body *body)
{
	struct http_header *h = arena_array(p->arena, 2, sizeof(*h));

	h[0] = (struct http_header){ "Content-Type",
				     SPAN_LIT("application/json") };
	if (key && p->c->quoted)
		key = arena_printf(p->arena, "\"%s\"", key);
	if (key)
		h[1] = (struct http_header){ p->c->header, span_of(key) };
	return (struct http_request){
		.method = "POST", .target = p->r->path, .headers = h,
		.n_headers = key ? 2 : 1, .has_body = true,
		.body = body ? span_of(body_text(p->arena, body)) :
			       SPAN_LIT("[]"),
	};
}

static const struct exchange *post(struct idempotency *p, const char *key,
				   const struct body *body)
{
	return ask_request(&p->ask, keyed(p, key, body));
}

static struct body new_body(struct idempotency *p)
{
	return resource_body(p->r, p->prng, p->arena, true);
}

/* The same JSON: the order of members means nothing. */
static struct body turn_round(const struct body *body)
{
	struct body turned = { .n = body->n };

	for (size_t i = 0; i < body->n; i++) {
		turned.names[i] = body->names[body->n - 1 - i];
		turned.values[i] = body->values[body->n - 1 - i];
	}
	return turned;
}

/* The id of the row that an answer shows, or NULL. */
static const char *row_id(struct idempotency *p, const struct exchange *x)
{
	struct row row = { .ok = false };

	if (ask_ok(x))
		resource_identify(p->arena, p->r, x, &row);
	return row.id;
}

/* Rows of the list that hold what was sent. */
static size_t count_like(struct idempotency *p, const struct listing *list,
			 const struct body *body)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_rows; i++)
		n += listing_find(list, list->ids[i]) == i &&
		     !resource_differs(p->arena, p->r, body, list->rows[i]);
	return n;
}

static struct rule rule_of(enum idempotency_rule rule, const char *title,
			   const char *cause)
{
	return (struct rule){ .id = rule_names[rule], .title = title,
			      .cause = cause };
}

/* The first request with a key; false: it was not accepted, said so. */
static bool first(struct idempotency *p, struct rule *rule, const char *key,
		  const struct body *body, const struct exchange **ret)
{
	*ret = post(p, key, body);
	if (!ask_ok(*ret))
		rule_skip(p->g, rule, "%s with a key answered %s",
			  ask_what(p->arena, *ret),
			  ask_answer(p->arena, *ret));
	return ask_ok(*ret);
}

/* Does the second answer repeat the first? */
static void judge_replay(struct idempotency *p, struct rule *rule,
			 const struct exchange *a, const struct exchange *b,
			 const char *when)
{
	const char *one = row_id(p, a), *two = row_id(p, b);

	if (a->res.status == b->res.status &&
	    (!one || (two && !strcmp(one, two))))
		rule_ok(rule, b);
	else
		rule_bad(p->g, rule, b, when,
			 "%s with the same %s and body %s must repeat the "
			 "first answer: %d, row %s. It answered %s, row %s",
			 ask_what(p->arena, b), p->c->header, when,
			 a->res.status, one ? one : "?",
			 ask_answer(p->arena, b), two ? two : "?");
}

/* No more rows of the list hold this body than requests were to make. */
static void judge_listed(struct idempotency *p, struct rule *rule,
			 const struct listing *list, const struct exchange *x,
			 const struct body *body, size_t made)
{
	size_t now = count_like(p, list, body);

	/* A row that is not listed at all is another criterion's question. */
	if (now <= made)
		rule_ok(rule, x);
	else
		rule_bad(p->g, rule, x, "rows",
			 "Requests with one %s must make %zu row%s. %zu rows "
			 "hold what was sent", p->c->header, made,
			 made == 1 ? "" : "s", now);
}

static void judge_rows(struct idempotency *p, struct rule *rule,
		       const struct exchange *x, const struct body *body,
		       size_t made)
{
	judge_listed(p, rule, listing_walk(&p->ask, p->r, 0, NULL), x, body,
		     made);
}

/* ----------------------------------------------------------------- rules */

static void replay(struct idempotency *p)
{
	const char *key = new_key(p);
	const struct body body = new_body(p), turned = turn_round(&body);
	const struct body between = new_body(p);
	struct rule rule = rule_of(RULE_REPLAY, "a key is replayed",
				   "key-ignored");
	const struct exchange *x, *again;

	if (first(p, &rule, key, &body, &x)) {
		/* What is replayed is no longer the latest. */
		post(p, new_key(p), &between);
		again = post(p, key, &body);
		judge_replay(p, &rule, x, again, "a second time");
		again = post(p, key, &turned);
		judge_replay(p, &rule, x, again, "its members turned round");
		judge_rows(p, &rule, again, &body, 1);
	}
	rule_close(p->g, &rule);
}

/* Another value of a field than the body's, or NULL. */
static const char *another(struct idempotency *p, const struct body *body,
			   const struct field *f)
{
	const char *was = body_value(body, f->name), *value = was;

	for (int i = 0; value && !strcmp(value, was) && i < DRAWS; i++)
		value = field_draw(f, p->prng, p->arena);
	return value && strcmp(value, was) ? value : NULL;
}

static void other_one(struct idempotency *p, struct rule *rule,
		      const char *key, const struct body *other,
		      const char *name)
{
	const struct exchange *x = post(p, key, other);

	if (statuses_have(&p->c->other_body, x->res.status))
		rule_ok(rule, x);
	else
		rule_bad(p->g, rule, x, name,
			 "%s with the %s of another request and another "
			 "\"%s\" must answer %s. It answered %s",
			 ask_what(p->arena, x), p->c->header, name,
			 rule->expected, ask_answer(p->arena, x));
	judge_rows(p, rule, x, other, 0);
}

/* Each field in turn is another one. */
static void other_body(struct idempotency *p)
{
	const char *key = new_key(p);
	const struct body body = new_body(p);
	struct rule rule = rule_of(RULE_OTHER_BODY, "a key with another body "
				   "is refused", "key-other-body");
	const struct exchange *x;

	rule.expected = statuses_text(p->arena, &p->c->other_body);
	if (first(p, &rule, key, &body, &x)) {
		for (size_t i = 0; i < p->r->n_fields; i++) {
			const struct field *f = &p->r->fields[i];
			const char *value = another(p, &body, f);
			struct body other = body;

			if (!value)
				continue;
			body_set(&other, f->name, value);
			other_one(p, &rule, key, &other, f->name);
		}
	}
	rule_close(p->g, &rule);
}

/* Two requests that are alike but for what `second` changes: two rows. */
static void two_rows(struct idempotency *p, struct rule *rule,
		     const struct exchange *x, const struct exchange *other,
		     const char *what)
{
	const char *one = row_id(p, x), *two = row_id(p, other);

	if (ask_ok(other) && (!one || !two || strcmp(one, two)))
		rule_ok(rule, other);
	else
		rule_bad(p->g, rule, other, NULL,
			 "%s %s must make a row of its own. It answered %s, "
			 "row %s", ask_what(p->arena, other), what,
			 ask_answer(p->arena, other), two ? two : "?");
}

static bool has_unique(const struct resource *r)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (r->fields[i].unique)
			return true;
	return false;
}

static void other_key(struct idempotency *p)
{
	struct body body = new_body(p);
	struct rule rule = rule_of(RULE_OTHER_KEY, "another key is another "
				   "request", NULL);
	const struct exchange *x;

	if (first(p, &rule, new_key(p), &body, &x)) {
		/* A unique field would refuse the same body. */
		if (has_unique(p->r))
			body = new_body(p);
		two_rows(p, &rule, x, post(p, new_key(p), &body),
			 "with another key");
	}
	rule_close(p->g, &rule);
}

static void no_key(struct idempotency *p)
{
	struct rule rule = rule_of(RULE_NO_KEY, "a request without a key",
				   NULL);
	const struct body body = new_body(p);
	const struct exchange *x = post(p, NULL, &body);

	rule.expected = statuses_text(p->arena, &p->c->no_key);
	if (statuses_have(&p->c->no_key, x->res.status))
		rule_ok(&rule, x);
	else
		rule_bad(p->g, &rule, x, NULL,
			 "%s without %s must answer %s. It answered %s",
			 ask_what(p->arena, x), p->c->header, rule.expected,
			 ask_answer(p->arena, x));
	if (!ask_ok(x))
		judge_rows(p, &rule, x, &body, 0);
	rule_close(p->g, &rule);
}

static void per_user(struct idempotency *p)
{
	const char *key = new_key(p);
	struct body body = new_body(p);
	struct asking mine = p->ask, other = p->ask;
	struct rule rule = rule_of(RULE_PER_USER, "keys of two users do not "
				   "meet", "key-shared-by-users");
	const struct exchange *x, *y;

	mine.headers = p->c->users[0].headers;
	mine.n_headers = p->c->users[0].n_headers;
	other.headers = p->c->users[1].headers;
	other.n_headers = p->c->users[1].n_headers;
	x = ask_request(&mine, keyed(p, key, &body));
	if (has_unique(p->r))
		body = new_body(p);
	y = ask_request(&other, keyed(p, key, &body));
	if (ask_ok(x))
		two_rows(p, &rule, x, y, "with a key that another user used");
	else
		rule_skip(p->g, &rule, "%s with a key answered %s",
			  ask_what(p->arena, x), ask_answer(p->arena, x));
	p->ask.code = mine.code ? mine.code : other.code;
	rule_close(p->g, &rule);
}

/* A refused request makes no row, not even when it is sent again. */
static void failure(struct idempotency *p)
{
	const char *key = new_key(p);
	struct rule rule = rule_of(RULE_FAILURE, "a refusal is no result to "
				   "keep", "key-keeps-failure");
	const struct body body = new_body(p);
	size_t before = listing_walk(&p->ask, p->r, 0, NULL)->n_rows, after;
	const struct exchange *x = post(p, key, NULL), *y;

	if (ask_answered(x) && x->res.status >= 400 && x->res.status < 500)
		rule_ok(&rule, x);
	else
		rule_bad(p->g, &rule, x, NULL,
			 "%s with a key and [] as its body must be refused. "
			 "It answered %s", ask_what(p->arena, x),
			 ask_answer(p->arena, x));
	after = listing_walk(&p->ask, p->r, 0, NULL)->n_rows;
	if (after > before)
		rule_bad(p->g, &rule, x, NULL,
			 "%s with a key and [] must make no row. There were "
			 "%zu rows, now there are %zu", ask_what(p->arena, x),
			 before, after);
	y = post(p, key, &body);
	if (!ask_ok(y) && (!ask_answered(y) || y->res.status >= 500))
		rule_bad(p->g, &rule, y, NULL,
			 "%s with the key of a refused request must be "
			 "accepted or refused. It answered %s",
			 ask_what(p->arena, y), ask_answer(p->arena, y));
	rule_close(p->g, &rule);
}

/* -------------------------------------------------------------- parallel */

/* Each of n answers is the first result, or says that it runs. */
static void judge_burst(struct idempotency *p, struct rule *rule,
			const struct exchange *const *all, size_t n)
{
	const char *id = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *mine = row_id(p, all[i]);
		bool running = ask_answered(all[i]) &&
			       statuses_have(&p->c->running,
					     all[i]->res.status);

		if (!id)
			id = mine;
		if (running || (ask_ok(all[i]) &&
				(!mine || !strcmp(mine, id))))
			rule_ok(rule, all[i]);
		else
			rule_bad(p->g, rule, all[i], NULL,
				 "%s, %zu times at once with one key, must "
				 "answer each with the first result or with "
				 "%s. One answered %s, row %s, beside row %s",
				 ask_what(p->arena, all[i]), n,
				 statuses_text(p->arena, &p->c->running),
				 ask_answer(p->arena, all[i]),
				 mine ? mine : "?", id ? id : "?");
	}
}

static void one_key(struct idempotency *p, struct rule *rule)
{
	const struct body body = new_body(p);
	struct http_request req = keyed(p, new_key(p), &body);
	size_t n = (size_t)p->c->parallel;
	const struct exchange *const *all = ask_burst(&p->ask, &req, n, true);

	if (!all)
		return;
	judge_burst(p, rule, all, n);
	judge_rows(p, rule, all[0], &body, 1);
}

/* Many keys at once, a few requests each, so that all workers are busy. */
static void many_keys(struct idempotency *p, struct rule *rule)
{
	struct http_request reqs[CROWD_KEYS * CROWD_TIMES];
	struct body *bodies = arena_array(p->arena, CROWD_KEYS,
					  sizeof(*bodies));
	const struct exchange *const *all;
	const struct listing *list;

	for (size_t i = 0; i < CROWD_KEYS; i++) {
		bodies[i] = new_body(p);
		reqs[i * CROWD_TIMES] = keyed(p, new_key(p), &bodies[i]);
		for (size_t j = 1; j < CROWD_TIMES; j++)
			reqs[i * CROWD_TIMES + j] = reqs[i * CROWD_TIMES];
	}
	all = ask_burst(&p->ask, reqs, ARRAY_LEN(reqs), false);
	if (!all)
		return;
	list = listing_walk(&p->ask, p->r, 0, NULL);
	for (size_t i = 0; i < CROWD_KEYS; i++) {
		const struct exchange *const *mine = &all[i * CROWD_TIMES];

		judge_burst(p, rule, mine, CROWD_TIMES);
		judge_listed(p, rule, list, mine[0], &bodies[i], 1);
	}
}

static void parallel(struct idempotency *p)
{
	struct rule rule = rule_of(RULE_PARALLEL, "a key is used once, also "
				   "in a race", "key-race");

	one_key(p, &rule);
	for (int i = 0; i < ROUNDS && !rule.n_bad && !p->ask.code; i++)
		many_keys(p, &rule);
	rule_close(p->g, &rule);
}

static void restarted(struct idempotency *p, struct err *err)
{
	const char *key = new_key(p);
	const struct body body = new_body(p);
	struct rule rule = rule_of(RULE_RESTART, "a key holds over a restart",
				   "key-not-persistent");
	const struct exchange *x;
	bool ready = false;

	if (first(p, &rule, key, &body, &x)) {
		p->ask.code = grading_restart(p->g, &ready, err);
		if (p->ask.code)
			return;
		if (!ready) {
			rule.cause = "does-not-restart";
			rule_bad(p->g, &rule, NULL, NULL, "After it was "
				 "killed the app must start again. It did "
				 "not");
		} else {
			judge_replay(p, &rule, x, post(p, key, &body),
				     "after a restart");
			judge_rows(p, &rule, x, &body, 1);
		}
	}
	rule_close(p->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct idempotency p = {
		.c = c, .r = c->resource, .g = g, .arena = grading_arena(g),
		.prng = grading_prng(g),
		.ask = resource_asking(c->resource, g, err),
	};
	static void (*const rules[])(struct idempotency *) = {
		[RULE_REPLAY] = replay, [RULE_OTHER_BODY] = other_body,
		[RULE_OTHER_KEY] = other_key, [RULE_NO_KEY] = no_key,
		[RULE_PER_USER] = per_user, [RULE_FAILURE] = failure,
		[RULE_PARALLEL] = parallel,
	};

	drop_key(&p);
	for (unsigned i = 0; i < ARRAY_LEN(rules) && !p.ask.code; i++)
		if (wants(&p, i) && (i != RULE_NO_KEY || c->no_key.n) &&
		    (i != RULE_PER_USER || c->n_users == 2))
			rules[i](&p);
	if (wants(&p, RULE_RESTART) && !p.ask.code)
		restarted(&p, err);
	return p.ask.code;
}

static void read_users(struct options *o, const struct json *v,
		       struct config *c)
{
	static const char *const names[] = { "headers", NULL };

	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count != 2) {
		option_wrong(o, v, "\"users\" must be two objects");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		option_object(o, &v->items[i], names);
		option_headers(o, &v->items[i], "headers",
			       &c->users[i].headers, &c->users[i].n_headers);
	}
	c->n_users = 2;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	config->header = "Idempotency-Key";
	config->other_body = STATUSES(422, 409);
	config->running = STATUSES(409, 425, 429);
	config->parallel = 20;
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "resource");
	resource_option(&o, ex, c->with, "resource", &config->resource);
	option_str(&o, c->with, "header", &config->header);
	option_bool(&o, c->with, "quoted", &config->quoted);
	option_statuses(&o, c->with, "other_body", &config->other_body);
	option_statuses(&o, c->with, "running", &config->running);
	option_statuses(&o, c->with, "no_key", &config->no_key);
	option_int(&o, c->with, "parallel", 2, ASK_BURST_MAX,
		   &config->parallel);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	read_users(&o, json_get(c->with, "users"), config);
	*ret_config = config;
	return o.code;
}

const struct grader grader_idempotency = {
	.name = "idempotency",
	.question = "does the same key do the work once?",
	.configure = configure,
	.run = run,
};
