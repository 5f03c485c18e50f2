/*
 * auth -- what the files of the auth-lifecycle grader share.
 *
 * auth.c asks about credentials and hooks, auth_rows.c about rows that belong
 * to somebody and requests of many users at once.
 */
#ifndef GRADERS_AUTH_H
#define GRADERS_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"
#include "graders/send.h"

struct prng;

enum auth_rule {
	AUTH_ANONYMOUS, AUTH_BAD, AUTH_CHALLENGE, AUTH_ACCEPTED, AUTH_PUBLIC,
	AUTH_METHODS, AUTH_FOREIGN, AUTH_UNCHANGED, AUTH_FORBIDDEN, AUTH_HOOKS,
	AUTH_MIX,
};

#define USERS_MAX 6
#define PATHS_MAX 24

struct auth_user {
	const char *name;
	const struct http_header *headers; /* as told, or NULL */
	size_t n_headers;
	const struct send *login; /* or NULL */
	const char *token_at;     /* in the answer of login; NULL: cookies */
};

struct auth_request {
	const char *user; /* of `forbidden`; NULL elsewhere */
	const char *method, *path;
};

struct auth_config {
	struct auth_user users[USERS_MAX];
	struct auth_request protected[PATHS_MAX], forbidden[PATHS_MAX];
	size_t n_users, n_protected, n_forbidden;
	const char *const *public_paths, *const *every_answer;
	size_t n_public, n_every_answer;
	const struct http_header *bad_headers;
	size_t n_bad_headers;
	const char *whoami_path, *whoami_at;
	const struct resource *owned; /* or NULL */
	bool challenge;
	struct statuses foreign;
	int64_t parallel;
	unsigned rules; /* bits of enum auth_rule */
};

struct auth {
	const struct auth_config *c;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
	struct asking nobody, bad, users[USERS_MAX];
	const char *kept_out; /* nobody is let in: why; NULL: somebody is */
	const char *no_login; /* why somebody could not log in; NULL: all did */
};

bool auth_wants(const struct auth *a, enum auth_rule rule);

void auth_options(struct options *o, const struct exercise *ex,
		  const struct json *with, struct auth_config *c);

/* Make the askers: log everybody in. */
void auth_enter(struct auth *a, struct err *err);

void auth_foreign(struct auth *a); /* auth_rows.c */
void auth_mix(struct auth *a);

#endif
