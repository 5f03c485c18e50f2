/*
 * sandbox -- a box to run untrusted programs in, and how each one ended.
 *
 *   1. Fill a struct sandbox_spec; SANDBOX_SPEC_INIT holds the strict limits.
 *   2. sandbox_open() builds the box: namespaces, root, limits and our own
 *      init, no program yet; or names the step that failed.
 *   3. sandbox_start() runs a program in it (cold), or a fork server joins it
 *      (warm, forkserver.h).  sandbox_stop() kills everything but init: the
 *      files stay, so start again is a restart.
 *   4. sandbox_sync() before looking: it drains output and denied calls, so
 *      that what a request caused is attributed to that request.
 *   5. sandbox_close() kills what is left, waits, and gives the outcome.
 *
 * A box is kept by the program fumehood-box, which this library starts and
 * talks to over a socket.  It holds the lifeline: when the runner dies, the
 * box ends, and its cgroup and files are removed.  DESIGN.md has the rest.
 *
 * Nothing here knows HTTP, JSON or exercises, and nothing from the rest of the
 * tree is included: this folder is the part that must be audited.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox; /* an open box; opaque */

enum sandbox_mount_kind {
	SANDBOX_READ_ONLY, /* bind, recursive, read-only, nosuid, nodev */
	SANDBOX_OVERLAY,   /* `from` below, the box's scratch above */
	SANDBOX_SCRATCH,   /* empty and writable, inside the disk limit */
	SANDBOX_HIDDEN,    /* empty: what the host has there is not shown */
};

struct sandbox_mount {
	enum sandbox_mount_kind kind;
	const char *from; /* outside; NULL where nothing is shown */
	const char *to;   /* inside; made if missing */
};

struct sandbox_limits { /* 0: no limit, except where noted */
	int64_t wall_ms, cpu_ms;
	int64_t idle_ms; /* with next to no cpu time of any process */
	int64_t memory_bytes, disk_bytes, output_bytes;
	int inodes, processes, files;
};

/*
 * /usr, /lib*, /bin, a minimal /etc, /dev, restricted /proc, a scratch /tmp
 * are always there.  Borrowed by sandbox_open().
 */
struct sandbox_spec {
	const struct sandbox_mount *mounts; /* applied in order */
	size_t n_mounts;
	const char *policy;  /* path of the seccomp policy; NULL: the default */
	bool reduced;        /* accept missing layers, and say which */
	uint32_t without;    /* layers left out: for tests, in debug builds */
	uint16_t listen_port; /* init listens on 127.0.0.1 and ::1; 0: no */
	struct sandbox_limits limits;
};

#define SANDBOX_SPEC_INIT {                                                    \
	.limits = { .wall_ms = 60000, .cpu_ms = 30000,                         \
		    .memory_bytes = 512 << 20, .disk_bytes = 64 << 20,         \
		    .output_bytes = 1 << 20, .inodes = 20000,                  \
		    .processes = 64, .files = 256 },                           \
}

struct sandbox_program {
	const char *const *argv; /* NULL-terminated, argv[0] absolute */
	const char *const *env;  /* NULL-terminated; nothing is inherited */
	const char *cwd;         /* inside */
	bool listener;           /* pass init's listening sockets as fds 3, 4 */
};

/* Where building the box failed: never the submission's fault. */
enum sandbox_stage {
	SANDBOX_STAGE_SPAWN,
	SANDBOX_STAGE_CGROUP,
	SANDBOX_STAGE_NAMESPACES,
	SANDBOX_STAGE_MOUNTS,
	SANDBOX_STAGE_NETWORK,
	SANDBOX_STAGE_LIMITS,
	SANDBOX_STAGE_PRIVILEGES,
	SANDBOX_STAGE_LANDLOCK,
	SANDBOX_STAGE_SECCOMP,
	SANDBOX_STAGE_ENTER, /* the program's folder, which it may have shut */
	SANDBOX_STAGE_EXEC,
};

/* Fixed size, so a child can report it through a pipe in one write. */
struct sandbox_failure {
	enum sandbox_stage stage;
	int code;       /* errno */
	bool isolation; /* a layer this kernel or user cannot have: exit 5 */
	char layer[24]; /* its name, if `isolation` */
	char msg[240];
};

/* The layers of isolation, as bits of sandbox_state.layers. */
enum sandbox_layer {
	SANDBOX_LAYER_USERNS, SANDBOX_LAYER_PIDNS, SANDBOX_LAYER_MOUNTNS,
	SANDBOX_LAYER_NETNS, SANDBOX_LAYER_IPCNS, SANDBOX_LAYER_UTSNS,
	SANDBOX_LAYER_CGROUPNS, SANDBOX_LAYER_ROOT, /* pivoted, old root gone */
	SANDBOX_LAYER_UID, /* another uid outside than the one of the runner */
	SANDBOX_LAYER_CAPS, SANDBOX_LAYER_NNP, SANDBOX_LAYER_LANDLOCK,
	SANDBOX_LAYER_SECCOMP, SANDBOX_LAYER_NOTIFY,
	SANDBOX_N_LAYERS,
};

/* In `without`: no cgroup, which is no layer. */
#define SANDBOX_WITHOUT_CGROUP (1u << SANDBOX_N_LAYERS)

/* How a program ended, or the first limit that ended it. */
enum sandbox_reason {
	SANDBOX_RUNNING,
	SANDBOX_EXITED,
	SANDBOX_SIGNALLED,
	SANDBOX_CPU_TIME,
	SANDBOX_WALL_TIME,
	SANDBOX_IDLE,
	SANDBOX_MEMORY,
	SANDBOX_PROCESSES,
	SANDBOX_DISK_BYTES,
	SANDBOX_DISK_INODES,
	SANDBOX_DESCRIPTORS,
	SANDBOX_STOPPED, /* by sandbox_stop() or sandbox_close() */
	SANDBOX_ERROR,   /* ours */
};

struct sandbox_usage {
	int64_t wall_ms, cpu_ms;
	int64_t memory_bytes, disk_bytes, output_bytes; /* peaks; output: all */
	int processes, inodes, files;                   /* peaks */
};

#define SANDBOX_FOLDER_BYTES 48

struct sandbox_state {
	enum sandbox_reason reason;
	bool sampled;     /* no counter tells; the reason was sampled */
	int exit_code;    /* SANDBOX_EXITED */
	int signal;       /* SANDBOX_SIGNALLED */
	bool output_cut;  /* more came than output_bytes */
	int64_t output_len; /* bytes readable with sandbox_output() */
	size_t n_denied;  /* denied calls kept; see sandbox_denied() */
	int64_t denied_lost; /* seen but not kept */
	bool limits_hit[SANDBOX_DESCRIPTORS + 1]; /* by reason, not fatal too */
	uint32_t layers;  /* bits of enum sandbox_layer, in force */
	int landlock_abi; /* 0: none */
	char cgroup[24];  /* "v2", "v1", "hybrid", "none": what limits use */
	/* A box without a root of its own (bare.h): the program finds "/data"
	 * at FOLDER/data, and the listening socket has this port.  "" and 0
	 * where it is as the spec says. */
	char folder[SANDBOX_FOLDER_BYTES];
	uint16_t port;
	struct sandbox_usage peak;
};

/* One refused call, decoded; equal ones are counted together. */
struct sandbox_denied {
	char call[24];    /* "connect" */
	char detail[96];  /* "8.8.8.8:53", "/etc/shadow", or "" */
	int count;
	int64_t first_ns; /* CLOCK_MONOTONIC */
};
#define SANDBOX_DENIED_MAX 64

/* 0 and a box in *ret, or a negative errno and *reterr filled. */
int sandbox_open(struct sandbox **ret, const struct sandbox_spec *spec,
		 struct sandbox_failure *reterr);

/* Run a program; one at a time.  Returns when it has been executed. */
int sandbox_start(struct sandbox *sb, const struct sandbox_program *program,
		  struct sandbox_failure *reterr);

/* Kill everything but init and wait until it is gone. */
int sandbox_stop(struct sandbox *sb);

/* A socket made inside the box's network; the caller owns it.  Or -errno. */
int sandbox_socket(struct sandbox *sb, int domain, int type);

/* TCP ports that something inside listens on, except ours; how many, -errno. */
int sandbox_listeners(struct sandbox *sb, uint16_t *ret, size_t max);

/* As sandbox_state's; constant as long as the box is open. */
const char *sandbox_folder(const struct sandbox *sb);
uint16_t sandbox_port(const struct sandbox *sb);

/* Send `sig` to the program's first process. */
int sandbox_signal(struct sandbox *sb, int sig);

/*
 * Drain output and notifications, then say how things stand.  Who has other
 * work meanwhile begins first: what the next sync says was so at that time.
 */
void sandbox_sync_begin(struct sandbox *sb);
int sandbox_sync(struct sandbox *sb, struct sandbox_state *ret);

/* Up to `n` bytes of stdout and stderr together from `offset`; how many. */
size_t sandbox_output(struct sandbox *sb, int64_t offset, char *ret, size_t n);

/* The i-th denied call known at the last sandbox_sync(). */
const struct sandbox_denied *sandbox_denied(const struct sandbox *sb, size_t i);

/* Readable once the program has ended; owned by the box. */
int sandbox_ended_fd(const struct sandbox *sb);

/* Wait up to `timeout_ms` (-1: forever): 1 ended, 0 still running, -errno. */
int sandbox_wait(struct sandbox *sb, int timeout_ms);

/*
 * Copy a regular file out: by descriptor, beneath the root, no symlink, no
 * hard link, at most `max_bytes`.  A descriptor of a sealed copy, or -errno.
 */
int sandbox_copy_out(struct sandbox *sb, const char *path, int64_t max_bytes);

/* End the box; *ret (may be NULL) is its last state.  NULL `sb` is fine. */
void sandbox_close(struct sandbox *sb, struct sandbox_state *ret);

/* The path of fumehood-box, whether it is there or not. */
void sandbox_program_path(char *ret, size_t bytes);

const char *sandbox_stage_name(enum sandbox_stage stage);
const char *sandbox_reason_name(enum sandbox_reason reason);
const char *sandbox_layer_name(enum sandbox_layer layer);

#endif
