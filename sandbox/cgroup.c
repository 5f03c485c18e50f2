#include "sandbox/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PREFIX "fumehood-"
/* init, and the waiter of a program that joined, are not the program's. */
#define OUR_PROCESSES 2
/* What init and the keeper's own share of kernel memory take. */
#define OUR_MEMORY_BYTES (4 << 20)
#define TEXT_BYTES 4096
#define CLAIMS_MAX 8
/* A tree that is being killed leaves its folder in its own time. */
#define GUARD_TRIES    5000
#define GUARD_PAUSE_US 2000

static const struct {
	const char *controller; /* in /proc/self/cgroup */
	const char *mounts[3];  /* where version 1 has it */
} hierarchies[CGROUP_N] = {
	[CGROUP_MEMORY] = { "memory", { "/sys/fs/cgroup/memory" } },
	[CGROUP_PIDS] = { "pids", { "/sys/fs/cgroup/pids" } },
	[CGROUP_CPU] = { "cpuacct",
			 { "/sys/fs/cgroup/cpuacct",
			   "/sys/fs/cgroup/cpu,cpuacct" } },
	[CGROUP_V2] = { "", { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" } },
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static ssize_t read_text(const char *dir, const char *name, char *ret,
			 size_t bytes)
{
	char path[400];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, ret, bytes - 1);
	if (fd >= 0)
		close(fd);
	ret[n < 0 ? 0 : n] = '\0';
	return n;
}

static int write_text(const char *dir, const char *name, const char *text)
{
	char path[400];
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int write_number(const char *dir, const char *name, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	return write_text(dir, name, text);
}

/* Whether `name` is one of the comma-separated `list` of `n` bytes. */
static bool is_listed(const char *list, size_t n, const char *name)
{
	size_t len = strlen(name);

	while (n) {
		const char *comma = memchr(list, ',', n);
		size_t part = comma ? (size_t)(comma - list) : n;

		if (part == len && !memcmp(list, name, len))
			return true;
		if (!comma)
			return false;
		n -= part + 1;
		list = comma + 1;
	}
	return len == 0;
}

bool cgroup_path(const char *text, const char *controller, char *ret,
		 int bytes)
{
	/* ID:CONTROLLERS:PATH, one a line; version 2 is 0::PATH */
	for (const char *line = text; line && *line;) {
		const char *eol = strchrnul(line, '\n');
		const char *list = memchr(line, ':', (size_t)(eol - line));
		const char *path = list ? memchr(list + 1, ':',
						 (size_t)(eol - list - 1))
					: NULL;

		if (path && is_listed(list + 1, (size_t)(path - list - 1),
				      controller)) {
			int n = (int)(eol - path - 1);

			return snprintf(ret, (size_t)bytes, "%.*s", n,
					path + 1) < bytes;
		}
		line = *eol ? eol + 1 : NULL;
	}
	return false;
}

int64_t cgroup_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, n) && line[n] == ' ')
			return strtoll(line + n + 1, NULL, 10);
	}
	return -1;
}

/* The parent folder for ours; "" when we may not write there. */
static void find_parent(enum cgroup_controller c, const char *self, char *ret,
			size_t bytes)
{
	char path[200], probe[300];

	*ret = '\0';
	if (!cgroup_path(self, hierarchies[c].controller, path, sizeof(path)))
		return;
	if (!strcmp(path, "/"))
		*path = '\0';
	for (int i = 0; hierarchies[c].mounts[i]; i++) {
		snprintf(probe, sizeof(probe), "%s%s/cgroup.procs",
			 hierarchies[c].mounts[i], path);
		if (access(probe, W_OK) < 0)
			continue;
		snprintf(ret, bytes, "%s%s", hierarchies[c].mounts[i], path);
		return;
	}
}

/*
 * Make our folder in `parent` and lock it.  Between the two somebody's sweep
 * may take it for a leftover, and hold the lock for a moment; then once more.
 */
static bool claim_folder(struct cgroup *cg, enum cgroup_controller c,
			 const char *parent)
{
	struct stat st;

	snprintf(cg->dirs[c], sizeof(cg->dirs[c]), "%s/%s", parent, cg->name);
	for (int i = 0; i < CLAIMS_MAX && mkdir(cg->dirs[c], 0755) == 0; i++) {
		cg->locks[c] = open(cg->dirs[c], O_RDONLY | O_DIRECTORY |
							 O_CLOEXEC);
		if (cg->locks[c] >= 0 &&
		    flock(cg->locks[c], LOCK_EX) == 0 &&
		    stat(cg->dirs[c], &st) == 0)
			return true;
		close_fd(&cg->locks[c]);
	}
	cg->dirs[c][0] = '\0';
	return false;
}

/* What cg->name is in any hierarchy; true: there is none any more. */
static bool remove_named(const struct cgroup *cg, const char *self)
{
	char parent[220], dir[256];
	bool gone = true;

	for (int c = 0; c <= CGROUP_N; c++) {
		snprintf(parent, sizeof(parent), "/sys/fs/cgroup");
		if (c < CGROUP_N)
			find_parent((enum cgroup_controller)c, self, parent,
				    sizeof(parent));
		snprintf(dir, sizeof(dir), "%s/%s", parent, cg->name);
		if (*parent && rmdir(dir) < 0 && errno == EBUSY)
			gone = false;
	}
	return gone;
}

static void __attribute__((noreturn))
stand_guard(const struct cgroup *cg, const char *self, int alive)
{
	sigset_t all;
	char byte;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (alive > 0)
		syscall(SYS_close_range, 0, alive - 1, 0);
	syscall(SYS_close_range, alive + 1, ~0U, 0);
	while (read(alive, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < GUARD_TRIES && !remove_named(cg, self); i++)
		usleep(GUARD_PAUSE_US);
	_exit(0);
}

/*
 * Who is killed removes nothing.  So before the first folder is made a process
 * is there that outlives us by that much, and by no more.
 */
static void post_guard(struct cgroup *cg, const char *self)
{
	int fds[2];

	if (!cg->guarded || cg->guard > 0 || pipe2(fds, O_CLOEXEC) < 0)
		return;
	cg->guard = fork();
	if (cg->guard == 0) {
		close(fds[1]);
		stand_guard(cg, self, fds[0]);
	}
	close(fds[0]);
	/* The other end stays open for as long as this process lives. */
}

static void make_folder(struct cgroup *cg, enum cgroup_controller c,
			const char *self)
{
	char parent[220];

	find_parent(c, self, parent, sizeof(parent));
	if (*parent)
		post_guard(cg, self);
	if (*parent && claim_folder(cg, c, parent))
		cg->v2[c] = c == CGROUP_V2;
}

/*
 * Version 2 gives a controller to children only where no process is beside
 * them, so with controllers to be had our folders go below the top.
 */
static void make_v2_folder(struct cgroup *cg, const char *self)
{
	static const char top[] = "/sys/fs/cgroup";
	char controllers[200];

	read_text(top, "cgroup.controllers", controllers, sizeof(controllers));
	if (!strstr(controllers, "memory") || !strstr(controllers, "pids")) {
		make_folder(cg, CGROUP_V2, self);
		return;
	}
	if (write_text(top, "cgroup.subtree_control",
		       "+memory +pids +cpu") < 0)
		return;
	post_guard(cg, self);
	if (!claim_folder(cg, CGROUP_V2, top))
		return;
	for (int c = 0; c < CGROUP_V2; c++) {
		memcpy(cg->dirs[c], cg->dirs[CGROUP_V2], sizeof(cg->dirs[0]));
		cg->v2[c] = true;
	}
}

static void limit_memory(struct cgroup *cg, int64_t bytes)
{
	const char *dir = cg->dirs[CGROUP_MEMORY];
	int r;

	if (!*dir || !bytes)
		return;
	bytes += OUR_MEMORY_BYTES;
	if (cg->v2[CGROUP_MEMORY]) {
		r = write_number(dir, "memory.max", bytes);
		write_text(dir, "memory.swap.max", "0");
	} else {
		r = write_number(dir, "memory.limit_in_bytes", bytes);
		write_number(dir, "memory.memsw.limit_in_bytes", bytes);
		/* Which counts them apart, and only where they have a limit. */
		write_number(dir, "memory.kmem.tcp.limit_in_bytes", bytes);
	}
	if (r < 0) {
		if (!cg->v2[CGROUP_MEMORY])
			rmdir(dir);
		cg->dirs[CGROUP_MEMORY][0] = '\0';
	}
}

static void limit_pids(struct cgroup *cg, int processes)
{
	const char *dir = cg->dirs[CGROUP_PIDS];

	if (!*dir || !processes)
		return;
	if (write_number(dir, "pids.max", processes + OUR_PROCESSES) < 0) {
		if (!cg->v2[CGROUP_PIDS])
			rmdir(dir);
		cg->dirs[CGROUP_PIDS][0] = '\0';
	}
}

/* Version 1 tells of an OOM kill through an eventfd registered like this. */
static int watch_oom(const char *dir)
{
	char path[300], text[40];
	int event, control;

	snprintf(path, sizeof(path), "%s/memory.oom_control", dir);
	control = open(path, O_RDONLY | O_CLOEXEC);
	if (control < 0)
		return -1;
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	snprintf(text, sizeof(text), "%d %d", event, control);
	if (event >= 0 && write_text(dir, "cgroup.event_control", text) < 0) {
		close(event);
		event = -1;
	}
	close(control);
	return event;
}

static int open_at(const char *dir, const char *name, int flags)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, flags | O_CLOEXEC);
}

static void open_handles(struct cgroup *cg)
{
	int n = 0;

	for (int c = 0; c < CGROUP_V2; c++) {
		if (*cg->dirs[c] && !cg->v2[c])
			cg->tasks[n++] = open_at(cg->dirs[c], "tasks",
						 O_WRONLY);
	}
	if (*cg->dirs[CGROUP_MEMORY] && !cg->v2[CGROUP_MEMORY])
		cg->oom_event = watch_oom(cg->dirs[CGROUP_MEMORY]);
}

static const char *world_name(const struct cgroup *cg)
{
	bool v1 = false, v2 = *cg->dirs[CGROUP_V2];

	for (int c = 0; c < CGROUP_V2; c++)
		v1 = v1 || (*cg->dirs[c] && !cg->v2[c]);
	if (v1)
		return v2 ? "hybrid" : "v1";
	return v2 && *cg->dirs[CGROUP_MEMORY] ? "v2" : "none";
}

void cgroup_open(struct cgroup *ret, bool guarded)
{
	char self[TEXT_BYTES];
	uint64_t number = 0;

	*ret = (struct cgroup){ .folder = -1, .oom_event = -1,
				.guarded = guarded };
	memset(ret->tasks, -1, sizeof(ret->tasks));
	memset(ret->locks, -1, sizeof(ret->locks));
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
		number = (uint64_t)getpid();
	snprintf(ret->name, sizeof(ret->name), PREFIX "%016" PRIx64, number);
	read_text("/proc/self", "cgroup", self, sizeof(self));
	make_v2_folder(ret, self);
	if (*ret->dirs[CGROUP_V2])
		ret->folder = open_at(ret->dirs[CGROUP_V2], ".",
				      O_RDONLY | O_DIRECTORY);
}

void cgroup_limit(struct cgroup *cg, const struct sandbox_limits *limits)
{
	char self[TEXT_BYTES];

	read_text("/proc/self", "cgroup", self, sizeof(self));
	for (int c = 0; c < CGROUP_V2; c++) {
		/* cpu.stat of version 2 is there without any controller */
		if (!*cg->dirs[c] &&
		    !(c == CGROUP_CPU && *cg->dirs[CGROUP_V2]))
			make_folder(cg, c, self);
	}
	limit_memory(cg, limits->memory_bytes);
	limit_pids(cg, limits->processes);
	open_handles(cg);
	snprintf(cg->world, sizeof(cg->world), "%s", world_name(cg));
}

static int64_t read_number(const char *dir, const char *name)
{
	char text[64];

	if (read_text(dir, name, text, sizeof(text)) <= 0)
		return -1;
	return strtoll(text, NULL, 10);
}

static int64_t read_key(const char *dir, const char *name, const char *key)
{
	char text[TEXT_BYTES];

	if (read_text(dir, name, text, sizeof(text)) <= 0)
		return -1;
	return cgroup_value(text, key);
}

static int64_t oom_kills(const struct cgroup *cg)
{
	const char *dir = cg->dirs[CGROUP_MEMORY];

	if (!*dir)
		return -1;
	return cg->v2[CGROUP_MEMORY]
		       ? read_key(dir, "memory.events", "oom_kill")
		       : read_key(dir, "memory.oom_control", "oom_kill");
}

static int64_t pids_refused(const struct cgroup *cg)
{
	const char *dir = cg->dirs[CGROUP_PIDS];

	return *dir ? read_key(dir, "pids.events", "max") : -1;
}

int64_t cgroup_strikes(const struct cgroup *cg)
{
	int64_t kills = oom_kills(cg), refused = pids_refused(cg);

	return kills < 0 || refused < 0 ? -1 : kills + refused;
}

void cgroup_read(const struct cgroup *cg, struct cgroup_counters *ret)
{
	const char *memory = cg->dirs[CGROUP_MEMORY];
	const char *pids = cg->dirs[CGROUP_PIDS];
	int64_t ns;

	*ret = (struct cgroup_counters){ -1, -1, -1, -1, -1 };
	ret->oom_kills = oom_kills(cg);
	ret->pids_refused = pids_refused(cg);
	if (*memory)
		ret->memory_peak_bytes = read_number(
			memory, cg->v2[CGROUP_MEMORY]
					? "memory.peak"
					: "memory.max_usage_in_bytes");
	if (*pids) {
		ret->pids_peak = read_number(pids, "pids.peak");
		if (ret->pids_peak < 0)
			ret->pids_peak = read_number(pids, "pids.current");
		if (ret->pids_peak >= OUR_PROCESSES)
			ret->pids_peak -= 1;
	}
	if (*cg->dirs[CGROUP_V2]) {
		ret->cpu_us = read_key(cg->dirs[CGROUP_V2], "cpu.stat",
				       "usage_usec");
	} else if (*cg->dirs[CGROUP_CPU]) {
		ns = read_number(cg->dirs[CGROUP_CPU], "cpuacct.usage");
		ret->cpu_us = ns < 0 ? -1 : ns / 1000;
	}
}

void cgroup_close(struct cgroup *cg)
{
	close_fd(&cg->folder);
	close_fd(&cg->oom_event);
	for (int i = 0; i < JOIN_TASKS_MAX; i++)
		close_fd(&cg->tasks[i]);
	for (int c = 0; c < CGROUP_N; c++) {
		/* A process that has been reaped may be here a moment still. */
		for (int i = 0; *cg->dirs[c] && i < 100; i++) {
			if (rmdir(cg->dirs[c]) == 0 || errno != EBUSY)
				break;
			usleep(1000);
		}
		cg->dirs[c][0] = '\0';
		close_fd(&cg->locks[c]);
	}
	if (cg->guard > 0)
		kill(cg->guard, SIGKILL);
}

/*
 * Only empty ones can be removed, so nobody is hurt; but one that was just
 * made is empty too.  So the lock is held until the folder is gone: who made
 * it finds out when he gets the lock, or does not (claim_folder()).
 */
static void remove_if_stale(int parent, const char *name)
{
	int fd;

	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1))
		return;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(parent, name, AT_REMOVEDIR);
	close_fd(&fd);
}

static void sweep_folder(const char *ours)
{
	char parent[256];
	char *slash;
	struct dirent *entry;
	DIR *dir;

	snprintf(parent, sizeof(parent), "%s", ours);
	slash = strrchr(parent, '/');
	if (!slash)
		return;
	*slash = '\0';
	dir = opendir(parent);
	while (dir && (entry = readdir(dir)) != NULL)
		remove_if_stale(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
}

void cgroup_sweep(const struct cgroup *cg)
{
	for (int c = 0; c < CGROUP_N; c++) {
		if (*cg->dirs[c])
			sweep_folder(cg->dirs[c]);
	}
}
