/* Everything that can be known of an exercise without running it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/cmd/source.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/brief.h"
#include "runner/exercise/exercise.h"
#include "runner/expect/script.h"
#include "runner/session/session.h"

#define SCRIPTS_MAX 500
#define SHOWN_MAX   50

/* One use of the verb. */
struct lint {
	const struct command *c;
	struct arena *arena;
	const char *dir;
	const struct exercise *ex; /* NULL: it could not be loaded */
	struct span brief;
	const char *shown[SHOWN_MAX]; /* no message twice */
	size_t n_shown;
	int problems, scripts;
};

static void problem(struct lint *l, const char *msg)
{
	for (size_t i = 0; i < l->n_shown; i++)
		if (!strcmp(l->shown[i], msg))
			return;
	if (l->n_shown < SHOWN_MAX)
		l->shown[l->n_shown++] = arena_strdup(l->arena, msg);
	l->problems++;
	source_show(l->arena, stdout, msg);
}

static int is_script(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && !strcmp(e->d_name + n - 5, ".hurl");
}

static bool is_named(const struct exercise *ex, const char *script)
{
	for (size_t i = 0; i < ex->n_criteria; i++)
		if (ex->criteria[i].script_file &&
		    !strcmp(ex->criteria[i].script_file, script))
			return true;
	return false;
}

/* A clause that the brief has not would be shown as an empty line. */
static void check_specs(struct lint *l, const char *path,
			const struct script *script)
{
	size_t n;
	const struct script_spec *specs = script_specs(l->arena, script, &n);

	for (size_t i = 0; i < n && l->brief.len; i++)
		if (!brief_clause(l->arena, l->brief, specs[i].id))
			problem(l, arena_printf(l->arena,
						"%s:%d:%d: brief.md "
						"has no clause `%s`",
						path, specs[i].line,
						specs[i].column, specs[i].id));
}

/* A verdict must not hang on how busy the machine is. */
static void check_durations(struct lint *l, const char *path,
			    const struct script *script)
{
	size_t n;
	const struct script_place *places =
		script_durations(l->arena, script, &n);

	for (size_t i = 0; i < n; i++)
		problem(l, arena_printf(l->arena,
					"%s:%d:%d: no points may depend on a "
					"duration", path, places[i].line,
					places[i].column));
}

/* Found in a grade, it would cost the author the criterion. */
static void check_variables(struct lint *l, const char *path,
			    const struct script *script)
{
	size_t n;
	const struct script_use *uses = script_undefined(l->arena, script, &n);

	for (size_t i = 0; i < n; i++)
		problem(l, arena_printf(l->arena,
					"%s:%d:%d: nothing above defines the "
					"variable %s", path, uses[i].line,
					uses[i].column, uses[i].name));
}

static void check_script(struct lint *l, const char *name)
{
	const char *path = arena_printf(l->arena, "%s/%s", l->dir, name);
	const struct script *script;
	struct span text;
	struct err err;

	l->scripts++;
	if (file_read(l->arena, path, SCRIPT_BYTES_MAX, &text, &err) ||
	    script_parse(l->arena, path, text, &script, &err)) {
		problem(l, err.msg);
		return;
	}
	check_specs(l, path, script);
	check_durations(l, path, script);
	check_variables(l, path, script);
	if (l->ex && !is_named(l->ex, name))
		problem(l, arena_printf(l->arena, "%s: no criterion plays it",
					path));
}

static void check_scripts(struct lint *l)
{
	const char *dir = arena_printf(l->arena, "%s/probes", l->dir);
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_script, alphasort);

	for (int i = 0; i < n; i++) {
		if (i < SCRIPTS_MAX)
			check_script(l, arena_printf(l->arena, "probes/%s",
						     names[i]->d_name));
		free(names[i]);
	}
	free(names);
}

static void check_criteria(struct lint *l)
{
	for (size_t i = 0; i < l->ex->n_criteria; i++) {
		const struct criterion *c = &l->ex->criteria[i];

		for (size_t k = 0; k < c->n_spec; k++)
			if (!brief_clause(l->arena, l->brief, c->spec[k]))
				problem(l,
					arena_printf(l->arena,
						     "%s/exercise.json:%d: "
						     "brief.md has no clause "
						     "`%s`",
						     l->dir, c->line,
						     c->spec[k]));
	}
}

static void check_manifest(struct lint *l)
{
	struct err err;

	if (exercise_load(l->arena, l->dir, &l->ex, &err) ||
	    session_configure(l->arena, l->ex, &err))
		problem(l, err.msg);
	else
		check_criteria(l);
}

static int lint_run(const struct command *c)
{
	struct lint l = {.c = c, .arena = c->arena};
	struct err err;

	if (exercise_find(c->arena, c->args[0], &l.dir, &err))
		return cmd_usage(c, "%s", err.msg);
	if (file_read(c->arena, arena_printf(c->arena, "%s/brief.md", l.dir),
		      BRIEF_MAX, &l.brief, &err))
		problem(&l, err.msg);
	check_manifest(&l);
	check_scripts(&l);
	printf("%s: %d scripts, %d problem%s\n", l.dir, l.scripts, l.problems,
	       l.problems == 1 ? "" : "s");
	return l.problems ? EXIT_STATUS_EXERCISE : EXIT_STATUS_OK;
}

const struct verb verb_lint = {
	.name = "lint",
	.synopsis = "EXERCISE",
	.help = "check an exercise's manifest and scripts without running it",
	.detail = "Exits with 0, or with 3 when something is wrong.",
	.args_min = 1,
	.args_max = 1,
	.run = lint_run,
};
