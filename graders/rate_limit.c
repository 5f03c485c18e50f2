/* rate_limit -- is a client stopped at its limit, and let in again? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graders/ask.h"
#include "graders/counter.h"
#include "graders/option.h"
#include "graders/rule.h"
#include "graders/send.h"
#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define LIMIT_MAX        60
#define WINDOW_MAX_S     1000000000
#define WAIT_MAX_S       3  /* longer windows are not waited for */
#define RECOVERIES       2
#define CROWDS           4  /* bursts in which the limit must hold */
#define NS_PER_S         1000000000LL

enum rate_rule { RULE_LIMIT, RULE_RETRY_AFTER, RULE_HEADERS, RULE_PER_KEY,
		 RULE_SPOOF, RULE_EXEMPT, RULE_NO_WORK, RULE_PARALLEL,
		 RULE_RECOVERS };
static const char *const rule_names[] = {
	"limit", "retry-after", "headers", "per-key", "spoof", "exempt",
	"no-work", "parallel", "recovers", NULL,
};
static const char *const option_names[] = {
	"request", "limit", "window_s", "key_header", "exempt", "headers",
	"spoof", "counter", "rules", NULL,
};

struct config {
	const struct send *request;
	int64_t limit, window_s;
	const char *key_header; /* each value of it has a limit of its own */
	const char *exempt;
	const char *const *headers, *const *spoof;
	size_t n_headers, n_spoof;
	const struct counter *counter; /* what the request counts up */
	unsigned rules;
};

struct rate {
	const struct config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
};

static bool wants(const struct rate *r, enum rate_rule rule)
{
	return r->c->rules & 1u << rule;
}

/* -------------------------------------------------------------- requests */

/* The limited request of one client, with one more header if wanted. */
static struct http_request request(struct rate *r, const char *key,
				   const char *name, const char *value)
{
	const struct send_values values = { .word = key, .id = "1" };
	struct http_request req = send_request(r->arena, r->c->request,
					       &values);
	struct http_header *h = arena_array(r->arena, req.n_headers + 2,
					    sizeof(*h));

	if (req.n_headers)
		memcpy(h, req.headers, req.n_headers * sizeof(*h));
	if (r->c->key_header)
		h[req.n_headers++] = (struct http_header){ r->c->key_header,
							   span_of(key) };
	if (name)
		h[req.n_headers++] = (struct http_header){ name,
							   span_of(value) };
	req.headers = h;
	return req;
}

/* A client that nobody has seen; one for all where there are no keys. */
static const char *new_key(struct rate *r)
{
	return prng_word(grading_prng(r->g), r->arena, 12);
}

/* Requests of one client until one is refused, and when that was. */
struct spell {
	size_t passed;
	const struct exchange *last_good, *refused, *odd;
	int64_t begin_ns, end_ns;
};

static struct spell press(struct rate *r, const char *key)
{
	struct spell s = { .begin_ns = clock_ns() };

	for (int64_t i = 0; i < 2 * r->c->limit + 2 && !s.refused; i++) {
		const struct exchange *x =
			ask_request(&r->ask, request(r, key, NULL, NULL));

		if (x->res.status == 429) {
			s.refused = x;
		} else if (ask_ok(x)) {
			s.passed++;
			s.last_good = x;
		} else {
			s.odd = x;
			break;
		}
	}
	s.end_ns = clock_ns();
	return s;
}

/* Too slow to say: a window may have ended on the way. */
static bool too_slow(const struct rate *r, const struct spell *s)
{
	return s->end_ns - s->begin_ns >= r->c->window_s * NS_PER_S;
}

/*
 * A window that began before us may end between two requests, and then more
 * than the limit pass: that is no fault.  Press again, in the window that
 * then has just begun.
 */
static struct spell press_in_one_window(struct rate *r, const char *key)
{
	struct spell s = press(r, key);

	if (r->c->key_header && s.refused && !too_slow(r, &s) &&
	    s.passed > (size_t)r->c->limit)
		s = press(r, new_key(r));
	return s;
}

/* ----------------------------------------------------------------- rules */

static void judge_limit(struct rate *r, const struct spell *s)
{
	size_t limit = (size_t)r->c->limit;
	const struct exchange *x = s->refused ? s->refused : s->last_good;
	struct rule rule = {
		.id = "limit", .title = "the limit is where the brief says",
		.expected = arena_printf(r->arena, "%zu pass, the next is 429",
					 limit),
		.cause = !s->refused && s->passed > limit ? "no-limit" :
			 s->passed == limit + 1 || s->passed + 1 == limit ?
							    "off-by-one" :
							    "limit-per-worker",
	};

	if (too_slow(r, s))
		grading_not_measured(r->g, CHECK(.id = rule.id,
						 .title = rule.title),
				     "the requests took longer than a window");
	else if (s->odd)
		rule_bad(r->g, &rule, s->odd, NULL,
			 "%s, number %zu of one client, must pass. It "
			 "answered %s", ask_what(r->arena, s->odd),
			 s->passed + 1, ask_answer(r->arena, s->odd));
	else if (!s->refused || s->passed != limit)
		rule_bad(r->g, &rule, x, NULL,
			 "Of one client %zu requests %s in %lld s must pass, "
			 "and the next be 429. %zu passed%s", limit,
			 x ? ask_what(r->arena, x) : "",
			 (long long)r->c->window_s, s->passed,
			 s->refused ? "" : ", and none was refused");
	else
		rule_ok(&rule, s->refused);
	rule_close(r->g, &rule);
}

/* Seconds of Retry-After: digits or an HTTP-date; -1: neither. */
static int64_t retry_after(const struct exchange *x)
{
	const char *text = http_value(&x->res, "Retry-After");
	const char *date = http_value(&x->res, "Date");
	struct tm when = { .tm_sec = 0 }, now = { .tm_sec = 0 };
	const char *end;

	if (!text || !*text)
		return -1;
	if (text[strspn(text, "0123456789")] == '\0')
		return strtoll(text, NULL, 10);
	end = strptime(text, "%a, %d %b %Y %T GMT", &when);
	if (!end || *end || !date ||
	    !strptime(date, "%a, %d %b %Y %T GMT", &now))
		return -1;
	return timegm(&when) - timegm(&now);
}

static void judge_retry_after(struct rate *r, const struct spell *s)
{
	struct rule rule = {
		.id = "retry-after", .cause = "no-retry-after",
		.title = "429 says when to come back",
		.expected = "Retry-After: seconds or an HTTP-date",
	};
	const char *text;
	int64_t seconds;

	if (!s->refused) {
		rule_skip(r->g, &rule, "no request was refused");
		rule_close(r->g, &rule);
		return;
	}
	text = http_value(&s->refused->res, "Retry-After");
	seconds = retry_after(s->refused);
	if (seconds < 0)
		rule_bad(r->g, &rule, s->refused, NULL,
			 "%s answered 429 with Retry-After: %.40s. It must be "
			 "seconds or an HTTP-date (RFC 9110, 10.2.3)",
			 ask_what(r->arena, s->refused),
			 text ? text : "missing");
	else if (seconds > r->c->window_s + 1)
		rule_bad(r->g, &rule, s->refused, NULL,
			 "%s answered 429 with Retry-After: %.40s, longer "
			 "than a window of %lld s",
			 ask_what(r->arena, s->refused), text,
			 (long long)r->c->window_s);
	else
		rule_ok(&rule, s->refused);
	rule_close(r->g, &rule);
}

static void judge_headers(struct rate *r, const struct spell *s)
{
	const struct exchange *each[] = { s->last_good, s->refused };
	struct rule rule = {
		.id = "headers", .title = "answers tell how much is left",
	};

	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		for (size_t j = 0; each[i] && j < r->c->n_headers; j++) {
			if (http_value(&each[i]->res, r->c->headers[j]))
				rule_ok(&rule, each[i]);
			else
				rule_bad(r->g, &rule, each[i],
					 r->c->headers[j],
					 "%s answered %d without %s",
					 ask_what(r->arena, each[i]),
					 each[i]->res.status,
					 r->c->headers[j]);
		}
	}
	rule_close(r->g, &rule);
}

/* Another client, while the first is stopped. */
static void judge_per_key(struct rate *r, const struct spell *s)
{
	struct rule rule = {
		.id = "per-key", .title = "each client has its own limit",
		.cause = "limit-shared",
	};
	const struct exchange *x;

	if (!r->c->key_header)
		return;
	if (!s->refused) {
		rule_skip(r->g, &rule, "no request was refused");
	} else {
		x = ask_request(&r->ask, request(r, new_key(r), NULL, NULL));
		if (ask_ok(x))
			rule_ok(&rule, x);
		else
			rule_bad(r->g, &rule, x, NULL,
				 "%s of another client must pass while the "
				 "first one is stopped. It answered %s",
				 ask_what(r->arena, x),
				 ask_answer(r->arena, x));
	}
	rule_close(r->g, &rule);
}

static bool is_stopped(struct rate *r, const char *key)
{
	const struct exchange *x =
		ask_request(&r->ask, request(r, key, NULL, NULL));

	return x->res.status == 429;
}

static void judge_spoof(struct rate *r, const struct spell *s,
			const char *key)
{
	struct rule rule = {
		.id = "spoof", .title = "a header does not buy a new limit",
		.cause = "limit-by-header",
	};

	if (!s->refused)
		rule_skip(r->g, &rule, "no request was refused");
	for (size_t i = 0; s->refused && i < r->c->n_spoof; i++) {
		const char *address = arena_printf(
			r->arena, "203.0.113.%d",
			(int)prng_range(grading_prng(r->g), 1, 254));
		const struct exchange *x = ask_request(
			&r->ask, request(r, key, r->c->spoof[i], address));

		if (x->res.status == 429)
			rule_ok(&rule, x);
		else if (!is_stopped(r, key))
			continue; /* a new window: nothing can be said */
		else
			rule_bad(r->g, &rule, x, r->c->spoof[i],
				 "%s of a stopped client with %s: %s must stay "
				 "429. It answered %s",
				 ask_what(r->arena, x), r->c->spoof[i],
				 address, ask_answer(r->arena, x));
	}
	rule_close(r->g, &rule);
}

static void judge_exempt(struct rate *r)
{
	struct rule rule = { .id = "exempt",
			     .title = "what is exempt is never limited" };

	for (int64_t i = 0; i < r->c->limit + 3; i++) {
		const struct exchange *x = ask(&r->ask, "GET", r->c->exempt);

		if (ask_ok(x))
			rule_ok(&rule, x);
		else
			rule_bad(r->g, &rule, x, NULL,
				 "%s is exempt and must pass, also for the "
				 "%lldth time. It answered %s",
				 ask_what(r->arena, x), (long long)i + 1,
				 ask_answer(r->arena, x));
	}
	rule_close(r->g, &rule);
}

/* The number that the request counts up rose by what passed. */
static void judge_no_work(struct rate *r)
{
	const struct send_values none = { .id = "1", .word = "x" };
	const struct exchange *x;
	int64_t before, after;
	struct spell s;
	struct rule rule = { .id = "no-work", .cause = "refused-works",
			     .title = "a refused request does no work" };

	if (!counter_read(&r->ask, r->c->counter, &none, &x, &before)) {
		rule_skip(r->g, &rule, "%s shows no number",
			  ask_what(r->arena, x));
		rule_close(r->g, &rule);
		return;
	}
	s = press(r, new_key(r));
	if (counter_read(&r->ask, r->c->counter, &none, &x, &after) &&
	    after - before == (int64_t)s.passed)
		rule_ok(&rule, x);
	else
		rule_bad(r->g, &rule, x, NULL,
			 "%zu requests passed, so %s must be %zu more than "
			 "before. It is %lld more", s.passed,
			 r->c->counter->at, s.passed,
			 (long long)(after - before));
	rule_close(r->g, &rule);
}

/* What one of the new clients of a crowd got. */
struct burst {
	size_t n, passed, odd; /* odd: neither passed nor 429 */
	const struct exchange *first;
	bool slow; /* a window may have ended meanwhile */
};

static struct burst tally(const struct exchange *const *all, size_t n)
{
	struct burst b = { .n = n, .first = all[0] };

	for (size_t i = 0; i < n; i++) {
		b.passed += ask_ok(all[i]);
		b.odd += !ask_ok(all[i]) && all[i]->res.status != 429;
	}
	return b;
}

/*
 * New clients, each with twice its limit, all at once: a race is lost most
 * often where all workers are busy.  Returns the one that got it wrong, or
 * else any.
 */
static struct burst press_at_once(struct rate *r)
{
	size_t limit = (size_t)r->c->limit, each = 2 * limit;
	size_t clients = ASK_BURST_MAX / each;
	struct http_request *reqs = arena_array(r->arena, ASK_BURST_MAX,
						sizeof(*reqs));
	const struct exchange *const *all;
	struct burst worst = { .n = 0 };

	for (size_t i = 0; i < clients; i++) {
		reqs[i * each] = request(r, new_key(r), NULL, NULL);
		for (size_t j = 1; j < each; j++)
			reqs[i * each + j] = reqs[i * each];
	}
	all = ask_burst(&r->ask, reqs, clients * each, false);
	for (size_t i = 0; all && i < clients; i++) {
		struct burst b = tally(&all[i * each], each);

		if (!worst.n || b.odd || b.passed != limit)
			worst = b;
	}
	return worst;
}

/*
 * Too many in one crowd may be the edge of a window; in two within one window
 * it is not.
 */
static struct burst worst_of_crowds(struct rate *r)
{
	int64_t begin = clock_ns();
	struct burst b = { .n = 0 };

	for (int i = 0, over = 0; i < CROWDS && over < 2; i++) {
		struct burst now = press_at_once(r);
		bool too_many = now.passed > (size_t)r->c->limit;

		now.slow = clock_ns() - begin >= r->c->window_s * NS_PER_S;
		over += too_many;
		if (!too_many || over == 2 || !b.n)
			b = now;
		if (!now.n || now.slow || now.odd ||
		    now.passed < (size_t)r->c->limit)
			return now;
	}
	return b;
}

static void judge_parallel(struct rate *r)
{
	struct burst b = worst_of_crowds(r);
	struct rule rule = {
		.id = "parallel", .cause = "limit-per-worker",
		.title = "the limit holds over all workers",
		.expected = arena_printf(r->arena, "%lld pass",
					 (long long)r->c->limit),
	};

	if (!b.first)
		return;
	if (b.slow)
		grading_not_measured(r->g, CHECK(.id = rule.id,
						 .title = rule.title),
				     "the requests took longer than a window");
	else if (b.passed != (size_t)r->c->limit || b.odd)
		rule_bad(r->g, &rule, b.first, NULL,
			 "Of %zu requests %s at once of one client %lld must "
			 "pass, the rest be 429. %zu passed, %zu were neither",
			 b.n, ask_what(r->arena, b.first),
			 (long long)r->c->limit, b.passed, b.odd);
	else
		rule_ok(&rule, b.first);
	rule_close(r->g, &rule);
}

static void sleep_for(struct timespec left)
{
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/*
 * Somebody who asks once more on the way is refused, but must not wait
 * longer for it.
 */
static void wait_s(struct rate *r, const char *key, int64_t seconds)
{
	struct timespec left = { .tv_sec = seconds, .tv_nsec = 50000000 };

	if (seconds > 1) {
		sleep_for((struct timespec){ .tv_sec = 1 });
		ask_request(&r->ask, request(r, key, NULL, NULL));
		left.tv_sec--;
	}
	sleep_for(left);
}

/* Wait as long as it says, twice at most: then the client is let in. */
static void judge_recovers(struct rate *r, const char *key)
{
	struct spell s = press(r, key);
	const struct exchange *x = s.refused;
	struct rule rule = { .id = "recovers", .cause = "never-recovers",
			     .title = "after the wait the client is let in" };

	if (!x)
		rule_skip(r->g, &rule, "no request was refused");
	for (int i = 0; x && i < RECOVERIES && x->res.status == 429; i++) {
		int64_t seconds = retry_after(x);

		if (seconds < 0 || seconds > r->c->window_s)
			seconds = r->c->window_s;
		wait_s(r, key, seconds);
		x = ask_request(&r->ask, request(r, key, NULL, NULL));
	}
	if (x && ask_ok(x))
		rule_ok(&rule, x);
	else if (x)
		rule_bad(r->g, &rule, x, NULL,
			 "%s after the wait of Retry-After must pass. It "
			 "answered %s", ask_what(r->arena, x),
			 ask_answer(r->arena, x));
	rule_close(r->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct rate r = { .c = c, .g = g, .arena = grading_arena(g),
			  .ask = { .g = g, .err = err } };
	const char *key = new_key(&r);
	struct spell s = press_in_one_window(&r, key);

	if (wants(&r, RULE_LIMIT))
		judge_limit(&r, &s);
	if (wants(&r, RULE_RETRY_AFTER))
		judge_retry_after(&r, &s);
	if (wants(&r, RULE_HEADERS) && c->n_headers)
		judge_headers(&r, &s);
	if (wants(&r, RULE_SPOOF) && c->n_spoof)
		judge_spoof(&r, &s, key);
	if (wants(&r, RULE_PER_KEY))
		judge_per_key(&r, &s);
	if (wants(&r, RULE_EXEMPT) && c->exempt)
		judge_exempt(&r);
	if (wants(&r, RULE_NO_WORK) && c->counter)
		judge_no_work(&r);
	if (wants(&r, RULE_PARALLEL) && c->key_header)
		judge_parallel(&r);
	if (wants(&r, RULE_RECOVERS) && c->window_s <= WAIT_MAX_S)
		judge_recovers(&r, c->key_header ? new_key(&r) : key);
	return r.ask.code;
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	static const char *const forwarded[] = { "X-Forwarded-For" };
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	(void)ex;
	config->spoof = forwarded;
	config->n_spoof = 1;
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "request");
	option_required(&o, c->with, "limit");
	option_required(&o, c->with, "window_s");
	option_send(&o, c->with, "request", "GET", &config->request);
	option_int(&o, c->with, "limit", 1, LIMIT_MAX / 2, &config->limit);
	option_int(&o, c->with, "window_s", 1, WINDOW_MAX_S,
		   &config->window_s);
	option_str(&o, c->with, "key_header", &config->key_header);
	option_path(&o, c->with, "exempt", &config->exempt);
	option_strs(&o, c->with, "headers", &config->headers,
		    &config->n_headers);
	option_strs(&o, c->with, "spoof", &config->spoof, &config->n_spoof);
	option_counter(&o, c->with, &config->counter);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	*ret_config = config;
	return o.code;
}

const struct grader grader_rate_limit = {
	.name = "rate-limit",
	.question = "is a client stopped at its limit, and let in again?",
	.configure = configure,
	.run = run,
};
