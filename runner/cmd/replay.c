#include "runner/session/replay.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/again.h"
#include "runner/cmd/handin.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/session/session.h"
#include "runner/submission/submission.h"
#include "runner/transcript/record.h"

#define EXCERPT_BYTES 200

struct replay_options {
	const char *exercise, *submission, *isolation;
	bool cold;
};

#define AT(m) .offset = offsetof(struct replay_options, m)
static const struct option_spec options[] = {
	{ "submission", 0, OPTION_STRING, AT(submission), "PATH",
	  "this submission (default: where the run's was)" },
	{ "exercise", 0, OPTION_STRING, AT(exercise), "EXERCISE",
	  "with the environment of this one (default: the run's)" },
	{ "isolation", 0, OPTION_CHOICE, AT(isolation), "full|reduced",
	  "reduced accepts a machine that lacks layers of the box" },
	{ "cold", 0, OPTION_FLAG, AT(cold), NULL, "start a new Python" },
	{ 0 },
};
static const struct replay_options defaults = { .isolation = "full" };

struct differences {
	const struct command *c;
	size_t n;
};

static const char *answer(struct arena *arena, const struct http_response *res)
{
	return res->status ? arena_printf(arena, "%d", res->status)
			   : http_end_name(res->end);
}

static void print_step(void *ctx, const struct replay_step *step)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct differences *d = ctx;

	if (step->same_status && step->same_type && step->same_body)
		return;
	d->n++;
	printf("request %zu  %s %s\n", step->event, step->method,
	       text_visible(arena, span_of(step->target), EXCERPT_BYTES));
	if (!step->same_status)
		printf("  status  %s -> %s\n", answer(arena, step->before),
		       answer(arena, step->after));
	if (!step->same_type)
		printf("  the Content-Type differs\n");
	if (!step->same_body)
		printf("  before  %s\n  now     %s\n",
		       text_visible(arena, step->before->body, EXCERPT_BYTES),
		       text_visible(arena, step->after->body, EXCERPT_BYTES));
}

/* Is it the one that was graded? */
static void compare_digest(const struct command *c, const struct stored *s,
			   const struct submission *sub)
{
	const char *digest = again_str(s, "submission", "digest");

	if (strncmp(digest, "sha256:", 7) != 0 ||
	    strcmp(digest + 7, sub->digest) != 0)
		cmd_note(c, "the submission has changed since that run");
}

static int replay_into(const struct command *c, const struct stored *s,
		       const struct exercise *ex,
		       const struct submission *sub, int interrupt_fd)
{
	const struct replay_options *o = c->options;
	struct differences d = { c, 0 };
	struct replay replay = {
		.r = s->r,
		.criterion = c->n_args > 1 ? c->args[1] : NULL,
		.step = print_step,
		.ctx = &d,
	};
	const struct session_options session = {
		.cold = o->cold,
		.reduced = strcmp(o->isolation, "reduced") == 0,
		.interrupt_fd = interrupt_fd,
	};
	struct err err;
	int r = session_replay(c->arena, ex, sub, &session, &replay, &err);

	printf("%zu requests sent again, %zu answers differ", replay.n_sent,
	       d.n);
	printf(replay.n_left_out ? ", %zu not recorded whole\n" : "\n",
	       replay.n_left_out);
	if (r == -ECANCELED)
		return EXIT_STATUS_INTERRUPTED;
	if (r < 0)
		return cmd_fail(c, r == -ECHILD ? EXIT_STATUS_NOT_GRADABLE
						: EXIT_STATUS_INTERNAL, &err);
	return d.n ? EXIT_STATUS_BELOW : EXIT_STATUS_OK;
}

static int check_criterion(const struct command *c, const struct stored *s)
{
	const char **ids = arena_array(c->arena, s->r->n_criteria + 1,
				       sizeof(*ids));
	const char *meant;

	for (size_t i = 0; i < s->r->n_criteria; i++) {
		ids[i] = s->r->criteria[i].id;
		if (c->n_args < 2 || strcmp(ids[i], c->args[1]) == 0)
			return EXIT_STATUS_OK;
	}
	meant = text_suggest(c->n_args > 1 ? c->args[1] : "", ids);
	return cmd_usage(c, "the run asked no such criterion%s%s%s",
			 meant ? "; did you mean `" : "", meant ? meant : "",
			 meant ? "`?" : "");
}

static int run(const struct command *c)
{
	const struct replay_options *o = c->options;
	AUTO(submission_close) const struct submission *sub = NULL;
	const struct exercise *ex;
	struct stored s;
	struct err err;
	int status = stored_open(c, c->args[0], &s), interrupt_fd;
	const char *path;

	signal(SIGPIPE, SIG_IGN);
	if (status == EXIT_STATUS_OK)
		status = check_criterion(c, &s);
	if (status == EXIT_STATUS_OK)
		status = again_exercise(c, &s, o->exercise, &ex);
	if (status != EXIT_STATUS_OK)
		return status;
	path = o->submission ? o->submission
			     : again_str(&s, "submission", "path");
	if (handin_open(c->arena, ex, path, &sub, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	stored_warn(c, &s);
	compare_digest(c, &s, sub);
	if (interrupt_begin(&interrupt_fd, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	return replay_into(c, &s, ex, sub, interrupt_fd);
}

const struct verb verb_replay = {
	.name = "replay",
	.synopsis = "TRANSCRIPT [CRITERION]",
	.help = "send a run's requests again and show what differs",
	.detail = "To the same submission in a fresh box, restarts included. "
		  "With a criterion, what was sent before it is sent too and "
		  "only its answers are compared. Nothing is graded. Exit "
		  "status 1 when an answer differs.",
	.options = options,
	.options_bytes = sizeof(struct replay_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 2,
	.run = run,
};
