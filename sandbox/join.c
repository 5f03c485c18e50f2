/*
 * join -- libfumehood-join.so: the fork server's loop, and how one of its
 * children enters a box.  forkserver.py loads it into Python, with the
 * interpreter's lock held all the time (ctypes.PyDLL); nothing here calls
 * Python, so the only trace of it in a child is a return value.
 */
#include "sandbox/join.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/warm_wire.h"
#include "sandbox/wire.h"

/* How a child of ours ends that could not enter the box. */
#define ENTER_FAILED 125

/* One at a time; a child finds its own here, as it was at the fork. */
static struct wire message;
static struct warm_request request;

struct server {
	struct pollfd fds[1 + WARM_CONNS_MAX]; /* the first is `socket` */
	nfds_t n;
	bool listening, stop;
	const char *build;
	uint32_t starts;
	int64_t began_ms;
};

const char *const *fumehood_argv(void)
{
	return request.argv;
}

const char *const *fumehood_env(void)
{
	return request.env;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int failed(int report, enum sandbox_stage stage, int code,
		  const char *what)
{
	struct confine_report r = { .kind = CONFINE_FAILED };

	confine_fail(&r.failure, stage, code, "%s", what);
	confine_report(report, &r, -1);
	return -code;
}

/* --- inside the child --------------------------------------------------------
 */

static int enter_cgroups(const struct join_fds *fds)
{
	for (size_t i = 0; i < JOIN_TASKS_MAX; i++) {
		if (fds->tasks[i] >= 0 && write(fds->tasks[i], "0", 1) != 1)
			return failed(fds->confine.report, SANDBOX_STAGE_CGROUP,
				      errno, "join a version 1 cgroup");
	}
	return 0;
}

/*
 * A fork into the new pid namespace, and into the version 2 cgroup if there is
 * one, which only the raw call can do.  glibc remembers the id of its thread;
 * the kernel is told to write the new one over it, as fork(3) does.
 */
static pid_t fork_inside(int cgroup, int *ret_pidfd)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
	};
	uint64_t tid_address = 0;

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned)cgroup;
	}
	if (!prctl(PR_GET_TID_ADDRESS, &tid_address, 0, 0, 0) && tid_address) {
		args.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
		args.child_tid = tid_address;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* Tell the keeper which process it is and how it ended; hold nothing else. */
static void __attribute__((noreturn)) wait_for(pid_t pid, int pidfd, int report)
{
	struct confine_report r = { .kind = CONFINE_PROCESS, .pid = pid };
	struct rusage usage = { 0 };

	if (report > 0)
		syscall(SYS_close_range, 0, report - 1, 0);
	confine_report(dup2(report, 0), &r, pidfd);
	syscall(SYS_close_range, 1, ~0U, 0);
	r.kind = CONFINE_ENDED;
	while (wait4(pid, &r.status, 0, &usage) < 0 && errno == EINTR)
		;
	r.max_rss_bytes = usage.ru_maxrss * INT64_C(1024);
	confine_report(0, &r, -1);
	_exit(0);
}

/* Returns 1 in a new process that is in the box and confined. */
static int enter(const struct join *join, const struct join_fds *fds)
{
	struct sandbox_failure failure;
	int report = fds->confine.report, pidfd = -1;
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (enter_cgroups(fds) < 0)
		return -1;
	if (join->ns_flags && setns(fds->init, (int)join->ns_flags) < 0)
		return failed(report, SANDBOX_STAGE_NAMESPACES, errno,
			      "join the namespaces of the box");
	if (CPU_COUNT(&join->cpus) > 0) /* else it only takes longer */
		sched_setaffinity(0, sizeof(join->cpus), &join->cpus);
	pid = fork_inside(fds->cgroup, &pidfd);
	if (pid < 0)
		return failed(report, SANDBOX_STAGE_SPAWN, errno,
			      "fork into the box");
	if (pid > 0)
		wait_for(pid, pidfd, report);
	/* It reports its own failures. */
	return confine(&join->confine, &fds->confine, NULL, &failure) ? -1 : 1;
}

/* --- the loop ----------------------------------------------------------------
 */

/* 1: this is the child.  In the server itself 0 or a negative errno. */
static int start(struct server *s, const int *fds, size_t n_fds)
{
	struct join_fds join;
	int r = join_fds_unpack(&join, fds, n_fds, request.fd_mask);
	pid_t pid;

	if (r < 0 || join.confine.report < 0)
		return -EPROTO;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		if (enter(&request.join, &join) != 1)
			_exit(ENTER_FAILED);
		return 1;
	}
	s->starts++;
	return 0;
}

static void answer(const struct server *s, int fd, int code)
{
	struct warm_reply reply = { .magic = WARM_MAGIC,
				    .code = code,
				    .pid = getpid(),
				    .starts = s->starts,
				    .up_ms = now_ms() - s->began_ms };

	snprintf(reply.build, sizeof(reply.build), "%s", s->build);
	/* A client that has gone needs no answer. */
	(void)wire_send(fd, &reply, sizeof(reply), NULL, 0);
}

/* One message of the connection `fd`: 1 in a child, -1 to hang up. */
static int handle(struct server *s, int fd)
{
	int fds[WIRE_FDS_MAX], n, r;
	size_t n_fds = 0;

	message.failed = false;
	message.at = 0;
	n = wire_recv(fd, message.bytes, sizeof(message.bytes), fds,
		      WIRE_FDS_MAX, &n_fds);
	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return -1;
	message.len = (size_t)n;
	r = warm_get(&message, &request);
	if (!r && request.kind == WARM_START)
		r = start(s, fds, n_fds);
	if (r == 1)
		return 1;
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	s->stop |= !r && request.kind == WARM_STOP;
	answer(s, fd, -r);
	return 0;
}

/* Only our own user: the socket's folder says so too, but it can be moved. */
static void take_connection(struct server *s)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	int fd = accept4(s->fds[0].fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
	    peer.uid != geteuid() || s->n > WARM_CONNS_MAX) {
		close(fd);
		return;
	}
	s->fds[s->n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static int handle_all(struct server *s)
{
	for (nfds_t i = s->listening; i < s->n; i++) {
		int r = s->fds[i].revents ? handle(s, s->fds[i].fd) : 0;

		if (r == 1)
			return 1;
		if (r == 0)
			continue;
		if (!s->listening) /* the runner that we belong to has ended */
			s->stop = true;
		close(s->fds[i].fd);
		s->fds[i--] = s->fds[--s->n];
	}
	if (s->listening && s->fds[0].revents)
		take_connection(s);
	return 0;
}

/* The name may belong to a newer server by now. */
static void unlink_own(const char *path, ino_t ino)
{
	struct stat st;

	if (path && !stat(path, &st) && st.st_ino == ino)
		unlink(path);
}

/* What on_orphaned() removes: it may do little more than that. */
static char tied_socket[PATH_MAX], tied_folder[PATH_MAX];

static void on_orphaned(int sig)
{
	(void)sig;
	unlink(tied_socket);
	rmdir(tied_folder);
	_exit(0);
}

/*
 * The runner's death is a SIGTERM from now on, and the one that came too early
 * to be taken (forkserver.c) is taken now.
 */
void fumehood_tie(const char *path)
{
	const char *slash = strrchr(path, '/');
	sigset_t none;

	snprintf(tied_socket, sizeof(tied_socket), "%s", path);
	if (slash)
		snprintf(tied_folder, sizeof(tied_folder), "%.*s",
			 (int)(slash - path), path);
	signal(SIGTERM, on_orphaned);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int fumehood_answer(int socket, bool listening, const char *path,
		    const char *build, int idle_ms)
{
	struct server s = {
		.fds = { { .fd = socket, .events = POLLIN } },
		.n = 1,
		.listening = listening,
		.build = build,
		.began_ms = now_ms(),
	};
	struct stat st = { 0 };
	int n;

	if (path && stat(path, &st) < 0)
		return -errno;
	signal(SIGCHLD, SIG_IGN); /* the keeper is told; we need not know */
	while (!s.stop) {
		bool idle = listening && s.n == 1 && idle_ms >= 0;

		n = poll(s.fds, s.n, idle ? idle_ms : -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		if (n > 0 && handle_all(&s) == 1)
			return 1;
	}
	unlink_own(path, st.st_ino);
	return 0;
}
