#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/bare_tree.h"
#include "sandbox/confine.h"
#include "sandbox/landlock.h"
#include "sandbox/root_binds.h"

#define PLACE      "/tmp"
#define PREFIX     "fumehood-box-"
#define PATH_BYTES 512

static int fail(struct sandbox_failure *reterr, const char *what,
		const char *path)
{
	return confine_fail(reterr, SANDBOX_STAGE_MOUNTS, errno, "%s `%s`",
			    what, path);
}

/* --- the folder --- */

/* If it is ours and nobody holds its lock: keeper and init are no more. */
static void remove_if_stale(int place, const char *name)
{
	struct stat st;
	int fd;

	if (strncmp(name, PREFIX, strlen(PREFIX)))
		return;
	fd = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					 O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0) {
		bare_end_left(fd);
		tree_remove(place, name);
	}
	close(fd);
}

static void sweep(void)
{
	DIR *dir = opendir(PLACE);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		remove_if_stale(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
}

/* A folder that is locked, and has not been swept before it was. */
static int make_locked(const char *path)
{
	struct stat st;
	int fd, r = 0;

	if (mkdir(path, 0711) < 0)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno; /* it has been swept */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
		r = -errno;
	else if (!st.st_nlink)
		r = -EEXIST; /* so it has */
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int bare_make_folder(struct root *root, struct sandbox_failure *reterr)
{
	uint64_t name = 0;

	umask(022); /* whoever started us may have another */
	sweep();
	for (int i = 0; i < 8 && root->scratch < 0; i++) {
		if (getrandom(&name, sizeof(name), 0) != sizeof(name))
			continue;
		snprintf(root->folder, sizeof(root->folder),
			 PLACE "/" PREFIX "%016" PRIx64, name);
		root->scratch = make_locked(root->folder);
		errno = -root->scratch;
	}
	if (root->scratch < 0) {
		root->scratch = -1;
		fail(reterr, "make", root->folder);
		*root->folder = '\0';
		return -reterr->code;
	}
	bare_note_session(root->scratch, 0); /* its bytes are ours to answer */
	return 0;
}

void bare_remove_folder(const char *folder)
{
	tree_remove(AT_FDCWD, folder);
}

/* --- what is in it --- */

/* The place of `path` in the folder; false: too long, or a way out of it. */
static bool place_of(const struct root *root, const char *path, char *ret)
{
	int n = snprintf(ret, PATH_BYTES, "%s/%s", root->folder,
			 path + strspn(path, "/"));

	return n > 0 && n < PATH_BYTES && !strstr(path, "..");
}

/* Folders on the way are ours, the last one is the program's. */
static int own_dir(const struct root *root, const char *path)
{
	char part[PATH_BYTES];

	snprintf(part, sizeof(part), "%s", path);
	for (char *s = part + strlen(root->folder) + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(part, 0711) < 0 && errno != EEXIST)
			return -1;
		*s = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	return chown(path, root->ids->app, root->ids->app_gid);
}

static int copy_over(const struct root *root, const struct sandbox_mount *m,
		     const char *to)
{
	const struct sandbox_limits *limits = &root->spec->limits;
	const struct tree_copy copy = {
		.uid = root->ids->app, .gid = root->ids->app_gid,
		.bytes_max = limits->disk_bytes ? limits->disk_bytes
						: INT64_MAX,
		.inodes_max = limits->inodes ? limits->inodes : INT32_MAX,
	};
	int r = tree_copy(m->from, to, &copy);

	errno = -r;
	return r < 0 ? -1 : 0;
}

static int place_mount(const struct root *root, const struct sandbox_mount *m,
		       struct sandbox_failure *reterr)
{
	char to[PATH_BYTES];

	if (m->kind == SANDBOX_HIDDEN) /* by what is allowed: allow_shown() */
		return 0;
	if (m->kind == SANDBOX_READ_ONLY) {
		if (!strcmp(m->from, m->to))
			return 0;
		confine_fail(reterr, SANDBOX_STAGE_MOUNTS, EPERM,
			     "without it `%s` can be shown at its own place "
			     "only", m->from);
		return confine_lacks(reterr, SANDBOX_LAYER_MOUNTNS);
	}
	if (!place_of(root, m->to, to)) {
		errno = EINVAL;
		return fail(reterr, "make", m->to);
	}
	if (own_dir(root, to) < 0)
		return fail(reterr, "make", to);
	if (m->kind == SANDBOX_OVERLAY && copy_over(root, m, to) < 0)
		return fail(reterr, "copy", m->from);
	return 0;
}

/* As the program: it is 0, or the number of the first that it cannot open. */
static int try_all(const struct root *root)
{
	const struct ids *ids = root->ids;
	const struct sandbox_mount *m = root->spec->mounts;

	if (setgroups(0, NULL) < 0 ||
	    setresgid(ids->app_gid, ids->app_gid, ids->app_gid) < 0 ||
	    setresuid(ids->app, ids->app, ids->app) < 0)
		return 0; /* the start will say it */
	for (size_t i = 0; i < root->spec->n_mounts; i++) {
		if (m[i].kind == SANDBOX_READ_ONLY &&
		    open(m[i].from, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0)
			return (int)i + 1;
	}
	return 0;
}

/*
 * Root reads everything, and the program has another uid: what it needs may
 * lie below somebody's private folder.  Better said now than as a crash.
 */
static int check_readable(const struct root *root,
			  struct sandbox_failure *reterr)
{
	int status = 0;
	pid_t pid;

	if (!root->ids->pair)
		return 0;
	pid = fork();
	if (pid == 0)
		_exit(try_all(root));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || !WEXITSTATUS(status))
		return 0;
	confine_fail(reterr, SANDBOX_STAGE_MOUNTS, EACCES,
		     "without it the program, uid %u, must be let into `%s` by "
		     "its own mode and that of all folders above it",
		     root->ids->app,
		     root->spec->mounts[WEXITSTATUS(status) - 1].from);
	return confine_lacks(reterr, SANDBOX_LAYER_MOUNTNS);
}

int bare_fill(const struct root *root, struct sandbox_failure *reterr)
{
	const struct sandbox_mount tmp = { SANDBOX_SCRATCH, NULL, "/tmp" };
	int r = check_readable(root, reterr);

	if (r == 0)
		r = place_mount(root, &tmp, reterr);
	for (size_t i = 0; r == 0 && i < root->spec->n_mounts; i++)
		r = place_mount(root, &root->spec->mounts[i], reterr);
	return r;
}

/* --- who may do what --- */

static int allow(int ruleset, const char *path, enum landlock_use use,
		 struct sandbox_failure *reterr)
{
	int r = landlock_allow(ruleset, path, use);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0; /* it has gone */
	return r < 0 ? confine_fail(reterr, SANDBOX_STAGE_LANDLOCK, -r,
				    "allow `%s`", path)
		     : 0;
}

static bool is_at_or_below(const char *path, const char *above)
{
	size_t n = strlen(above);

	return !strncmp(path, above, n) && (path[n] == '/' || !path[n]);
}

static int allow_shown(const struct root *root, int ruleset, const char *path,
		       struct sandbox_failure *reterr);

/*
 * What is allowed cannot be taken back below it: so it is allowed for each of
 * those beside what is hidden, and the folders above that cannot be listed.
 */
static int allow_beside(const struct root *root, int ruleset, const char *path,
			struct sandbox_failure *reterr)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char below[PATH_BYTES];
	int n, r = 0;

	while (r == 0 && dir && (entry = readdir(dir)) != NULL) {
		n = snprintf(below, sizeof(below), "%s/%s", path,
			     entry->d_name);
		if (entry->d_name[0] != '.' && entry->d_type != DT_LNK &&
		    n > 0 && n < PATH_BYTES)
			r = allow_shown(root, ruleset, below, reterr);
	}
	if (dir)
		closedir(dir);
	return r;
}

static int allow_shown(const struct root *root, int ruleset, const char *path,
		       struct sandbox_failure *reterr)
{
	bool above = false;

	for (size_t i = 0; i < root->spec->n_mounts; i++) {
		const struct sandbox_mount *m = &root->spec->mounts[i];

		if (m->kind != SANDBOX_HIDDEN)
			continue;
		if (is_at_or_below(path, m->to))
			return 0;
		above = above || is_at_or_below(m->to, path);
	}
	return above ? allow_beside(root, ruleset, path, reterr)
		     : allow(ruleset, path, LANDLOCK_READ, reterr);
}

/* /bin and /lib may be links, and what is hidden is named by its real path. */
static int allow_bind(const struct root *root, int ruleset,
		      const struct root_bind *bind,
		      struct sandbox_failure *reterr)
{
	char *real;
	int r;

	if (bind->kind == ROOT_BIND_DEVICE)
		return allow(ruleset, bind->path, LANDLOCK_WRITE_FILE, reterr);
	real = realpath(bind->path, NULL);
	if (!real)
		return 0; /* one of /lib32, /libx32 ... */
	r = allow_shown(root, ruleset, real, reterr);
	free(real);
	return r;
}

static int allow_mount(const struct root *root, int ruleset,
		       const struct sandbox_mount *m,
		       struct sandbox_failure *reterr)
{
	char to[PATH_BYTES];

	if (m->kind == SANDBOX_HIDDEN)
		return 0;
	if (m->kind == SANDBOX_READ_ONLY)
		return allow(ruleset, m->from, LANDLOCK_READ, reterr);
	if (!place_of(root, m->to, to))
		return 0; /* it was not made either */
	return allow(ruleset, to, LANDLOCK_READ_WRITE, reterr);
}

int bare_landlock(const struct root *root, int *ret_fd,
		  struct sandbox_failure *reterr)
{
	const struct sandbox_mount tmp = { SANDBOX_SCRATCH, NULL, "/tmp" };
	int ruleset = landlock_new(true), r = 0;

	if (ruleset < 0)
		return confine_fail(reterr, SANDBOX_STAGE_LANDLOCK, -ruleset,
				    "make a ruleset");
	for (size_t i = 0; r == 0 && root_binds[i].path; i++)
		r = allow_bind(root, ruleset, &root_binds[i], reterr);
	/* Not to be written: mapped and shared it is memory without a name. */
	if (r == 0)
		r = allow(ruleset, "/dev/zero", LANDLOCK_READ, reterr);
	if (r == 0)
		r = allow_mount(root, ruleset, &tmp, reterr);
	for (size_t i = 0; r == 0 && i < root->spec->n_mounts; i++)
		r = allow_mount(root, ruleset, &root->spec->mounts[i], reterr);
	if (r < 0)
		close(ruleset);
	else
		*ret_fd = ruleset;
	return r;
}
