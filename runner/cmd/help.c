#include <stdio.h>

#include "runner/base/text.h"
#include "runner/cmd/cli.h"
#include "runner/cmd/verbs.h"

static int help_run(const struct command *c)
{
	const struct verb *verb;

	if (!c->n_args) {
		cli_print_overview(stdout);
		return EXIT_STATUS_OK;
	}
	verb = verb_find(c->args[0]);
	if (!verb)
		return cmd_usage(c, "there is no verb '%s'",
				 text_visible(c->arena, span_of(c->args[0]),
					      80));
	cli_print_help(stdout, verb);
	return EXIT_STATUS_OK;
}

const struct verb verb_help = {
	.name = "help",
	.synopsis = "[VERB]",
	.help = "say how to use the program or one of its verbs",
	.args_max = 1,
	.run = help_run,
};
