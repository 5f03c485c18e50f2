#include "sandbox/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/proc.h"
#include "sandbox/wire.h"

#define CHUNK_BYTES      (64 << 10)
#define OUTPUT_MAX_BYTES (INT64_C(256) << 20) /* where no limit is asked */
#define START_LIMIT_MS   10000 /* from the start message to the exec */
#define KILL_LIMIT_MS    10000
#define SAMPLE_MAX_NS    100000000

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int64_t keeper_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Keep what is below the limit, count all, and never let the pipe fill. */
static void keep_output(struct keeper *k, const char *bytes, size_t n)
{
	int64_t limit = k->spec->limits.output_bytes;
	int64_t room = (limit ? limit : OUTPUT_MAX_BYTES) -
		       k->state.output_len;
	size_t keep = room < (int64_t)n ? (size_t)room : n;

	/* The caller's own limit on files may be lower. */
	if (keep && pwrite(k->output_memfd, bytes, keep,
			   k->state.output_len) != (ssize_t)keep)
		keep = 0;
	k->state.output_len += (int64_t)keep;
	k->state.output_cut = k->state.output_cut || keep < n;
	k->state.peak.output_bytes += (int64_t)n;
}

/* One pipe's worth at most, so that a flood cannot hold us here. */
static void drain_output(struct keeper *k)
{
	static char chunk[CHUNK_BYTES];
	int waiting = 0;
	ssize_t n;

	if (k->output < 0 || ioctl(k->output, FIONREAD, &waiting) < 0)
		return;
	do {
		n = read(k->output, chunk, sizeof(chunk));
		if (n > 0)
			keep_output(k, chunk, (size_t)n);
		waiting -= (int)n;
	} while (n > 0 && waiting > 0);
	if (n == 0)
		close_fd(&k->output);
}

static void kill_all(struct keeper *k)
{
	enum init_op op = INIT_KILL;

	if (k->killing)
		return;
	k->killing = true;
	if (k->once && !k->bare) { /* ending init ends all, and saves asking */
		keeper_sample_files(k);
		keeper_read_decoys(k);
		/* What only init still holds, the kernel frees in its own time
		 * and not in ours. */
		for (int i = 0; i < INIT_FD_N; i++) {
			if (i != INIT_FD_DECOYS && i != INIT_FD_MOUNTS)
				close_fd(&k->box[i]);
		}
		syscall(SYS_pidfd_send_signal, k->init_pidfd, SIGKILL, NULL, 0);
		k->killed = k->lost = true;
		/* While it is ending; counters outlive what they count. */
		keeper_sample(k);
		keeper_close_decoys(k);
		return;
	}
	if (wire_send(k->control, &op, sizeof(op), NULL, 0) < 0)
		k->killed = true;
}

void keeper_end(struct keeper *k, enum sandbox_reason reason, bool sampled)
{
	if (reason <= SANDBOX_DESCRIPTORS)
		k->state.limits_hit[reason] = true;
	if (k->fatal == SANDBOX_RUNNING && !k->ended) {
		k->fatal = reason;
		k->fatal_sampled = sampled;
	}
	kill_all(k);
}

/* A limit that the program ran into and survived, or did not. */
static enum sandbox_reason limit_behind(const struct keeper *k)
{
	static const enum sandbox_reason limits[] = {
		SANDBOX_MEMORY, SANDBOX_PROCESSES, SANDBOX_DISK_BYTES,
		SANDBOX_DISK_INODES, SANDBOX_DESCRIPTORS,
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (k->state.limits_hit[limits[i]])
			return limits[i];
	}
	return SANDBOX_RUNNING;
}

static void decide_reason(struct keeper *k)
{
	struct sandbox_state *s = &k->state;
	enum sandbox_reason limit = limit_behind(k);

	s->sampled = k->fatal_sampled;
	s->reason = k->fatal;
	if (s->reason != SANDBOX_RUNNING)
		return;
	if (!k->ended || k->silent) {
		s->reason = SANDBOX_ERROR;
	} else if (WIFSIGNALED(k->status)) {
		s->reason = SANDBOX_SIGNALLED;
		s->signal = WTERMSIG(k->status);
	} else {
		s->reason = SANDBOX_EXITED;
		s->exit_code = WEXITSTATUS(k->status);
	}
	/* Not for a SIGXCPU that it sent to itself. */
	if (s->reason == SANDBOX_SIGNALLED && k->spec->limits.cpu_ms &&
	    s->peak.cpu_ms >= k->spec->limits.cpu_ms) {
		s->reason = SANDBOX_CPU_TIME;
	} else if (limit != SANDBOX_RUNNING &&
		   (s->reason == SANDBOX_SIGNALLED || s->exit_code)) {
		s->reason = limit;
		s->sampled = limit > SANDBOX_PROCESSES ||
			     *k->cg.world == 'n';
	}
}

static void conclude(struct keeper *k)
{
	uint64_t one = 1;

	if (k->concluded || !k->killed || (!k->ended && !k->lost))
		return;
	k->concluded = true;
	if (!k->once)
		keeper_sample(k);
	k->state.peak.wall_ms = (keeper_now_ns() - k->started_ns) / 1000000;
	drain_output(k);
	decide_reason(k);
	close_fd(&k->listener);
	close_fd(&k->program);
	close_fd(&k->report);
	if (write(k->ended_event, &one, sizeof(one)) < 0)
		(void)0; /* the counter is full: it is readable */
}

/*
 * Whoever waits for the program is gone.  Before the program was confined, a
 * start has failed; later, it may have been a limit that ended both.
 */
static void lose_waiter(struct keeper *k)
{
	close_fd(&k->report);
	if (!k->confined) {
		k->failed = true;
		if (!k->failure.code)
			confine_fail(&k->failure, SANDBOX_STAGE_SPAWN, EPIPE,
				     "the start was given up");
	} else if (!k->ended) {
		keeper_sample(k);
		k->ended = k->silent = true;
	}
	kill_all(k);
}

static void take_report(struct keeper *k)
{
	struct confine_report report;
	size_t n_fds = 0;
	int fd = -1;
	int n = wire_recv(k->report, &report, sizeof(report), &fd, 1, &n_fds);

	if (n != (int)sizeof(report)) { /* all ends closed */
		lose_waiter(k);
		return;
	}
	switch (report.kind) {
	case CONFINE_PROCESS:
		k->has_process = true;
		k->session = k->bare ? report.pid : 0;
		k->program = n_fds ? fd : -1;
		return;
	case CONFINE_CONFINED:
		k->confined = true;
		k->listener = n_fds ? fd : -1;
		return;
	case CONFINE_FAILED:
		k->failed = true;
		k->failure = report.failure;
		break;
	case CONFINE_ENDED:
		/* While others that it started may still be there. */
		if (!*k->cg.dirs[CGROUP_PIDS])
			keeper_sample(k);
		keeper_sample_end(k, report.max_rss_bytes);
		k->ended = true;
		k->status = report.status;
		break;
	}
	if (n_fds)
		close(fd);
	kill_all(k);
}

static void take_control(struct keeper *k)
{
	struct init_report report;
	int n;

	if (k->once && k->killed && !k->bare) { /* as we wanted it */
		close_fd(&k->control);
		return;
	}
	n = wire_recv(k->control, &report, sizeof(report), NULL, 0, NULL);

	if (n == (int)sizeof(report) && report.kind == INIT_KILLED) {
		k->killed = true;
		return;
	}
	/* Only the kernel can have ended init, and only for memory. */
	k->lost = k->killed = k->killing = true;
	keeper_end_bare(k);
	close_fd(&k->control);
	keeper_sample(k);
}

/* When something is due, in milliseconds from now; -1: nothing is. */
static int next_due_ms(const struct keeper *k)
{
	int64_t left;

	if (k->concluded || !k->confined)
		return -1;
	left = k->next_sample_ns - keeper_now_ns();
	return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

static void check_time(struct keeper *k)
{
	int64_t now = keeper_now_ns();
	int64_t wall_ms = k->spec->limits.wall_ms;
	int64_t ran_ms = (now - k->started_ns) / 1000000;

	if (k->concluded || !k->confined)
		return;
	if (now >= k->next_sample_ns) {
		keeper_sample(k);
		k->sample_interval_ns *= 2;
		if (k->sample_interval_ns > SAMPLE_MAX_NS)
			k->sample_interval_ns = SAMPLE_MAX_NS;
		k->next_sample_ns = now + k->sample_interval_ns;
	}
	if (wall_ms && ran_ms >= wall_ms)
		keeper_end(k, SANDBOX_WALL_TIME, false);
	else if (wall_ms && k->next_sample_ns > k->started_ns +
							wall_ms * 1000000)
		k->next_sample_ns = k->started_ns + wall_ms * 1000000;
}

bool keeper_step(struct keeper *k, int extra, int timeout_ms)
{
	enum { EXTRA, CONTROL, REPORT, OUTPUT, LISTENER, OOM, DECOYS, N };
	struct pollfd pfds[N] = {
		[EXTRA] = { .fd = extra, .events = POLLIN },
		[CONTROL] = { .fd = k->control, .events = POLLIN },
		[REPORT] = { .fd = k->report, .events = POLLIN },
		[OUTPUT] = { .fd = k->output, .events = POLLIN },
		[LISTENER] = { .fd = k->listener, .events = POLLIN },
		[OOM] = { .fd = k->concluded ? -1 : k->cg.oom_event,
			  .events = POLLIN },
		[DECOYS] = { .fd = k->box[INIT_FD_DECOYS], .events = POLLIN },
	};
	int due_ms = next_due_ms(k);

	if (timeout_ms < 0 || (due_ms >= 0 && due_ms < timeout_ms))
		timeout_ms = due_ms;
	if (poll(pfds, N, timeout_ms) < 0)
		return false;
	if (pfds[LISTENER].revents & POLLIN)
		keeper_answer(k);
	else if (pfds[LISTENER].revents)
		close_fd(&k->listener); /* no process has that filter now */
	if (pfds[OUTPUT].revents)
		drain_output(k);
	if (pfds[OOM].revents)
		keeper_sample(k);
	if (pfds[DECOYS].revents)
		keeper_read_decoys(k);
	if (pfds[REPORT].revents)
		take_report(k);
	if (pfds[CONTROL].revents)
		take_control(k);
	check_time(k);
	conclude(k);
	return pfds[EXTRA].revents;
}

void keeper_sync(struct keeper *k)
{
	drain_output(k);
	if (k->listener >= 0)
		keeper_answer(k);
	keeper_read_decoys(k);
	if (!k->concluded && k->confined)
		keeper_sample_again(k);
	k->state.peak.wall_ms =
		k->concluded ? k->state.peak.wall_ms
			     : (keeper_now_ns() - k->started_ns) / 1000000;
}

/* Limits that the kernel holds for each process, beside the cgroup's. */
static void plan_rlimits(const struct keeper *k, struct confine *c)
{
	const struct sandbox_limits *l = &k->spec->limits;
	bool counted = *k->cg.dirs[CGROUP_MEMORY];
	/*
	 * Above the cgroup's limit, whose refusals are counted.  Without one
	 * there is room for init and a waiter, where they have the same uid.
	 */
	int spare = *k->cg.dirs[CGROUP_PIDS] ? 8 : k->ids.pair ? 0 : 2;
	/* What else has that uid counts too, where it is not alone with it. */
	int others = k->bare && !k->ids.pair
			     ? proc_count_user(k->box[INIT_FD_PROC], k->ids.app)
			     : 0;
	const struct {
		int resource;
		int64_t value; /* negative: leave it */
	} wanted[] = {
		{ RLIMIT_CPU, l->cpu_ms ? l->cpu_ms / 1000 + 2 : -1 },
		{ RLIMIT_FSIZE, l->disk_bytes ? l->disk_bytes : -1 },
		/* Room to be seen above the limit, before malloc() fails. */
		{ RLIMIT_DATA, l->memory_bytes && !counted
				       ? l->memory_bytes / 4 * 5 + (32 << 20)
				       : -1 },
		{ RLIMIT_NOFILE, l->files ? l->files : -1 },
		{ RLIMIT_NPROC, l->processes ? l->processes + spare +
					       others * 2 : -1 },
		{ RLIMIT_STACK, 8 << 20 },
		/* 1, not 0: a pipe in core_pattern is not stopped by 0 */
		{ RLIMIT_CORE, 1 },
		{ RLIMIT_MEMLOCK, 64 << 10 },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_SIGPENDING, 256 },
		{ RLIMIT_NICE, 0 },
		{ RLIMIT_RTPRIO, 0 },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (wanted[i].value < 0)
			continue;
		c->rlimits[c->n_rlimits].resource = wanted[i].resource;
		c->rlimits[c->n_rlimits++].value = (uint64_t)wanted[i].value;
	}
}

static int plan_confine(const struct keeper *k,
			const struct sandbox_program *program,
			struct confine *ret, struct sandbox_failure *reterr)
{
	int n;

	*ret = (struct confine){ .layers = k->state.layers, .uid = k->ids.app,
				 .gid = k->ids.app_gid,
				 .listener = program->listener,
				 .set_groups = k->ids.pair };
	/* A bare box has no root to start in. */
	n = snprintf(ret->cwd, sizeof(ret->cwd), "%s%s", k->root.folder,
		     program->cwd ? program->cwd : k->bare ? "/tmp" : "/");
	if (n < 0 || (size_t)n >= sizeof(ret->cwd))
		return confine_fail(reterr, SANDBOX_STAGE_EXEC, ENAMETOOLONG,
				    "the working directory");
	plan_rlimits(k, ret);
	return 0;
}

static void forget_program(struct keeper *k)
{
	struct sandbox_state fresh = { .layers = k->state.layers,
				       .landlock_abi = k->state.landlock_abi,
				       .output_len = k->state.output_len,
				       .output_cut = k->state.output_cut,
				       .n_denied = k->state.n_denied,
				       .denied_lost = k->state.denied_lost };
	uint64_t n;

	memcpy(fresh.cgroup, k->state.cgroup, sizeof(fresh.cgroup));
	memcpy(fresh.folder, k->state.folder, sizeof(fresh.folder));
	fresh.port = k->state.port;
	k->session = 0;
	fresh.peak.output_bytes = k->state.peak.output_bytes;
	k->state = fresh;
	close_fd(&k->report);
	close_fd(&k->listener);
	close_fd(&k->program);
	close_fd(&k->output);
	k->has_process = k->confined = k->failed = k->ended = false;
	k->silent = false;
	k->killing = k->killed = k->concluded = false;
	k->fatal = SANDBOX_RUNNING;
	k->fatal_sampled = false;
	k->failure = (struct sandbox_failure){ 0 };
	if (read(k->ended_event, &n, sizeof(n)) < 0)
		(void)0; /* it was not set */
}

/* The program's ends of a fresh pipe and report socket; ours are in `k`. */
static int make_channels(struct keeper *k, int *ret_output, int *ret_report,
			 struct sandbox_failure *reterr)
{
	int pipes[2], sockets[2];

	if (k->lost)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, EPIPE,
				    "the box has ended");
	if (k->report >= 0 && !k->concluded)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, EBUSY,
				    "a program is running");
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, errno, "pipe");
	if (wire_pair(sockets) < 0) {
		close(pipes[0]);
		close(pipes[1]);
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, errno,
				    "socketpair");
	}
	forget_program(k);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	k->output = pipes[0];
	k->report = sockets[0];
	*ret_output = pipes[1];
	*ret_report = sockets[1];
	keeper_sample_begin(k);
	k->started_ns = keeper_now_ns();
	return 0;
}

/*
 * A program that was ended for a limit was started, even when it had no time
 * to say so: its failure must not look like ours.
 */
static bool start_is_decided(const struct keeper *k)
{
	return k->failed || k->lost ||
	       (k->confined && (k->has_process || k->ended ||
				k->fatal != SANDBOX_RUNNING));
}

/* Step until the program is confined and running, or is not going to be. */
static int wait_started(struct keeper *k, struct sandbox_failure *reterr)
{
	int64_t deadline = keeper_now_ns() + START_LIMIT_MS * INT64_C(1000000);

	while (!start_is_decided(k) && keeper_now_ns() < deadline)
		keeper_step(k, -1, 1000);
	/* An exec that failed is reported before the process is. */
	if (start_is_decided(k) && k->confined && !k->failed)
		return 0;
	if (!k->failed)
		confine_fail(&k->failure, SANDBOX_STAGE_SPAWN,
			     k->lost ? EPIPE : ETIMEDOUT, "start a program");
	*reterr = k->failure;
	keeper_stop(k);
	return -reterr->code;
}

int keeper_start(struct keeper *k, const struct sandbox_program *program,
		 struct sandbox_failure *reterr)
{
	static struct wire w;
	struct init_start msg = { .op = INIT_START };
	int fds[3] = { -1, -1, -1 }, r;

	r = plan_confine(k, program, &msg.confine, reterr);
	if (r == 0)
		r = make_channels(k, &fds[0], &fds[1], reterr);
	if (r < 0)
		return r;
	fds[2] = k->filter;
	msg.has_filter = k->filter >= 0;
	w.len = w.at = 0;
	w.failed = false;
	wire_put(&w, &msg, sizeof(msg));
	wire_put_strs(&w, program->argv);
	wire_put_strs(&w, program->env);
	r = w.failed ? -E2BIG
		     : wire_send(k->control, w.bytes, w.len, fds,
				 msg.has_filter ? 3 : 2);
	close(fds[0]);
	close(fds[1]);
	if (r < 0) {
		confine_fail(&k->failure, SANDBOX_STAGE_EXEC, -r,
			     "hand over arguments and environment");
		k->failed = true;
	}
	r = keeper_await(k, reterr);
	return r < 0 ? r : wait_started(k, reterr);
}

static int dup_fd(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int keeper_join_begin(struct keeper *k, const struct sandbox_program *program,
		      struct join *ret, struct join_fds *ret_fds,
		      struct sandbox_failure *reterr)
{
	int r;

	*ret = (struct join){ .ns_flags = k->ns_flags };
	sched_getaffinity(0, sizeof(ret->cpus), &ret->cpus);
	if (k->bare) /* its programs must be init's children */
		return confine_fail(reterr, SANDBOX_STAGE_NAMESPACES, ENOTSUP,
				    "without namespaces nothing is joined");
	r = keeper_await(k, reterr);
	if (r < 0)
		return r;
	r = plan_confine(k, program, &ret->confine, reterr);
	if (r < 0)
		return r;
	memset(ret_fds, -1, sizeof(*ret_fds));
	r = make_channels(k, &ret_fds->confine.output,
			  &ret_fds->confine.report, reterr);
	if (r < 0)
		return r;
	ret_fds->init = dup_fd(k->init_pidfd);
	ret_fds->cgroup = dup_fd(k->cg.folder);
	for (int i = 0; i < JOIN_TASKS_MAX; i++)
		ret_fds->tasks[i] = dup_fd(k->cg.tasks[i]);
	ret_fds->confine.listen4 = dup_fd(k->box[INIT_FD_LISTEN4]);
	ret_fds->confine.listen6 = dup_fd(k->box[INIT_FD_LISTEN6]);
	ret_fds->confine.landlock = dup_fd(k->box[INIT_FD_LANDLOCK]);
	ret_fds->confine.filter = dup_fd(k->filter);
	return 0;
}

int keeper_join_wait(struct keeper *k, struct sandbox_failure *reterr)
{
	return wait_started(k, reterr);
}

int keeper_stop(struct keeper *k)
{
	int64_t deadline = keeper_now_ns() + KILL_LIMIT_MS * INT64_C(1000000);

	if (k->concluded || k->started_ns == 0)
		return 0;
	if (k->failed || !k->has_process)
		k->ended = true; /* nobody will report it */
	keeper_end(k, SANDBOX_STOPPED, false);
	while (!k->concluded && keeper_now_ns() < deadline)
		keeper_step(k, -1, 1000);
	return k->concluded ? 0 : -ETIMEDOUT;
}

int keeper_signal(struct keeper *k, int sig)
{
	if (k->program < 0 || k->concluded)
		return -ESRCH;
	if (syscall(SYS_pidfd_send_signal, k->program, sig, NULL, 0) < 0)
		return -errno;
	return 0;
}
