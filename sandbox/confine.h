/*
 * confine -- the last steps before untrusted code, the same for every start.
 *
 * A process that is inside a box's namespaces, still with every right there,
 * calls confine() and comes back with none: descriptors in place and all
 * others closed, limits set, ids dropped, capability sets empty,
 * no_new_privs, Landlock and seccomp locked.  A cold start then executes the
 * program; a warm one returns into Python.  The order and why: DESIGN.md.
 *
 * What it needs was prepared by the box's keeper and comes as one fixed-size
 * struct and a few descriptors, so that it can cross a socket unchanged.
 */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"

#define CONFINE_PATH_BYTES  256
#define CONFINE_RLIMITS_MAX 16
/* The largest filter the kernel takes: BPF_MAXINSNS instructions. */
#define CONFINE_FILTER_BYTES_MAX (4096 * 8)

struct confine {
	uint32_t layers; /* bits of enum sandbox_layer to put in force */
	uint32_t uid, gid; /* inside */
	bool listener;   /* the listening sockets become 3 and 4 */
	bool set_groups; /* the list of groups can be emptied */
	uint32_t n_rlimits;
	struct { /* soft and hard alike */
		int32_t resource;
		uint64_t value;
	} rlimits[CONFINE_RLIMITS_MAX];
	char cwd[CONFINE_PATH_BYTES];
};

/* Descriptors that confine() uses; each is -1 where there is none. */
struct confine_fds {
	int output;   /* becomes 1 and 2 */
	int listen4, listen6;
	int landlock; /* a ruleset */
	int filter;   /* a memfd: struct sock_filter[] */
	int report;   /* to the keeper, close-on-exec; see below */
};

/*
 * 0, with descriptors 0..2 (and 3, 4 with `listener`) open.  A cold start
 * keeps the report socket too, close-on-exec, to say that exec failed: its
 * number is in *ret_report.  With `ret_report` NULL it is closed as well.
 * Else a negative errno, *reterr names the step, and the keeper was told
 * (CONFINE_FAILED) already.  Signal handlers and masks are the caller's.
 */
int confine(const struct confine *c, const struct confine_fds *fds,
	    int *ret_report, struct sandbox_failure *reterr);

/* What the report socket (SOCK_SEQPACKET) carries, one struct a message. */
enum confine_report_kind {
	CONFINE_PROCESS,  /* from the waiter: with a pidfd of the program */
	CONFINE_CONFINED, /* from confine(): with the seccomp listener if any */
	CONFINE_FAILED,   /* from anybody before that: `failure` */
	CONFINE_ENDED,    /* from the waiter: `status` of waitpid(2) */
};

struct confine_report {
	enum confine_report_kind kind;
	int status;
	pid_t pid;             /* CONFINE_PROCESS: as its parent knows it */
	int64_t max_rss_bytes; /* CONFINE_ENDED: of wait4(2), 0 if unknown */
	struct sandbox_failure failure;
};

/*
 * What only root outside may do, early: a hard limit that our caller has set
 * too low for confine() is raised.  Elsewhere such a limit stays, it is
 * stricter than ours.
 */
void confine_prepare(void);

/* Send one; `fd` -1: without a descriptor.  0 or -errno, never a SIGPIPE. */
int confine_report(int socket, const struct confine_report *report, int fd);

/* Fill `reterr`, a message in the way of printf; gives -code. */
int confine_fail(struct sandbox_failure *reterr, enum sandbox_stage stage,
		 int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* ...which is so because a layer cannot be had. */
int confine_lacks(struct sandbox_failure *reterr, enum sandbox_layer layer);

#endif
