#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/caps.h"
#include "sandbox/confine.h"
#include "sandbox/keeper.h"
#include "sandbox/landlock.h"
#include "sandbox/leave.h"
#include "sandbox/wire.h"

#define BUILD_LIMIT_MS 20000
#define DESCRIPTORS_LEAST 128 /* that a keeper and its init open */
#define LEAVE_LIMIT_MS 10000 /* for a bare box to remove its files */

#define NS_ALL                                                                 \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |           \
	 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

#define NAMESPACE_LAYERS                                                       \
	((1u << SANDBOX_LAYER_USERNS) | (1u << SANDBOX_LAYER_PIDNS) |          \
	 (1u << SANDBOX_LAYER_MOUNTNS) | (1u << SANDBOX_LAYER_NETNS) |         \
	 (1u << SANDBOX_LAYER_IPCNS) | (1u << SANDBOX_LAYER_UTSNS) |           \
	 (1u << SANDBOX_LAYER_CGROUPNS) | (1u << SANDBOX_LAYER_ROOT))

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int lacks(struct sandbox_failure *reterr, enum sandbox_stage stage,
		 enum sandbox_layer layer, int code, const char *why)
{
	confine_fail(reterr, stage, code, "%s", why);
	return confine_lacks(reterr, layer);
}

static int choose_bare(struct keeper *k, struct sandbox_failure *reterr)
{
	enum sandbox_layer layer;
	const char *why = bare_refusal(k->state.landlock_abi, k->ids.pair,
				       bare_has_ids(), &layer);

	if (why)
		return lacks(reterr, SANDBOX_STAGE_NAMESPACES, layer, EPERM,
			     why);
	k->bare = true;
	k->ns_flags = 0;
	k->state.layers &= ~NAMESPACE_LAYERS;
	if (!(caps_held() & CAP_BIT(CAP_SETPCAP)))
		k->state.layers &= ~(1u << SANDBOX_LAYER_CAPS);
	ids_without_map(&k->ids);
	return 0;
}

static int choose_layers(struct keeper *k, struct sandbox_failure *reterr)
{
	const uint32_t all = (1u << SANDBOX_N_LAYERS) - 1;
	int r = ids_choose(&k->ids);

	if (r < 0)
		return lacks(reterr, SANDBOX_STAGE_NAMESPACES,
			     SANDBOX_LAYER_UID, -r,
			     "no other uid can be mapped here, and root must "
			     "not be the program's");
#ifndef SANDBOX_ABLATION
	if (k->spec->without)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, EPERM,
				    "this build leaves no layer out");
#endif
	k->state.layers = all & ~k->spec->without;
	k->ns_flags = NS_ALL;
	if (!k->ids.pair)
		k->state.layers &= ~(1u << SANDBOX_LAYER_UID);
	k->state.landlock_abi = landlock_abi();
	if (k->spec->reduced && bare_is_all())
		return choose_bare(k, reterr);
	if (k->state.landlock_abi)
		return 0;
	if (!k->spec->reduced)
		return lacks(reterr, SANDBOX_STAGE_LANDLOCK,
			     SANDBOX_LAYER_LANDLOCK, ENOSYS,
			     "this kernel has no Landlock");
	k->state.layers &= ~(1u << SANDBOX_LAYER_LANDLOCK);
	return 0;
}

/* As fork(), in new namespaces and, where there is one, a version 2 cgroup. */
static pid_t clone_once(struct keeper *k)
{
	struct clone_args args = {
		/* The cgroup's is made by init, when it is in its cgroups,
		 * and the network's by a child of it, because it takes long. */
		.flags = (k->ns_flags &
			  ~(uint64_t)(CLONE_NEWCGROUP | CLONE_NEWNET)) |
			 CLONE_PIDFD,
		.pidfd = (uintptr_t)&k->init_pidfd,
		.exit_signal = SIGCHLD,
	};

	if (k->cg.folder >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)k->cg.folder;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* clone(), because the filters that refuse namespaces have no clone3(). */
static pid_t fork_init(struct keeper *k)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return -1;
	return (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL,
			      &k->init_pidfd, NULL, NULL);
}

/*
 * Root can do without a user namespace, if that is accepted: the other
 * namespaces need none, and the program still gets ids that own nothing.
 */
static pid_t clone_init(struct keeper *k)
{
	pid_t pid = clone_once(k);

	if (pid >= 0 || !k->spec->reduced || !k->ids.pair)
		return pid;
	k->ns_flags &= ~(uint64_t)CLONE_NEWUSER;
	k->state.layers &= ~(1u << SANDBOX_LAYER_USERNS);
	k->ids.app = k->ids.outside_app;
	return clone_once(k);
}

static const char *why_no_namespaces(int code)
{
	if (code == ENOSPC)
		return "the limit of namespaces is reached or 0 "
		       "(user.max_user_namespaces)";
	/* No clone3(): filters of containers say so, and then mean this. */
	if (code == EPERM || code == ENOSYS)
		return "new user namespaces are forbidden here "
		       "(a container, or kernel.apparmor_restrict_"
		       "unprivileged_userns)";
	return "new namespaces cannot be made";
}

static int spawn_init(struct keeper *k, int service,
		      struct sandbox_failure *reterr)
{
	struct init_plan plan = { .root = &k->root, .ids = &k->ids,
				  .layers = k->state.layers,
				  .listen_port = k->spec->listen_port,
				  .service = service };
	enum init_op go = INIT_GO;
	int sockets[2], r;

	if (wire_pair(sockets) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, errno,
				    "socketpair");
	plan.control = sockets[1];
	k->control = sockets[0];
	k->init = k->bare ? fork_init(k) : clone_init(k);
	if (k->init == 0) {
		plan.layers = k->state.layers; /* as they are now */
		close(sockets[0]); /* or we would never see the keeper go */
		init_run(&plan);
	}
	r = errno;
	close(sockets[1]);
	if (k->init < 0)
		return lacks(reterr, SANDBOX_STAGE_NAMESPACES,
			     SANDBOX_LAYER_USERNS, r, why_no_namespaces(r));
	r = k->ns_flags & CLONE_NEWUSER ? ids_write(&k->ids, k->init) : 0;
	if (r < 0)
		return lacks(reterr, SANDBOX_STAGE_NAMESPACES,
			     SANDBOX_LAYER_USERNS, -r,
			     "the id maps are refused");
	/* If it has ended already, it has said why: see keeper_await(). */
	wire_send(k->control, &go, sizeof(go), NULL, 0);
	return 0;
}

static const struct policy *uncounted(const struct policy *policy)
{
	if (policy == &policy_default)
		return &policy_default_uncounted;
	return policy == &policy_bare ? &policy_bare_uncounted : policy;
}

/* Made while init builds its root and its network. */
static void make_limits(struct keeper *k)
{
	enum init_op op = INIT_LIMITS;
	int tasks[INIT_TASKS_MAX], v2 = -1;
	size_t n = 0;

	if (k->spec->without & SANDBOX_WITHOUT_CGROUP)
		snprintf(k->cg.world, sizeof(k->cg.world), "none");
	else
		cgroup_limit(&k->cg, &k->spec->limits);
	memcpy(k->state.cgroup, k->cg.world, sizeof(k->state.cgroup));
	if (!*k->cg.dirs[CGROUP_MEMORY])
		k->policy = uncounted(k->policy);
	for (; n < JOIN_TASKS_MAX && k->cg.tasks[n] >= 0; n++)
		tasks[n] = k->cg.tasks[n];
	if (k->bare && k->cg.folder >= 0) /* it was not born there */
		v2 = openat(k->cg.folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (v2 >= 0)
		tasks[n++] = v2;
	wire_send(k->control, &op, sizeof(op), tasks, n);
	close_fd(&v2);
}

/* What our own folders take in the writable tmpfs is not the program's. */
static void measure_scratch(struct keeper *k)
{
	struct statfs fs;

	if (fstatfs(k->box[INIT_FD_SCRATCH], &fs) == 0)
		k->inodes_base = (int64_t)(fs.f_files - fs.f_ffree);
}

int keeper_await(struct keeper *k, struct sandbox_failure *reterr)
{
	struct pollfd pfd = { .fd = k->control, .events = POLLIN };
	struct init_report report;
	int fds[INIT_FD_N];
	size_t n_fds = 0, next = 0;
	int n = -ETIMEDOUT;

	if (k->ready)
		return 0;
	cgroup_sweep(&k->cg); /* init takes longer to build than this does */
	if (poll(&pfd, 1, BUILD_LIMIT_MS) == 1)
		n = wire_recv(k->control, &report, sizeof(report), fds,
			      INIT_FD_N, &n_fds);
	if (n != (int)sizeof(report))
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN,
				    n < 0 ? -n : EPROTO,
				    "the box's init gave no answer");
	if (report.kind != INIT_READY) {
		*reterr = report.failure;
		return -reterr->code;
	}
	for (int i = 0; i < INIT_FD_N; i++) {
		if (report.has_fd[i] && next < n_fds)
			k->box[i] = fds[next++];
	}
	k->ready = true;
	k->state.port = report.port;
	k->disk_base_bytes = report.folder_bytes;
	k->inodes_base = report.folder_inodes;
	measure_scratch(k);
	return 0;
}

static int make_files(struct keeper *k, struct sandbox_failure *reterr)
{
	errno = 0;
	k->output_memfd = memfd_create("output",
				       MFD_CLOEXEC | MFD_ALLOW_SEALING);
	k->ended_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->filter = policy_filter_fd(k->policy);
	if (k->output_memfd < 0 || k->ended_event < 0 || k->filter < 0)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN,
				    errno ? errno : EMFILE,
				    "make the box's files");
	return 0;
}

static void reset(struct keeper *k, const struct sandbox_spec *spec,
		  const struct policy *policy)
{
	*k = (struct keeper){
		.spec = spec, .policy = policy, .init = -1, .init_pidfd = -1,
		.control = -1, .filter = -1, .report = -1, .listener = -1,
		.program = -1, .output = -1, .output_memfd = -1,
		.ended_event = -1,
		.cg = { .folder = -1, .oom_event = -1 },
	};
	memset(k->box, -1, sizeof(k->box));
	memset(k->cg.tasks, -1, sizeof(k->cg.tasks));
	memset(k->cg.locks, -1, sizeof(k->cg.locks));
	root_init(&k->root, spec, &k->ids);
}

static int open_bare(struct keeper *k, struct sandbox_failure *reterr)
{
	int r;

	if (k->policy != &policy_default)
		return lacks(reterr, SANDBOX_STAGE_SECCOMP,
			     SANDBOX_LAYER_NETNS, EPERM,
			     "without namespaces no other policy will do");
	k->policy = &policy_bare;
	/* The machine's, which init has no other view of. */
	k->box[INIT_FD_PROC] = open("/proc", O_RDONLY | O_DIRECTORY |
						     O_CLOEXEC);
	r = bare_make_folder(&k->root, reterr);
	memcpy(k->state.folder, k->root.folder, sizeof(k->state.folder));
	return r;
}

/* Whoever has too few would hear of it at one of many places, as of a pipe
 * that broke. */
static int need_descriptors(struct sandbox_failure *reterr)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    limit.rlim_cur >= DESCRIPTORS_LEAST)
		return 0;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_LEAST ? limit.rlim_max
							    : DESCRIPTORS_LEAST;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= DESCRIPTORS_LEAST)
		return 0;
	return confine_fail(reterr, SANDBOX_STAGE_SPAWN, EMFILE,
			    "a box takes %d descriptors, and %llu are allowed "
			    "(ulimit -n)", DESCRIPTORS_LEAST,
			    (unsigned long long)limit.rlim_cur);
}

int keeper_open(struct keeper *k, const struct sandbox_spec *spec,
		const struct policy *policy, int service,
		struct sandbox_failure *reterr)
{
	int r;

	confine_prepare();
	reset(k, spec, policy);
	if (spec->n_mounts > ROOT_MOUNTS_MAX)
		return confine_fail(reterr, SANDBOX_STAGE_MOUNTS, E2BIG,
				    "more than %d mounts", ROOT_MOUNTS_MAX);
	r = need_descriptors(reterr);
	if (r < 0)
		return r;
	r = choose_layers(k, reterr);
	if (r < 0)
		return r;
	if (k->bare)
		r = open_bare(k, reterr);
	if (r < 0)
		return r;
	if (!(spec->without & SANDBOX_WITHOUT_CGROUP))
		cgroup_open(&k->cg, service < 0);
	if (k->ids.pair && !k->bare)
		r = root_open_sources(&k->root, reterr);
	if (r == -EPERM) { /* a root that is none here: the box's init tries */
		root_close_sources(&k->root);
		r = 0;
	}
	if (r == 0)
		r = spawn_init(k, service, reterr);
	root_close_sources(&k->root);
	if (r < 0)
		return r;
	make_limits(k);
	return make_files(k, reterr);
}

void keeper_end_bare(struct keeper *k)
{
	if (!k->bare || k->session <= 0)
		return;
	bare_end_group(k->session);
	while (waitpid(-k->session, NULL, 0) > 0)
		; /* orphans come to us now */
	k->session = 0;
}

/* It has seen its control socket end and is cleaning up. */
static void await_bare_init(struct keeper *k)
{
	struct pollfd pfd = { .fd = k->init_pidfd, .events = POLLIN };

	if (k->bare)
		poll(&pfd, 1, LEAVE_LIMIT_MS);
}

static void reap_init(struct keeper *k)
{
	if (k->init <= 0)
		return;
	await_bare_init(k);
	syscall(SYS_pidfd_send_signal, k->init_pidfd, SIGKILL, NULL, 0);
	waitpid(k->init, NULL, 0);
	k->init = -1;
	keeper_end_bare(k);
}

static void remove_folder(struct keeper *k)
{
	if (!*k->root.folder)
		return;
	/* As a rule init has done both.  A program may have been started, and
	 * init killed, before the report of that was read. */
	bare_end_left(k->root.scratch);
	bare_remove_folder(k->root.folder);
	close_fd(&k->root.scratch);
	*k->root.folder = '\0';
}

void keeper_close(struct keeper *k)
{
	if (k->control >= 0 && !k->concluded && k->started_ns)
		keeper_stop(k);
	close_fd(&k->control);
	reap_init(k);
	remove_folder(k);
	keeper_close_decoys(k);
	/* Held until here, so that init did not have to wait for its end. */
	leave_fd(k->box[INIT_FD_MOUNTS]);
	k->box[INIT_FD_MOUNTS] = -1;
	for (int i = 0; i < INIT_FD_N; i++)
		close_fd(&k->box[i]);
	close_fd(&k->init_pidfd);
	close_fd(&k->filter);
	close_fd(&k->report);
	close_fd(&k->listener);
	close_fd(&k->program);
	close_fd(&k->output);
	close_fd(&k->output_memfd);
	close_fd(&k->ended_event);
	cgroup_close(&k->cg);
}
