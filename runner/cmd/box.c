/*
 * box -- the sandbox alone, for any program.
 *
 * It hands over to fumehood-box, which is the sandbox: one more process in
 * between would only be in the way of signals and of the program's output.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/cmd/verbs.h"
#include "sandbox/sandbox.h"

/* The options by their place in the table; box_options is an array of text
 * because fumehood-box reads them itself. */
enum { MEMORY, PROCESSES, CPU, WALL, IDLE, DISK, INODES, FILES, OUTPUT,
       REPORT, ISOLATION, N_TEXTS };

struct box_options {
	const char *texts[N_TEXTS];
	struct option_list binds;
	bool quiet;
};

#define TEXT_AT(i) .offset = offsetof(struct box_options, texts) + \
			     (i) * sizeof(const char *)
static const struct option_spec options[] = {
	[MEMORY] = { "memory", 0, OPTION_STRING, TEXT_AT(MEMORY), "BYTES",
		     "memory of all processes, with K, M or G" },
	[PROCESSES] = { "processes", 0, OPTION_STRING, TEXT_AT(PROCESSES),
			"N", "processes and threads" },
	[CPU] = { "cpu", 0, OPTION_STRING, TEXT_AT(CPU), "SECONDS",
		  "cpu time of all processes" },
	[WALL] = { "wall", 0, OPTION_STRING, TEXT_AT(WALL), "SECONDS",
		   "time from start to end" },
	[IDLE] = { "idle", 0, OPTION_STRING, TEXT_AT(IDLE), "SECONDS",
		   "time in which none of them uses the processor" },
	[DISK] = { "disk", 0, OPTION_STRING, TEXT_AT(DISK), "BYTES",
		   "scratch files, with K, M or G" },
	[INODES] = { "inodes", 0, OPTION_STRING, TEXT_AT(INODES), "N",
		     "number of scratch files" },
	[FILES] = { "files", 0, OPTION_STRING, TEXT_AT(FILES), "N",
		    "open files of a process" },
	[OUTPUT] = { "output", 0, OPTION_STRING, TEXT_AT(OUTPUT), "BYTES",
		     "stdout and stderr kept, with K, M or G" },
	[REPORT] = { "report", 0, OPTION_CHOICE, TEXT_AT(REPORT),
		     "terminal|json", "json: one fumehood-box/1 object on "
				      "stdout" },
	[ISOLATION] = { "isolation", 0, OPTION_CHOICE, TEXT_AT(ISOLATION),
			"full|reduced", "reduced: go on without a layer" },
	{ "bind", 0, OPTION_LIST, offsetof(struct box_options, binds),
	  "SRC[:DST]", "show a file or folder of the host, read-only" },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct box_options, quiet), NULL,
	  "no summary on stderr" },
	{ 0 },
};

static const char **arguments(const struct command *c)
{
	const struct box_options *o = c->options;
	size_t n = 0, max = 2 * N_TEXTS + 2 * o->binds.n + c->n_args + 8;
	const char **argv = arena_array(c->arena, max, sizeof(*argv));

	argv[n++] = "fumehood-box";
	for (size_t i = 0; i < N_TEXTS; i++) {
		if (!o->texts[i])
			continue;
		argv[n++] = arena_printf(c->arena, "--%s", options[i].name);
		argv[n++] = o->texts[i];
	}
	for (size_t i = 0; i < o->binds.n; i++) {
		argv[n++] = "--bind";
		argv[n++] = o->binds.items[i];
	}
	if (o->quiet)
		argv[n++] = "--quiet";
	argv[n++] = "--";
	memcpy(argv + n, c->args, c->n_args * sizeof(*argv));
	return argv;
}

static int run(const struct command *c)
{
	char path[PATH_MAX];
	struct err err;

	sandbox_program_path(path, sizeof(path));
	execv(path, (char *const *)(uintptr_t)arguments(c));
	err_set(&err, errno, "start %s: %s", path, strerror(errno));
	return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
}

const struct verb verb_box = {
	.name = "box",
	.synopsis = "-- PROGRAM ARG...",
	.help = "run any program in the sandbox, and say how it ended",
	.detail = "The program sees /usr, /bin and /lib, a minimal /etc and "
		  "/dev, and a scratch /tmp, has no network but loopback and "
		  "no rights.  Exit status: 0 if it exited 0, 1 for any other "
		  "end, 5 when a layer of isolation is missing.",
	.options = options,
	.options_bytes = sizeof(struct box_options),
	.args_min = 1,
	.args_max = SIZE_MAX,
	.flags = VERB_PROGRAM,
	.run = run,
};
