/*
 * join -- how a process from outside enters a box that is already built.
 *
 * The fork server's child does, in this order (join.c):
 *   1. write "0" to each of fds.tasks (version 1 cgroups take the writer; a
 *      thread that moves itself does not wait for an RCU grace period, which
 *      a write to cgroup.procs does: 0.05 ms against 10);
 *   2. setns(fds.init, join.ns_flags) - all namespaces at once, while it is
 *      single-threaded and still has its rights - and join.cpus: a cold start
 *      keeps to them too;
 *   3. clone3() with CLONE_PIDFD, and CLONE_INTO_CGROUP of fds.cgroup unless
 *      that is -1: the child is in the box's pid namespace;
 *   4. child: confine(&join.confine, &fds.confine, NULL, ...) and back into
 *      Python; or CONFINE_FAILED on the report socket and _exit();
 *   5. parent, the waiter: closes all but the report socket, sends
 *      CONFINE_PROCESS with the pidfd, waits, sends CONFINE_ENDED, _exit()s.
 * It needs no lifeline of its own: when the runner dies the box dies, so the
 * program dies, so the waiter ends.  The waiter must reap at once, because the
 * box's init cannot end before the program is reaped.
 *
 * The library's side, for forkserver.c:
 *
 *	sandbox_join_begin(sb, program, &join, &fds, &failure);
 *	...send join and the descriptors to the fork server...
 *	join_fds_close(&fds);
 *	sandbox_join_wait(sb, &failure);
 */
#ifndef SANDBOX_JOIN_H
#define SANDBOX_JOIN_H

#include <sched.h>

#include "sandbox/confine.h"

#define JOIN_TASKS_MAX 4

struct join {
	uint64_t ns_flags; /* for setns(); 0: nothing to join */
	cpu_set_t cpus;    /* those of who opened the box; none: unknown */
	struct confine confine;
};

struct join_fds {
	int init;                  /* pidfd of the box's init */
	int cgroup;                /* version 2 folder of the box, or -1 */
	int tasks[JOIN_TASKS_MAX]; /* version 1 `tasks` files, or -1 */
	struct confine_fds confine;
};

/*
 * The descriptors as a flat array, for SCM_RIGHTS: join_fds_pack() leaves out
 * what is -1 and gives how many; the mask says which are there.
 */
#define JOIN_FDS_MAX (sizeof(struct join_fds) / sizeof(int))
size_t join_fds_pack(const struct join_fds *fds, int *ret, uint32_t *ret_mask);
/* -EPROTO when `mask` does not fit `n`. */
int join_fds_unpack(struct join_fds *ret, const int *fds, size_t n,
		    uint32_t mask);
void join_fds_close(struct join_fds *fds); /* and set all to -1 */

/*
 * Prepare a start from outside: a fresh output pipe and report socket, the
 * clocks ready.  program->argv and ->env are the caller's business.
 */
int sandbox_join_begin(struct sandbox *sb,
		       const struct sandbox_program *program,
		       struct join *ret, struct join_fds *ret_fds,
		       struct sandbox_failure *reterr);

/* Wait until the joined program is confined; the wall clock starts here. */
int sandbox_join_wait(struct sandbox *sb, struct sandbox_failure *reterr);

#endif
