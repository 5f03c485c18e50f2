/* proc -- what /proc says of one process; its names are the program's own. */
#ifndef SANDBOX_PROC_H
#define SANDBOX_PROC_H

#include <stdbool.h>
#include <stdint.h>

struct proc_usage {
	int64_t memory_bytes; /* anonymous, shared, page tables */
	int64_t tables_bytes; /* the page tables alone */
	int64_t cpu_us;       /* with the children that it has waited for */
	int threads, files;
};

/* From the text of /proc/PID/status and /proc/PID/stat; false: no sense. */
bool proc_parse_status(const char *text, struct proc_usage *ret);
bool proc_parse_stat(const char *text, struct proc_usage *ret);

/* From /proc/PID/smaps_rollup: the memory of `ret` (whose page tables are known
 * already), each page that n processes share counted as an n-th of it.  False:
 * no sense, and `ret` is as before. */
bool proc_parse_rollup(const char *text, struct proc_usage *ret);

/*
 * Which processes are a box's: all of its own /proc but init.  Or, where that
 * is the machine's, those of one session, which nobody can leave there and
 * which descends from init; 0: all.
 */
struct proc_box {
	int proc;     /* open */
	int init;     /* its number there */
	int session;
};

/* How many tasks a user has in a /proc. */
int proc_count_user(int proc, uint32_t uid);

/* The session, from the text of /proc/PID/stat; 0: no sense. */
int proc_parse_session(const char *text);

/* Who a process is, whatever its number may have been before. */
struct proc_identity {
	int pid, session;
	uint64_t start; /* in ticks since the machine's */
	bool confined;  /* by a filter, and without new privileges */
};

bool proc_identify(int proc, const char *pid, struct proc_identity *ret);
/* Session and start, from the text of /proc/PID/stat; false: no sense. */
bool proc_parse_identity(const char *text, struct proc_identity *ret);

/* The first of the numbers in a /proc/PID/task/TID/children, "7 12 40 ", and
 * what follows it; NULL: there is none. */
const char *proc_next_child(const char *text, int *ret);

/* Call `visit` for each process of a box, and for its init. */
typedef void proc_visit(const struct proc_box *box, const char *pid,
			bool init, void *p);
void proc_each(const struct proc_box *box, proc_visit *visit, void *p);

/* The processes of a box together, without init. */
struct proc_sum {
	int64_t memory_bytes, cpu_us;
	int threads;
	int files_max; /* of the process that has most */
};

void proc_sum(const struct proc_box *box, struct proc_sum *ret);

/* The memory of the same processes with shared pages counted once: after a
 * fork nearly all of them.  A hundred times slower than proc_sum(), so only
 * for when that says too much.  A process that cannot be read counts whole. */
int64_t proc_memory_bytes(const struct proc_box *box);

/* How many sockets there are in the network namespace that /proc/PID/net/
 * sockstat is of; 0: no sense. */
int proc_parse_sockstat(const char *text);

/* What the sockets of the box may hold beyond the first hundreds: their
 * buffers are the kernel's memory, no process's, and nothing tells how full
 * those of a Unix socket are.  Each counts as full. */
int64_t proc_sockets_cost(int sockets);
int64_t proc_sockets_bytes(int proc);

#endif
