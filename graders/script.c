/* script -- does the app answer each probe of a script as it should? */
#include <errno.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/exercise/exercise.h"
#include "runner/expect/play.h"
#include "runner/grader.h"

#define BASE "http://127.0.0.1:8000" /* as the app sees itself in its box */

/* The answers are the run's: its graders may look at all of them. */
static int send_one(void *ctx, struct arena *arena,
		    const struct http_request *req, struct play_reply *ret,
		    struct err *err)
{
	const struct exchange *x;
	int r = grading_send(ctx, req, &x, err);

	(void)arena;
	if (!r)
		*ret = (struct play_reply){&x->res, x};
	return r;
}

static int send_burst(void *ctx, struct arena *arena,
		      const struct http_request *req, size_t n,
		      struct play_reply *ret, struct err *err)
{
	const struct exchange *const *x;
	int r = grading_burst(ctx, req, n, &x, err);

	(void)arena;
	for (size_t i = 0; !r && i < n; i++)
		ret[i] = (struct play_reply){&x[i]->res, x[i]};
	return r;
}

static int send_raw(void *ctx, struct arena *arena, struct span bytes,
		    int64_t timeout_ms, struct play_reply *ret,
		    struct err *err)
{
	const struct exchange *x;
	int r = grading_raw(ctx, bytes, timeout_ms, &x, err);

	(void)arena;
	if (!r)
		*ret = (struct play_reply){&x->res, x};
	return r;
}

static int restart(void *ctx, bool *ret_ready, struct err *err)
{
	return grading_restart(ctx, ret_ready, err);
}

static void report(void *ctx, const struct play_check *c)
{
	struct grading *g = ctx;
	const struct criterion *criterion = grading_criterion(g);
	const struct check check = {
		.id = c->id,
		.title = c->title,
		.name = c->name,
		.expected = c->expected,
		.actual = c->actual,
		.spec = c->spec,
		.cause = c->cause,
		.hint = c->hint,
		.source = arena_printf(grading_arena(g), "%s:%d",
				       criterion->script_file, c->line),
		.evidence = c->evidence,
		.weight = c->weight,
		.hidden = c->hidden,
		.vital = c->vital,
	};

	switch (c->status) {
	case PLAY_PASS: grading_pass(g, &check); break;
	case PLAY_FAIL: grading_fail(g, &check, "%s", c->message); break;
	case PLAY_SKIP: grading_skip(g, &check, "%s", c->message); break;
	case PLAY_BROKEN:
		grading_not_measured(g, &check, "%s", c->message);
		break;
	}
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct criterion *c = grading_criterion(g);
	struct play_host host = {
		.ctx = g,
		.base = BASE,
		.seed = grading_seed(g),
		.label = c->id,
		.send = send_one,
		.burst = send_burst,
		.raw = send_raw,
		.restart = restart,
		.report = report,
	};
	struct play_result result;

	(void)config;
	return play_run(grading_arena(g), c->script, &host, &result, err);
}

const struct grader grader_script = {
	.name = "script",
	.question = "Does the app answer each probe of the script as it "
		    "should?",
	.run = run,
};
