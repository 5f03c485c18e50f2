#include "runner/expect/extra.h"

#include <errno.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/link.h"
#include "runner/expect/schema.h"
#include "runner/expect/uri.h"

#define SHOW_MAX 400

struct play_check *extra_check(struct judging *j, enum extra_kind kind,
			       const char *title)
{
	struct play_check *c = judging_add(j, &j->e->marks, j->e->at, title);

	c->id = arena_printf(j->s->arena, "%s-%s", c->id, title);
	c->weight = j->e->marks.extra->weights[kind];
	return c;
}

static void judge_schema(struct judging *j, const struct extra *x)
{
	struct play_check *c = extra_check(j, EXTRA_SCHEMA, "schema");
	struct schema_result result;
	const struct json *body;
	const char *why;
	struct err err;

	c->expected = "a body that is valid against the schema";
	if (answer_json(j->s, &body, &why)) {
		c->actual = why;
		judging_fail(j, c, why);
		return;
	}
	if (schema_check(x->schema, j->s->arena, body, SCHEMA_ASSERT_FORMAT,
			 &result, &err)) {
		c->status = PLAY_BROKEN;
		c->message = arena_strdup(j->s->arena, err.msg);
		return;
	}
	if (result.valid) {
		judging_pass(j, c);
		return;
	}
	c->actual = "not valid";
	if (result.n_errors)
		c->actual = arena_printf(j->s->arena, "at %s: %s",
					 *result.errors[0].instance
						 ? result.errors[0].instance
						 : "the top",
					 result.errors[0].message);
	judging_fail(j, c, c->actual);
}

/* --- RFC 9457 --- */

static const char *wrong_text(const struct json *body, const char *name,
			      bool uri)
{
	const struct json *v = json_get(body, name);

	if (!v)
		return NULL;
	if (v->type != JSON_STRING)
		return "is no string";
	return uri && !uri_valid(v->text, URI_IRI) ? "is no URI reference"
						   : NULL;
}

/* No member is required (section 3); what is there must be right. */
static const char *wrong_problem(struct judging *j, const struct json *body)
{
	static const struct {
		const char *name;
		bool uri;
	} texts[] = {
		{"type", true},
		{"title", false},
		{"detail", false},
		{"instance", true},
	};
	const struct json *status = json_get(body, "status");
	const struct http_response *res = j->s->answer.res;
	int64_t code;

	if (body->type != JSON_OBJECT)
		return "the body is no JSON object";
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *wrong =
			wrong_text(body, texts[i].name, texts[i].uri);

		if (wrong)
			return arena_printf(j->s->arena, "`%s` %s",
					    texts[i].name, wrong);
	}
	if (status && (!json_int(status, &code) || code != res->status))
		return arena_printf(j->s->arena,
				    "`status` is not the number "
				    "%d",
				    res->status);
	return NULL;
}

static void judge_problem(struct judging *j)
{
	struct play_check *c = extra_check(j, EXTRA_PROBLEM, "problem");
	const char *type = http_value(j->s->answer.res, "Content-Type"), *why;
	const struct json *body;

	c->expected = "application/problem+json, as RFC 9457 has it";
	c->actual =
		text_visible(j->s->arena, span_of(type ? type : ""), SHOW_MAX);
	if (!type || strncasecmp(type, "application/problem+json", 24) ||
	    !strchr("; \t", type[24]))
		why = "the Content-Type is not application/problem+json";
	else if (!answer_json(j->s, &body, &why))
		why = wrong_problem(j, body);
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
}

/* --- Link --- */

static const char *wrong_link(struct judging *j, const struct links *links,
			      const char *name)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	bool absent = *name == '!';
	const struct link *link = links_find(links, name + absent);

	if (absent && link)
		return arena_printf(j->s->arena, "there is a link rel=\"%s\"",
				    name + 1);
	if (!absent && !link)
		return arena_printf(j->s->arena, "there is no link rel=\"%s\"",
				    name);
	return NULL;
}

static void judge_link(struct judging *j, const struct extra *x)
{
	struct play_check *c = extra_check(j, EXTRA_LINK, "header-link");
	const char *value = http_value(j->s->answer.res, "Link"), *why = NULL;
	struct links links = {.n = 0};
	struct err err;

	c->actual = value ? text_visible(j->s->arena, span_of(value), SHOW_MAX)
			  : "no Link header";
	for (size_t i = 0; i < x->links.n; i++)
		c->expected = c->expected ? arena_printf(j->s->arena, "%s, %s",
							 c->expected,
							 x->links.items[i])
					  : x->links.items[i];
	if (links_read(j->s->arena, j->s->answer.res, &links, &err))
		why = arena_strdup(j->s->arena, err.msg);
	for (size_t i = 0; !why && i < x->links.n; i++)
		why = wrong_link(j, &links, x->links.items[i]);
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
}

/* --- framing --- */

static void judge_framing(struct judging *j, const struct built *built)
{
	struct play_check *c = extra_check(j, EXTRA_FRAMING, "framing");
	const struct http_request *req = &built->req;
	struct arena *arena = j->s->arena;
	const char *method = req->method, *why;

	if (j->e->marks.extra->raw == RAW_BODY)
		method = http_raw_shown(arena, req->body).method;
	why = http_framing(arena, method, j->s->answer.res);

	c->expected = "a head, and a body as long as the head says";
	c->actual = why ? why : "so it is";
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
}

/* --- unchanged, same-as --- */

static int get(struct state *s, const struct built *built,
	       const struct http_response **ret)
{
	struct play_reply reply;
	int r = s->host->send(s->host->ctx, s->arena, &built->req, &reply,
			      s->err);

	s->result->requests++;
	if (!r)
		*ret = reply.res;
	return r;
}

int extra_look_before(struct state *s, const struct entry *e,
		      struct extra_look *ret, const char **why)
{
	const struct entry_options none = {0};
	struct entry look = {.method = "GET", .at = e->at};
	int r;

	look.url = e->marks.extra->unchanged;
	/* The request's own headers: it may need the same credentials. */
	look.headers = e->headers;
	look.basic_auth = e->basic_auth;
	r = build_request(s, &look, &none, &ret->request, why);
	return r ? r : get(s, &ret->request, &ret->before);
}

int extra_look_after(struct state *s, struct extra_look *look)
{
	return look->before ? get(s, &look->request, &look->after) : 0;
}

static const char *what_changed(struct judging *j, const struct extra *x,
				const struct extra_look *look)
{
	const struct http_response *a = look->before, *b = look->after;
	bool asked = look->request.coding_asked;
	const struct json *x_json, *y_json;
	struct span x_text, y_text;
	const char *why;

	if (a->end != HTTP_ANSWERED || b->end != HTTP_ANSWERED)
		return "there was no whole answer to look at";
	if (a->status != b->status)
		return arena_printf(j->s->arena, "its status was %d and is %d",
				    a->status, b->status);
	if (span_equal(a->body, b->body))
		return NULL;
	if (answer_decode(j->s->arena, a, asked, &x_text) ||
	    answer_decode(j->s->arena, b, asked, &y_text) ||
	    json_parse(j->s->arena, x_text, &x_json, NULL) ||
	    json_parse(j->s->arena, y_text, &y_json, NULL))
		return "its body differs";
	why = extra_difference(j->s->arena, x_json, y_json, x);
	return why ? arena_printf(j->s->arena, "its body %s", why) : NULL;
}

static void judge_unchanged(struct judging *j, const struct extra *x,
			    const struct extra_look *look)
{
	struct play_check *c = extra_check(j, EXTRA_UNCHANGED, "unchanged");
	const char *why = what_changed(j, x, look);

	c->expected = arena_printf(j->s->arena, "%s is as it was before",
				   look->request.req.target);
	c->actual = why ? why : "unchanged";
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
}

/* The variable's JSON: captured text is read, the rest is as it was found. */
static const struct json *json_of(struct judging *j, const struct value *v)
{
	const struct json *json = NULL;

	if (v->type == VALUE_OBJECT || (v->type == VALUE_LIST && v->json))
		return v->json;
	json_parse(j->s->arena, value_render(j->s->arena, v), &json, NULL);
	return json;
}

static void judge_same_as(struct judging *j, const struct extra *x)
{
	struct play_check *c = extra_check(j, EXTRA_SAME_AS, "same-as");
	const struct value *v = state_variable(j->s, x->same_as);
	const struct json *want = v ? json_of(j, v) : NULL, *got;
	const char *why = NULL, *differs = NULL;

	if (!want) {
		c->status = PLAY_SKIP;
		c->message = arena_printf(j->s->arena,
					  "%.*s could not be "
					  "captured",
					  (int)x->same_as.len, x->same_as.data);
		j->failed = true;
		return;
	}
	c->expected = text_visible(j->s->arena, value_render(j->s->arena, v),
				   SHOW_MAX);
	c->actual = text_visible(j->s->arena, j->s->answer.res->body, SHOW_MAX);
	if (!answer_json(j->s, &got, &why))
		differs = extra_difference(j->s->arena, got, want, x);
	if (differs)
		why = arena_printf(j->s->arena, "the JSON %s", differs);
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
}

int extra_judge(struct judging *j, const struct built *built,
		const struct extra_look *look)
{
	const struct extra *x = j->e->marks.extra;

	if (x->has & 1u << EXTRA_SCHEMA)
		judge_schema(j, x);
	if (x->has & 1u << EXTRA_PROBLEM)
		judge_problem(j);
	if (x->has & 1u << EXTRA_LINK)
		judge_link(j, x);
	if (x->has & 1u << EXTRA_FRAMING)
		judge_framing(j, built);
	if (x->has & 1u << EXTRA_SAME_AS)
		judge_same_as(j, x);
	if (x->has & 1u << EXTRA_UNCHANGED)
		judge_unchanged(j, x, look);
	return x->has & 1u << EXTRA_WALK ? extra_walk(j, built) : 0;
}
