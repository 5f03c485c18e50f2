/*
 * init_net -- the box's network, made beside its root.
 *
 * A new network namespace takes as long as all the rest of a box.  So a child
 * of init makes it, with the listening sockets, while init builds the root;
 * then init joins it.
 */
#ifndef SANDBOX_INIT_NET_H
#define SANDBOX_INIT_NET_H

#include <stdint.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"

struct init_net {
	pid_t pid;
	int socket;
};

/* `listen_port` 0: no listening sockets. */
int init_net_begin(struct init_net *ret, uint16_t listen_port,
		   struct sandbox_failure *reterr);

/* Join it; the listening sockets go to `fds`, as in enum init_fd. */
int init_net_end(struct init_net *net, int *fds,
		 struct sandbox_failure *reterr);

#endif
