#include "sandbox/mediate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sandbox/decode.h"

#define CONNECT_LIMIT_MS 100

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

/*
 * A socket file below a read-only bind is the host's: what listens there is
 * outside.  One in the lower tree of an overlay is not: the overlay has inodes
 * of its own, which nobody outside is bound to.
 */
static bool is_ours(int target, int scratch)
{
	struct stat ours, its;
	struct statfs fs;

	if (fstat(target, &its) < 0 || fstat(scratch, &ours) < 0 ||
	    fstatfs(target, &fs) < 0)
		return false;
	return its.st_dev == ours.st_dev ||
	       fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* A pathname socket, looked up below the program's own root. */
static int connect_path(int fd, pid_t pid, const struct sockaddr_un *address,
			int scratch, bool *ret_refused)
{
	struct sockaddr_un ours = { .sun_family = AF_UNIX };
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	char start[64];
	int dir, target, error;

	snprintf(start, sizeof(start), "/proc/%d/%s", (int)pid,
		 address->sun_path[0] == '/' ? "root" : "cwd");
	dir = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return EACCES;
	target = (int)syscall(SYS_openat2, dir, address->sun_path, &how,
			      sizeof(how));
	error = errno;
	close(dir);
	if (target < 0)
		return error;
	snprintf(ours.sun_path, sizeof(ours.sun_path), "/proc/self/fd/%d",
		 target);
	*ret_refused = !is_ours(target, scratch);
	error = *ret_refused ? EACCES
			     : connect_now(fd, (struct sockaddr *)&ours,
					   sizeof(ours));
	close(target);
	return error;
}

static int connect_unix(int fd, pid_t pid, const struct sockaddr_storage *any,
			size_t n, int scratch, bool *ret_refused)
{
	struct sockaddr_un address = { 0 };

	memcpy(&address, any, n < sizeof(address) ? n : sizeof(address) - 1);
	/* The abstract ones are in our network here, not in the program's. */
	if (!address.sun_path[0])
		return ECONNREFUSED;
	return connect_path(fd, pid, &address, scratch, ret_refused);
}

int mediate_connect(const struct seccomp_notif *req, int scratch,
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
	if (address.ss_family == AF_UNIX)
		error = connect_unix(fd, pid, &address, len, scratch,
				     ret_refused);
	else
		error = connect_now(fd, (struct sockaddr *)&address, len);
	close(fd);
	return error;
}
