/*
 * wire -- messages between the runner, the keeper and init.
 *
 * SOCK_SEQPACKET sockets, one message a packet, descriptors by SCM_RIGHTS.
 * All three ends are ours and of one build, so numbers travel as they are in
 * memory; strings follow the fixed part, each with its NUL.
 */
#ifndef SANDBOX_WIRE_H
#define SANDBOX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_BYTES_MAX (96 << 10) /* below the default socket buffer */
#define WIRE_FDS_MAX   24

/* A message being written or read; overruns set `failed` and stay harmless. */
struct wire {
	char bytes[WIRE_BYTES_MAX];
	size_t len, at;
	bool failed;
};

void wire_put(struct wire *w, const void *bytes, size_t n);
void wire_put_str(struct wire *w, const char *s); /* NULL is kept apart */
void wire_put_strs(struct wire *w, const char *const *list);
void wire_get(struct wire *w, void *ret, size_t n);
const char *wire_get_str(struct wire *w); /* points into `w` */
/* A NULL-terminated list with at most `max` - 1 strings. */
void wire_get_strs(struct wire *w, const char **ret, size_t max);

/* 0 or -errno; -EPIPE when the other end is gone, never a signal. */
int wire_send(int socket, const void *bytes, size_t n, const int *fds,
	      size_t n_fds);

/*
 * How many bytes, -EPIPE at the end, -EMSGSIZE when something did not fit.
 * Descriptors come close-on-exec; those that nobody asked for are closed, and
 * all of them when it fails.
 */
int wire_recv(int socket, void *ret, size_t max, int *ret_fds, size_t max_fds,
	      size_t *ret_n_fds);

/* A pair of such sockets, close-on-exec. */
int wire_pair(int ret[2]);

#endif
