/* An expected body: JSON by structure, everything else byte for byte. */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/judging.h"

#define SHOW_MAX 400

static int expected_bytes(struct judging *j, const struct body *b,
			  struct span *ret)
{
	int r;

	if (b->kind == BODY_BYTES) {
		*ret = b->bytes;
		return 0;
	}
	r = state_render(j->s, &b->text, ret, &j->why);
	if (!r && b->kind == BODY_FILE)
		r = state_file(j->s, *ret, ret, &j->why);
	return r;
}

static bool json_matches(struct judging *j, struct span want, const char **why)
{
	const struct json *a, *b;
	const char *why_not;
	struct span got;
	struct err err;

	/* Whoever expects what is no JSON means these very bytes. */
	if (json_parse(j->s->arena, want, &b, &err)) {
		*why = arena_printf(j->s->arena,
				    "the body differs, and what is expected "
				    "is no JSON: %s",
				    err.msg);
		return !answer_bytes(j->s, &got, &why_not) &&
		       span_equal(got, want);
	}
	if (answer_json(j->s, &a, why))
		return false;
	*why = "the JSON differs";
	return json_equal(a, b);
}

const char *judge_body_wanted(struct judging *j)
{
	const struct body *b = &j->e->expect.body;
	struct span want;

	if (b->kind == BODY_FILE || expected_bytes(j, b, &want))
		return NULL;
	return text_visible(j->s->arena, want, SHOW_MAX);
}

void judge_body(struct judging *j)
{
	const struct body *b = &j->e->expect.body;
	struct span got = {"", 0}, want = {"", 0};
	struct play_check *c =
		judging_add(j, &b->marks, b->at, "the body is as expected");
	const char *why = "the body differs";
	int r = expected_bytes(j, b, &want);
	bool same;

	if (r == -EINVAL || r == -EACCES) {
		j->error = r;
		j->why = arena_printf(j->s->arena, "%s:%d:%d: %s",
				      j->s->script->file, b->at.line,
				      b->at.column, j->why);
	}
	if (!r)
		r = answer_bytes(j->s, &got, &j->why);
	c->expected = text_visible(j->s->arena, want, SHOW_MAX);
	c->actual = text_visible(j->s->arena, got, SHOW_MAX);
	if (!r && b->kind == BODY_TEXT && b->type != BODY_JSON)
		r = answer_text(j->s, &got, &j->why);
	same = !r && b->type == BODY_JSON ? json_matches(j, want, &why)
					  : !r && span_equal(got, want);
	if (r)
		why = j->why;
	if (same)
		judging_pass(j, c);
	else
		judging_fail(j, c, why);
}
