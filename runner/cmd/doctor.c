/* doctor -- what this kernel and user can do, and what to do about the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/cmd/verbs.h"
#include "sandbox/features.h"
#include "sandbox/sandbox.h"

struct doctor_options {
	const char *report;
	bool json;
};

#define AT(m) .offset = offsetof(struct doctor_options, m)
static const struct option_spec options[] = {
	{ "report", 0, OPTION_CHOICE, AT(report), "terminal|json",
	  "for people, or one JSON object" },
	{ "json", 0, OPTION_FLAG, AT(json), NULL, "the same as --report json" },
	{ 0 },
};
static const struct doctor_options defaults = { .report = "terminal" };

static const char *status_name(enum feature_status status)
{
	switch (status) {
	case FEATURE_FOUND:
		return "found";
	case FEATURE_WEAKER:
		return "weaker";
	case FEATURE_MISSING:
		return "missing";
	}
	return "?";
}

/* Whether it and all folders above it let everybody in. */
static bool is_open_to_all(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	char *part = arena_strdup(arena, real ? real : "/");
	struct stat st;

	free(real);
	for (char *slash; (slash = strrchr(part, '/')) != NULL; *slash = '\0')
		if (stat(part, &st) < 0 || !(st.st_mode & S_IXOTH))
			return false;
	return true;
}

/*
 * Beside what the kernel gives: the environment that apps are run with.  A
 * `bare` box has no mounts, and a program of root's another uid in it.
 */
static struct feature look_at_environment(const struct command *c, bool bare)
{
	struct feature f = { .name = "python", .status = FEATURE_FOUND };
	const char *env = file_home(c->arena, "env");

	if (!env) {
		f.status = FEATURE_MISSING;
		f.fix = "make env";
	} else if (bare && geteuid() == 0 && !is_open_to_all(c->arena, env)) {
		f.status = FEATURE_WEAKER;
		f.fix = "not below a private folder such as /root: there is no "
			"mount to show it in a box, whose uid is another one";
	}
	snprintf(f.detail, sizeof(f.detail), "%s",
		 env ? env : "no environment with Flask is built");
	return f;
}

static bool is_found(const struct feature *all, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(all[i].name, name))
			return all[i].status == FEATURE_FOUND;
	}
	return false;
}

/* A reduced box says what it lacks. */
static bool is_without_mounts(const struct feature *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(all[i].name, "reduced"))
			return strstr(all[i].detail, " mountns") != NULL;
	}
	return false;
}

static const char *conclusion(const struct feature *all, size_t n, bool full)
{
	if (full)
		return "Full isolation can be had here.";
	return is_found(all, n, "reduced")
		       ? "Full isolation cannot be had here; --isolation "
			 "reduced goes on without."
		       : "No box can be had here, not even with --isolation "
			 "reduced.";
}

static void print_table(const struct feature *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct feature *f = &all[i];

		printf("%-8s %-11s %s\n", status_name(f->status), f->name,
		       f->detail);
		if (f->fix)
			printf("%-8s %-11s -> %s\n", "", "", f->fix);
	}
}

static void print_json(const struct feature *all, size_t n, bool full)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *list = jsonout_array();
	char *text;

	jsonout_str(out, "format", "fumehood-doctor/1");
	jsonout_bool(out, "full_isolation", full);
	jsonout_bool(out, "reduced_isolation", is_found(all, n, "reduced"));
	for (size_t i = 0; i < n; i++) {
		struct jsonout *item = jsonout_object();

		jsonout_str(item, "name", all[i].name);
		jsonout_str(item, "status", status_name(all[i].status));
		jsonout_bool(item, "required", all[i].required);
		jsonout_str(item, "detail", all[i].detail);
		if (all[i].fix)
			jsonout_str(item, "fix", all[i].fix);
		jsonout_add(list, NULL, item);
	}
	jsonout_add(out, "features", list);
	text = jsonout_pretty(out);
	printf("%s\n", text);
	free(text);
}

static int run(const struct command *c)
{
	const struct doctor_options *o = c->options;
	struct feature all[FEATURES_MAX + 1];
	size_t n = features_find(all);
	bool full = true;

	for (size_t i = 0; i < n; i++)
		full = full && !(all[i].required &&
				 all[i].status == FEATURE_MISSING);
	all[n] = look_at_environment(c, is_without_mounts(all, n));
	n++;
	if (o->json || !strcmp(o->report, "json")) {
		print_json(all, n, full);
	} else {
		print_table(all, n);
		printf("\n%s\n", conclusion(all, n, full));
	}
	return full ? EXIT_STATUS_OK : EXIT_STATUS_ISOLATION;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.synopsis = "",
	.help = "what this kernel and user can do, and how to mend the rest",
	.detail = "Looks at every feature that a box is made of, at the "
		  "counters that limits use, and at what makes times noisy.  "
		  "Exit status 0 when full isolation can be had, else 5.",
	.options = options,
	.options_bytes = sizeof(struct doctor_options),
	.defaults = &defaults,
	.run = run,
};
