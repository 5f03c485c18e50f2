/*
 * warm_wire -- what the runner and a fork server say to each other, and what
 * libfumehood-join.so (join.c) gives to forkserver.py.
 *
 * One message of wire.h a packet.  Every message is answered by one struct
 * warm_reply.  A WARM_START carries the descriptors of struct join_fds; its
 * answer means that a process was forked: how it fared inside the box comes
 * over the box's own report socket.
 */
#ifndef SANDBOX_WARM_WIRE_H
#define SANDBOX_WARM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/join.h"

#define WARM_BUILD_BYTES 80 /* with the NUL */
#define WARM_STRINGS_MAX 1024
#define WARM_CONNS_MAX   32
#define WARM_MAGIC       0x77617232u /* changes with the layout of a message */

enum warm_kind {
	WARM_HELLO, /* are you there, and of which build? */
	WARM_START, /* struct join, mask, argv, env */
	WARM_STOP,  /* end; what was started goes on */
};

struct warm_reply {
	uint32_t magic;
	int32_t code; /* 0 or an errno */
	int32_t pid;  /* of the server */
	uint32_t starts;
	int64_t up_ms;
	char build[WARM_BUILD_BYTES];
};

struct wire;

/* A request taken apart; strings point into the message. */
struct warm_request {
	enum warm_kind kind;
	struct join join;
	uint32_t fd_mask;
	const char *argv[WARM_STRINGS_MAX], *env[WARM_STRINGS_MAX];
};

void warm_put(struct wire *w, enum warm_kind kind);
void warm_put_start(struct wire *w, const struct join *join, uint32_t fd_mask,
		    const char *const *argv, const char *const *env);
/* -EPROTO when it is no message of ours. */
int warm_get(struct wire *w, struct warm_request *ret);

/*
 * For forkserver.py, called with the interpreter's lock held.  Answers
 * requests on `socket`: connections when it is `listening`, else itself.
 * 0: time to end; 1: this is a new process, inside a box and confined, that
 * is to run fumehood_argv() with fumehood_env(); or -errno.
 */
int fumehood_answer(int socket, bool listening, const char *path,
		    const char *build, int idle_ms);
/* For one that ends with its runner: remove the socket and its folder then. */
void fumehood_tie(const char *path);
const char *const *fumehood_argv(void);
const char *const *fumehood_env(void);

#endif
