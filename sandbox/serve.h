/*
 * serve -- the keeper's side of the runner's socket, and what travels there.
 *
 * The runner asks, the keeper answers, one packet each.  When the runner is
 * gone the socket ends, and serve_run() with it.
 */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "sandbox/join.h"
#include "sandbox/sandbox.h"

enum serve_op {
	SERVE_OPEN, /* struct serve_spec, mounts, fds: service, policy? */
	SERVE_START,
	SERVE_JOIN_BEGIN,
	SERVE_JOIN_WAIT,
	SERVE_STOP,
	SERVE_SIGNAL,
	SERVE_SYNC,
	SERVE_CLOSE,
};

struct serve_spec {
	bool reduced, has_policy;
	uint16_t listen_port;
	uint32_t n_mounts;
	struct sandbox_limits limits;
};

/* The fixed part of every request; `value` is the signal. */
struct serve_request {
	enum serve_op op;
	int value;
	bool listener;
};

struct serve_reply {
	int result; /* 0 or -errno */
	struct sandbox_failure failure;
	struct sandbox_state state;
	struct join join;       /* SERVE_JOIN_BEGIN */
	uint32_t join_mask;
	uint32_t n_denied;      /* that follow */
};

/* Keep one box for the runner at the other end.  The program's exit status. */
int serve_run(int socket);

#endif
