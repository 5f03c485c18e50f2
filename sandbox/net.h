/* net -- the box's own network: loopback, and init's listening sockets. */
#ifndef SANDBOX_NET_H
#define SANDBOX_NET_H

#include <stddef.h>
#include <stdint.h>

int net_up(void); /* bring lo up, with 127.0.0.1 and ::1 */

/*
 * The kernel lets the buffers of a fast connection grow to many megabytes,
 * which nobody counts where there is no cgroup.  From here on they stay at
 * what a local socket may have.  `sys` is /proc/sys; where that cannot be
 * written nothing changes.
 */
void net_bound_buffers(int sys);

/* A listening TCP socket on loopback; AF_INET or AF_INET6.  Or -errno. */
int net_listen(int domain, uint16_t port);

/* The port it has; 0: none. */
uint16_t net_port(int socket);

/* Accept and drop what nobody took: a later program must not get it. */
void net_drop_backlog(int socket);

/*
 * TCP ports that something in this network listens on, except `ours`;
 * /proc/net/tcp in `text`.  How many are in `ret` now, from `n` before.
 */
size_t net_listeners(const char *text, uint16_t ours, uint16_t *ret, size_t n,
		     size_t max);

#endif
