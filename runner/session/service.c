#include "runner/session/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/exercise/exercise.h"
#include "runner/session/python.h"
#include "runner/session/startup.h"
#include "runner/session/watch.h"
#include "runner/submission/discover.h"
#include "runner/submission/submission.h"
#include "runner/transcript/transcript.h"
#include "sandbox/forkserver.h"

#define FOLDER        "/submission" /* in the box: what was handed in */
#define PORT          8000
#define LAST_WORDS_MS 100
#define READY_MS      15000 /* default; includes the imports of a cold start */
#define LISTEN_POLL_MS 10
#define MOUNTS_MAX    8
#define ENV_FIXED     9
#define ARGS          11
/* Of all a run keeps: an app that sends 1 MiB each time does so some times,
 * and 64 KiB from then on. */
#define SERVICE_ARENA_MAX (8u << 20)

struct service {
	struct arena *arena;
	const struct service_spec *spec;
	struct python python;
	struct sandbox *box;
	const char *folder; /* before all paths of the box; mostly "" */
	struct forkserver *fork; /* NULL: cold */
	bool reused;   /* it was there before us */
	bool borrowed; /* it is the caller's */
	struct http *http;
	uint16_t port;
	int watch; /* readable: stop_fd is, or the app has ended */
	int64_t output_at; /* where the output of the latest start begins */
	bool again;        /* it was started before, in the same files */
};

static int failed(struct service_failure *why, enum service_end end,
		  const char *reason)
{
	*why = (struct service_failure){ end, reason, NULL };
	return -ECHILD;
}

static int box_failed(struct arena *arena, struct service_failure *why,
		      const struct sandbox_failure *f)
{
	const char *stage = sandbox_stage_name(f->stage);

	if (f->stage == SANDBOX_STAGE_ENTER) /* of a folder that is its own */
		return failed(why, SERVICE_CRASHED,
			      arena_printf(arena, "the app's folder cannot be "
					   "entered: %s", strerror(f->code)));
	if (f->isolation)
		return failed(why, SERVICE_ISOLATION,
			      arena_printf(arena, "the layer %s cannot be had "
					   "here: %s", f->layer, f->msg));
	return failed(why, SERVICE_BROKEN,
		      arena_printf(arena, "the box could not be built (%s): %s",
				   stage, f->msg));
}

static int64_t or_default(int64_t limit, int64_t standard)
{
	return limit ? limit : standard;
}

static struct sandbox_limits limits_of(const struct service_spec *spec)
{
	const struct exercise_limits *l = &spec->ex->limits;
	const struct sandbox_spec standard = SANDBOX_SPEC_INIT;
	struct sandbox_limits limits = standard.limits;

	limits.wall_ms = spec->wall_ms;
	limits.cpu_ms = or_default(l->cpu_ms, limits.cpu_ms);
	limits.memory_bytes = or_default(l->memory_bytes, limits.memory_bytes);
	limits.disk_bytes = or_default(l->disk_bytes, limits.disk_bytes);
	limits.output_bytes = or_default(l->output_bytes, limits.output_bytes);
	limits.processes = (int)or_default(l->processes, limits.processes);
	limits.files = (int)or_default(l->files, limits.files);
	limits.inodes = (int)or_default(l->inodes, limits.inodes);
	return limits;
}

/* Then Flask puts the instance folder beside FOLDER, not into it. */
static bool is_itself_a_package(const struct launch *launch)
{
	return launch->target && (launch->target[0] == '.' ||
				  strstr(launch->target, ".py"));
}

/*
 * Of the host every box shows /usr, and there `make install` puts exercises:
 * answers, hidden probes and what only interviewers are to read.
 */
static size_t hide(struct service *s, const char *path,
		   struct sandbox_mount *mounts, size_t n)
{
	char *real = path ? realpath(path, NULL) : NULL;

	if (real && strncmp(real, "/usr/", 5) == 0)
		mounts[n++] = (struct sandbox_mount){
			SANDBOX_HIDDEN, NULL, arena_strdup(s->arena, real)
		};
	free(real);
	return n;
}

static size_t plan_mounts(struct service *s, struct sandbox_mount *mounts)
{
	const struct sandbox_mount shown[] = {
		{ SANDBOX_OVERLAY, s->spec->sub->dir, FOLDER },
		{ SANDBOX_SCRATCH, NULL, "/data" },
		{ SANDBOX_READ_ONLY, s->python.env, s->python.env },
		{ SANDBOX_READ_ONLY, s->python.session, s->python.session },
		{ SANDBOX_SCRATCH, NULL, "/instance" },
	};
	size_t n_shown = ARRAY_LEN(shown) -
			 !is_itself_a_package(s->spec->launch);
	size_t n = 0;

	n = hide(s, s->spec->ex->dir, mounts, n);
	n = hide(s, file_home(s->arena, "exercises"), mounts, n);
	memcpy(mounts + n, shown, n_shown * sizeof(*shown));
	return n + n_shown;
}

static int build_box(struct service *s, struct service_failure *why)
{
	struct sandbox_mount mounts[MOUNTS_MAX];
	const struct sandbox_spec spec = {
		.n_mounts = plan_mounts(s, mounts),
		.mounts = mounts,
		.reduced = s->spec->reduced,
		.listen_port = PORT,
		.limits = limits_of(s->spec),
	};
	struct sandbox_failure f;

	if (sandbox_open(&s->box, &spec, &f) < 0)
		return box_failed(s->arena, why, &f);
	s->folder = arena_strdup(s->arena, sandbox_folder(s->box));
	if (!*s->folder || !s->spec->launch->script)
		return 0;
	sandbox_close(s->box, NULL);
	s->box = NULL;
	return failed(why, SERVICE_ISOLATION,
		      arena_printf(s->arena, "`%s` makes its own listening "
				   "socket, which takes the layer netns, and "
				   "that cannot be had here",
				   s->spec->launch->script));
}

/* None is no failure: a cold start gives the same verdicts. */
static void choose_start(struct service *s)
{
	s->borrowed = s->spec->warm != NULL;
	if (s->spec->cold || s->spec->launch->cold || *s->folder)
		return;
	if (s->borrowed)
		s->fork = s->spec->warm;
	else if (s->spec->only_reused)
		s->fork = service_warm_there(s->arena);
	else
		s->fork = service_warm(s->arena, s->spec->launch->imports,
				       &s->reused);
}

static void release_fork_server(struct service *s)
{
	if (!s->borrowed)
		forkserver_free(s->fork);
	s->fork = NULL;
}

int service_open(struct arena *arena, const struct service_spec *spec,
		 struct service **ret, struct service_failure *why)
{
	struct service *s = arena_alloc(arena, sizeof(*s));
	struct err err;
	int r;

	*s = (struct service){ .arena = arena, .spec = spec, .watch = -1 };
	if (python_find(arena, &s->python, &err) < 0)
		return failed(why, SERVICE_BROKEN,
			      arena_strdup(arena, err.msg));
	s->folder = "";
	if (!spec->reduced) /* it imports while the box is built */
		choose_start(s);
	if (spec->only_reused && !s->fork)
		return failed(why, SERVICE_BROKEN, "no warm server is there");
	r = build_box(s, why);
	if (r < 0) {
		release_fork_server(s);
		return r;
	}
	if (spec->reduced)
		choose_start(s);
	*ret = s;
	return 0;
}

static void forget_program(struct service *s)
{
	http_free(s->http);
	s->http = NULL;
	if (s->watch >= 0)
		close(s->watch);
	s->watch = -1;
}

void service_close(struct service *s, struct sandbox_state *ret)
{
	forget_program(s);
	sandbox_close(s->box, ret);
	release_fork_server(s);
}

struct sandbox *service_box(struct service *s)
{
	return s->box;
}

struct http *service_http(struct service *s)
{
	return s->http;
}

uint16_t service_port(const struct service *s)
{
	return s->port;
}

void service_await_output(struct service *s, int64_t output_at)
{
	struct sandbox_state state;

	for (int ms = 0; ms < LAST_WORDS_MS; ms += LISTEN_POLL_MS) {
		if (sandbox_sync(s->box, &state) < 0 ||
		    state.output_len > output_at ||
		    sandbox_wait(s->box, LISTEN_POLL_MS) != 0)
			return;
	}
}

bool service_has_ended(struct service *s)
{
	return watch_is_readable(sandbox_ended_fd(s->box));
}

/* What a manifest says of the box's own folders, where they are really. */
static const char *placed(struct service *s, const char *value)
{
	static const char *const places[] = { "/data", "/tmp", FOLDER };

	for (size_t i = 0; *s->folder && i < ARRAY_LEN(places); i++) {
		size_t n = strlen(places[i]);

		if (!strncmp(value, places[i], n) &&
		    (value[n] == '/' || !value[n]))
			return arena_printf(s->arena, "%s%s", s->folder,
					    value);
	}
	return value;
}

/* What the app may see of its surroundings; the manifest's come last. */
static const char *const *environment(struct service *s)
{
	const struct exercise *ex = s->spec->ex;
	const char **env = arena_array(s->arena, ENV_FIXED + ex->n_env + 1,
				       sizeof(*env));
	size_t n = 0;

	env[n++] = arena_printf(s->arena, "PATH=%s/bin:/usr/bin:/bin",
				s->python.env);
	env[n++] = arena_printf(s->arena, "HOME=%s/tmp", s->folder);
	env[n++] = arena_printf(s->arena, "TMPDIR=%s/tmp", s->folder);
	env[n++] = "LANG=C.UTF-8";
	env[n++] = "TZ=UTC";
	env[n++] = "PYTHONDONTWRITEBYTECODE=1";
	env[n++] = "PYTHONUNBUFFERED=1";
	env[n++] = arena_printf(s->arena, "DATA_DIR=%s/data", s->folder);
	env[n++] = arena_printf(s->arena, "PORT=%d", PORT);
	for (size_t i = 0; i < ex->n_env; i++)
		env[n++] = arena_printf(s->arena, "%s=%s", ex->env[i].name,
					placed(s, ex->env[i].value));
	return env;
}

/* The same for a warm start, which leaves out the interpreter itself. */
static const char *const *arguments(struct service *s, bool warm)
{
	const struct launch *launch = s->spec->launch;
	const struct exercise *ex = s->spec->ex;
	const char **argv = arena_array(s->arena, ARGS, sizeof(*argv));
	size_t n = 0;

	if (!warm) {
		argv[n++] = s->python.exe;
		argv[n++] = "-I";
		argv[n++] = "-S";
		argv[n++] = "-X"; /* as the fork server */
		argv[n++] = "utf8";
	}
	argv[n++] = s->python.serve;
	argv[n++] = arena_printf(s->arena, "packages=%s", s->python.packages);
	if (launch->script) {
		argv[n++] = arena_printf(s->arena, "script=%s", launch->script);
		return argv;
	}
	argv[n++] = arena_printf(s->arena, "target=%s", launch->target);
	argv[n++] = arena_printf(s->arena, "workers=%d", ex->workers);
	argv[n++] = arena_printf(s->arena, "threads=%d", ex->threads);
	return argv;
}

static int run_program(struct service *s, struct service_failure *why)
{
	const struct launch *launch = s->spec->launch;
	struct sandbox_failure f;
	struct sandbox_program program = {
		.env = environment(s),
		.cwd = launch->dir && *launch->dir
			       ? arena_printf(s->arena, FOLDER "/%s",
					      launch->dir)
			       : FOLDER,
		.listener = !launch->script,
	};
	int r = -1;

	if (s->fork) {
		program.argv = arguments(s, true);
		r = forkserver_start(s->fork, s->box, &program, &f);
		if (r < 0)
			release_fork_server(s);
	}
	if (r < 0) {
		program.argv = arguments(s, false);
		r = sandbox_start(s->box, &program, &f);
	}
	return r < 0 ? box_failed(s->arena, why, &f) : 0;
}

static int open_socket(void *ctx, int domain, int type)
{
	struct service *s = ctx;

	return sandbox_socket(s->box, domain, type);
}

static int open_client(struct service *s, struct service_failure *why)
{
	const struct http_options options = {
		.port = s->port,
		.real_port = sandbox_port(s->box),
		.body_max = TRANSCRIPT_BODY_MAX,
		.arena_max = SERVICE_ARENA_MAX,
		.socket = open_socket,
		.ctx = s,
	};
	struct err err;

	if (http_new(&s->http, &options, &err) < 0)
		return failed(why, SERVICE_BROKEN,
			      arena_strdup(s->arena, err.msg));
	http_watch(s->http, s->watch);
	return 0;
}

/* A program listens where it likes: look until something does. */
static bool find_port(struct service *s, int64_t deadline_ns)
{
	s->port = PORT;
	while (s->spec->launch->script) {
		if (sandbox_listeners(s->box, &s->port, 1) > 0)
			return true;
		if (!clock_left_ms(deadline_ns) || watch_is_readable(s->watch))
			return false;
		sandbox_wait(s->box, LISTEN_POLL_MS);
	}
	return true;
}

/*
 * Every server refuses this line by itself.  Any bytes mean that it reads what
 * comes, which gunicorn's workers do once they have loaded the app.
 */
static bool answers(struct service *s, int64_t deadline_ns)
{
	int left_ms;

	while ((left_ms = clock_left_ms(deadline_ns))) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct http_response res;

		if (http_raw(s->http, arena, SPAN_LIT("READY?\r\n\r\n"),
			     left_ms, &res, NULL) < 0)
			return false;
		if (res.head.len || res.body.len)
			return true;
		if (watch_is_readable(s->watch))
			return false;
		/* Closed without a word: it listens and is not there yet. */
		sandbox_wait(s->box, LISTEN_POLL_MS);
	}
	return false;
}

static int wait_until_ready(struct service *s, struct service_failure *why)
{
	const int fds[] = { s->spec->stop_fd, sandbox_ended_fd(s->box) };
	int64_t deadline_ns =
		clock_ns() + or_default(s->spec->ex->limits.ready_ms,
					READY_MS) * 1000000;

	s->watch = watch_open(fds, ARRAY_LEN(fds));
	if (s->watch < 0)
		return failed(why, SERVICE_BROKEN, "no descriptor to wait on");
	if (find_port(s, deadline_ns)) {
		int r = open_client(s, why);

		if (r < 0)
			return r;
		if (answers(s, deadline_ns) && !service_has_ended(s))
			return 0;
	}
	*why = startup_failure(s->arena, s->spec, s->box, s->output_at,
			       s->again);
	return -ECHILD;
}

/* What is asked of an app that is not there is refused at once. */
static void refuse(struct service *s)
{
	const int ended = sandbox_ended_fd(s->box);
	struct service_failure unused;

	s->port = PORT;
	s->watch = watch_open(&ended, 1);
	if (s->watch >= 0)
		open_client(s, &unused);
}

int service_start(struct service *s, struct service_start *ret,
		  struct service_failure *why)
{
	int64_t begin_ns = clock_ns();
	struct sandbox_state state;
	int r;

	if (sandbox_sync(s->box, &state) == 0)
		s->output_at = state.output_len;
	r = run_program(s, why);
	if (r == 0)
		r = wait_until_ready(s, why);
	else
		refuse(s);
	s->again = true;
	if (r < 0)
		return r;
	*ret = (struct service_start){
		.warm = s->fork != NULL,
		.reused = s->reused && s->fork,
		.port = s->port,
		.start_ms = (clock_ns() - begin_ns) / 1000000,
	};
	return 0;
}

int service_restart(struct service *s, struct service_start *ret,
		    struct service_failure *why)
{
	forget_program(s);
	if (sandbox_stop(s->box) < 0) {
		refuse(s);
		return failed(why, SERVICE_BROKEN,
			      "the box could not be emptied");
	}
	return service_start(s, ret, why);
}
