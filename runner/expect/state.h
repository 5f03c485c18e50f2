/* state -- what one run of a script knows: shared by the parts of play. */
#ifndef RUNNER_EXPECT_STATE_H
#define RUNNER_EXPECT_STATE_H

#include "runner/expect/ast.h"
#include "runner/expect/cookie.h"
#include "runner/expect/play.h"
#include "runner/expect/sfv.h"
#include "runner/expect/value.h"
#include "runner/probe/http.h"

#define STATE_VARIABLES_MAX 5000
#define STATE_MEMORY_MAX    (16u << 20) /* of variables and cookies */

struct variable {
	struct span name;
	struct value value;
};

/* A response under judgement, with what was derived from it so far. */
struct answer {
	const struct http_response *res;
	const void *evidence;
	const char *url;         /* that was asked last */
	const struct value *hops;
	size_t n_hops;
	bool coding_asked;       /* only then it is undone */
	bool bytes_tried, json_tried, text_tried;
	struct span bytes;       /* of the body, out of its coding */
	const char *bytes_why;   /* NULL: `bytes` is there */
	const struct json *json; /* NULL: `json_why` tells */
	const char *json_why;
	struct span text;        /* decoded from its charset */
	const char *text_why;    /* NULL: `text` is there */
};

struct state {
	struct arena *arena; /* of what is at work: an assert has its own */
	struct arena *entry; /* of one try: what came, what was found in it */
	struct arena *run;   /* of variables, cookies, names of what failed */
	size_t run_base;     /* its bytes when the script began */
	const struct script *script;
	const struct play_host *host;
	struct play_result *result;
	struct variable *variables;
	size_t n_variables, cap_variables;
	struct cookie_jar jar;
	struct answer answer;
	const char **failed; /* ids of requests and checks that failed */
	size_t n_failed, cap_failed;
	struct span missing; /* the variable that could not be had */
	struct place missing_at;
	struct err *err;
};

const struct value *state_variable(struct state *s, struct span name);
/* Keeps a copy; -E2BIG beyond the ceilings. */
int state_set(struct state *s, struct span name, const struct value *value);
bool state_is_full(const struct state *s);

/*
 * All below: 0, or -ENODATA when a variable is missing (s->missing), or
 * -EBADMSG with *why when the evidence has no such thing.
 */
int state_render(struct state *s, const struct template *t, struct span *ret,
		 const char **why);
int state_expr(struct state *s, const struct expr *expr, struct value *ret,
	       const char **why);
int state_operand(struct state *s, const struct operand *o, struct value *ret,
		  const char **why);
int state_query(struct state *s, const struct query *q, struct value *ret,
		const char **why);
int state_filters(struct state *s, const struct filter *filters, size_t n,
		  struct value *v, const char **why);
int state_file(struct state *s, struct span name, struct span *ret,
	       const char **why);

/* A body out of its Content-Encoding, where that was asked for. */
const char *answer_decode(struct arena *arena, const struct http_response *res,
			  bool asked, struct span *ret);
/* The whole body as bytes, text or JSON, once. */
int answer_bytes(struct state *s, struct span *ret, const char **why);
int answer_text(struct state *s, struct span *ret, const char **why);
int answer_json(struct state *s, const struct json **ret, const char **why);

/* structured.c: the header as JSON, read as a structured field. */
int structured_value(struct state *s, enum sfv_kind kind, const char *name,
		     struct value *ret, const char **why);

struct jsonpath;
int apply_jsonpath(struct state *s, const struct jsonpath *path,
		   const struct operand *arg, const struct json *root,
		   struct value *ret, const char **why);
int apply_xpath(struct state *s, struct span expr, struct span body, bool html,
		struct value *ret, const char **why);
int apply_regex(struct state *s, const struct operand *arg, struct span text,
		struct value *ret, const char **why);

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_IMPOSSIBLE };
/* Does the predicate hold?  IMPOSSIBLE: `*why`, and never true by `not`. */
enum verdict predicate_judge(struct state *s, const struct predicate *p,
			     const struct value *actual,
			     const struct value *operand, const char **why);

/* request.c: what an entry sends. */
struct built {
	struct http_request req;
	const char *url;
	struct span cookies; /* of [Cookies] alone */
	bool cookie_header;  /* the entry has its own, which says all */
	bool no_cookie_store;
	bool coding_asked;   /* Accept-Encoding was sent */
	bool digest;         /* `user` and `password` wait for a challenge */
	struct span user, password;
};
struct entry_options;
int build_request(struct state *s, const struct entry *e,
		  const struct entry_options *o, struct built *ret,
		  const char **why);
int build_redirect(struct state *s, const struct built *from,
		   const struct http_response *res, struct built *ret,
		   const char **why);

/* digestauth.c: the same request with the answer to the challenge in `res`;
 * -ENOENT when there is none that can be answered. */
int build_digest(struct state *s, const struct http_response *res,
		 struct built *built);

/* options.c: [Options] of an entry, as they are in this run. */
struct entry_options {
	int64_t delay_ms, max_time_ms, retry_interval_ms;
	int64_t repeat, retry, max_redirects, limit_rate;
	bool skip, location, compressed, digest, http10, no_cookie_store;
};
int read_options(struct state *s, const struct entry *e,
		 struct entry_options *ret, const char **why);

#endif
