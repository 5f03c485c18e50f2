/*
 * keeper -- what fumehood-box does: builds one box, starts programs in it one
 * after the other, watches limits, drains output and denied calls, and
 * removes everything at the end.
 *
 * One thread, one poll loop.  The keeper runs no untrusted code and is not in
 * the box.  It ends when the runner does, and the box ends with it.
 */
#ifndef SANDBOX_KEEPER_H
#define SANDBOX_KEEPER_H

#include <sys/types.h>

#include "sandbox/cgroup.h"
#include "sandbox/ids.h"
#include "sandbox/init.h"
#include "sandbox/join.h"
#include "sandbox/policy.h"
#include "sandbox/root.h"
#include "sandbox/sandbox.h"

/* What is counted from zero again for each program. */
struct keeper_base {
	int64_t cpu_us, oom_kills, pids_refused;
};

struct keeper {
	const struct sandbox_spec *spec; /* borrowed */
	const struct policy *policy;
	uint64_t ns_flags;
	bool bare;               /* no namespace can be had: bare.h */
	int session;             /* bare: of the program, its first process */
	struct ids ids;
	struct root root;
	struct cgroup cg;

	pid_t init;
	int init_pidfd, control;
	int box[INIT_FD_N];      /* handed out by init */
	int filter;              /* memfd */

	int report, listener, program; /* program: a pidfd */
	bool has_process, confined, failed, ended, killing, killed, concluded;
	bool silent;             /* ended, and nobody could say how */
	bool lost;               /* init is gone: the box is over */
	bool ready;              /* init has said that the box is built */
	bool once;               /* the box ends with its first program */
	int status;              /* of waitpid(2), once ended */
	struct sandbox_failure failure;

	int output;              /* read end of the program's pipe */
	int output_memfd;        /* what the runner reads */
	int ended_event;         /* readable once concluded */

	int64_t started_ns, sampled_ns, next_sample_ns, sample_interval_ns;
	int64_t disk_base_bytes, inodes_base;
	int64_t measured_ns;     /* bare: when its files are counted next */
	int64_t sockets_bytes;   /* bare: as proc_sockets_bytes() */
	struct keeper_base base;
	int64_t idle_cpu_us, idle_since_ns; /* when it last did something */
	enum sandbox_reason fatal; /* the first limit that ended it */
	bool fatal_sampled;
	struct sandbox_state state;
	struct sandbox_denied denied[SANDBOX_DENIED_MAX];
};

/*
 * keeper_build.c: `service` is init's end of the runner's own socket.  The
 * box is being built when this returns; keeper_await() waits for it, and so
 * does a start, which can be asked for already.
 */
int keeper_open(struct keeper *k, const struct sandbox_spec *spec,
		const struct policy *policy, int service,
		struct sandbox_failure *reterr);
int keeper_await(struct keeper *k, struct sandbox_failure *reterr);
void keeper_close(struct keeper *k);

/* keeper.c */
int keeper_start(struct keeper *k, const struct sandbox_program *program,
		 struct sandbox_failure *reterr);
int keeper_join_begin(struct keeper *k, const struct sandbox_program *program,
		      struct join *ret, struct join_fds *ret_fds,
		      struct sandbox_failure *reterr);
int keeper_join_wait(struct keeper *k, struct sandbox_failure *reterr);
int keeper_stop(struct keeper *k);
int keeper_signal(struct keeper *k, int sig);

/*
 * Wait at most `timeout_ms` (-1: until something happens) and deal with what
 * happened; true when `extra` (-1: none) is readable.
 */
bool keeper_step(struct keeper *k, int extra, int timeout_ms);

/* Take all that the program has caused so far into k->state. */
void keeper_sync(struct keeper *k);

/* End the program because of a limit; the first reason stays. */
void keeper_end(struct keeper *k, enum sandbox_reason reason, bool sampled);

/* keeper_build.c: whoever is left of a bare box whose init is gone. */
void keeper_end_bare(struct keeper *k);

/* usage.c: look at counters, and end the program where one is over. */
void keeper_sample(struct keeper *k);
void keeper_sample_files(struct keeper *k); /* only the scratch files */
/* The same, unless the last look was a moment ago and nothing cheap to ask
 * says that a limit has been reached since. */
void keeper_sample_again(struct keeper *k);
void keeper_sample_begin(struct keeper *k); /* a program starts */
/* It has ended, and its largest process was this large. */
void keeper_sample_end(struct keeper *k, int64_t max_rss_bytes);

/* notify.c: answer what waits at the listener. */
void keeper_answer(struct keeper *k);
void keeper_read_decoys(struct keeper *k);
void keeper_close_decoys(struct keeper *k);
void keeper_record(struct keeper *k, const char *call, const char *detail);

int64_t keeper_now_ns(void);

static inline bool keeper_has(const struct keeper *k, enum sandbox_layer layer)
{
	return k->state.layers & (1u << layer);
}

#endif
