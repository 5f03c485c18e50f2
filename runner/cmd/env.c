#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/cmd/verbs.h"
#include "runner/session/python.h"

#define PACKAGES_MAX 4000
#define ADD_MAX      64

struct env_options {
	const char *report;
};

static const struct option_spec options[] = {
	{ "report", 0, OPTION_CHOICE, offsetof(struct env_options, report),
	  "terminal|json", "list for people, or as one JSON object" },
	{ 0 },
};
static const struct env_options defaults = { .report = "terminal" };

struct package {
	const char *name, *version;
};

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct package *)a)->name,
			  ((const struct package *)b)->name);
}

/* "flask_cors-6.0.5.dist-info" */
static bool take_apart(struct arena *arena, const char *entry,
		       struct package *ret)
{
	const char *dash = strchr(entry, '-');
	const char *end = strstr(entry, ".dist-info");
	char *name;

	if (!dash || !end || end < dash)
		return false;
	name = arena_memdup(arena, entry, (size_t)(dash - entry));
	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = '-';
	*ret = (struct package){ name,
				 arena_memdup(arena, dash + 1,
					      (size_t)(end - dash - 1)) };
	return true;
}

static size_t find_packages(struct arena *arena, const char *folder,
			    struct package *ret)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	while (dir && n < PACKAGES_MAX && (e = readdir(dir)) != NULL)
		n += take_apart(arena, e->d_name, &ret[n]);
	if (dir)
		closedir(dir);
	qsort(ret, n, sizeof(*ret), by_name);
	return n;
}

static void print_json(const struct python *python,
		       const struct package *packages, size_t n)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *all = jsonout_object();
	char *text;

	jsonout_str(out, "folder", python->env);
	for (size_t i = 0; i < n; i++)
		jsonout_str(all, packages[i].name, packages[i].version);
	jsonout_add(out, "packages", all);
	text = jsonout_pretty(out);
	puts(text);
	free(text);
}

static int env_list(const struct command *c)
{
	const struct env_options *o = c->options;
	struct package *packages = arena_array(c->arena, PACKAGES_MAX,
					       sizeof(*packages));
	struct python python;
	struct err err;
	size_t n;

	if (python_find(c->arena, &python, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	n = find_packages(c->arena, python.packages, packages);
	if (strcmp(o->report, "json") == 0) {
		print_json(&python, packages, n);
		return EXIT_STATUS_OK;
	}
	for (size_t i = 0; i < n; i++)
		printf("%-28s %s\n", packages[i].name, packages[i].version);
	printf("\n%zu packages in %s\n", n, python.env);
	return EXIT_STATUS_OK;
}

/* Run a program and wait; its exit status, or -errno. */
static int run(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* pip reads options anywhere; a package begins with a letter or a digit. */
static bool is_package(const char *word)
{
	return (*word >= 'a' && *word <= 'z') ||
	       (*word >= 'A' && *word <= 'Z') || (*word >= '0' && *word <= '9');
}

static int env_add(const struct command *c)
{
	const char *exercises = file_home(c->arena, "exercises");
	const char *argv[4 + ADD_MAX + 1];
	struct python python;
	struct err err;
	size_t n = 0;

	if (c->n_args < 2 || c->n_args - 1 > ADD_MAX)
		return cmd_usage(c, "name the packages to add");
	if (python_find(c->arena, &python, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	argv[n++] = "/bin/sh";
	argv[n++] = arena_printf(c->arena, "%s/env.sh", python.session);
	argv[n++] = arena_printf(c->arena, "%s/requirements.txt",
				 exercises ? exercises : ".");
	argv[n++] = python.env;
	for (size_t i = 1; i < c->n_args; i++) {
		if (!is_package(c->args[i]))
			return cmd_usage(c, "`%s` is not the name of a package",
					 c->args[i]);
		argv[n++] = c->args[i];
	}
	argv[n] = NULL;
	return run(argv) == 0 ? EXIT_STATUS_OK : EXIT_STATUS_INTERNAL;
}

static int env_run(const struct command *c)
{
	if (strcmp(c->args[0], "add") == 0)
		return env_add(c);
	if (strcmp(c->args[0], "list") == 0 && c->n_args == 1)
		return env_list(c);
	return cmd_usage(c, "say `list` or `add PACKAGE...`");
}

const struct verb verb_env = {
	.name = "env",
	.synopsis = "list|add [PACKAGE...]",
	.help = "show or extend the Python environment of submissions",
	.detail = "Packages are added within the pins of "
		  "exercises/requirements.txt, from the index that pip is set "
		  "up for, and stay when the pins change. The new environment "
		  "takes the old one's place when it is complete.",
	.options = options,
	.options_bytes = sizeof(struct env_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1 + ADD_MAX,
	.run = env_run,
};
