#include "sandbox/leave.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A socket whose only reference is in a message that it never received itself
 * is garbage.  A worker of the kernel finds it when a socket is closed, and
 * closes whatever else that message carried.  Where that fails (too many
 * descriptors under way), or an older kernel does it at once, this is no more
 * than a close().
 */
static void send_with_itself(int to, int itself, int fd)
{
	int fds[2] = { itself, fd };
	union {
		char bytes[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr align;
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(head), fds, sizeof(fds));
	if (sendmsg(to, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* then the caller's close() is the last */
}

void leave_fd(int fd)
{
	int pair[2];

	if (fd < 0)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		close(fd);
		return;
	}
	send_with_itself(pair[0], pair[1], fd);
	close(fd);
	close(pair[1]);
	close(pair[0]); /* last: this is what calls the collector */
}
