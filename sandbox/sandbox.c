#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/init.h"
#include "sandbox/join.h"
#include "sandbox/seccomp.h"
#include "sandbox/serve.h"
#include "sandbox/wire.h"

#define POLICY_BYTES_MAX (64 << 10)
#define COPY_CHUNK_BYTES (64 << 10)

struct sandbox {
	pid_t keeper;
	int socket;  /* to the keeper */
	int service; /* to the box's init */
	int output, ended;
	bool syncing; /* asked for, and not read yet */
	struct sandbox_state state;
	struct sandbox_denied denied[SANDBOX_DENIED_MAX];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Where it is said to be, beside this program, or where it is installed. */
void sandbox_program_path(char *ret, size_t bytes)
{
	const char *dir = getenv("FUMEHOOD_LIBEXECDIR");
	char self[PATH_MAX];
	ssize_t n;
	char *slash;

	if (dir && *dir) {
		snprintf(ret, bytes, "%s/fumehood-box", dir);
		return;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n < 0 ? 0 : n] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		snprintf(ret, bytes, "%s/fumehood-box", self);
		if (access(ret, X_OK) == 0)
			return;
	}
	snprintf(ret, bytes, "%s/fumehood-box", FUMEHOOD_LIBEXECDIR);
}

/*
 * posix_spawn, because fork() would copy the page tables of a large runner.
 * Deaf and in a session of its own from the first instruction on: a Ctrl-C at
 * the terminal is the runner's to answer, not the end of a box that is built.
 */
static int spawn_keeper(struct sandbox *sb, int socket,
			struct sandbox_failure *reterr)
{
	static char *const env[] = { NULL };
	char path[PATH_MAX], name[] = "fumehood-box", mode[] = "--serve";
	char *const argv[] = { name, mode, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all;
	int r;

	sandbox_program_path(path, sizeof(path));
	posix_spawn_file_actions_init(&actions);
	r = posix_spawn_file_actions_adddup2(&actions, socket, 3);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
						POSIX_SPAWN_SETSIGMASK);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attr, &all);
	if (r == 0)
		r = posix_spawn(&sb->keeper, path, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (r)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, r,
				    "start `%.200s`", path);
	return 0;
}

static int take_reply(struct sandbox *sb, struct serve_reply *ret, int *fds,
		      size_t max_fds, size_t *ret_n_fds)
{
	static const size_t each = sizeof(struct sandbox_denied);
	char packet[sizeof(*ret) + sizeof(sb->denied)];
	size_t got;
	int n = wire_recv(sb->socket, packet, sizeof(packet), fds, max_fds,
			  ret_n_fds);

	if (n < 0)
		return n;
	if ((size_t)n < sizeof(*ret))
		return -EPROTO;
	memcpy(ret, packet, sizeof(*ret));
	got = ((size_t)n - sizeof(*ret)) / each;
	if (got != ret->n_denied || got > SANDBOX_DENIED_MAX)
		return -EPROTO;
	memcpy(sb->denied, packet + sizeof(*ret), got * each);
	sb->state = ret->state;
	return 0;
}

/* The keeper is gone or talks nonsense: ours, whatever the program did. */
static int lost(struct sandbox *sb, struct sandbox_failure *reterr, int r)
{
	sb->state.reason = SANDBOX_ERROR;
	if (reterr)
		confine_fail(reterr, SANDBOX_STAGE_SPAWN, -r,
			     "the box's keeper is gone");
	return r;
}

/* Replies come in the order of the requests: one that is due comes first. */
static int settle(struct sandbox *sb)
{
	struct serve_reply reply = { 0 };

	if (!sb->syncing)
		return 0;
	sb->syncing = false;
	return take_reply(sb, &reply, NULL, 0, NULL);
}

static int ask(struct sandbox *sb, const void *request, size_t n,
	       struct serve_reply *ret, struct sandbox_failure *reterr)
{
	int r = settle(sb);

	if (r == 0)
		r = wire_send(sb->socket, request, n, NULL, 0);

	if (r == 0)
		r = take_reply(sb, ret, NULL, 0, NULL);
	if (r < 0)
		return lost(sb, reterr, r);
	if (ret->result < 0 && reterr)
		*reterr = ret->failure;
	return ret->result;
}

static int ask_plain(struct sandbox *sb, enum serve_op op, int value,
		     struct sandbox_failure *reterr)
{
	struct serve_request req = { .op = op, .value = value };
	struct serve_reply reply = { 0 };

	return ask(sb, &req, sizeof(req), &reply, reterr);
}

static int compile_policy(const char *path, struct policy *ret,
			  struct sandbox_failure *reterr)
{
	static char text[POLICY_BYTES_MAX];
	char msg[160];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	int code = n < 0 ? errno : EFBIG, r;

	if (fd >= 0)
		close(fd);
	if (n < 0 || n == sizeof(text))
		return confine_fail(reterr, SANDBOX_STAGE_SECCOMP, code,
				    "read `%.160s`", path);
	/* The strict one: whether there is a cgroup is not known here. */
	r = seccomp_compile(text, (size_t)n, false, ret, msg, sizeof(msg));
	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_SECCOMP, -r,
				    "%.60s: %s", path, msg);
	return 0;
}

/* In *ret a memfd with the compiled policy; as it was for the default. */
static int policy_fd(const char *path, int *ret,
		     struct sandbox_failure *reterr)
{
	static struct policy policy;
	int fd, r;

	if (!path)
		return 0;
	r = compile_policy(path, &policy, reterr);
	if (r < 0)
		return r;
	fd = memfd_create("policy", MFD_CLOEXEC);
	if (fd < 0 || write(fd, &policy, sizeof(policy)) != sizeof(policy)) {
		close_fd(&fd);
		return confine_fail(reterr, SANDBOX_STAGE_SECCOMP, EIO,
				    "pass on the policy");
	}
	*ret = fd;
	return 0;
}

static int send_opening(struct sandbox *sb, const struct sandbox_spec *spec,
			int service, struct sandbox_failure *reterr)
{
	static struct wire w;
	struct serve_request req = { .op = SERVE_OPEN };
	struct serve_spec s = { .reduced = spec->reduced,
				.has_policy = spec->policy != NULL,
				.listen_port = spec->listen_port,
				.n_mounts = (uint32_t)spec->n_mounts,
				.limits = spec->limits };
	int fds[2] = { service, -1 };
	int r = policy_fd(spec->policy, &fds[1], reterr);

	if (r < 0)
		return r;
	w.len = w.at = 0;
	w.failed = false;
	wire_put(&w, &req, sizeof(req));
	wire_put(&w, &s, sizeof(s));
	for (size_t i = 0; i < spec->n_mounts; i++) {
		wire_put(&w, &spec->mounts[i].kind,
			 sizeof(spec->mounts[i].kind));
		wire_put_str(&w, spec->mounts[i].from);
		wire_put_str(&w, spec->mounts[i].to);
	}
	r = w.failed ? -E2BIG
		     : wire_send(sb->socket, w.bytes, w.len, fds,
				 1u + s.has_policy);
	close_fd(&fds[1]);
	return r < 0 ? lost(sb, reterr, r) : 0;
}

static int open_box(struct sandbox *sb, const struct sandbox_spec *spec,
		    int service, struct sandbox_failure *reterr)
{
	struct serve_reply reply = { 0 };
	int fds[2] = { -1, -1 }, r;
	size_t n_fds = 0;

	r = send_opening(sb, spec, service, reterr);
	if (r < 0)
		return r;
	r = take_reply(sb, &reply, fds, 2, &n_fds);
	if (r < 0)
		return lost(sb, reterr, r);
	sb->output = fds[0];
	sb->ended = fds[1];
	if (reply.result < 0)
		*reterr = reply.failure;
	return reply.result;
}

int sandbox_open(struct sandbox **ret, const struct sandbox_spec *spec,
		 struct sandbox_failure *reterr)
{
	struct sandbox *sb = calloc(1, sizeof(*sb));
	int sockets[2] = { -1, -1 }, service[2] = { -1, -1 };
	int r;

	if (!sb)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, ENOMEM,
				    "no memory");
	sb->output = sb->ended = -1;
	r = wire_pair(sockets);
	if (r == 0)
		r = wire_pair(service);
	sb->socket = sockets[0];
	sb->service = service[0];
	if (r < 0)
		confine_fail(reterr, SANDBOX_STAGE_SPAWN, -r, "socketpair");
	else
		r = spawn_keeper(sb, sockets[1], reterr);
	close_fd(&sockets[1]);
	if (r == 0)
		r = open_box(sb, spec, service[1], reterr);
	close_fd(&service[1]);
	if (r < 0) {
		sandbox_close(sb, NULL);
		return r;
	}
	*ret = sb;
	return 0;
}

static int put_program(struct wire *w, enum serve_op op,
		       const struct sandbox_program *program)
{
	struct serve_request req = { .op = op, .listener = program->listener };

	w->len = w->at = 0;
	w->failed = false;
	wire_put(w, &req, sizeof(req));
	wire_put_str(w, program->cwd);
	wire_put_strs(w, op == SERVE_START ? program->argv : NULL);
	wire_put_strs(w, op == SERVE_START ? program->env : NULL);
	return w->failed ? -E2BIG : 0;
}

int sandbox_start(struct sandbox *sb, const struct sandbox_program *program,
		  struct sandbox_failure *reterr)
{
	static struct wire w;
	struct serve_reply reply = { 0 };

	if (put_program(&w, SERVE_START, program) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_EXEC, E2BIG,
				    "arguments and environment");
	return ask(sb, w.bytes, w.len, &reply, reterr);
}

int sandbox_join_begin(struct sandbox *sb,
		       const struct sandbox_program *program,
		       struct join *ret, struct join_fds *ret_fds,
		       struct sandbox_failure *reterr)
{
	static struct wire w;
	struct serve_reply reply = { 0 };
	int fds[JOIN_FDS_MAX];
	size_t n_fds = 0;
	int r = put_program(&w, SERVE_JOIN_BEGIN, program);

	if (r == 0)
		r = settle(sb);
	if (r == 0)
		r = wire_send(sb->socket, w.bytes, w.len, NULL, 0);
	if (r == 0)
		r = take_reply(sb, &reply, fds, JOIN_FDS_MAX, &n_fds);
	if (r < 0)
		return lost(sb, reterr, r);
	if (reply.result < 0) {
		*reterr = reply.failure;
		return reply.result;
	}
	*ret = reply.join;
	r = join_fds_unpack(ret_fds, fds, n_fds, reply.join_mask);
	return r < 0 ? lost(sb, reterr, r) : 0;
}

int sandbox_join_wait(struct sandbox *sb, struct sandbox_failure *reterr)
{
	return ask_plain(sb, SERVE_JOIN_WAIT, 0, reterr);
}

const char *sandbox_folder(const struct sandbox *sb)
{
	return sb->state.folder;
}

uint16_t sandbox_port(const struct sandbox *sb)
{
	return sb->state.port;
}

int sandbox_stop(struct sandbox *sb)
{
	return ask_plain(sb, SERVE_STOP, 0, NULL);
}

int sandbox_signal(struct sandbox *sb, int sig)
{
	return ask_plain(sb, SERVE_SIGNAL, sig, NULL);
}

void sandbox_sync_begin(struct sandbox *sb)
{
	struct serve_request req = { .op = SERVE_SYNC };

	sb->syncing = settle(sb) == 0 &&
		      wire_send(sb->socket, &req, sizeof(req), NULL, 0) == 0;
}

int sandbox_sync(struct sandbox *sb, struct sandbox_state *ret)
{
	int r;

	if (!sb->syncing)
		sandbox_sync_begin(sb);
	r = sb->syncing ? settle(sb) : -EPIPE;
	if (r < 0)
		lost(sb, NULL, r);
	*ret = sb->state;
	return r;
}

static int ask_init(struct sandbox *sb, const struct init_request *req,
		    struct init_answer *ret, int *ret_fd)
{
	size_t n_fds = 0;
	int n = wire_send(sb->service, req, sizeof(*req), NULL, 0);

	if (n == 0)
		n = wire_recv(sb->service, ret, sizeof(*ret), ret_fd, 1,
			      &n_fds);
	if (n < 0)
		return n;
	if (n != (int)sizeof(*ret))
		return -EPROTO;
	return ret->result;
}

int sandbox_socket(struct sandbox *sb, int domain, int type)
{
	struct init_request req = { .service = INIT_SOCKET, .domain = domain,
				    .type = type };
	struct init_answer answer = { 0 };
	int fd = -1;
	int r = ask_init(sb, &req, &answer, &fd);

	return r < 0 ? r : fd;
}

int sandbox_listeners(struct sandbox *sb, uint16_t *ret, size_t max)
{
	struct init_request req = { .service = INIT_LISTENERS };
	struct init_answer answer = { 0 };
	int fd, r = ask_init(sb, &req, &answer, &fd);

	for (int i = 0; i < r && (size_t)i < max; i++)
		ret[i] = answer.ports[i];
	return r > (int)max ? (int)max : r;
}

size_t sandbox_output(struct sandbox *sb, int64_t offset, char *ret, size_t n)
{
	ssize_t got;

	if (offset < 0 || offset >= sb->state.output_len)
		return 0;
	if ((int64_t)n > sb->state.output_len - offset)
		n = (size_t)(sb->state.output_len - offset);
	got = pread(sb->output, ret, n, offset);
	return got < 0 ? 0 : (size_t)got;
}

const struct sandbox_denied *sandbox_denied(const struct sandbox *sb, size_t i)
{
	return i < sb->state.n_denied ? &sb->denied[i] : NULL;
}

int sandbox_ended_fd(const struct sandbox *sb)
{
	return sb->ended;
}

int sandbox_wait(struct sandbox *sb, int timeout_ms)
{
	struct pollfd pfds[] = { { .fd = sb->ended, .events = POLLIN },
				 { .fd = sb->socket, .events = POLLIN } };
	int n;

	do
		n = poll(pfds, 2, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	/* The keeper never speaks first: it has gone. */
	return pfds[0].revents ? 1 : -EPIPE;
}

/* One read loop with a limit; a file that grows meanwhile is cut off. */
static int copy_bytes(int from, int to, int64_t max_bytes)
{
	char chunk[COPY_CHUNK_BYTES];
	int64_t total = 0;
	ssize_t n;

	while ((n = read(from, chunk, sizeof(chunk))) > 0) {
		total += n;
		if (total > max_bytes)
			return -EFBIG;
		if (write(to, chunk, (size_t)n) != n)
			return -EIO;
	}
	return n < 0 ? -errno : 0;
}

static int sealed_copy(int from, int64_t max_bytes)
{
	struct stat st;
	int to, r;

	if (fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return -EINVAL;
	if (st.st_size > max_bytes)
		return -EFBIG;
	to = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0)
		return -errno;
	r = copy_bytes(from, to, max_bytes);
	if (r == 0 && fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
						     F_SEAL_WRITE) < 0)
		r = -errno;
	if (r < 0) {
		close(to);
		return r;
	}
	lseek(to, 0, SEEK_SET);
	return to;
}

int sandbox_copy_out(struct sandbox *sb, const char *path, int64_t max_bytes)
{
	struct init_request req = { .service = INIT_OPEN };
	struct init_answer answer = { 0 };
	int fd = -1, copy, r;

	if (strlen(path) >= sizeof(req.path))
		return -ENAMETOOLONG;
	memcpy(req.path, path, strlen(path) + 1);
	r = ask_init(sb, &req, &answer, &fd);
	if (r < 0)
		return r;
	copy = sealed_copy(fd, max_bytes);
	close(fd);
	return copy;
}

void sandbox_close(struct sandbox *sb, struct sandbox_state *ret)
{
	if (!sb)
		return;
	if (sb->keeper > 0 && sb->output >= 0)
		ask_plain(sb, SERVE_CLOSE, 0, NULL);
	close_fd(&sb->socket);
	close_fd(&sb->service);
	if (sb->keeper > 0)
		while (waitpid(sb->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	if (ret)
		*ret = sb->state;
	close_fd(&sb->output);
	close_fd(&sb->ended);
	free(sb);
}
