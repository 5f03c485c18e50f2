#include <errno.h>
#include <stdio.h>

#include "runner/base/err.h"
#include "runner/cmd/verbs.h"
#include "runner/watch/practice.h"

static int reset_one(const struct command *c, const struct practice *p,
		     const char *file)
{
	const char *saved = NULL;
	struct err err;
	int code = practice_reset(c->arena, p, file, &saved, &err);

	if (code)
		return cmd_fail(c, code == -ENOENT ? EXIT_STATUS_USAGE
						   : EXIT_STATUS_INTERNAL,
				&err);
	if (saved)
		printf("%s is as in the starter again; yours is in %s\n",
		       file ? file : "Every file", saved);
	else
		printf("%s was as in the starter already.\n",
		       file ? file : "Every file");
	return EXIT_STATUS_OK;
}

static int reset_run(const struct command *c)
{
	struct practice p;
	struct err err;
	int status = EXIT_STATUS_OK;

	if (practice_open(c->arena, &p, &err))
		return cmd_usage(c, "%s", err.msg);
	if (!c->n_args)
		return reset_one(c, &p, NULL);
	for (size_t i = 0; i < c->n_args && !status; i++)
		status = reset_one(c, &p, c->args[i]);
	return status;
}

const struct verb verb_reset = {
	.name = "reset",
	.synopsis = "[FILE...]",
	.help = "put the starter's files back; yours are kept aside",
	.args_max = SIZE_MAX,
	.run = reset_run,
};
