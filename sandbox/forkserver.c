#include "sandbox/forkserver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/join.h"
#include "sandbox/warm_wire.h"
#include "sandbox/wire.h"

_Static_assert(FORKSERVER_BUILD_BYTES == WARM_BUILD_BYTES, "one length");

/* Importing everything on a busy machine; far longer than it should take. */
#define ANSWER_MS 30000
#define FD_SOCKET 3 /* in the server */

struct forkserver {
	int socket;
	pid_t pid; /* of our own one, else 0 */
};

static int fail(struct sandbox_failure *reterr, int code, const char *what)
{
	return confine_fail(reterr, SANDBOX_STAGE_SPAWN, code,
			    "fork server: %s", what);
}

/* --- starting one ------------------------------------------------------------
 */

/* The library lies beside this program, or where it was installed. */
static int find_library(char ret[PATH_MAX])
{
	const char *dir = getenv("FUMEHOOD_LIBEXECDIR");
	char self[PATH_MAX - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0 && !dir) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		snprintf(ret, PATH_MAX, "%.*s/libfumehood-join.so",
			 (int)(slash - self), self);
		if (!access(ret, R_OK))
			return 0;
	}
	snprintf(ret, PATH_MAX, "%s/libfumehood-join.so",
		 dir ? dir : FUMEHOOD_LIBEXECDIR);
	return access(ret, R_OK) ? -errno : 0;
}

struct python {
	char library[PATH_MAX];
	const char *argv[16];
};

static int command(struct python *ret, const struct forkserver_spec *spec,
		   struct sandbox_failure *reterr)
{
	int n = 0;

	if (find_library(ret->library) < 0)
		return fail(reterr, ENOENT, "libfumehood-join.so is missing");
	if (access(spec->python, X_OK) || access(spec->script, R_OK))
		return fail(reterr, errno, "no Python environment");
	ret->argv[n++] = spec->python;
	/* Neither the user's variables nor his packages, and UTF-8. */
	ret->argv[n++] = "-I";
	ret->argv[n++] = "-S";
	ret->argv[n++] = "-X";
	ret->argv[n++] = "utf8";
	ret->argv[n++] = spec->script;
	ret->argv[n++] = ret->library;
	ret->argv[n++] = spec->packages;
	ret->argv[n++] = spec->program;
	ret->argv[n++] = spec->imports ? spec->imports : "*";
	ret->argv[n++] = "3"; /* FD_SOCKET */
	ret->argv[n] = NULL;
	return 0;
}

/* In the child: nothing of the caller's but `socket` goes along. */
static void __attribute__((noreturn))
become(const struct python *python, int socket, const sigset_t *blocked)
{
	static const char *const env[] = { "LANG=C.UTF-8",
					   "PATH=/usr/bin:/bin", NULL };
	int null = open("/dev/null", O_RDWR);

	confine_prepare();
	sigprocmask(SIG_SETMASK, blocked, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	setsid(); /* Ctrl-C is for the runner, which then ends us */
	umask(022);
	if (dup2(socket, FD_SOCKET) == FD_SOCKET && dup2(null, 0) == 0 &&
	    dup2(null, 1) == 1 && dup2(null, 2) == 2 && chdir("/") == 0) {
		if (socket == FD_SOCKET)
			fcntl(FD_SOCKET, F_SETFD, 0);
		syscall(SYS_close_range, FD_SOCKET + 1, ~0U, 0);
		execve(python->argv[0], (char *const *)(uintptr_t)python->argv,
		       (char *const *)(uintptr_t)env);
	}
	_exit(127);
}

int forkserver_spawn(struct forkserver **ret,
		     const struct forkserver_spec *spec,
		     struct sandbox_failure *reterr)
{
	struct forkserver *fs;
	struct python python;
	pid_t runner = getpid();
	sigset_t none;
	int pair[2], r = command(&python, spec, reterr);

	if (r < 0)
		return r;
	r = wire_pair(pair);
	if (r < 0)
		return fail(reterr, -r, "make a socket");
	fs = calloc(1, sizeof(*fs));
	if (!fs)
		abort();
	fs->socket = pair[0];
	sigemptyset(&none);
	fs->pid = fork();
	if (fs->pid == 0) {
		/* Also when we die without a word; and we may have already. */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != runner)
			_exit(0);
		become(&python, pair[1], &none);
	}
	r = errno;
	close(pair[1]);
	if (fs->pid < 0) {
		fs->pid = 0;
		forkserver_free(fs);
		return fail(reterr, r, "fork");
	}
	*ret = fs;
	return 0;
}

/* Bind beside it and rename: whoever connects finds the old or the new. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = snprintf(at.sun_path, sizeof(at.sun_path), "%s.%d", path,
		     (int)getpid());
	if (r >= (int)sizeof(at.sun_path)) {
		close(fd);
		return -ENAMETOOLONG;
	}
	unlink(at.sun_path);
	/* Before bind(): the file takes its mode from the socket. */
	if (fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    chmod(at.sun_path, 0600) || listen(fd, WARM_CONNS_MAX) ||
	    rename(at.sun_path, path)) {
		r = -errno;
		unlink(at.sun_path);
		close(fd);
		return r;
	}
	return fd;
}

static bool has_ended(void)
{
	sigset_t set;

	return sigpending(&set) == 0 && sigismember(&set, SIGTERM) == 1;
}

/* The socket, and its folder if it was alone there. */
static void __attribute__((noreturn)) leave(const char *path)
{
	char dir[PATH_MAX];
	char *end;

	unlink(path);
	snprintf(dir, sizeof(dir), "%s", path);
	end = strrchr(dir, '/');
	if (end) {
		*end = '\0';
		rmdir(dir);
	}
	_exit(0);
}

/*
 * As become(), but told when the runner ends, from before there is a socket
 * to remove.  The signal waits until Python can take it (join.c), so that the
 * socket goes away too.
 */
static void __attribute__((noreturn))
become_ours(const struct python *python, const char *path, int told,
	    pid_t runner)
{
	sigset_t set;
	int fd, r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (getppid() != runner)
		leave(path);
	fd = listen_at(path);
	r = fd < 0 ? fd : 0;
	if (wire_send(told, &r, sizeof(r), NULL, 0) < 0 || fd < 0 ||
	    has_ended())
		leave(path);
	become(python, fd, &set);
}

/* One that ends with us.  0 as soon as it listens. */
static int start_ours(const struct python *python, const char *path)
{
	pid_t pid, runner = getpid();
	int pair[2], answer, r = wire_pair(pair);

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0)
		become_ours(python, path, pair[1], runner);
	r = pid < 0 ? -errno : 0;
	close(pair[1]);
	if (!r) {
		r = wire_recv(pair[0], &answer, sizeof(answer), NULL, 0, NULL);
		r = r == sizeof(answer) ? answer : -ECHILD;
	}
	close(pair[0]);
	if (r < 0 && pid > 0)
		waitpid(pid, NULL, 0);
	return r;
}

/* One that outlives us.  0 as soon as it listens. */
static int start_daemon(const struct python *python, const char *path)
{
	int fd = listen_at(path), status = 0, r;
	sigset_t none;
	pid_t pid;

	if (fd < 0)
		return fd;
	sigemptyset(&none);
	pid = fork();
	if (pid == 0) { /* twice, so that it is nobody's to reap */
		pid = fork();
		if (pid == 0)
			become(python, fd, &none);
		_exit(pid < 0);
	}
	r = pid < 0 ? -errno : 0;
	close(fd);
	if (!r && waitpid(pid, &status, 0) == pid && status)
		r = -EAGAIN;
	if (r < 0)
		unlink(path);
	return r;
}

int forkserver_daemon(const struct forkserver_spec *spec,
		      const char *socket_path, const char *build, int idle_ms,
		      struct sandbox_failure *reterr)
{
	struct python python;
	char idle[16];
	int n = 0, r = command(&python, spec, reterr);

	if (r < 0)
		return r;
	snprintf(idle, sizeof(idle), "%d", idle_ms);
	while (python.argv[n])
		n++;
	python.argv[n++] = socket_path;
	python.argv[n++] = build;
	python.argv[n++] = idle;
	python.argv[n] = NULL;
	r = idle_ms < 0 ? start_ours(&python, socket_path) :
			  start_daemon(&python, socket_path);
	return r < 0 ? fail(reterr, -r, "start and listen") : 0;
}

/* --- talking to one ----------------------------------------------------------
 */

static int ask(int socket, const struct wire *w, const int *fds, size_t n_fds,
	       struct warm_reply *ret, struct sandbox_failure *reterr)
{
	struct pollfd pfd = { .fd = socket, .events = POLLIN };
	int r = w->failed ? -E2BIG
			  : wire_send(socket, w->bytes, w->len, fds, n_fds);

	if (r < 0)
		return fail(reterr, -r, "send a request");
	do {
		r = poll(&pfd, 1, ANSWER_MS);
	} while (r < 0 && errno == EINTR);
	if (r <= 0)
		return fail(reterr, r ? errno : ETIMEDOUT, "wait for it");
	r = wire_recv(socket, ret, sizeof(*ret), NULL, 0, NULL);
	if (r < 0)
		return fail(reterr, -r, "it has ended");
	if (r != sizeof(*ret) || ret->magic != WARM_MAGIC)
		return fail(reterr, ESTALE, "it is of another build");
	ret->build[sizeof(ret->build) - 1] = '\0';
	return 0;
}

static int ask_simply(int socket, enum warm_kind kind, struct warm_reply *ret,
		      struct sandbox_failure *reterr)
{
	static struct wire w;

	warm_put(&w, kind);
	return ask(socket, &w, NULL, 0, ret, reterr);
}

/* A connected socket whose other end is our own user's. */
static int connect_to(const char *path, struct sandbox_failure *reterr)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	int fd, code;

	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) >=
	    (int)sizeof(at.sun_path))
		return fail(reterr, ENAMETOOLONG, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(reterr, errno, "make a socket");
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		code = errno == ECONNREFUSED ? ENOENT : errno;
		close(fd);
		return fail(reterr, code, "none is running");
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
	    peer.uid != geteuid()) {
		close(fd);
		return fail(reterr, ESTALE, "it belongs to another user");
	}
	return fd;
}

int forkserver_connect(struct forkserver **ret, const char *socket_path,
		       const char *build, struct sandbox_failure *reterr)
{
	struct warm_reply reply;
	int fd = connect_to(socket_path, reterr), r;

	if (fd < 0)
		return fd;
	r = ask_simply(fd, WARM_HELLO, &reply, reterr);
	if (!r && strncmp(reply.build, build, sizeof(reply.build) - 1))
		r = fail(reterr, ESTALE, "it is of another build");
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		abort();
	(*ret)->socket = fd;
	return 0;
}

int forkserver_start(struct forkserver *fs, struct sandbox *sb,
		     const struct sandbox_program *program,
		     struct sandbox_failure *reterr)
{
	static struct wire w;
	struct warm_reply reply;
	struct join join;
	struct join_fds fds;
	int flat[JOIN_FDS_MAX], r;
	uint32_t mask;
	size_t n;

	r = sandbox_join_begin(sb, program, &join, &fds, reterr);
	if (r < 0)
		return r;
	n = join_fds_pack(&fds, flat, &mask);
	warm_put_start(&w, &join, mask, program->argv, program->env);
	r = ask(fs->socket, &w, flat, n, &reply, reterr);
	join_fds_close(&fds);
	if (r < 0)
		return r;
	if (reply.code)
		return fail(reterr, reply.code, "it could not fork");
	return sandbox_join_wait(sb, reterr);
}

void forkserver_free(struct forkserver *fs)
{
	if (!fs)
		return;
	close(fs->socket); /* the server ends by itself, but we do not wait */
	if (fs->pid > 0) {
		kill(fs->pid, SIGKILL);
		waitpid(fs->pid, NULL, 0);
	}
	free(fs);
}

int forkserver_ask(const char *socket_path, struct forkserver_info *ret,
		   struct sandbox_failure *reterr)
{
	struct warm_reply reply;
	int fd = connect_to(socket_path, reterr), r;

	if (fd < 0)
		return fd;
	r = ask_simply(fd, WARM_HELLO, &reply, reterr);
	close(fd);
	if (r < 0)
		return r;
	*ret = (struct forkserver_info){ .pid = reply.pid,
					 .starts = reply.starts,
					 .up_ms = reply.up_ms };
	memcpy(ret->build, reply.build, sizeof(ret->build));
	return 0;
}

int forkserver_stop(const char *socket_path, struct sandbox_failure *reterr)
{
	struct warm_reply reply;
	int fd = connect_to(socket_path, reterr), r;

	if (fd < 0)
		return fd;
	r = ask_simply(fd, WARM_STOP, &reply, reterr);
	close(fd);
	return r;
}
