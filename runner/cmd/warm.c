#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/cmd/verbs.h"
#include "runner/session/python.h"
#include "sandbox/forkserver.h"

struct warm_options {
	int64_t idle_ms;
};

static const struct option_spec options[] = {
	{ "idle", 0, OPTION_MS, offsetof(struct warm_options, idle_ms), "TIME",
	  "end after that long without a client (15m)" },
	{ 0 },
};
static const struct warm_options defaults = { .idle_ms = 15 * 60 * 1000 };

/* What all three need to know. */
struct warm {
	const struct command *c;
	struct python python;
	const char *socket, *build;
};

static int say_why(const struct warm *w, const struct sandbox_failure *f)
{
	cmd_note(w->c, "%s", f->msg);
	return EXIT_STATUS_INTERNAL;
}

static void print_info(const char *what, const struct forkserver_info *info)
{
	printf("%s, pid %d, %u start%s, up %lld s\n", what, (int)info->pid,
	       info->starts, info->starts == 1 ? "" : "s",
	       (long long)(info->up_ms / 1000));
}

static bool is_ours(const struct warm *w, const struct forkserver_info *info)
{
	return strncmp(info->build, w->build, sizeof(info->build) - 1) == 0;
}

static int start_new(const struct warm *w, int64_t idle_ms)
{
	const struct forkserver_spec spec = {
		.python = w->python.exe,
		.script = w->python.warm,
		.packages = w->python.packages,
		.program = w->python.serve,
	};
	int64_t began_ns = clock_ns();
	struct forkserver_info info;
	struct sandbox_failure f;

	if (idle_ms > INT32_MAX || idle_ms < 1)
		return cmd_usage(w->c, "--idle is out of range");
	if (forkserver_daemon(&spec, w->socket, w->build, (int)idle_ms, &f) < 0)
		return say_why(w, &f);
	/* Its first answer comes when everything is imported. */
	if (forkserver_ask(w->socket, &info, &f) < 0)
		return say_why(w, &f);
	printf("warm: ready after %lld ms, pid %d\n",
	       (long long)((clock_ns() - began_ns) / 1000000), (int)info.pid);
	return EXIT_STATUS_OK;
}

static int warm_start(const struct warm *w)
{
	const struct warm_options *o = w->c->options;
	struct forkserver_info info;
	struct sandbox_failure f;
	int r = forkserver_ask(w->socket, &info, &f);

	if (r == 0 && is_ours(w, &info)) {
		print_info("warm: was running already", &info);
		return EXIT_STATUS_OK;
	}
	if (r == 0) /* of another build: nobody's any more */
		forkserver_stop(w->socket, &f);
	return start_new(w, o->idle_ms);
}

static int warm_stop(const struct warm *w)
{
	struct sandbox_failure f;
	int r = forkserver_stop(w->socket, &f);

	if (r < 0 && r != -ENOENT)
		return say_why(w, &f);
	puts(r < 0 ? "warm: none was running" : "warm: stopped");
	return EXIT_STATUS_OK;
}

static int warm_status(const struct warm *w)
{
	struct forkserver_info info;
	struct sandbox_failure f;
	int r = forkserver_ask(w->socket, &info, &f);

	if (r == -ENOENT) {
		puts("warm: none is running; `fumehood warm start` starts one");
		return EXIT_STATUS_BELOW;
	}
	if (r < 0)
		return say_why(w, &f);
	print_info(is_ours(w, &info) ? "warm: running"
				     : "warm: running, of another build",
		   &info);
	return is_ours(w, &info) ? EXIT_STATUS_OK : EXIT_STATUS_BELOW;
}

static int warm_run(const struct command *c)
{
	static const struct {
		const char *name;
		int (*run)(const struct warm *w);
	} actions[] = {
		{ "start", warm_start },
		{ "stop", warm_stop },
		{ "status", warm_status },
	};
	struct warm w = { .c = c };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (strcmp(c->args[0], actions[i].name) != 0)
			continue;
		if (python_find(c->arena, &w.python, &err) < 0)
			return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
		w.socket = python_warm_socket(c->arena);
		w.build = python_build(c->arena, &w.python);
		if (!w.socket) {
			cmd_note(c, "the runtime folder is missing or not "
				    "yours: set XDG_RUNTIME_DIR");
			return EXIT_STATUS_INTERNAL;
		}
		return actions[i].run(&w);
	}
	return cmd_usage(c, "`%s` is none of start, stop, status", c->args[0]);
}

const struct verb verb_warm = {
	.name = "warm",
	.synopsis = "start|stop|status",
	.help = "keep a warm server, so that grading starts at once",
	.detail = "The server has imported Flask and what goes with it; each "
		  "start of an app is a fork of it that enters a box. It runs "
		  "no submitted code itself, serves its own user only, and "
		  "ends when it was idle for a while. status exits with 1 "
		  "when none is running.",
	.options = options,
	.options_bytes = sizeof(struct warm_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1,
	.run = warm_run,
};
