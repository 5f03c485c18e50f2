/*
 * init -- process 1 of a box: ours, trusted, and all there is to trust in it.
 *
 * It builds the root, makes sockets inside the box's network, starts programs
 * (cold), reaps everything, and ends when the keeper is gone; with it the
 * kernel ends every process of the box.  In a bare box (bare.h) it is no
 * process 1, and ends them itself.
 */
#ifndef SANDBOX_INIT_H
#define SANDBOX_INIT_H

#include "sandbox/confine.h"
#include "sandbox/ids.h"
#include "sandbox/join.h"
#include "sandbox/root.h"

/* Folders of cgroups to enter: of version 1, and where it is not born into
 * that, of version 2. */
#define INIT_TASKS_MAX (JOIN_TASKS_MAX + 1)

struct init_plan {
	struct root *root;
	const struct ids *ids;
	uint32_t layers;       /* bits of enum sandbox_layer */
	uint16_t listen_port;
	int control;           /* to the keeper */
	int service;           /* to the runner */
};

/* Keeper to init, over `control`. */
enum init_op {
	INIT_GO,     /* the id maps are written */
	INIT_LIMITS, /* the cgroups are made; fds: tasks of version 1 */
	INIT_START,  /* struct init_start, argv, env; output report filter */
	INIT_KILL,   /* everything but init; answered by INIT_KILLED */
};

struct init_start {
	enum init_op op;
	struct confine confine;
	bool has_filter;
};

/* Init to keeper. */
enum init_kind {
	INIT_READY, /* fds: see `fds` */
	INIT_FAILED,
	INIT_KILLED,
};

/* The descriptors of INIT_READY, as far as they are there. */
enum init_fd {
	INIT_FD_SCRATCH,  /* the writable tmpfs, for fstatfs() */
	INIT_FD_PROC,     /* the box's /proc */
	INIT_FD_LISTEN4,
	INIT_FD_LISTEN6,
	INIT_FD_LANDLOCK,
	INIT_FD_DECOYS,   /* inotify, see root_decoy() */
	INIT_FD_MOUNTS,   /* the mount namespace; see keeper_close() */
	INIT_FD_N,
};

struct init_report {
	enum init_kind kind;
	bool has_fd[INIT_FD_N];
	uint16_t port; /* of the listening socket, where it was not asked for */
	int64_t folder_bytes, folder_inodes; /* bare: before any program */
	struct sandbox_failure failure;
};

/* Runner to init, over `service`, and its answer. */
enum init_service {
	INIT_SOCKET,    /* domain, type; a fd */
	INIT_LISTENERS, /* ports */
	INIT_OPEN,      /* path; a fd open for reading */
};

#define INIT_PORTS_MAX 64

struct init_request {
	enum init_service service;
	int domain, type;
	char path[1024];
};

struct init_answer {
	int result; /* or -errno */
	uint16_t ports[INIT_PORTS_MAX];
};

/* Be process 1.  Never returns. */
void init_run(const struct init_plan *plan) __attribute__((noreturn));

/* Answer one request of the runner; false when it is gone. */
bool init_serve(int service, const struct init_plan *plan);

/* Where no namespace can be had, no more than this is built (bare.h). */
static inline bool init_is_bare(const struct init_plan *plan)
{
	return *plan->root->folder;
}

#endif
