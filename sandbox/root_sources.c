#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/root.h"
#include "sandbox/root_binds.h"

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

const struct root_bind root_binds[] = {
	{ "/usr", ROOT_BIND_TREE },
	{ "/bin", ROOT_BIND_TREE },
	{ "/sbin", ROOT_BIND_TREE },
	{ "/lib", ROOT_BIND_TREE },
	{ "/lib32", ROOT_BIND_TREE },
	{ "/lib64", ROOT_BIND_TREE },
	{ "/libx32", ROOT_BIND_TREE },
	{ "/etc/alternatives", ROOT_BIND_TREE },
	{ "/etc/ld.so.cache", ROOT_BIND_FILE },
	{ "/dev/null", ROOT_BIND_DEVICE },
	{ "/dev/full", ROOT_BIND_DEVICE },
	{ "/dev/random", ROOT_BIND_DEVICE },
	{ "/dev/urandom", ROOT_BIND_DEVICE },
	{ NULL, ROOT_BIND_FILE },
};

static int set_attr(int fd, uint64_t set, int userns)
{
	struct mount_attr attr = { .attr_set = set };

	if (userns >= 0) {
		attr.attr_set |= MOUNT_ATTR_IDMAP;
		attr.userns_fd = (uint64_t)userns;
	}
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE,
		    &attr, sizeof(attr)) < 0)
		return -errno;
	return 0;
}

/* A detached, recursive, read-only copy of what is at `path`; or -errno. */
static int take(const char *path, uint64_t attrs)
{
	long fd = syscall(SYS_open_tree, AT_FDCWD, path,
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	int r;

	if (fd < 0)
		return -errno;
	r = set_attr((int)fd, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | attrs,
		     -1);
	if (r < 0) {
		close((int)fd);
		return r;
	}
	return (int)fd;
}

static int write_map(pid_t pid, const char *name, uint32_t from, uint32_t to)
{
	char path[64], text[32];
	int fd, n, r = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	n = snprintf(text, sizeof(text), "%u %u 1", from, to);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* A user namespace that maps one owner to the program's ids, as a fd. */
static int map_owner(const struct stat *st, uint32_t to)
{
	char path[64];
	pid_t ours = getpid();
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0,
				   0);
	int fd = -1, r;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Who makes it may be killed; and may have been already. */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		while (getppid() == ours)
			pause();
		_exit(0);
	}
	r = write_map(pid, "uid_map", st->st_uid, to);
	if (r == 0)
		r = write_map(pid, "gid_map", st->st_gid, to);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (r == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r == 0 && fd < 0)
		r = -errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r < 0 ? r : fd;
}

/*
 * Below an overlay the owner of the folder becomes the program, as it is for
 * an ordinary user anyway: the submission may change its own files.  Not
 * every file system can; then they belong to nobody and can only be read.
 */
static void give_to_program(int fd, const struct ids *ids)
{
	struct stat st;
	int userns;

	if (!ids->pair || fstat(fd, &st) < 0)
		return;
	userns = map_owner(&st, ids->outside_app);
	if (userns < 0)
		return;
	if (set_attr(fd, 0, userns) < 0)
		(void)0; /* as said above */
	close(userns);
}

static int open_binds(struct root *root, struct sandbox_failure *reterr)
{
	for (size_t i = 0; root_binds[i].path; i++) {
		const struct root_bind *bind = &root_binds[i];
		bool device = bind->kind == ROOT_BIND_DEVICE;
		struct stat st;

		if (lstat(bind->path, &st) < 0 || S_ISLNK(st.st_mode))
			continue;
		root->binds[i] = take(bind->path, device ? MOUNT_ATTR_NOEXEC
							 : MOUNT_ATTR_NODEV);
		if (root->binds[i] < 0)
			return confine_fail(reterr, SANDBOX_STAGE_MOUNTS,
					    -root->binds[i], "bind `%s`",
					    bind->path);
	}
	return 0;
}

static int open_source(struct root *root, size_t i,
		       struct sandbox_failure *reterr)
{
	const struct sandbox_mount *mount = &root->spec->mounts[i];
	struct stat st;
	int fd;

	if (mount->kind == SANDBOX_SCRATCH || mount->kind == SANDBOX_HIDDEN)
		return 0;
	fd = take(mount->from, MOUNT_ATTR_NODEV);
	if (fd < 0 || fstat(fd, &st) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_MOUNTS,
				    fd < 0 ? -fd : errno, "bind `%s`",
				    mount->from);
	root->sources[i] = fd;
	root->is_dir[i] = S_ISDIR(st.st_mode);
	if (mount->kind == SANDBOX_OVERLAY)
		give_to_program(fd, root->ids);
	return 0;
}

int root_open_sources(struct root *root, struct sandbox_failure *reterr)
{
	int r = open_binds(root, reterr);

	for (size_t i = 0; r == 0 && i < root->spec->n_mounts; i++)
		r = open_source(root, i, reterr);
	root->taken = r == 0;
	return r;
}

void root_init(struct root *root, const struct sandbox_spec *spec,
	       const struct ids *ids)
{
	*root = (struct root){ .spec = spec, .ids = ids, .scratch = -1,
			       .decoys = -1 };
	memset(root->binds, -1, sizeof(root->binds));
	memset(root->sources, -1, sizeof(root->sources));
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

void root_close_sources(struct root *root)
{
	close_all(root->binds, ROOT_BINDS_MAX);
	close_all(root->sources, ROOT_MOUNTS_MAX);
}
