#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/watch/practice.h"

struct new_options {
	int64_t minutes;
	bool timed;
};

static const struct option_spec options[] = {
	{ "minutes", 0, OPTION_INT, offsetof(struct new_options, minutes), "N",
	  "a time box that begins now; 0 is none (default: none)" },
	{ "timed", 0, OPTION_FLAG, offsetof(struct new_options, timed), NULL,
	  "a time box of the minutes that the exercise is made for" },
	{ 0 },
};

/* How to call this program: by its name where the shell finds it so. */
static const char *program_word(struct arena *arena)
{
	char self[PATH_MAX], *path = getenv("PATH"), *at = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct stat own, other;

	if (n <= 0 || stat("/proc/self/exe", &own))
		return "fumehood";
	self[n] = '\0';
	path = arena_strdup(arena, path ? path : "");
	for (char *dir = strtok_r(path, ":", &at); dir;
	     dir = strtok_r(NULL, ":", &at))
		if (!stat(arena_printf(arena, "%s/fumehood", dir), &other) &&
		    !access(arena_printf(arena, "%s/fumehood", dir), X_OK))
			return own.st_dev == other.st_dev &&
					       own.st_ino == other.st_ino
				       ? "fumehood"
				       : text_shell_quote(arena,
							  span_of(self));
	return text_shell_quote(arena, span_of(self));
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void print_files(const struct command *c, const char *target)
{
	struct dirent **names;
	int n = scandir(target, &names, is_visible, alphasort);

	for (int i = 0; i < n; i++) {
		printf("%s%s", i ? ", " : "  ",
		       text_visible(c->arena, span_of(names[i]->d_name), 0));
		free(names[i]);
	}
	printf("\n");
	if (n >= 0)
		free(names);
}

/* All that somebody has to know who has read nothing else. */
static void print_begun(const struct command *c, const struct exercise *ex,
			const char *target, int minutes)
{
	const char *program = program_word(c->arena);
	const char *folder = text_shell_quote(c->arena, span_of(target));

	printf("%s, in %s:\n", ex->title,
	       text_visible(c->arena, span_of(target), 0));
	print_files(c, target);
	printf("What the brief calls starter/ is this folder.\n");
	if (minutes)
		printf("The time box of %d minute%s has begun.\n", minutes,
		       minutes == 1 ? "" : "s");
	printf("\nRead BRIEF.md, edit, and let every save be graded:\n\n");
	if (strcmp(target, ".") != 0)
		printf("  cd %s\n", folder);
	printf("  %s watch\n\n", program);
	printf("Also there: %s check grades once, hint and explain help on, "
	       "reset\nputs the starter's files back.\n", program);
}

static int new_run(const struct command *c)
{
	const struct new_options *o = c->options;
	const struct exercise *ex;
	const char *dir, *target;
	struct err err;
	int minutes;

	if (exercise_find(c->arena, c->args[0], &dir, &err))
		return cmd_usage(c, "%s", err.msg);
	if (exercise_load(c->arena, dir, &ex, &err))
		return cmd_fail(c, EXIT_STATUS_EXERCISE, &err);
	if (o->minutes > 24 * 60)
		return cmd_usage(c, "--minutes wants at most a day");
	if (o->minutes && o->timed)
		return cmd_usage(c, "--minutes and --timed exclude each other");
	target = c->n_args > 1 ? c->args[1] : ex->slug;
	minutes = o->timed ? ex->minutes : (int)o->minutes;
	if (practice_new(c->arena, ex, target, minutes, &err))
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	print_begun(c, ex, target, minutes);
	return EXIT_STATUS_OK;
}

const struct verb verb_new = {
	.name = "new",
	.synopsis = "EXERCISE [FOLDER]",
	.help = "begin an exercise in a folder of your own",
	.detail = "Copies the starter and the brief into FOLDER (default: the "
		  "exercise's name), which must be missing or empty (a .git "
		  "does not count).",
	.options = options,
	.options_bytes = sizeof(struct new_options),
	.args_min = 1,
	.args_max = 2,
	.run = new_run,
};
