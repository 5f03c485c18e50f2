#include "sandbox/init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/caps.h"
#include "sandbox/init_net.h"
#include "sandbox/net.h"
#include "sandbox/wire.h"

/*
 * What init needs after the box is built: to end and to start programs, and
 * to read a file that is to be copied out.
 */
#define INIT_CAPS                                                              \
	(CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) |       \
	 CAP_BIT(CAP_SETPCAP) | CAP_BIT(CAP_DAC_READ_SEARCH))
/* And to remove the folder of a bare box. */
#define BARE_CAPS (INIT_CAPS | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER))
#define FD_PARKED 100 /* above whatever the keeper had open */
#define ARGS_MAX  4096
#define SEARCH    "/usr/local/bin:/usr/bin:/bin"

struct init {
	const struct init_plan *plan;
	int control, service, signals;
	int fds[INIT_FD_N];
	uint16_t port;  /* see struct init_report */
	struct bare_usage folder;
	pid_t program;  /* the one that was started cold; 0: none */
	pid_t leader;   /* bare: the same, until its group has been ended */
	int report;     /* its report socket */
};

static void report_end(struct init *init, int status,
		       const struct rusage *usage)
{
	struct confine_report report = {
		.kind = CONFINE_ENDED,
		.status = status,
		.max_rss_bytes = usage->ru_maxrss * INT64_C(1024),
	};

	confine_report(init->report, &report, -1);
	close(init->report);
	init->report = -1;
	init->program = 0;
}

/* Reap what has ended, or with `flags` 0 everything. */
static void reap(struct init *init, int flags)
{
	struct rusage usage;
	pid_t pid;
	int status;

	while ((pid = wait4(-1, &status, flags, &usage)) > 0) {
		if (pid == init->program)
			report_end(init, status, &usage);
	}
}

/* How it ended, without taking it: until its group is ended, its number must
 * be nobody else's. */
static bool leader_has_ended(struct init *init)
{
	struct rusage usage = { 0 };
	siginfo_t info = { 0 };
	int status;

	if (!init->program ||
	    syscall(SYS_waitid, P_PID, init->program, &info,
		    WEXITED | WNOHANG | WNOWAIT, &usage) < 0 || !info.si_pid)
		return init->leader && !init->program;
	status = info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0)
					    : info.si_status;
	report_end(init, status, &usage);
	return true;
}

/* Orphans come to us.  Who waits behind the leader is reaped with it. */
static void reap_bare(struct init *init)
{
	siginfo_t info = { 0 };

	while (!leader_has_ended(init) &&
	       waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid) {
		if (info.si_pid != init->leader)
			waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
	}
}

static void kill_everybody(struct init *init)
{
	if (init_is_bare(init->plan)) {
		leader_has_ended(init); /* by itself, if it has */
		bare_end_group(init->leader);
		reap(init, 0);
		init->leader = 0;
		return;
	}
	/*
	 * Children are waited for; what joined from outside has its waiter
	 * there, and is gone when there is nobody left to signal.
	 */
	while (kill(-1, SIGKILL) == 0) {
		reap(init, 0);
		usleep(100);
	}
	reap(init, 0);
}

static void kill_all(struct init *init)
{
	struct init_report report = { .kind = INIT_KILLED };

	kill_everybody(init);
	net_drop_backlog(init->fds[INIT_FD_LISTEN4]);
	net_drop_backlog(init->fds[INIT_FD_LISTEN6]);
	wire_send(init->control, &report, sizeof(report), NULL, 0);
}

static void reset_signals(void)
{
	/* The kernel's own: the C library keeps 32 and 33 to itself. */
	uint64_t action[4] = { 0 };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, action, NULL, sizeof(uint64_t));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* execve, and for a name without a slash the usual folders. */
static void execute(const char *const *argv, const char *const *env)
{
	char *const *args = (char *const *)(uintptr_t)argv;
	char *const *vars = (char *const *)(uintptr_t)env;
	char path[512];
	int saved = ENOENT;

	if (strchr(argv[0], '/')) {
		execve(argv[0], args, vars);
		return;
	}
	for (const char *s = SEARCH; s; s = strchr(s, ':')) {
		s += *s == ':';
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(s, ":"),
			 s, argv[0]);
		execve(path, args, vars);
		if (errno != ENOENT)
			saved = errno;
	}
	errno = saved;
}

static void run_child(const struct init_plan *plan, pid_t init,
		      const struct confine *c, const struct confine_fds *fds,
		      const char *const *argv, const char *const *env)
{
	struct confine_report report = { .kind = CONFINE_FAILED };
	bool bare = init_is_bare(plan);
	int report_fd;

	reset_signals();
	if (bare) /* before there can be a family that outlives us all */
		bare_note_session(plan->root->scratch, getpid());
	if (confine(c, fds, &report_fd, &report.failure) < 0)
		_exit(127);
	if (bare) { /* a pid namespace would see to that */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != init)
			_exit(127);
	}
	execute(argv, env);
	confine_fail(&report.failure, SANDBOX_STAGE_EXEC, errno,
		     "execute `%s`", argv[0]);
	confine_report(report_fd, &report, -1);
	_exit(127);
}

/*
 * CLONE_VFORK without CLONE_VM: the child has memory of its own, and we go on
 * when it has executed the program, or has said why it could not.
 */
static pid_t fork_until_exec(int *ret_pidfd)
{
	return (pid_t)syscall(SYS_clone, CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
			      NULL, ret_pidfd, NULL, NULL);
}

static void start(struct init *init, struct wire *w, const int *fds)
{
	static const char *argv[ARGS_MAX], *env[ARGS_MAX];
	struct confine_report report = { .kind = CONFINE_PROCESS };
	struct init_start msg;
	struct confine_fds cfds = { .output = fds[0], .report = fds[1],
				    .listen4 = init->fds[INIT_FD_LISTEN4],
				    .listen6 = init->fds[INIT_FD_LISTEN6],
				    .landlock = init->fds[INIT_FD_LANDLOCK],
				    .filter = fds[2] };
	pid_t ours = getpid(), pid = -1;
	int pidfd = -1;

	wire_get(w, &msg, sizeof(msg));
	wire_get_strs(w, argv, ARGS_MAX);
	wire_get_strs(w, env, ARGS_MAX);
	init->report = fcntl(cfds.report, F_DUPFD_CLOEXEC, 0);
	if (w->failed || !argv[0])
		confine_fail(&report.failure, SANDBOX_STAGE_EXEC, E2BIG,
			     "more than %d arguments or variables",
			     ARGS_MAX - 1);
	else if ((pid = fork_until_exec(&pidfd)) < 0)
		confine_fail(&report.failure, SANDBOX_STAGE_SPAWN, errno,
			     "fork");
	if (pid == 0)
		run_child(init->plan, ours, &msg.confine, &cfds, argv, env);
	if (pid < 0) {
		report.kind = CONFINE_FAILED;
		pid = 0;
	}
	report.pid = init->program = init->leader = pid;
	confine_report(init->report, &report, pidfd);
	if (pidfd >= 0)
		close(pidfd);
	if (!pid) { /* nobody's end will be reported */
		close(init->report);
		init->report = -1;
	}
}

static bool obey(struct init *init)
{
	static struct wire w;
	int fds[3] = { -1, -1, -1 };
	size_t n_fds;
	enum init_op op;
	int n;

	n = wire_recv(init->control, w.bytes, sizeof(w.bytes), fds, 3,
		      &n_fds);
	if (n < (int)sizeof(op))
		return false;
	w.len = (size_t)n;
	w.at = 0;
	w.failed = false;
	memcpy(&op, w.bytes, sizeof(op));
	switch (op) {
	case INIT_GO:
	case INIT_LIMITS:
		break;
	case INIT_START:
		start(init, &w, fds);
		break;
	case INIT_KILL:
		kill_all(init);
		break;
	}
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	return true;
}

static void reap_some(struct init *init)
{
	if (init_is_bare(init->plan))
		reap_bare(init);
	else
		reap(init, WNOHANG);
}

/* The keeper is gone, or wants us to be. */
static void __attribute__((noreturn)) leave(struct init *init, int code)
{
	if (init_is_bare(init->plan)) {
		kill_everybody(init);
		bare_remove_folder(init->plan->root->folder);
	}
	_exit(code);
}

static void loop(struct init *init)
{
	struct pollfd pfds[] = {
		{ .fd = init->control, .events = POLLIN },
		{ .fd = init->signals, .events = POLLIN },
		{ .fd = init->service, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(pfds, 3, -1) < 0)
			continue;
		if (pfds[1].revents) {
			if (read(init->signals, &info, sizeof(info)) < 0)
				continue;
			reap_some(init);
		}
		if (pfds[0].revents && !obey(init))
			leave(init, 0);
		if (pfds[2].revents && !init_serve(init->service, init->plan))
			pfds[2].fd = -1; /* the keeper will say when to end */
	}
}

/* What the keeper says next; without it there is nobody to build for. */
static void await(const struct init_plan *plan, int *fds, size_t max,
		  size_t *ret_n)
{
	struct init nothing = { .plan = plan };
	char op[64];

	if (wire_recv(plan->control, op, sizeof(op), fds, max, ret_n) < 0)
		leave(&nothing, 0);
}

static int enter_cgroups(const struct init_plan *plan,
			 struct sandbox_failure *reterr)
{
	int tasks[INIT_TASKS_MAX], r = 0;
	size_t n = 0;

	await(plan, tasks, INIT_TASKS_MAX, &n);
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && write(tasks[i], "0", 1) < 0)
			r = -errno;
		close(tasks[i]);
	}
	if (r == 0 && !init_is_bare(plan) && unshare(CLONE_NEWCGROUP) < 0)
		r = -errno;
	return r < 0 ? confine_fail(reterr, SANDBOX_STAGE_CGROUP, -r,
				    "enter the cgroup")
		     : 0;
}

/*
 * No user namespace below this one, whatever the filter says: in a new one a
 * program would have all capabilities again.  And not the host's number of
 * watches: each keeps an inode, which nobody counts where there is no cgroup.
 * Nor all instances, which an ordinary user has few of, everywhere together.
 * Limits of this namespace, and only that; where /proc/sys cannot be written,
 * the filter is alone.
 */
static void limit_namespace(void)
{
	static const struct {
		const char *file, *value;
	} limits[] = {
		{ "/proc/sys/user/max_user_namespaces", "0" },
		{ "/proc/sys/user/max_inotify_watches", "8192" },
		{ "/proc/sys/user/max_inotify_instances", "16" },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		int fd = open(limits[i].file, O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (write(fd, limits[i].value, strlen(limits[i].value)) < 0)
			(void)0; /* as said above */
		close(fd);
	}
}

static int become_init(const struct init_plan *plan,
		       struct sandbox_failure *reterr)
{
	const struct ids *ids = plan->ids;

	await(plan, NULL, 0, NULL);
	if (sethostname("box", 3) < 0 || setdomainname("", 0) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NAMESPACES, errno,
				    "set the host name");
	if ((ids->pair && setgroups(0, NULL) < 0) ||
	    setresgid(ids->init, ids->init, ids->init) < 0 ||
	    setresuid(ids->init, ids->init, ids->init) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NAMESPACES, errno,
				    "become uid %u", ids->init);
	if (plan->layers & (1u << SANDBOX_LAYER_USERNS))
		limit_namespace();
	return 0;
}

/* A socket of the machine's network; its port is the kernel's choice. */
static int listen_bare(struct init *init, struct sandbox_failure *reterr)
{
	int fd = init->plan->listen_port ? net_listen(AF_INET, 0) : -1;

	if (!init->plan->listen_port)
		return 0;
	if (fd < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, -fd,
				    "listen on 127.0.0.1");
	init->fds[INIT_FD_LISTEN4] = fd;
	init->port = net_port(fd);
	return 0;
}

static int build_bare(struct init *init, struct sandbox_failure *reterr)
{
	const struct init_plan *plan = init->plan;
	int r;

	await(plan, NULL, 0, NULL);
	/* Orphans shall come to us; and a terminal's signals are not ours. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NAMESPACES, errno,
				    "become a subreaper");
	r = bare_fill(plan->root, reterr);
	bare_measure(plan->root->folder, INT32_MAX, &init->folder);
	if (r == 0)
		r = enter_cgroups(plan, reterr);
	if (r == 0)
		r = listen_bare(init, reterr);
	if (r == 0 && plan->layers & (1u << SANDBOX_LAYER_LANDLOCK))
		r = bare_landlock(plan->root, &init->fds[INIT_FD_LANDLOCK],
				  reterr);
	if (r == 0 && caps_keep(BARE_CAPS & caps_held()) < 0)
		r = confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, errno,
				 "drop init's capabilities");
	return r;
}

static int build(struct init *init, struct sandbox_failure *reterr)
{
	const struct init_plan *plan = init->plan;
	struct init_net net;
	int r;

	if (init_is_bare(plan))
		return build_bare(init, reterr);
	r = init_net_begin(&net, plan->listen_port, reterr);

	if (r == 0)
		r = become_init(plan, reterr);
	if (r == 0)
		r = root_build(plan->root, reterr);
	if (r == 0)
		r = enter_cgroups(plan, reterr);
	if (r == 0)
		r = init_net_end(&net, init->fds, reterr);
	if (r < 0)
		return r;
	init->fds[INIT_FD_SCRATCH] = plan->root->scratch;
	init->fds[INIT_FD_DECOYS] = plan->root->decoys;
	init->fds[INIT_FD_PROC] = open("/proc", O_RDONLY | O_DIRECTORY |
							O_CLOEXEC);
	init->fds[INIT_FD_MOUNTS] = open("/proc/self/ns/mnt",
					 O_RDONLY | O_CLOEXEC);
	if (plan->layers & (1u << SANDBOX_LAYER_LANDLOCK))
		r = root_landlock(plan->root, &init->fds[INIT_FD_LANDLOCK],
				  reterr);
	if (r == 0 && caps_keep(INIT_CAPS) < 0)
		r = confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, errno,
				 "drop init's capabilities");
	return r;
}

static void say_ready(struct init *init)
{
	struct init_report report = { .kind = INIT_READY, .port = init->port,
				      .folder_bytes = init->folder.bytes,
				      .folder_inodes = init->folder.inodes };
	int fds[INIT_FD_N];
	size_t n = 0;

	for (int i = 0; i < INIT_FD_N; i++) {
		report.has_fd[i] = init->fds[i] >= 0;
		if (init->fds[i] >= 0)
			fds[n++] = init->fds[i];
	}
	wire_send(init->control, &report, sizeof(report), fds, n);
	/* The keeper watches these; we have no use for them. */
	init->fds[INIT_FD_SCRATCH] = init->fds[INIT_FD_PROC] = -1;
	init->fds[INIT_FD_DECOYS] = init->fds[INIT_FD_MOUNTS] = -1;
}

/*
 * Close all but what init works with: a copy of the keeper's own sockets
 * here would hide its death, and the runner's, from each other.
 */
static int keep_only_ours(struct init *init)
{
	/* A bare box's folder: its lock is ours as well. */
	int *lock = &init->plan->root->scratch, none = -1;
	int *ours[] = { &init->control, &init->service, &init->signals,
			&init->fds[INIT_FD_LISTEN4],
			&init->fds[INIT_FD_LISTEN6],
			&init->fds[INIT_FD_LANDLOCK],
			init_is_bare(init->plan) ? lock : &none };
	int next = FD_PARKED, fd;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (*ours[i] < 0)
			continue;
		fd = fcntl(*ours[i], F_DUPFD_CLOEXEC, next);
		if (fd < 0)
			return -errno;
		*ours[i] = fd;
		next = fd + 1;
	}
	if (syscall(SYS_close_range, 0, FD_PARKED - 1, 0) < 0 ||
	    syscall(SYS_close_range, next, ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* Those that come from outside of a pid namespace reach no init in it. */
static void block_signals(const struct init_plan *plan, const sigset_t *ours)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, init_is_bare(plan) ? &all : ours, NULL);
	if (init_is_bare(plan))
		setsid();
}

void init_run(const struct init_plan *plan)
{
	struct init init = { .plan = plan, .report = -1,
			     .control = plan->control,
			     .service = plan->service };
	struct init_report report = { .kind = INIT_FAILED };
	sigset_t set;

	memset(init.fds, -1, sizeof(init.fds));
	prctl(PR_SET_NAME, "init");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	block_signals(plan, &set);
	init.signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (build(&init, &report.failure) < 0) {
		wire_send(plan->control, &report, sizeof(report), NULL, 0);
		leave(&init, 1);
	}
	/* The change of uid cleared what was set before; see also loop().
	 * Who has to clean up must live to do so. */
	if (!init_is_bare(plan))
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	say_ready(&init);
	if (keep_only_ours(&init) < 0)
		leave(&init, 1);
	loop(&init);
	_exit(0);
}
