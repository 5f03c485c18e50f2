#include "sandbox/mediate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/decode.h"

#define CONNECT_LIMIT_MS 100

bool mediate_waits(int listener, const struct seccomp_notif *req)
{
	uint64_t id = req->id;

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* The thread's own socket, as a descriptor of ours; or -errno. */
static int copy_socket(pid_t pid, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int copy;

	if (pidfd < 0) /* a thread that is no leader: since Linux 6.9 */
		pidfd = (int)syscall(SYS_pidfd_open, pid, O_EXCL);
	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0)
		copy = -errno;
	close(pidfd);
	return copy;
}

/*
 * Loopback answers within the call, unless the machine is so busy that the
 * kernel puts it off, or the queue of the listener is full.  For a socket
 * that does not block EINPROGRESS is right then.  For one that does we wait,
 * but not as long as the program could: it must not hold up our clock.
 */
static int await_connection(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	socklen_t n = sizeof(int);
	int error = ETIMEDOUT;

	if (poll(&pfd, 1, CONNECT_LIMIT_MS) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	return error;
}

static int connect_now(int fd, const struct sockaddr *address, socklen_t n)
{
	int flags = fcntl(fd, F_GETFL);
	int error = 0;

	if (flags < 0)
		return EBADF;
	if (!(flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (connect(fd, address, n) < 0)
		error = errno;
	if (!(flags & O_NONBLOCK)) {
		fcntl(fd, F_SETFL, flags);
		if (error == EINPROGRESS)
			error = await_connection(fd);
		else if (error == EAGAIN) /* a local socket's full queue */
			error = ETIMEDOUT;
	}
	return error;
}

/* The program's root or working folder, or -errno. */
static int open_start(const struct mediate *m, const struct seccomp_notif *req,
		      const char *name)
{
	char path[64];
	int dir;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)req->pid, name);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -EACCES;
	if (mediate_waits(m->listener, req))
		return dir;
	close(dir);
	return -EINTR;
}

/* Looked up with `dir` for a root. */
static int open_below(int dir, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* 0: unknown. */
static uint64_t mount_id(int fd)
{
	struct statx st;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		return 0;
	return st.stx_mnt_id;
}

/*
 * One in the lower tree of an overlay is nobody's outside: the overlay has
 * inodes of its own.  It must be ours: a container's root is one, too.
 */
static bool is_in_overlay(const struct mediate *m,
			  const struct seccomp_notif *req, int target)
{
	int root = open_start(m, req, "root");
	uint64_t id = mount_id(target);
	bool found = false;

	for (size_t i = 0; root >= 0 && i < m->spec->n_mounts; i++) {
		const struct sandbox_mount *mount = &m->spec->mounts[i];
		int fd;

		if (mount->kind != SANDBOX_OVERLAY)
			continue;
		fd = open_below(root, mount->to);
		found = found || (id && mount_id(fd) == id);
		if (fd >= 0)
			close(fd);
	}
	if (root >= 0)
		close(root);
	return found;
}

/*
 * A socket file below a read-only bind is the host's: what listens there is
 * outside.
 */
static bool is_ours(const struct mediate *m, const struct seccomp_notif *req,
		    int target)
{
	struct stat ours, its;

	if (fstat(target, &its) < 0 || fstat(m->scratch, &ours) < 0)
		return false;
	return its.st_dev == ours.st_dev || is_in_overlay(m, req, target);
}

/* A pathname socket, looked up below the program's own root. */
static int connect_path(const struct mediate *m,
			const struct seccomp_notif *req, int fd,
			const char *path, bool *ret_refused)
{
	struct sockaddr_un ours = { .sun_family = AF_UNIX };
	int dir = open_start(m, req, path[0] == '/' ? "root" : "cwd");
	int target, error;

	if (dir < 0)
		return -dir;
	target = open_below(dir, path);
	error = errno;
	close(dir);
	if (target < 0)
		return error;
	snprintf(ours.sun_path, sizeof(ours.sun_path), "/proc/self/fd/%d",
		 target);
	*ret_refused = !is_ours(m, req, target);
	error = *ret_refused ? EACCES
			     : connect_now(fd, (struct sockaddr *)&ours,
					   sizeof(ours));
	close(target);
	return error;
}

static int connect_unix(const struct mediate *m,
			const struct seccomp_notif *req, int fd,
			const struct sockaddr_storage *any, size_t n,
			bool *ret_refused)
{
	struct sockaddr_un address = { 0 };

	memcpy(&address, any, n < sizeof(address) ? n : sizeof(address) - 1);
	/* The abstract ones are in our network here, not in the program's. */
	if (!address.sun_path[0])
		return ECONNREFUSED;
	return connect_path(m, req, fd, address.sun_path, ret_refused);
}

int mediate_connect(const struct mediate *m, const struct seccomp_notif *req,
		    bool *ret_refused)
{
	struct sockaddr_storage address = { 0 };
	pid_t pid = (pid_t)req->pid;
	uint32_t len = (uint32_t)req->data.args[2];
	ssize_t n;
	int fd, error;

	*ret_refused = false;
	if (len > sizeof(address))
		return EINVAL;
	n = decode_read(pid, req->data.args[1], &address, len);
	if (n != (ssize_t)len)
		return EFAULT;
	if (address.ss_family != AF_UNSPEC && address.ss_family != AF_UNIX &&
	    !decode_is_loopback(&address, len)) {
		*ret_refused = true;
		return ENETUNREACH;
	}
	fd = copy_socket(pid, (int)req->data.args[0]);
	if (fd < 0)
		return fd == -EBADF ? EBADF : ENETUNREACH;
	/* Else it may be another's memory that was read, and its socket. */
	if (!mediate_waits(m->listener, req))
		error = EINTR;
	else if (address.ss_family == AF_UNIX)
		error = connect_unix(m, req, fd, &address, len, ret_refused);
	else
		error = connect_now(fd, (struct sockaddr *)&address, len);
	close(fd);
	return error;
}
