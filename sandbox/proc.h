/* proc -- what /proc says of one process; its names are the program's own. */
#ifndef SANDBOX_PROC_H
#define SANDBOX_PROC_H

#include <stdbool.h>
#include <stdint.h>

struct proc_usage {
	int64_t memory_bytes; /* anonymous, shared, page tables */
	int64_t cpu_us;       /* with the children that it has waited for */
	int threads, files;
};

/* From the text of /proc/PID/status and /proc/PID/stat; false: no sense. */
bool proc_parse_status(const char *text, struct proc_usage *ret);
bool proc_parse_stat(const char *text, struct proc_usage *ret);

/* Of all processes of a box whose /proc is open as `proc`, but init. */
struct proc_sum {
	int64_t memory_bytes, cpu_us;
	int threads;
	int files_max; /* of the process that has most */
};

void proc_sum(int proc, struct proc_sum *ret);

#endif
