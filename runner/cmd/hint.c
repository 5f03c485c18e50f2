#include <stdio.h>

#include "runner/base/err.h"
#include "runner/cmd/practice.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/watch/practice.h"

static void print_hints(const struct criterion *criterion, int shown,
			bool again)
{
	printf("%s (%s)\n\n", criterion->title, criterion->id);
	for (int i = 0; i < shown; i++)
		printf("  %d. %s\n", i + 1, criterion->hints[i]);
	if ((size_t)shown < criterion->n_hints)
		printf("\n%zu more; ask again for the next.\n",
		       criterion->n_hints - (size_t)shown);
	else if (again)
		printf("\nThere are no more; `fumehood explain %s` shows what "
		       "came.\n", criterion->id);
}

static int hint_run(const struct command *c)
{
	const struct criterion *criterion;
	struct practice p;
	struct err err;
	bool again;
	int *shown;

	if (practice_open(c->arena, &p, &err))
		return cmd_usage(c, "%s", err.msg);
	criterion = practice_chosen(c, &p);
	if (!criterion)
		return EXIT_STATUS_USAGE;
	if (!criterion->n_hints) {
		printf("There is no hint for %s; `fumehood explain %s` shows "
		       "what it asks.\n", criterion->id, criterion->id);
		return EXIT_STATUS_OK;
	}
	shown = &p.hints_shown[criterion - p.ex->criteria];
	again = (size_t)*shown >= criterion->n_hints;
	*shown += !again;
	print_hints(criterion, *shown, again);
	if (practice_save(c->arena, &p, &err))
		cmd_note(c, "not remembered: %s", err.msg);
	return EXIT_STATUS_OK;
}

const struct verb verb_hint = {
	.name = "hint",
	.synopsis = "[CRITERION]",
	.help = "give the next hint for what fails first, or for CRITERION",
	.args_max = 1,
	.run = hint_run,
};
