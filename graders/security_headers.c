/* security_headers -- does every answer of the run carry what it must? */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/rule.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/expect/regex.h"
#include "runner/grader.h"

#define HEADERS_MAX 24

static const char *const option_names[] = { "headers", "absent", "cookies",
					    "cors", "console", NULL };
static const char *const header_names[] = { "pattern", "value", "html",
					    NULL };
static const char *const cors_names[] = { "path", "allowed", NULL };

struct wanted {
	const char *name, *value;     /* value NULL: any */
	const struct regex *pattern;  /* or NULL */
	bool html;                    /* of HTML answers only */
};

struct config {
	struct wanted headers[HEADERS_MAX];
	size_t n;
	const char *const *absent, *const *cors_allowed;
	size_t n_absent, n_cors_allowed;
	const char *cors_path;
	bool cookies, secure, console;
};

struct security {
	const struct config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	const struct exchange *const *all;
	size_t n;
};

/* The app's own: gunicorn's refusals have neither Server nor Date. */
static bool by_the_app(const struct exchange *x)
{
	return ask_answered(x) && (http_header(&x->res, "Server") ||
				   http_header(&x->res, "Date"));
}

static bool is_html(const struct exchange *x)
{
	const char *type = http_value(&x->res, "Content-Type");

	return type && !strncasecmp(type, "text/html", 9);
}

/* --------------------------------------------------------------- headers */

/* Kinds of answers that lack a header, as "404, 405". */
struct kinds {
	bool seen[600];
	const char *text;
};

static void add_kind(struct security *s, struct kinds *k, int status)
{
	if (status < 0 || status >= 600 || k->seen[status])
		return;
	k->seen[status] = true;
	k->text = arena_printf(s->arena, "%s%s%d", k->text ? k->text : "",
			       k->text ? ", " : "", status);
}

static bool value_fits(const struct wanted *w, struct span value)
{
	if (w->pattern)
		return regex_match(w->pattern, value, NULL, 0) == 1;
	if (!w->value)
		return value.len;
	return value.len == strlen(w->value) &&
	       !strncasecmp(value.data, w->value, value.len);
}

static void judge_header(struct security *s, const struct wanted *w)
{
	struct kinds kinds = { .text = NULL };
	const struct exchange *first = NULL;
	size_t asked = 0, bad = 0;
	struct rule rule = {
		.id = arena_printf(s->arena, "header-%s", w->name),
		.title = arena_printf(s->arena, "every answer carries %s",
				      w->name),
		.cause = arena_printf(s->arena, "header-missing:%s", w->name),
		.expected = w->value ? w->value : w->name,
		.weight = 2,
	};

	for (size_t i = 0; i < s->n; i++) {
		const struct exchange *x = s->all[i];
		const struct http_header *h = http_header(&x->res, w->name);

		if (!by_the_app(x) || (w->html && !is_html(x)))
			continue;
		asked++;
		if (h && value_fits(w, h->value)) {
			rule_ok(&rule, x);
			continue;
		}
		first = first ? first : x;
		add_kind(s, &kinds, x->res.status);
		bad++;
	}
	if (first) {
		const struct http_header *h = http_header(&first->res,
							  w->name);

		rule_bad(s->g, &rule, first, NULL,
			 "%s must be on every answer%s%s%s. It is %s on %zu "
			 "of %zu answers, with status %s; one is %s",
			 w->name, w->html ? " with HTML" : "",
			 w->value ? ": " : "", w->value ? w->value : "",
			 h ? "another" : "missing", bad, asked, kinds.text,
			 ask_what(s->arena, first));
	}
	rule_close(s->g, &rule);
}

static void judge_absent(struct security *s, const char *name)
{
	struct rule rule = {
		.id = arena_printf(s->arena, "absent-%s", name),
		.title = arena_printf(s->arena, "no answer carries %s", name),
	};

	for (size_t i = 0; i < s->n; i++) {
		const struct http_header *h = http_header(&s->all[i]->res,
							  name);

		if (!by_the_app(s->all[i]))
			continue;
		if (!h)
			rule_ok(&rule, s->all[i]);
		else
			rule_bad(s->g, &rule, s->all[i], NULL,
				 "%s answered with %s: %s",
				 ask_what(s->arena, s->all[i]), name,
				 text_visible(s->arena, h->value, 60));
	}
	rule_close(s->g, &rule);
}

/* --------------------------------------------------------------- cookies */

/* Is there an attribute of that name in the Set-Cookie value? */
static bool has_attribute(struct span cookie, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < cookie.len; i++) {
		if (cookie.data[i] != ';')
			continue;
		while (i + 1 < cookie.len && cookie.data[i + 1] == ' ')
			i++;
		if (cookie.len - i - 1 >= len &&
		    !strncasecmp(cookie.data + i + 1, name, len))
			return true;
	}
	return false;
}

static void judge_cookie(struct security *s, struct rule *rule,
			 const struct exchange *x, struct span cookie)
{
	static const char *const names[] = { "HttpOnly", "SameSite",
					     "Secure" };

	for (size_t i = 0; i < ARRAY_LEN(names) - !s->c->secure; i++) {
		if (has_attribute(cookie, names[i]))
			rule_ok(rule, x);
		else
			rule_bad(s->g, rule, x, names[i],
				 "%s sets a cookie without %s: %s",
				 ask_what(s->arena, x), names[i],
				 text_visible(s->arena, cookie, 80));
	}
}

static void judge_cookies(struct security *s)
{
	struct rule rule = { .id = "cookies", .cause = "cookie-flags",
			     .title = "cookies are out of reach of scripts "
				      "and other sites" };

	for (size_t i = 0; i < s->n; i++) {
		const struct http_response *res = &s->all[i]->res;

		for (size_t j = 0; j < res->n_headers; j++)
			if (!strcasecmp(res->headers[j].name, "Set-Cookie"))
				judge_cookie(s, &rule, s->all[i],
					     res->headers[j].value);
	}
	if (!rule.n_ok && !rule.n_bad)
		grading_not_measured(s->g, CHECK(.id = rule.id,
						 .title = rule.title),
				     "no answer of the run set a cookie");
	rule_close(s->g, &rule);
}

/* ------------------------------------------------------------------ CORS */

static const struct exchange *ask_from(struct security *s, const char *origin,
				       bool preflight)
{
	struct http_header *h = arena_array(s->arena, 2, sizeof(*h));

	h[0] = (struct http_header){ "Origin", span_of(origin) };
	h[1] = (struct http_header){ "Access-Control-Request-Method",
				     SPAN_LIT("GET") };
	return ask_request(&s->ask, (struct http_request){
		.method = preflight ? "OPTIONS" : "GET",
		.target = s->c->cors_path, .headers = h,
		.n_headers = preflight ? 2 : 1 });
}

static void judge_origin(struct security *s, struct rule *rule,
			 const char *origin, bool allowed, bool preflight)
{
	const struct exchange *x = ask_from(s, origin, preflight);
	const char *allow = http_value(&x->res,
				       "Access-Control-Allow-Origin");
	const char *with = http_value(&x->res,
				      "Access-Control-Allow-Credentials");
	bool any = allow && !strcmp(allow, "*");
	bool credentials = with && !strcasecmp(with, "true");

	if (any && credentials)
		rule_bad(s->g, rule, x, "*",
			 "%s allows every origin together with credentials",
			 ask_what(s->arena, x));
	else if (!allowed && allow && !strcmp(allow, origin))
		rule_bad(s->g, rule, x, origin,
			 "%s from %s must not be allowed: the origin is not "
			 "on the list. It is reflected",
			 ask_what(s->arena, x), origin);
	else if (allowed && (!allow || (!any && strcmp(allow, origin))))
		rule_bad(s->g, rule, x, origin,
			 "%s from %s must be allowed: the origin is on the "
			 "list", ask_what(s->arena, x), origin);
	else
		rule_ok(rule, x);
}

static void judge_cors(struct security *s)
{
	struct rule rule = { .id = "cors", .cause = "cors",
			     .title = "other origins are let in as told" };
	const char *foreign = arena_printf(
		s->arena, "https://%s.example",
		prng_word(grading_prng(s->g), s->arena, 8));

	for (int preflight = 0; preflight < 2; preflight++) {
		judge_origin(s, &rule, foreign, false, preflight);
		judge_origin(s, &rule, "null", false, preflight);
		for (size_t i = 0; i < s->c->n_cors_allowed; i++)
			judge_origin(s, &rule, s->c->cors_allowed[i], true,
				     preflight);
	}
	rule_close(s->g, &rule);
}

/* --------------------------------------------------------------- console */

static void judge_console(struct security *s)
{
	static const char *const targets[] = {
		"/console", "/?__debugger__=yes&cmd=resource&f=style.css" };
	static const char *const signs[] = {
		"EVALEX", "Interactive Console", "CONSOLE_MODE",
		"The debugger caught an exception", "div.debugger" };
	struct rule rule = { .id = "console", .cause = "debugger",
			     .title = "no debugger answers" };

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		const struct exchange *x = ask(&s->ask, "GET", targets[i]);
		const char *found = NULL;

		for (size_t j = 0; j < ARRAY_LEN(signs); j++)
			if (span_find(x->res.body, span_of(signs[j])) <
			    x->res.body.len)
				found = signs[j];
		if (!found)
			rule_ok(&rule, x);
		else
			rule_bad(s->g, &rule, x, targets[i],
				 "%s answers with the debugger (\"%s\"): "
				 "whoever reaches it runs code",
				 ask_what(s->arena, x), found);
	}
	rule_close(s->g, &rule);
}

/* ------------------------------------------------------------------- run */

static int run(struct grading *g, const void *config, struct err *err)
{
	struct security s = { .c = config, .g = g,
			      .arena = grading_arena(g),
			      .ask = { .g = g, .err = err } };
	const char *word = prng_word(grading_prng(g), s.arena, 9);

	ask(&s.ask, "GET", arena_printf(s.arena, "/%s", word));
	if (s.c->console)
		judge_console(&s);
	if (s.c->cors_path)
		judge_cors(&s);
	s.all = grading_exchanges(g, &s.n);
	for (size_t i = 0; i < s.c->n; i++)
		judge_header(&s, &s.c->headers[i]);
	for (size_t i = 0; i < s.c->n_absent; i++)
		judge_absent(&s, s.c->absent[i]);
	if (s.c->cookies)
		judge_cookies(&s);
	return s.ask.code;
}

static void read_header(struct options *o, const struct json_member *m,
			struct wanted *w)
{
	const struct json *v = &m->value;
	const char *pattern = NULL;
	struct err err;

	w->name = arena_memdup(o->arena, m->name.data, m->name.len);
	if (v->type == JSON_BOOL && v->truth)
		return;
	if (v->type == JSON_STRING) {
		w->value = json_str(v);
		return;
	}
	option_object(o, v, header_names);
	option_str(o, v, "value", &w->value);
	option_str(o, v, "pattern", &pattern);
	option_bool(o, v, "html", &w->html);
	if (pattern && regex_compile(o->arena, span_of(pattern), 0,
				     &w->pattern, &err) < 0)
		option_wrong(o, v, "\"pattern\": %s", err.msg);
}

static void read_cors(struct options *o, const struct json *v,
		      struct config *c)
{
	if (!v || o->code)
		return;
	option_object(o, v, cors_names);
	option_required(o, v, "path");
	option_path(o, v, "path", &c->cors_path);
	option_strs(o, v, "allowed", &c->cors_allowed, &c->n_cors_allowed);
}

static void read_cookies(struct options *o, const struct json *v,
			 struct config *c)
{
	if (!v || o->code)
		return;
	c->secure = v->type == JSON_STRING && span_is(v->text, "secure");
	c->cookies = c->secure || (v->type == JSON_BOOL && v->truth);
	if (!c->secure && v->type != JSON_BOOL)
		option_wrong(o, v, "\"cookies\" is true, false or "
			     "\"secure\"");
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));
	const struct json *headers;

	(void)ex;
	config->console = true;
	option_object(&o, c->with, option_names);
	headers = option_required(&o, c->with, "headers");
	if (headers && (headers->type != JSON_OBJECT ||
			headers->count > HEADERS_MAX))
		option_wrong(&o, headers, "\"headers\" must be an object");
	for (size_t i = 0; headers && !o.code && i < headers->count; i++)
		read_header(&o, &headers->members[i],
			    &config->headers[config->n++]);
	option_strs(&o, c->with, "absent", &config->absent,
		    &config->n_absent);
	option_bool(&o, c->with, "console", &config->console);
	read_cookies(&o, json_get(c->with, "cookies"), config);
	read_cors(&o, json_get(c->with, "cors"), config);
	*ret_config = config;
	return o.code;
}

const struct grader grader_security_headers = {
	.name = "security-headers",
	.question = "does every answer of the run carry what it must?",
	.flags = GRADER_RUNS_LAST,
	.configure = configure,
	.run = run,
};
