#include "runner/expect/judging.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/probe/http.h"

#define TITLE_MAX 200

/*
 * With the values of this run; NULL where they are not those that were sent
 * (newUuid is another each time) or where one is missing.
 */
static const char *in_this_run(struct judging *j, const struct template *t)
{
	struct state *s = j->s;
	struct span missing = s->missing, text;
	const char *why;
	int r = t->n ? 0 : -ENODATA;

	for (size_t i = 0; i < t->n; i++)
		if (t->pieces[i].expr &&
		    t->pieces[i].expr->kind != EXPR_VARIABLE)
			r = -ENODATA;
	if (!r)
		r = state_render(s, t, &text, &why);
	s->missing = missing;
	return r ? NULL : text_visible(s->arena, text, TITLE_MAX);
}

static const char *without(const char *prefix, const char *text)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) || text[n] != '/' ? text : text + n;
}

static void entry_title(struct judging *j)
{
	const struct entry *e = j->e;
	const char *url, *shown;

	if (j->written)
		return;
	j->written = j->shown = e->marks.title;
	if (j->written)
		return;
	url = arena_memdup(j->s->arena, e->url.source.data, e->url.source.len);
	shown = in_this_run(j, &e->url);
	j->written = arena_printf(j->s->arena, "%s %s", e->method,
				  without("{{base}}", url));
	j->shown = shown ? arena_printf(j->s->arena, "%s %s", e->method,
					without(j->s->host->base, shown))
			 : j->written;
}

static void set_title(struct judging *j, struct play_check *c,
		      const char *written, const char *shown)
{
	struct arena *arena = j->s->arena;

	entry_title(j);
	c->name = c->title =
		arena_printf(arena, "%s: %s", j->written, written);
	if (shown != written || j->shown != j->written)
		c->title = arena_printf(arena, "%s: %s", j->shown, shown);
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
	if (marks->title && marks != &j->e->marks)
		c->name = c->title = marks->title;
	else
		set_title(j, c, title, title);
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
	return text_visible(j->s->arena, source, TITLE_MAX);
}

static struct play_check *add_assert(struct judging *j, const struct assert *a)
{
	const char *written = source_text(j, a->source);
	const char *shown = in_this_run(j, &a->title);
	struct play_check *c = judging_add(j, &a->marks, a->at, written);

	if (shown && !a->marks.title)
		set_title(j, c, written, shown);
	return c;
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

/* What was asked for, where nothing came to compare it with. */
static const char *wanted(struct judging *j, const struct predicate *p)
{
	struct value operand;
	const char *why;

	if (p->operand.kind == OPERAND_FILE ||
	    state_operand(j->s, &p->operand, &operand, &why))
		return source_text(j, p->source);
	return show_expected(j, p, &operand);
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
		c->expected = wanted(j, &a->predicate);
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
	struct play_check *c = add_assert(j, a);
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

/* A capture that failed tells least: of a 404, nothing can be captured. */
static void checks_to_end(struct judging *j, size_t from, size_t n)
{
	struct play_check *items = j->checks.items;
	struct play_check *moved =
		arena_array(j->s->arena, n + 1, sizeof(*moved));

	if (!n)
		return;
	memcpy(moved, items + from, n * sizeof(*moved));
	memmove(items + from, items + from + n,
		(j->checks.n - from - n) * sizeof(*items));
	memcpy(items + j->checks.n - n, moved, n * sizeof(*moved));
}

void judge_entry(struct judging *j)
{
	const struct expectation *x = &j->e->expect;
	size_t first, n;

	if (!x->present)
		return;
	judge_status(j);
	first = j->checks.n;
	for (size_t i = 0; i < x->n_captures; i++)
		capture_one(j, &x->captures[i]);
	n = j->checks.n - first;
	for (size_t i = 0; i < x->headers.n; i++)
		judge_header(j, &x->headers.items[i]);
	for (size_t i = 0; i < x->n_asserts; i++)
		judge_assert(j, &x->asserts[i]);
	if (x->body.kind != BODY_NONE)
		judge_body(j);
	checks_to_end(j, first, n);
}

/* The checks of an answer that is not there. */
static void add_all(struct judging *j)
{
	const struct expectation *x = &j->e->expect;
	struct arena *arena = j->s->arena;

	if (x->present && (x->status || x->version.len))
		judging_add(j, &x->marks, x->status_at,
			    arena_printf(arena, "the status is %d", x->status))
			->expected = arena_printf(arena, "status %d",
						  x->status);
	for (size_t i = 0; i < x->headers.n; i++) {
		const struct pair *p = &x->headers.items[i];

		judging_add(j, &p->marks, p->at, "a header")->expected =
			in_this_run(j, &p->value);
	}
	for (size_t i = 0; i < x->n_asserts; i++)
		add_assert(j, &x->asserts[i])->expected =
			wanted(j, &x->asserts[i].predicate);
	if (x->body.kind != BODY_NONE)
		judging_add(j, &x->body.marks, x->body.at, "the body")
			->expected = judge_body_wanted(j);
	for (int i = 0; j->e->marks.extra && i < EXTRA_N_KINDS; i++)
		if (j->e->marks.extra->has & 1u << i & ~(1u << EXTRA_BURST))
			judging_add(j, &j->e->marks, j->e->at, "an answer")
				->weight = j->e->marks.extra->weights[i];
}

void judge_all(struct judging *j, enum play_status status, const char *why)
{
	size_t before = j->checks.n;

	add_all(j);
	if (j->checks.n == before)
		judging_add(j, &j->e->marks, j->e->at, "an answer");
	for (size_t i = before; i < j->checks.n; i++) {
		struct play_check *c = &j->checks.items[i];

		c->status = status;
		c->message = why;
		c->actual = status == PLAY_FAIL ? why : NULL;
		if (status != PLAY_FAIL)
			c->expected = NULL;
	}
	j->failed = j->failed || status == PLAY_FAIL;
}
