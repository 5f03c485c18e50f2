/* auth -- is everybody asked who they are, and kept to their own? */
#include "graders/auth.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

bool auth_wants(const struct auth *a, enum auth_rule rule)
{
	return a->c->rules & 1u << rule;
}

/* ----------------------------------------------------------- credentials */

static void must_be_401(struct auth *a, struct rule *rule,
			const struct exchange *x, const char *how)
{
	if (x->res.status == 401) {
		rule_ok(rule, x);
		return;
	}
	rule_bad(a->g, rule, x, ask_what(a->arena, x),
		 "%s %s must answer 401 (RFC 9110, 15.5.2). It answered %s",
		 ask_what(a->arena, x), how, ask_answer(a->arena, x));
}

static void must_challenge(struct auth *a, struct rule *rule,
			   const struct exchange *x)
{
	const char *challenge = http_value(&x->res, "WWW-Authenticate");

	if (x->res.status != 401)
		return;
	if (challenge && *challenge)
		rule_ok(rule, x);
	else
		rule_bad(a->g, rule, x, ask_what(a->arena, x),
			 "%s answered 401 without WWW-Authenticate: it must "
			 "name a way in (RFC 9110, 11.6.1)",
			 ask_what(a->arena, x));
}

static const struct exchange *request(struct asking *a,
				      const struct auth_request *r)
{
	if (!strcmp(r->method, "GET") || !strcmp(r->method, "HEAD") ||
	    !strcmp(r->method, "DELETE"))
		return ask(a, r->method, r->path);
	return ask_json(a, r->method, r->path, "{}");
}

/* Who keeps everybody out keeps strangers out as well: that is no merit. */
static void look_inside(struct auth *a)
{
	const struct exchange *x = NULL;

	for (size_t i = 0; i < a->c->n_protected; i++) {
		const struct auth_request *r = &a->c->protected[i];

		if (strcmp(r->method, "GET"))
			continue;
		x = request(&a->users[0], r);
		if (ask_ok(x))
			return;
	}
	if (x)
		a->kept_out = arena_printf(a->arena,
					   "%s as %s answered %s",
					   ask_what(a->arena, x),
					   a->c->users[0].name,
					   ask_answer(a->arena, x));
}

static void credentials(struct auth *a)
{
	struct rule anonymous = { .id = "anonymous", .cause = "auth-missing",
				  .title = "without credentials: 401" };
	struct rule bad = { .id = "bad", .cause = "auth-missing",
			    .title = "with wrong credentials: 401" };
	struct rule challenge = { .id = "challenge", .cause = "no-challenge",
				  .title = "401 names a way in" };

	for (size_t i = 0; i < a->c->n_protected; i++) {
		const struct auth_request *r = &a->c->protected[i];
		const struct auth_request head = { NULL, "HEAD", r->path };
		const struct exchange *x = request(&a->nobody, r);

		must_be_401(a, &anonymous, x, "without credentials");
		must_challenge(a, &challenge, x);
		if (!strcmp(r->method, "GET"))
			must_be_401(a, &anonymous, request(&a->nobody, &head),
				    "without credentials");
		x = request(&a->bad, r);
		must_be_401(a, &bad, x, "with wrong credentials");
		must_challenge(a, &challenge, x);
	}
	if (a->kept_out) {
		rule_skip(a->g, &anonymous, "%s", a->kept_out);
		rule_skip(a->g, &bad, "%s", a->kept_out);
	}
	if (auth_wants(a, AUTH_ANONYMOUS))
		rule_close(a->g, &anonymous);
	if (auth_wants(a, AUTH_BAD))
		rule_close(a->g, &bad);
	if (a->c->challenge && auth_wants(a, AUTH_CHALLENGE))
		rule_close(a->g, &challenge);
}

/* Whatever the method, nobody gets past without credentials. */
static void methods(struct auth *a)
{
	static const char *const all[] = { "GET", "HEAD", "POST", "PUT",
					   "PATCH", "DELETE" };
	struct rule rule = { .id = "methods", .cause = "auth-missing",
			     .title = "no method gets past" };

	if (a->kept_out)
		rule_skip(a->g, &rule, "%s", a->kept_out);
	for (size_t i = 0; i < a->c->n_protected; i++) {
		for (size_t j = 0; j < ARRAY_LEN(all); j++) {
			const struct auth_request r = {
				NULL, all[j], a->c->protected[i].path };
			const struct exchange *x = request(&a->nobody, &r);

			if (!ask_ok(x))
				rule_ok(&rule, x);
			else
				rule_bad(a->g, &rule, x,
					 ask_what(a->arena, x),
					 "%s without credentials must not get "
					 "through. It answered %s",
					 ask_what(a->arena, x),
					 ask_answer(a->arena, x));
		}
	}
	rule_close(a->g, &rule);
}

static void accepted(struct auth *a)
{
	struct rule rule = { .id = "accepted",
			     .title = "with the right credentials: in" };

	for (size_t i = 0; i < a->c->n_users; i++) {
		for (size_t j = 0; j < a->c->n_protected; j++) {
			const struct auth_request *r = &a->c->protected[j];
			const struct exchange *x;

			if (strcmp(r->method, "GET"))
				continue;
			x = request(&a->users[i], r);
			/* Not 403 either: it may be nobody's but a user's. */
			if (ask_ok(x))
				rule_ok(&rule, x);
			else
				rule_bad(a->g, &rule, x, a->c->users[i].name,
					 "%s as %s must be let in. It "
					 "answered %s", ask_what(a->arena, x),
					 a->c->users[i].name,
					 ask_answer(a->arena, x));
		}
	}
	if (a->no_login)
		rule_skip(a->g, &rule, "%s", a->no_login);
	rule_close(a->g, &rule);
}

static void public_paths(struct auth *a)
{
	struct rule rule = { .id = "public",
			     .title = "public paths ask nobody" };

	for (size_t i = 0; i < a->c->n_public; i++) {
		const struct exchange *x = ask(&a->nobody, "GET",
					       a->c->public_paths[i]);

		if (ask_ok(x))
			rule_ok(&rule, x);
		else
			rule_bad(a->g, &rule, x, a->c->public_paths[i],
				 "%s is public and must answer without "
				 "credentials. It answered %s",
				 ask_what(a->arena, x),
				 ask_answer(a->arena, x));
	}
	rule_close(a->g, &rule);
}

static size_t user_index(const struct auth *a, const char *name)
{
	size_t i = 0;

	while (i < a->c->n_users && strcmp(a->c->users[i].name, name))
		i++;
	return i;
}

static void forbidden(struct auth *a)
{
	struct rule rule = { .id = "forbidden",
			     .title = "known, but not allowed: 403" };

	for (size_t i = 0; i < a->c->n_forbidden; i++) {
		const struct auth_request *r = &a->c->forbidden[i];
		struct asking *user = &a->users[user_index(a, r->user)];
		const struct exchange *x = request(user, r);

		if (x->res.status == 403)
			rule_ok(&rule, x);
		else
			rule_bad(a->g, &rule, x, r->path,
				 "%s as %s must answer 403 (RFC 9110, "
				 "15.5.4). It answered %s",
				 ask_what(a->arena, x), r->user,
				 ask_answer(a->arena, x));
	}
	rule_close(a->g, &rule);
}

/* ----------------------------------------------------------------- hooks */

static void must_carry(struct auth *a, struct rule *rule,
		       const struct exchange *x)
{
	for (size_t i = 0; i < a->c->n_every_answer; i++) {
		const char *name = a->c->every_answer[i];
		const char *value = http_value(&x->res, name);

		if (value && *value)
			rule_ok(rule, x);
		else
			rule_bad(a->g, rule, x, ask_what(a->arena, x),
				 "%s answered %s without %s: every answer "
				 "must carry it, errors and redirects too",
				 ask_what(a->arena, x),
				 ask_answer(a->arena, x), name);
	}
}

/* Answers of every kind: good, refused, not found, not allowed, moved. */
static void hooks(struct auth *a)
{
	const struct auth_request *r = &a->c->protected[0];
	struct asking *user = &a->users[0];
	struct rule rule = { .id = "hooks", .cause = "hook-skipped",
			     .title = "hooks run for every answer" };

	must_carry(a, &rule, request(user, r));
	must_carry(a, &rule, request(&a->nobody, r));
	must_carry(a, &rule, ask(user, "GET", arena_printf(
			a->arena, "/%s", prng_word(a->prng, a->arena, 9))));
	must_carry(a, &rule, ask(user, "DELETE", r->path));
	must_carry(a, &rule, ask(user, "GET", arena_printf(
			a->arena, "%s/", r->path)));
	for (size_t i = 0; i < a->c->n_public; i++)
		must_carry(a, &rule, ask(&a->nobody, "GET",
					 a->c->public_paths[i]));
	rule_close(a->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int first_code(const struct auth *a)
{
	int code = a->nobody.code ? a->nobody.code : a->bad.code;

	for (size_t i = 0; i < a->c->n_users && !code; i++)
		code = a->users[i].code;
	return code;
}

static int run(struct grading *g, const void *config, struct err *err)
{
	struct auth *a = arena_alloc(grading_arena(g), sizeof(*a));

	*a = (struct auth){ .c = config, .g = g, .arena = grading_arena(g),
			    .prng = grading_prng(g) };
	auth_enter(a, err);
	look_inside(a);
	credentials(a);
	if (auth_wants(a, AUTH_METHODS))
		methods(a);
	if (auth_wants(a, AUTH_ACCEPTED))
		accepted(a);
	if (auth_wants(a, AUTH_PUBLIC))
		public_paths(a);
	if (auth_wants(a, AUTH_FORBIDDEN))
		forbidden(a);
	if (auth_wants(a, AUTH_HOOKS) && a->c->n_every_answer)
		hooks(a);
	if (a->c->owned)
		auth_foreign(a);
	if (a->c->whoami_path && auth_wants(a, AUTH_MIX))
		auth_mix(a);
	return first_code(a);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct auth_config *config = arena_alloc(arena, sizeof(*config));
	const struct auth of_config = { .c = config };

	auth_options(&o, ex, c->with, config);
	if (!o.code && !config->n_protected)
		option_wrong(&o, c->with, "\"protected\" is empty");
	for (size_t i = 0; i < config->n_forbidden && !o.code; i++)
		if (user_index(&of_config, config->forbidden[i].user) ==
		    config->n_users)
			option_wrong(&o, json_get(c->with, "forbidden"),
				     "there is no user \"%s\"",
				     config->forbidden[i].user);
	*ret_config = config;
	return o.code;
}

const struct grader grader_auth_lifecycle = {
	.name = "auth-lifecycle",
	.question = "is everybody asked who they are, and kept to their own?",
	.configure = configure,
	.run = run,
};
