#include <errno.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/watch/practice.h"

struct new_options {
	int64_t minutes;
};

static const struct option_spec options[] = {
	{ "minutes", 0, OPTION_INT, offsetof(struct new_options, minutes), "N",
	  "a time box; 0 is none (default: none)" },
	{ 0 },
};

static int new_run(const struct command *c)
{
	const struct new_options *o = c->options;
	const struct exercise *ex;
	const char *dir, *target;
	struct err err;

	if (exercise_find(c->arena, c->args[0], &dir, &err))
		return cmd_usage(c, "%s", err.msg);
	if (exercise_load(c->arena, dir, &ex, &err))
		return cmd_fail(c, EXIT_STATUS_EXERCISE, &err);
	if (o->minutes > 24 * 60)
		return cmd_usage(c, "--minutes wants at most a day");
	target = c->n_args > 1 ? c->args[1] : ex->slug;
	if (practice_new(c->arena, ex, target, (int)o->minutes, &err))
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	printf("%s: %s\n\nRead %s/BRIEF.md, then:\n\n  cd %s\n"
	       "  fumehood watch      grade again at every save\n"
	       "  fumehood check      grade once\n"
	       "  fumehood hint       a hint for what fails first\n",
	       target, ex->title, target, target);
	return EXIT_STATUS_OK;
}

const struct verb verb_new = {
	.name = "new",
	.synopsis = "EXERCISE [FOLDER]",
	.help = "begin an exercise in a folder of your own",
	.detail = "Copies the starter and the brief into FOLDER (default: the "
		  "exercise's name), which must be missing or empty.",
	.options = options,
	.options_bytes = sizeof(struct new_options),
	.args_min = 1,
	.args_max = 2,
	.run = new_run,
};
