/* auth_users -- the options of auth-lifecycle, and how users log in. */
#include <string.h>

#include "graders/auth.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

static const char *const rule_names[] = {
	"anonymous", "bad", "challenge", "accepted", "public", "methods",
	"foreign", "unchanged", "forbidden", "hooks", "mix", NULL,
};
static const char *const option_names[] = {
	"users", "bad_headers", "protected", "public", "whoami", "owned",
	"challenge", "foreign", "forbidden", "every_answer", "parallel",
	"rules", NULL,
};
static const char *const user_names[] = { "name", "headers", "login",
					  "token_at", NULL };
static const char *const request_names[] = { "user", "method", "path", NULL };
static const char *const whoami_names[] = { "path", "at", NULL };

static void read_user(struct options *o, const struct json *v,
		      struct auth_user *u)
{
	option_object(o, v, user_names);
	option_required(o, v, "name");
	option_str(o, v, "name", &u->name);
	option_headers(o, v, "headers", &u->headers, &u->n_headers);
	option_send(o, v, "login", "POST", &u->login);
	option_pointer(o, v, "token_at", &u->token_at);
	if (!u->headers == !u->login)
		option_wrong(o, v, "a user has \"headers\" or \"login\"");
}

static void read_users(struct options *o, const struct json *v,
		       struct auth_config *c)
{
	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count < 2 || v->count > USERS_MAX) {
		option_wrong(o, v, "\"users\" must be a list of 2 to %d",
			     USERS_MAX);
		return;
	}
	for (size_t i = 0; i < v->count; i++)
		read_user(o, &v->items[i], &c->users[c->n_users++]);
}

static void read_requests(struct options *o, const struct json *v,
			  struct auth_request *list, size_t *n, bool of_user)
{
	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count > PATHS_MAX) {
		option_wrong(o, v, "a list of at most %d requests is needed",
			     PATHS_MAX);
		return;
	}
	for (size_t i = 0; i < v->count; i++) {
		const struct json *item = &v->items[i];
		struct auth_request *r = &list[(*n)++];

		r->method = "GET";
		option_object(o, item, request_names);
		option_required(o, item, "path");
		option_str(o, item, "user", &r->user);
		option_str(o, item, "method", &r->method);
		option_path(o, item, "path", &r->path);
		if (!r->user == of_user)
			option_wrong(o, item, of_user ?
				     "whose request is it? \"user\"" :
				     "\"user\" has no meaning here");
	}
}

void auth_options(struct options *o, const struct exercise *ex,
		  const struct json *with, struct auth_config *c)
{
	const struct json *whoami;

	c->challenge = true;
	c->foreign = STATUSES(403, 404);
	c->parallel = 20;
	c->rules = ~0u;
	option_object(o, with, option_names);
	read_users(o, option_required(o, with, "users"), c);
	read_requests(o, option_required(o, with, "protected"), c->protected,
		      &c->n_protected, false);
	read_requests(o, json_get(with, "forbidden"), c->forbidden,
		      &c->n_forbidden, true);
	option_headers(o, with, "bad_headers", &c->bad_headers,
		       &c->n_bad_headers);
	option_strs(o, with, "public", &c->public_paths, &c->n_public);
	option_strs(o, with, "every_answer", &c->every_answer,
		    &c->n_every_answer);
	option_bool(o, with, "challenge", &c->challenge);
	option_statuses(o, with, "foreign", &c->foreign);
	option_int(o, with, "parallel", 2, ASK_BURST_MAX, &c->parallel);
	option_words(o, with, "rules", rule_names, &c->rules);
	resource_option(o, ex, with, "owned", &c->owned);
	whoami = o->code ? NULL : json_get(with, "whoami");
	if (!whoami)
		return;
	option_object(o, whoami, whoami_names);
	option_required(o, whoami, "path");
	option_required(o, whoami, "at");
	option_path(o, whoami, "path", &c->whoami_path);
	option_pointer(o, whoami, "at", &c->whoami_at);
}

/* -------------------------------------------------------------- log in */

static void log_in(struct auth *a, const struct auth_user *u,
		   struct asking *ret)
{
	const struct send_values values = { .word = u->name };
	const struct exchange *x = send_now(&a->nobody, u->login, &values);
	const struct json *body = view_body(a->arena, x), *token;
	struct http_header *header = arena_alloc(a->arena, sizeof(*header));
	const char *text;

	token = body && u->token_at ? view_at(body, u->token_at) : NULL;
	text = view_id(a->arena, token);
	if (ask_ok(x) && text) {
		*header = (struct http_header){
			"Authorization",
			span_of(arena_printf(a->arena, "Bearer %s", text)),
		};
		ret->headers = header;
	} else if (!u->token_at) {
		ret->headers = send_cookies(a->arena, x);
	}
	ret->n_headers = ret->headers != NULL;
	if (!ret->headers)
		a->no_login = arena_printf(a->arena, "%s as %s answered %s",
					   ask_what(a->arena, x), u->name,
					   ask_answer(a->arena, x));
}

/* Credentials that nobody has: those of a user with letters changed. */
static void spoil(struct auth *a)
{
	const struct asking *good = &a->users[0];
	struct http_header *headers;

	if (a->c->bad_headers) {
		a->bad.headers = a->c->bad_headers;
		a->bad.n_headers = a->c->n_bad_headers;
		return;
	}
	headers = arena_array(a->arena, good->n_headers + 1,
			      sizeof(*headers));
	for (size_t i = 0; i < good->n_headers; i++) {
		struct span v = good->headers[i].value;
		char *text = arena_memdup(a->arena, v.data, v.len);
		char *wrong = prng_word(a->prng, a->arena, 5);

		headers[i].name = good->headers[i].name;
		if (v.len > 5)
			memcpy(text + v.len - 5, wrong, 5);
		headers[i].value = (struct span){ text, v.len };
	}
	a->bad.headers = headers;
	a->bad.n_headers = good->n_headers;
}

void auth_enter(struct auth *a, struct err *err)
{
	const struct asking empty = { .g = a->g, .err = err };

	a->nobody = a->bad = empty;
	for (size_t i = 0; i < a->c->n_users; i++) {
		const struct auth_user *u = &a->c->users[i];

		a->users[i] = empty;
		a->users[i].headers = u->headers;
		a->users[i].n_headers = u->n_headers;
		if (u->login)
			log_in(a, u, &a->users[i]);
	}
	spoil(a);
}
