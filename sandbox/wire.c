#include "sandbox/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void wire_put(struct wire *w, const void *bytes, size_t n)
{
	if (w->failed || n > sizeof(w->bytes) - w->len) {
		w->failed = true;
		return;
	}
	if (n)
		memcpy(w->bytes + w->len, bytes, n);
	w->len += n;
}

void wire_put_str(struct wire *w, const char *s)
{
	char there = s != NULL;

	wire_put(w, &there, 1);
	if (s)
		wire_put(w, s, strlen(s) + 1);
}

void wire_put_strs(struct wire *w, const char *const *list)
{
	for (; list && *list; list++)
		wire_put_str(w, *list);
	wire_put_str(w, NULL);
}

void wire_get(struct wire *w, void *ret, size_t n)
{
	if (w->failed || n > w->len - w->at) {
		w->failed = true;
		memset(ret, 0, n);
		return;
	}
	memcpy(ret, w->bytes + w->at, n);
	w->at += n;
}

const char *wire_get_str(struct wire *w)
{
	const char *s = w->bytes + w->at + 1;
	char there;
	size_t n;

	wire_get(w, &there, 1);
	if (w->failed || !there)
		return NULL;
	n = strnlen(s, w->len - w->at);
	if (n == w->len - w->at) {
		w->failed = true;
		return NULL;
	}
	w->at += n + 1;
	return s;
}

void wire_get_strs(struct wire *w, const char **ret, size_t max)
{
	size_t n = 0;
	const char *s;

	while ((s = wire_get_str(w)) != NULL) {
		if (n + 1 < max)
			ret[n++] = s;
		else
			w->failed = true;
	}
	ret[n] = NULL;
}

int wire_send(int socket, const void *bytes, size_t n, const int *fds,
	      size_t n_fds)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n_fds > WIRE_FDS_MAX)
		return -E2BIG;
	if (n_fds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
	}
	while (sendmsg(socket, &msg, MSG_NOSIGNAL) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static size_t take_fds(struct msghdr *msg, int *ret, size_t max)
{
	size_t taken = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (taken < max)
				ret[taken++] = fd;
			else
				close(fd);
		}
	}
	return taken;
}

int wire_recv(int socket, void *ret, size_t max, int *ret_fds, size_t max_fds,
	      size_t *ret_n_fds)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { ret, max };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	size_t n_fds;
	ssize_t n;

	/*
	 * ECONNRESET: the other end is gone and did not read all of ours.  It
	 * is said once; what the other end had to say comes after it.
	 */
	do
		n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return -errno;
	n_fds = take_fds(&msg, ret_fds, max_fds);
	if (!n || msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		while (n_fds)
			close(ret_fds[--n_fds]);
		n = n ? -EMSGSIZE : -EPIPE;
	}
	if (ret_n_fds)
		*ret_n_fds = n_fds;
	return (int)n;
}

int wire_pair(int ret[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return -errno;
	return 0;
}
