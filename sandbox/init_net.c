#include "sandbox/init_net.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/init.h"
#include "sandbox/net.h"
#include "sandbox/wire.h"

/* What the child says, with its descriptors in this order. */
enum { FD_NS, FD_LISTEN4, FD_LISTEN6, FD_N };

struct made {
	bool listens4, listens6;
	struct sandbox_failure failure;
};

static int make(uint16_t port, int sys, int *fds,
		struct sandbox_failure *reterr)
{
	int r;

	if (unshare(CLONE_NEWNET) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, errno,
				    "make a network namespace");
	r = net_up();
	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, -r,
				    "bring up loopback");
	net_bound_buffers(sys);
	fds[FD_NS] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fds[FD_NS] < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, errno,
				    "open /proc/self/ns/net");
	if (!port)
		return 0;
	fds[FD_LISTEN4] = net_listen(AF_INET, port);
	if (fds[FD_LISTEN4] < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK,
				    -fds[FD_LISTEN4], "listen on 127.0.0.1:%u",
				    port);
	/* A kernel without IPv6 is no reason to refuse. */
	fds[FD_LISTEN6] = net_listen(AF_INET6, port);
	return 0;
}

static void __attribute__((noreturn))
run_child(int socket, uint16_t port, int sys)
{
	int fds[FD_N] = { -1, -1, -1 }, r;
	struct made made = { 0 };
	size_t n = 0;

	r = make(port, sys, fds, &made.failure);
	made.listens4 = fds[FD_LISTEN4] >= 0;
	made.listens6 = fds[FD_LISTEN6] >= 0;
	for (size_t i = 0; r == 0 && i < FD_N; i++) {
		if (fds[i] >= 0)
			fds[n++] = fds[i];
	}
	wire_send(socket, &made, sizeof(made), fds, n);
	_exit(0);
}

int init_net_begin(struct init_net *ret, uint16_t listen_port,
		   struct sandbox_failure *reterr)
{
	int pair[2], sys;

	if (wire_pair(pair) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, errno,
				    "socketpair");
	/* Now, because by and by the child finds itself in the new root. */
	sys = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ret->socket = pair[0];
	ret->pid = fork();
	if (ret->pid == 0)
		run_child(pair[1], listen_port, sys);
	close(pair[1]);
	if (sys >= 0)
		close(sys);
	if (ret->pid < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, errno,
				    "fork");
	return 0;
}

int init_net_end(struct init_net *net, int *fds,
		 struct sandbox_failure *reterr)
{
	int got[FD_N] = { -1, -1, -1 };
	struct made made;
	size_t n_fds = 0;
	int n = wire_recv(net->socket, &made, sizeof(made), got, FD_N, &n_fds);

	close(net->socket);
	waitpid(net->pid, NULL, 0);
	if (n != (int)sizeof(made))
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, EPIPE,
				    "the network was not made");
	if (made.failure.code) {
		*reterr = made.failure;
		return -made.failure.code;
	}
	if (n_fds != 1u + made.listens4 + made.listens6)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, EPROTO,
				    "the network's descriptors");
	if (setns(got[FD_NS], CLONE_NEWNET) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_NETWORK, errno,
				    "join the network namespace");
	close(got[FD_NS]);
	if (made.listens4)
		fds[INIT_FD_LISTEN4] = got[1];
	if (made.listens6)
		fds[INIT_FD_LISTEN6] = got[1 + made.listens4];
	return 0;
}
