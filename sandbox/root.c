#include "sandbox/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/landlock.h"
#include "sandbox/root_binds.h"

/*
 * While the new root is built the working directory is in it, and relative
 * paths are of the new root; absolute ones are of the old root.  What is only
 * needed meanwhile is attached there, and goes with it in one unmount: each
 * costs an RCU grace period.
 */
#define NEW_ROOT   "/tmp" /* any folder that is surely there */
#define SCRATCH    "/usr" /* the writable tmpfs */
#define LOWER      "/dev" /* lower trees of overlays, stacked */
#define PATH_BYTES 512

static const struct {
	const char *path, *text;
} etc_files[] = {
	{ "etc/passwd", "root:x:0:0:root:/:/usr/sbin/nologin\n"
			 "app:x:1000:1000:app:/tmp:/usr/sbin/nologin\n"
			 "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n" },
	{ "etc/group", "root:x:0:\napp:x:1000:\nnogroup:x:65534:\n" },
	{ "etc/hosts", "127.0.0.1 localhost box\n::1 localhost box\n" },
	{ "etc/hostname", "box\n" },
	{ "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n" },
	{ "etc/resolv.conf", "" },
};

static const struct {
	const char *from, *to;
} dev_links[] = {
	{ "/proc/self/fd", "dev/fd" },
	{ "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" },
	{ "/proc/self/fd/2", "dev/stderr" },
	/* The real one can be mapped and shared: pages that nobody counts. */
	{ "full", "dev/zero" },
};

static const char *const decoys[] = { "/etc/shadow", "/etc/gshadow",
				      "/etc/sudoers", "/root", "/home" };

/* Writable everywhere, by everybody, for as long as the box lasts. */
static const char *const scratch_dirs[] = { "/tmp", "/var/tmp", "/dev/shm" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int fail(struct sandbox_failure *reterr, const char *what,
		const char *path)
{
	return confine_fail(reterr, SANDBOX_STAGE_MOUNTS, errno, "%s `%s`",
			    what, path);
}

/* A new file system, not attached anywhere yet.  `options`: name, value. */
static int new_fs(const char *type, const char *const *options,
		  unsigned attrs)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	int fd = -1, saved;
	long r = fs;

	for (; r >= 0 && options[0]; options += 2)
		r = syscall(SYS_fsconfig, fs,
			    options[1] ? FSCONFIG_SET_STRING
				       : FSCONFIG_SET_FLAG,
			    options[0], options[1], 0);
	if (r >= 0)
		r = syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL,
			    0);
	if (r >= 0)
		fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attrs);
	saved = errno;
	if (fs >= 0)
		close(fs);
	errno = saved;
	return fd;
}

static int attach(int fd, const char *at)
{
	return (int)syscall(SYS_move_mount, fd, "", AT_FDCWD, at,
			    MOVE_MOUNT_F_EMPTY_PATH);
}

/* The same place, seen from the working directory. */
static const char *inside(const char *path)
{
	path += strspn(path, "/");
	return *path ? path : ".";
}

/* mkdir -p; what exists already is fine. */
static int make_dirs(const char *path, mode_t mode)
{
	char part[PATH_BYTES];

	if (strlen(path) >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (const char *end = path; end;) {
		size_t n;

		end = strchr(end + 1, '/');
		n = end ? (size_t)(end - path) : strlen(path);

		memcpy(part, path, n);
		part[n] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int make_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	size_t n = strlen(text);

	if (fd < 0 && errno == EROFS) /* below a bind: it must be there */
		return access(path, F_OK);
	if (fd < 0)
		return -1;
	if (write(fd, text, n) != (ssize_t)n) {
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

static int make_parent_and_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_BYTES];

	if (slash) {
		if ((size_t)(slash - path) >= sizeof(parent)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(parent, path, (size_t)(slash - path));
		parent[slash - path] = '\0';
		if (make_dirs(parent, 0755) < 0)
			return -1;
	}
	return make_file(path, "");
}

static int make_root(struct sandbox_failure *reterr)
{
	static const char *const options[] = { "size", "1m", "nr_inodes", "4k",
					       "mode", "0755", NULL };
	int fd = new_fs("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

	if (fd < 0)
		return fail(reterr, "make the root", "tmpfs");
	if (attach(fd, NEW_ROOT) < 0 || fchdir(fd) < 0)
		return fail(reterr, "attach the root at", NEW_ROOT);
	close(fd);
	if (make_dirs("etc", 0755) < 0 || make_dirs("dev", 0755) < 0 ||
	    make_dirs("proc", 0755) < 0)
		return fail(reterr, "make", "/etc");
	return 0;
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, so that no folder
 * has to be made for it, and detaching it leaves nothing behind.
 */
static int enter_root(struct sandbox_failure *reterr)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	if (syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &attr, sizeof(attr)))
		return fail(reterr, "make read-only", "/");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return fail(reterr, "pivot_root to", NEW_ROOT);
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail(reterr, "detach the old", "/");
	return 0;
}

const char *root_decoy(int watch)
{
	return watch >= 1 && (size_t)watch <= COUNT(decoys)
		       ? decoys[watch - 1]
		       : NULL;
}

/* A folder and not a file: it can be opened, which inotify tells, and not be
 * read, which is what a program should meet. */
static int make_decoys(struct root *root, struct sandbox_failure *reterr)
{
	root->decoys = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; i < COUNT(decoys); i++) {
		const char *path = inside(decoys[i]);

		if (make_dirs(path, 0555) < 0)
			return fail(reterr, "make", decoys[i]);
		if (root->decoys >= 0)
			inotify_add_watch(root->decoys, path, IN_OPEN);
	}
	return 0;
}

static int make_links(struct sandbox_failure *reterr)
{
	for (size_t i = 0; i < COUNT(dev_links); i++) {
		if (symlink(dev_links[i].from, dev_links[i].to) < 0)
			return fail(reterr, "make", dev_links[i].to);
	}
	for (size_t i = 0; i < COUNT(etc_files); i++) {
		if (make_file(etc_files[i].path, etc_files[i].text) < 0)
			return fail(reterr, "make", etc_files[i].path);
	}
	return 0;
}

static int attach_bind(const struct root *root, size_t i)
{
	const struct root_bind *bind = &root_binds[i];
	const char *to = inside(bind->path);
	char link[PATH_BYTES];
	ssize_t n;

	if (root->binds[i] >= 0) {
		if (bind->kind == ROOT_BIND_TREE ? make_dirs(to, 0755)
						 : make_file(to, ""))
			return -1;
		return attach(root->binds[i], to);
	}
	/* The host's /lib may be a link into /usr; so is ours then. */
	n = readlink(bind->path, link, sizeof(link) - 1);
	if (n <= 0)
		return 0;
	link[n] = '\0';
	return symlink(link, to);
}

static int attach_binds(const struct root *root,
			struct sandbox_failure *reterr)
{
	for (size_t i = 0; root_binds[i].path; i++) {
		if (attach_bind(root, i) < 0)
			return fail(reterr, "attach", root_binds[i].path);
	}
	return 0;
}

/* All that is writable shares one tmpfs, so that one limit holds for it. */
static int make_scratch(struct root *root, struct sandbox_failure *reterr)
{
	const struct sandbox_limits *limits = &root->spec->limits;
	char size[32], inodes[32];
	const char *options[] = { "mode", "0755", "size", size, "nr_inodes",
				  inodes, NULL };

	snprintf(size, sizeof(size), "%lld", (long long)limits->disk_bytes);
	/* Our own folders are not the program's: 4 and 3 for each mount. */
	snprintf(inodes, sizeof(inodes), "%zu",
		 limits->inodes ? (size_t)limits->inodes + 4 +
					  3 * root->spec->n_mounts
				: 0);
	root->scratch = new_fs("tmpfs", options,
			       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (root->scratch < 0)
		return fail(reterr, "make the", "scratch tmpfs");
	if (attach(root->scratch, SCRATCH) < 0)
		return fail(reterr, "attach", SCRATCH);
	return 0;
}

/* A folder of the scratch tmpfs, the program's own. */
static int own_dir(const struct root *root, const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0 || chmod(path, mode) < 0)
		return -1;
	return chown(path, root->ids->app, root->ids->app);
}

/* Show a folder of the scratch tmpfs at another place as well. */
static int bind_made(const char *path, const char *to)
{
	int fd, r;

	if (make_dirs(to, 0755) < 0)
		return -1;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return -1;
	r = attach(fd, to);
	close(fd);
	return r;
}

static int bind_scratch(const struct root *root, const char *name, mode_t mode,
			const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", SCRATCH, name);
	if (own_dir(root, path, mode) < 0)
		return -1;
	return bind_made(path, inside(to));
}

/* Not the program's: later mounts may have to be below it. */
static int bind_hidden(size_t i, const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/h%zu", SCRATCH, i);
	if (mkdir(path, 0755) < 0)
		return -1;
	return bind_made(path, inside(to));
}

static int attach_scratch(const struct root *root,
			  struct sandbox_failure *reterr)
{
	char name[32];

	for (size_t i = 0; i < COUNT(scratch_dirs); i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		if (bind_scratch(root, name, 01777, scratch_dirs[i]) < 0)
			return fail(reterr, "attach", scratch_dirs[i]);
	}
	return 0;
}

/*
 * `userxattr` lets an overlay inside a user namespace mark replaced folders;
 * tmpfs can store it since Linux 6.6, and without it the overlay still works
 * for everything but that.
 */
static int new_overlay(const char *upper, const char *work)
{
	const char *options[] = { "lowerdir", LOWER, "upperdir", upper,
				  "workdir", work, "userxattr", NULL, NULL };
	unsigned attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	int fd = new_fs("overlay", options, attrs);

	if (fd < 0) {
		options[6] = NULL;
		fd = new_fs("overlay", options, attrs);
	}
	return fd;
}

static int attach_overlay(const struct root *root, size_t i)
{
	const char *to = inside(root->spec->mounts[i].to);
	char upper[64], work[64];
	int fd, r;

	snprintf(upper, sizeof(upper), "%s/u%zu", SCRATCH, i);
	snprintf(work, sizeof(work), "%s/w%zu", SCRATCH, i);
	if (attach(root->sources[i], LOWER) < 0)
		return -1;
	if (own_dir(root, upper, 0755) < 0 || mkdir(work, 0755) < 0)
		return -1;
	if (make_dirs(to, 0755) < 0)
		return -1;
	fd = new_overlay(upper, work);
	if (fd < 0)
		return -1;
	r = attach(fd, to);
	close(fd);
	return r;
}

static int attach_mount(const struct root *root, size_t i)
{
	const struct sandbox_mount *mount = &root->spec->mounts[i];
	const char *to = inside(mount->to);
	char name[32];

	switch (mount->kind) {
	case SANDBOX_READ_ONLY:
		if (root->is_dir[i] ? make_dirs(to, 0755)
				    : make_parent_and_file(to))
			return -1;
		return attach(root->sources[i], to);
	case SANDBOX_OVERLAY:
		return attach_overlay(root, i);
	case SANDBOX_SCRATCH:
		snprintf(name, sizeof(name), "m%zu", i);
		return bind_scratch(root, name, 0755, to);
	case SANDBOX_HIDDEN:
		return bind_hidden(i, to);
	}
	errno = EINVAL;
	return -1;
}

static int attach_mounts(const struct root *root,
			 struct sandbox_failure *reterr)
{
	for (size_t i = 0; i < root->spec->n_mounts; i++) {
		if (attach_mount(root, i) < 0)
			return fail(reterr, "mount", root->spec->mounts[i].to);
	}
	return 0;
}

int root_build(struct root *root, struct sandbox_failure *reterr)
{
	static const char *const options[] = { "subset", "pid", "hidepid",
					       "invisible", NULL };
	int proc, r = 0;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(reterr, "make private", "/");
	if (!root->taken)
		r = root_open_sources(root, reterr);
	if (r == 0)
		r = make_root(reterr);
	if (r < 0)
		return r;
	/* While the host's is in sight: the kernel wants to see one. */
	proc = new_fs("proc", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       MOUNT_ATTR_NOEXEC);
	if (proc < 0 || attach(proc, "proc") < 0)
		return fail(reterr, "make", "/proc");
	close(proc);
	r = attach_binds(root, reterr);
	if (r == 0)
		r = make_links(reterr);
	if (r == 0)
		r = make_scratch(root, reterr);
	if (r == 0)
		r = attach_scratch(root, reterr);
	if (r == 0)
		r = make_decoys(root, reterr);
	if (r == 0)
		r = attach_mounts(root, reterr);
	root_close_sources(root);
	return r < 0 ? r : enter_root(reterr);
}

static int allow(int ruleset, const char *path, enum landlock_use use,
		 struct sandbox_failure *reterr)
{
	int r = landlock_allow(ruleset, path, use);

	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_LANDLOCK, -r,
				    "allow `%s`", path);
	return 0;
}

int root_landlock(const struct root *root, int *ret_fd,
		  struct sandbox_failure *reterr)
{
	int ruleset = landlock_new(false), r;

	if (ruleset < 0)
		return confine_fail(reterr, SANDBOX_STAGE_LANDLOCK, -ruleset,
				    "make a ruleset");
	r = allow(ruleset, "/", LANDLOCK_READ, reterr);
	for (size_t i = 0; r == 0 && i < COUNT(scratch_dirs); i++)
		r = allow(ruleset, scratch_dirs[i], LANDLOCK_READ_WRITE,
			  reterr);
	for (size_t i = 0; r == 0 && i < root->spec->n_mounts; i++) {
		enum sandbox_mount_kind kind = root->spec->mounts[i].kind;

		if (kind == SANDBOX_OVERLAY || kind == SANDBOX_SCRATCH)
			r = allow(ruleset, root->spec->mounts[i].to,
				  LANDLOCK_READ_WRITE, reterr);
	}
	for (size_t i = 0; r == 0 && root_binds[i].path; i++) {
		if (root_binds[i].kind == ROOT_BIND_DEVICE)
			r = allow(ruleset, root_binds[i].path,
				  LANDLOCK_WRITE_FILE, reterr);
	}
	if (r < 0)
		close(ruleset);
	else
		*ret_fd = ruleset;
	return r;
}
