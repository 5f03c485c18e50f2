#include "runner/expect/judging.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/probe/http.h"

static const char *entry_title(struct judging *j)
{
	const struct entry *e = j->e;

	if (e->marks.title)
		return e->marks.title;
	return arena_printf(j->s->arena, "%s %.*s", e->method,
			    (int)e->url.source.len, e->url.source.data);
}

static const char *check_id(struct judging *j, const struct marks *marks,
			    int line)
{
	if (marks->id && marks != &j->e->marks)
		return marks->id;
	return arena_printf(j->s->arena, "%s-%d",
			    j->e->marks.id ? j->e->marks.id : "line", line);
}

static void report_to(struct judging *j, struct play_check *c,
		      const struct marks *marks)
{
	const struct marks *of_entry = &j->e->marks;

	c->spec = marks->spec ? marks->spec : of_entry->spec;
	c->hint = marks->hint ? marks->hint : of_entry->hint;
	c->tag = marks->tag ? marks->tag : of_entry->tag;
	c->hidden = marks->hidden || of_entry->hidden;
	c->vital = marks->vital;
	c->weight = marks->weight > 0 ? marks->weight : 1;
	c->evidence = j->s->answer.evidence;
}

struct play_check *judging_add(struct judging *j, const struct marks *marks,
			       struct place at, const char *title)
{
	struct arena *arena = j->s->arena;
	struct play_check *c;

	if (j->checks.n == j->checks.cap) {
		j->checks.cap = j->checks.cap ? j->checks.cap * 2 : 8;
		j->checks.items =
			arena_grow(arena, j->checks.items, j->checks.n,
				   j->checks.cap, sizeof(*c));
	}
	c = &j->checks.items[j->checks.n++];
	*c = (struct play_check){.line = at.line, .column = at.column};
	c->id = check_id(j, marks, at.line);
	c->title =
		marks->title && marks != &j->e->marks
			? marks->title
			: arena_printf(arena, "%s: %s", entry_title(j), title);
	report_to(j, c, marks);
	return c;
}

void judging_pass(struct judging *j, struct play_check *c)
{
	(void)j;
	c->status = PLAY_PASS;
}

void judging_fail(struct judging *j, struct play_check *c, const char *why)
{
	c->status = PLAY_FAIL;
	c->message = why;
	j->failed = true;
}

static const char *source_text(struct judging *j, struct span source)
{
	return text_visible(j->s->arena, source, 200);
}

/* A variable that a failed capture should have set, or the author's error. */
static bool author_erred(struct judging *j, int r, struct place at)
{
	if (r != -EINVAL && r != -EACCES && r != -E2BIG && r != -EMSGSIZE)
		return false;
	if (!j->error) {
		j->error = r;
		j->why = arena_printf(j->s->arena, "%s:%d:%d: %s",
				      j->s->script->file, at.line, at.column,
				      j->why ? j->why : "out of limits");
	}
	return true;
}

static void judge_status(struct judging *j)
{
	const struct expectation *x = &j->e->expect;
	int got = j->s->answer.res->status;
	struct arena *arena = j->s->arena;
	const char *version = j->s->answer.res->version;
	struct play_check *c;

	if (!x->status && !x->version.len)
		return;
	c = judging_add(j, &x->marks, x->status_at,
			arena_printf(arena, "the status is %d", x->status));
	c->expected = arena_printf(arena, "status %d", x->status);
	c->actual = arena_printf(arena, "status %d", got);
	if (x->version.len && !span_is(x->version, version)) {
		c->expected =
			arena_printf(arena, "HTTP/%.*s", (int)x->version.len,
				     x->version.data);
		c->actual = arena_printf(arena, "HTTP/%s", version);
		judging_fail(j, c, "the HTTP version differs");
	} else if (x->status && got != x->status) {
		judging_fail(j, c,
			     arena_printf(arena,
					  "the status is %d, not "
					  "%d",
					  got, x->status));
	} else {
		judging_pass(j, c);
	}
}

static const char *show_headers(struct judging *j, const char *name)
{
	const struct http_response *res = j->s->answer.res;
	const char *out = NULL;

	for (size_t i = 0; i < res->n_headers; i++) {
		const char *text;

		if (strcasecmp(res->headers[i].name, name))
			continue;
		text = text_visible(j->s->arena, res->headers[i].value, 200);
		out = out ? arena_printf(j->s->arena, "%s | %s", out, text)
			  : text;
	}
	return out ? out : "no such header";
}

static void judge_header(struct judging *j, const struct pair *p)
{
	const struct http_response *res = j->s->answer.res;
	struct play_check *c;
	struct span key, value;
	int r = state_render(j->s, &p->key, &key, &j->why);

	if (!r)
		r = state_render(j->s, &p->value, &value, &j->why);
	if (author_erred(j, r, p->at))
		return;
	c = judging_add(
		j, &p->marks, p->at,
		r ? "a header"
		  : arena_printf(j->s->arena, "the header %s", key.data));
	if (r) {
		judging_fail(j, c, j->why);
		return;
	}
	c->expected = text_visible(j->s->arena, value, 200);
	c->actual = show_headers(j, key.data);
	for (size_t i = 0; i < res->n_headers; i++)
		if (!strcasecmp(res->headers[i].name, key.data) &&
		    span_equal(res->headers[i].value, value)) {
			judging_pass(j, c);
			return;
		}
	judging_fail(j, c,
		     arena_printf(j->s->arena,
				  "the header %s is not "
				  "what it should be",
				  key.data));
}

static const char *show_expected(struct judging *j, const struct predicate *p,
				 const struct value *operand)
{
	struct span word = p->source;
	size_t n = 0;

	if (p->operand.kind == OPERAND_NONE)
		return source_text(j, p->source);
	if (p->negated)
		n = 4;
	while (n < word.len && word.data[n] == ' ')
		n++;
	while (n < word.len && word.data[n] != ' ' && word.data[n] != '\t')
		n++;
	return arena_printf(j->s->arena, "%.*s %s", (int)n, word.data,
			    value_show(j->s->arena, operand));
}

static void judge_values(struct judging *j, struct play_check *c,
			 const struct assert *a, const struct value *actual)
{
	const struct predicate *p = &a->predicate;
	struct value operand;
	const char *why = NULL;
	int r = state_operand(j->s, &p->operand, &operand, &j->why);

	if (author_erred(j, r, p->at))
		return;
	if (r) {
		judging_fail(j, c, j->why);
		return;
	}
	c->expected = show_expected(j, p, &operand);
	c->actual = value_show(j->s->arena, actual);
	switch (predicate_judge(j->s, p, actual, &operand, &why)) {
	case VERDICT_HOLDS: judging_pass(j, c); return;
	case VERDICT_FAILS:
		judging_fail(j, c,
			     arena_printf(j->s->arena, "got %s", c->actual));
		return;
	case VERDICT_IMPOSSIBLE: judging_fail(j, c, why); return;
	}
}

/* Several lines of one header mean the same as one line with commas
 * (RFC 9110, 5.3): who may send either must be judged alike. */
static struct value join_lines(struct judging *j, const struct value *v)
{
	AUTO_BUF out = BUF_INIT(2 * HTTP_HEAD_MAX);

	if (v->type != VALUE_LIST || !v->items)
		return *v;
	for (size_t i = 0; i < v->count; i++)
		buf_printf(&out, "%s%.*s", i ? ", " : "",
			   (int)v->items[i].text.len, v->items[i].text.data);
	return VALUE_TEXT(span_of(arena_memdup(j->s->arena, buf_str(&out),
					       out.len)));
}

static void evaluate(struct judging *j, const struct assert *a,
		     struct play_check *c)
{
	struct value actual;
	int r = state_query(j->s, &a->query, &actual, &j->why);

	if (author_erred(j, r, a->at)) {
		j->checks.n--;
		return;
	}
	if (r < 0) {
		c->expected = source_text(j, a->predicate.source);
		c->actual = j->why;
		judging_fail(j, c, j->why);
		return;
	}
	if (a->marks.joined && a->query.kind == QUERY_HEADER &&
	    !a->query.n_filters)
		actual = join_lines(j, &actual);
	judge_values(j, c, a, &actual);
}

static void keep_string(struct state *s, const char **string)
{
	if (*string)
		*string = arena_strdup(s->entry, *string);
}

/*
 * A path may select half a million values: what an assert works with is given
 * back before the next one, but for what is reported.
 */
static void judge_assert(struct judging *j, const struct assert *a)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	struct state *s = j->s;
	struct play_check *c =
		judging_add(j, &a->marks, a->at, source_text(j, a->source));
	const char *why = j->why;

	s->arena = scratch;
	evaluate(j, a, c);
	s->arena = s->entry;
	keep_string(s, &c->expected);
	keep_string(s, &c->actual);
	keep_string(s, &c->message);
	if (j->why != why)
		keep_string(s, &j->why);
}

static void capture_one(struct judging *j, const struct capture *cap)
{
	struct value v = {.type = VALUE_NONE};
	struct play_check *c;
	struct span name;
	int r = state_query(j->s, &cap->query, &v, &j->why);

	if (!r && v.type != VALUE_NONE)
		r = state_render(j->s, &cap->name, &name, &j->why);
	if (author_erred(j, r, cap->at))
		return;
	if (!r && v.type != VALUE_NONE) {
		v = value_single(&v);
		r = state_set(j->s, name, &v);
		j->why = "variables cannot hold as much";
		if (!r)
			return;
	}
	c = judging_add(j, &cap->marks, cap->at,
			arena_printf(j->s->arena, "%.*s can be captured",
				     (int)cap->name.source.len,
				     cap->name.source.data));
	c->expected = "a value";
	c->actual = r ? j->why : "nothing";
	judging_fail(j, c, r ? j->why : "there is no such thing in the answer");
}

void judge_entry(struct judging *j)
{
	const struct expectation *x = &j->e->expect;

	if (!x->present)
		return;
	judge_status(j);
	for (size_t i = 0; i < x->n_captures; i++)
		capture_one(j, &x->captures[i]);
	for (size_t i = 0; i < x->headers.n; i++)
		judge_header(j, &x->headers.items[i]);
	for (size_t i = 0; i < x->n_asserts; i++)
		judge_assert(j, &x->asserts[i]);
	if (x->body.kind != BODY_NONE)
		judge_body(j);
}

void judge_all(struct judging *j, enum play_status status, const char *why)
{
	const struct expectation *x = &j->e->expect;
	size_t before = j->checks.n;

	if (x->present && (x->status || x->version.len))
		judging_add(j, &x->marks, x->status_at,
			    arena_printf(j->s->arena, "the status is %d",
					 x->status));
	for (size_t i = 0; i < x->headers.n; i++)
		judging_add(j, &x->headers.items[i].marks,
			    x->headers.items[i].at, "a header");
	for (size_t i = 0; i < x->n_asserts; i++)
		judging_add(j, &x->asserts[i].marks, x->asserts[i].at,
			    source_text(j, x->asserts[i].source));
	if (x->body.kind != BODY_NONE)
		judging_add(j, &x->body.marks, x->body.at, "the body");
	for (int i = 0; j->e->marks.extra && i < EXTRA_N_KINDS; i++)
		if (j->e->marks.extra->has & 1u << i & ~(1u << EXTRA_BURST))
			judging_add(j, &j->e->marks, j->e->at, "an answer")
				->weight = j->e->marks.extra->weights[i];
	if (j->checks.n == before)
		judging_add(j, &j->e->marks, j->e->at, "an answer");
	for (size_t i = before; i < j->checks.n; i++) {
		j->checks.items[i].status = status;
		j->checks.items[i].message = why;
		j->checks.items[i].actual = status == PLAY_FAIL ? why : NULL;
	}
	j->failed = j->failed || status == PLAY_FAIL;
}
