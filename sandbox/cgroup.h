/*
 * cgroup -- limits and counters of the kernel, in whatever world this is.
 *
 * Version 2, version 1, both at once (hybrid) or none that we may write to.
 * Each controller is taken from where it is: memory and pids limit, cpu time
 * is counted.  What is missing is -1 here, and the keeper samples instead.
 *
 * A box has one folder in each hierarchy, fumehood- and a random number: the
 * tree is shared with other pid namespaces, so a process id would not do.  The
 * keeper holds a lock on it, which tells a later one what was left behind.
 */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/join.h"

enum cgroup_controller {
	CGROUP_MEMORY,
	CGROUP_PIDS,
	CGROUP_CPU, /* cpuacct of version 1 */
	CGROUP_V2,  /* the version 2 folder itself */
	CGROUP_N,
};

struct cgroup {
	char world[24];          /* "v2", "v1", "hybrid", "none" */
	char dirs[CGROUP_N][256]; /* "" where there is none */
	bool v2[CGROUP_N];       /* that controller is of version 2 */
	int folder;              /* for CLONE_INTO_CGROUP, or -1 */
	int tasks[JOIN_TASKS_MAX];
	int oom_event;           /* readable on an OOM event, version 1 */
	int locks[CGROUP_N];     /* on the folders; -1 */
	char name[32];
	bool guarded;
	pid_t guard;             /* removes the folders if we cannot; or 0 */
};

struct cgroup_counters { /* -1: not counted */
	int64_t memory_peak_bytes, oom_kills;
	int64_t pids_peak, pids_refused;
	int64_t cpu_us;
};

/*
 * Make the version 2 folder, which init is born into; then, while it is being
 * born, the others, and all limits.  Neither fails: what cannot be had stays
 * out, and `world` says so.  `guarded`: should this process be killed, another
 * removes them (once in a process, which exits after cgroup_close()).
 */
void cgroup_open(struct cgroup *ret, bool guarded);
void cgroup_limit(struct cgroup *cg, const struct sandbox_limits *limits);

void cgroup_read(const struct cgroup *cg, struct cgroup_counters *ret);
/* Kills for memory and refused forks together, which are cheap to ask for;
 * -1: one of them is not counted. */
int64_t cgroup_strikes(const struct cgroup *cg);

/* Remove the folders; the processes must be gone. */
void cgroup_close(struct cgroup *cg);

/* Remove the empty folders whose keeper is no more. */
void cgroup_sweep(const struct cgroup *cg);

/*
 * The path of this process in a hierarchy, from the text of
 * /proc/self/cgroup: `controller` "" is version 2.  False: not there.
 */
bool cgroup_path(const char *text, const char *controller, char *ret,
		 int bytes);

/* `key` of a file like memory.events; -1 where there is none. */
int64_t cgroup_value(const char *text, const char *key);

#endif
