/*
 * fumehood-box -- run a program in a box of its own.
 *
 *   fumehood-box [OPTION...] -- PROGRAM ARG...   for people and benchmarks
 *   fumehood-box --serve                         for the library (sandbox.h)
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/keeper.h"
#include "sandbox/report.h"
#include "sandbox/serve.h"

#define SERVE_FD   3
#define AMOUNT_MAX 4e12 /* so that milliseconds fit as nanoseconds, too */
/* stdin, stdout, stderr, and the filter's listener while it is set up. */
#define FILES_LEAST 4

enum { EXIT_OK, EXIT_OTHER_END, EXIT_USAGE, EXIT_ISOLATION = 5, EXIT_OURS,
       EXIT_INTERRUPTED = 130 };

struct options {
	struct sandbox_spec spec;
	struct sandbox_mount mounts[ROOT_MOUNTS_MAX];
	bool json, quiet;
};

/* The limits by name, with the unit of a bare number. */
static const struct limit_option {
	const char *name, *unit, *what;
	size_t offset;
	bool is_int;
	int least; /* but 0; fewer let no program start */
} limit_options[] = {
#define LIMIT(field) offsetof(struct sandbox_limits, field)
	{ "memory", "bytes", "memory of all processes", LIMIT(memory_bytes),
	  false, 0 },
	{ "processes", "", "processes and threads", LIMIT(processes), true, 0 },
	{ "cpu", "ms", "cpu time of all processes", LIMIT(cpu_ms), false, 0 },
	{ "wall", "ms", "time from start to end", LIMIT(wall_ms), false, 0 },
	{ "idle", "ms", "time in which none of them uses the processor",
	  LIMIT(idle_ms), false, 0 },
	{ "disk", "bytes", "scratch files", LIMIT(disk_bytes), false, 0 },
	{ "inodes", "", "number of scratch files", LIMIT(inodes), true, 0 },
	{ "files", "", "open files of a process", LIMIT(files), true,
	  FILES_LEAST },
	{ "output", "bytes", "stdout and stderr kept", LIMIT(output_bytes),
	  false, 0 },
};

#define N_LIMITS (sizeof(limit_options) / sizeof(limit_options[0]))

enum { OPT_BIND = 256, OPT_REPORT, OPT_ISOLATION, OPT_QUIET, OPT_HELP,
       OPT_VERSION, OPT_LIMIT, OPT_WITHOUT };

static void usage(FILE *out)
{
	fprintf(out,
		"usage: fumehood-box [OPTION...] -- PROGRAM ARG...\n\n"
		"Run PROGRAM in a box: /usr, /bin and /lib read-only, a "
		"scratch /tmp,\nno network but loopback, no rights.  Exit 0 "
		"if it exited 0, 1 if it ended\notherwise, 2 usage, 5 a layer "
		"of isolation is missing, 6 our own error.\n\n"
		"  --bind SRC[:DST]     show a file or folder of the host, "
		"read-only\n"
		"  --report json        one fumehood-box/1 object on stdout; "
		"the program's\n"
		"                       output goes to stderr then\n"
		"  --isolation LEVEL    full (default), or reduced: go on "
		"without a layer\n"
		"  --quiet              no summary on stderr\n"
		"  --help, --version\n\nlimits (0: none):\n");
	for (size_t i = 0; i < N_LIMITS; i++)
		fprintf(out, "  --%-11s N      %s%s%s\n", limit_options[i].name,
			limit_options[i].what,
			*limit_options[i].unit ? ", " : "",
			limit_options[i].unit[0] == 'b' ? "bytes, K, M or G"
			: limit_options[i].unit[0] == 'm'
				? "seconds, or with ms"
				: "");
}

static int usage_error(const char *what, const char *value)
{
	fprintf(stderr, "fumehood-box: %s `%s`; try --help\n", what, value);
	return -1;
}

/* What may stand behind a number of that unit. */
static const struct suffix {
	const char *unit, *suffix;
	double factor;
} suffixes[] = {
	{ "bytes", "", 1 },	   { "bytes", "K", 1 << 10 },
	{ "bytes", "M", 1 << 20 }, { "bytes", "G", 1 << 30 },
	{ "ms", "", 1000 },	   { "ms", "s", 1000 },
	{ "ms", "ms", 1 },	   { "", "", 1 },
};

/* "64M", "1.5" (seconds), "200ms", "32". */
static bool parse_amount(const char *text, const char *unit, double *ret)
{
	char *end;

	errno = 0;
	*ret = strtod(text, &end);
	/* strtod() takes more than people mean: blanks, 0x10, inf. */
	if (end == text || end != text + strspn(text, "0123456789.") || errno)
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strcmp(unit, suffixes[i].unit) != 0 ||
		    strcmp(end, suffixes[i].suffix) != 0)
			continue;
		*ret *= suffixes[i].factor;
		return *ret >= 0 && *ret <= AMOUNT_MAX;
	}
	return false;
}

static int set_limit(struct options *o, size_t i, const char *text)
{
	const struct limit_option *option = &limit_options[i];
	char *at = (char *)&o->spec.limits + option->offset;
	int64_t whole;
	int small;
	double value;

	if (!parse_amount(text, option->unit, &value) ||
	    (option->is_int && value > 1e6))
		return usage_error("no such amount:", text);
	if (value > 0 && value < option->least)
		return usage_error("too few to start a program:", text);
	whole = (int64_t)value;
	small = option->is_int ? (int)value : 0;
	if (option->is_int)
		memcpy(at, &small, sizeof(small));
	else
		memcpy(at, &whole, sizeof(whole));
	return 0;
}

static int add_bind(struct options *o, char *text)
{
	struct sandbox_mount *mount = &o->mounts[o->spec.n_mounts];
	char *colon = strchr(text, ':');

	if (o->spec.n_mounts == ROOT_MOUNTS_MAX)
		return usage_error("too many folders:", text);
	if (colon)
		*colon = '\0';
	mount->kind = SANDBOX_READ_ONLY;
	mount->from = text;
	mount->to = colon ? colon + 1 : text;
	if (mount->to[0] != '/')
		return usage_error("not an absolute path:", mount->to);
	if (!mount->to[strspn(mount->to, "/")])
		return usage_error("the root is the box's own:", mount->to);
	if (access(text, F_OK) < 0)
		return usage_error("no such file or folder:", text);
	o->spec.n_mounts++;
	return 0;
}

/* For tests of what holds when a layer fails; the keeper of a release build
 * refuses it. */
static int leave_out(struct options *o, const char *name)
{
	static const struct {
		const char *name;
		uint32_t without;
	} parts[] = {
		{ "landlock", 1u << SANDBOX_LAYER_LANDLOCK },
		{ "seccomp", 1u << SANDBOX_LAYER_SECCOMP |
				     1u << SANDBOX_LAYER_NOTIFY },
		{ "cgroup", SANDBOX_WITHOUT_CGROUP },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!strcmp(name, parts[i].name)) {
			o->spec.without |= parts[i].without;
			return 0;
		}
	}
	return usage_error("cannot leave out:", name);
}

/* 0: go on; 1: all is said; -1: usage error. */
static int take_option(struct options *o, int option, int index)
{
	switch (option) {
	case OPT_BIND:
		return add_bind(o, optarg);
	case OPT_REPORT:
		o->json = !strcmp(optarg, "json");
		return o->json || !strcmp(optarg, "terminal")
			       ? 0
			       : usage_error("no such report:", optarg);
	case OPT_ISOLATION:
		o->spec.reduced = !strcmp(optarg, "reduced");
		return o->spec.reduced || !strcmp(optarg, "full")
			       ? 0
			       : usage_error("no such level:", optarg);
	case OPT_WITHOUT:
		return leave_out(o, optarg);
	case OPT_QUIET:
		o->quiet = true;
		return 0;
	case OPT_LIMIT:
		return set_limit(o, (size_t)index, optarg);
	case OPT_HELP:
		usage(stdout);
		return 1;
	case OPT_VERSION:
		printf("fumehood-box %s\n", FUMEHOOD_VERSION);
		return 1;
	default:
		fprintf(stderr, "fumehood-box: try --help\n");
		return -1;
	}
}

static int parse(struct options *o, int argc, char **argv)
{
	struct option table[N_LIMITS + 8] = { 0 };
	static const struct option rest[] = {
		{ "bind", required_argument, NULL, OPT_BIND },
		{ "report", required_argument, NULL, OPT_REPORT },
		{ "isolation", required_argument, NULL, OPT_ISOLATION },
		{ "quiet", no_argument, NULL, OPT_QUIET },
		{ "without", required_argument, NULL, OPT_WITHOUT },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
	};
	int option, index = 0, r = 0;

	for (size_t i = 0; i < N_LIMITS; i++)
		table[i] = (struct option){ limit_options[i].name,
					    required_argument, NULL,
					    OPT_LIMIT };
	memcpy(table + N_LIMITS, rest, sizeof(rest));
	while (r == 0 &&
	       (option = getopt_long(argc, argv, "+", table, &index)) != -1)
		r = take_option(o, option, index);
	if (r == 0 && optind >= argc)
		return usage_error("no program after", argv[argc - 1]);
	return r;
}

/* The program's output on its way to somebody. */
struct pass {
	int to;
	int64_t at;
	int error; /* of the last write that failed */
};

/* Somebody's terminal is no place for what an untrusted program writes.
 * False when it could not be written, unless nobody wants to read it. */
static bool write_output(int to, char *bytes, size_t n)
{
	bool terminal = isatty(to);

	for (size_t i = 0; terminal && i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f)
			bytes[i] = '?';
	}
	for (size_t done = 0; done < n;) {
		ssize_t wrote = write(to, bytes + done, n - done);

		if (wrote < 0)
			return errno == EPIPE;
		done += (size_t)wrote;
	}
	return true;
}

static void pass_output(struct keeper *k, struct pass *pass)
{
	char chunk[4096];
	ssize_t n;

	while (pass->at < k->state.output_len) {
		n = pread(k->output_memfd, chunk, sizeof(chunk), pass->at);
		if (n <= 0)
			return;
		pass->at += n;
		if (!write_output(pass->to, chunk, (size_t)n))
			pass->error = errno;
	}
}

/* What could not be written is no result: say so, and fail. */
static int written(const struct pass *pass, int code)
{
	int error = pass->error;

	if (!error && fflush(stdout) == EOF && errno != EPIPE)
		error = errno;
	if (!error)
		return code;
	fprintf(stderr, "fumehood-box: output: %s\n", strerror(error));
	return EXIT_OURS;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int report_failure(const struct options *o,
			  const struct sandbox_failure *failure)
{
	if (o->json)
		report_failure_json(stdout, failure);
	fprintf(stderr, "fumehood-box: %s: %s: %s%s%s%s\n",
		sandbox_stage_name(failure->stage), failure->msg,
		strerror(failure->code), failure->isolation ? " (layer " : "",
		failure->isolation ? failure->layer : "",
		failure->isolation ? ")" : "");
	/* A program that is not there is the caller's mistake, not ours. */
	if (failure->stage == SANDBOX_STAGE_EXEC)
		return EXIT_USAGE;
	return failure->isolation ? EXIT_ISOLATION : EXIT_OURS;
}

static int report_end(const struct options *o, const struct keeper *k)
{
	const struct sandbox_state *s = &k->state;

	if (o->json)
		report_json(stdout, s, &o->spec.limits, k->denied);
	else if (!o->quiet)
		report_text(stderr, s, &o->spec.limits, k->denied);
	if (s->reason == SANDBOX_ERROR)
		return EXIT_OURS;
	return s->reason == SANDBOX_EXITED && !s->exit_code ? EXIT_OK
							    : EXIT_OTHER_END;
}

/* Where the box has no root of its own, its /tmp is elsewhere. */
static const char *const *environment(const struct keeper *k)
{
	static char home[SANDBOX_FOLDER_BYTES + 16],
		tmp[SANDBOX_FOLDER_BYTES + 16];
	static const char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin",
				     "LANG=C.UTF-8", home, NULL, NULL };

	snprintf(home, sizeof(home), "HOME=%s/tmp", k->root.folder);
	snprintf(tmp, sizeof(tmp), "TMPDIR=%s/tmp", k->root.folder);
	if (k->bare)
		env[3] = tmp;
	return env;
}

static int start(struct keeper *k, struct sandbox_program *program,
		 struct sandbox_failure *reterr)
{
	k->once = true;
	program->env = environment(k);
	return keeper_start(k, program, reterr);
}

static int run(struct options *o, char **argv)
{
	struct sandbox_program program = {
		.argv = (const char *const *)(uintptr_t)argv,
		.cwd = "/tmp",
	};
	static struct keeper k;
	struct sandbox_failure failure = { 0 };
	struct pass pass = { .to = o->json ? STDERR_FILENO : STDOUT_FILENO };
	int signals = watch_signals(), code;
	bool interrupted = false;

	o->spec.mounts = o->mounts;
	if (keeper_open(&k, &o->spec, &policy_default, -1, &failure) < 0 ||
	    start(&k, &program, &failure) < 0) {
		keeper_close(&k);
		return report_failure(o, &failure);
	}
	while (!k.concluded && !interrupted) {
		interrupted = keeper_step(&k, signals, -1);
		pass_output(&k, &pass);
	}
	keeper_stop(&k);
	pass_output(&k, &pass);
	keeper_close(&k);
	code = written(&pass, report_end(o, &k));
	return interrupted ? EXIT_INTERRUPTED : code;
}

/* The terminal's signals are the runner's; its end is our signal.  So all are
 * blocked, by who started us even: one that is pending is not to end us. */
static int serve(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setsid(); /* unless the runner's library did it already */
	syscall(SYS_close_range, SERVE_FD + 1, ~0U, 0);
	fcntl(SERVE_FD, F_SETFD, FD_CLOEXEC);
	return serve_run(SERVE_FD);
}

/* Whoever started us may have ignored SIGCHLD, and then wait() is in vain. */
static void reset_signals(void)
{
	/* The kernel's own: the C library keeps 32 and 33 to itself. */
	uint64_t action[4] = { 0 };

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, action, NULL, sizeof(uint64_t));
}

/* What is opened next must not be taken for one of these three. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(int argc, char **argv)
{
	struct options o = { .spec = SANDBOX_SPEC_INIT };
	int r;

	reset_signals();
	prctl(PR_SET_NAME, "fumehood-box");
	if (argc == 2 && !strcmp(argv[1], "--serve"))
		return serve();
	unblock_signals();
	signal(SIGXFSZ, SIG_IGN); /* then writing says what is wrong */
	fill_standard_descriptors();
	r = parse(&o, argc, argv);
	if (r)
		return r < 0 ? EXIT_USAGE : EXIT_OK;
	return run(&o, argv + optind);
}
