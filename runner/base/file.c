#include "runner/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"

#define STALE_S   60
#define SWEEP_MAX 10000 /* entries of the folder that are looked at */

static int read_all(int fd, char *data, size_t n, size_t *ret)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, data + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	*ret = have;
	return 0;
}

int file_read(struct arena *arena, const char *path, size_t max,
	      struct span *ret, struct err *err)
{
	/* Not blocking: opening a fifo must fail, not wait for a writer. */
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *data;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s: not a regular file", path);
	if ((uint64_t)st.st_size > max)
		return err_set(err, EFBIG, "%s: larger than %zu bytes", path,
			       max);
	data = arena_alloc(arena, (size_t)st.st_size + 1);
	r = read_all(fd, data, (size_t)st.st_size, &ret->len);
	if (r < 0)
		return err_set(err, -r, "%s: %s", path, strerror(-r));
	ret->data = data;
	return 0;
}

static int write_all(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes.data += put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

/* mkostemp() makes files that only we may read; give back what umask allows. */
static int widen_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
}

static int write_and_rename(int fd, const char *temporary, const char *path,
			    struct span bytes)
{
	int r = write_all(fd, bytes);

	if (r == 0)
		r = widen_mode(fd);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}

int file_write(const char *path, struct span bytes, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	char *temporary = arena_printf(arena, "%s.XXXXXX", path);
	AUTO_FD fd = mkostemp(temporary, O_CLOEXEC);
	int r = fd < 0 ? -errno
		       : write_and_rename(fd, temporary, path, bytes);

	if (r < 0)
		return err_set(err, -r, "%s: %s", path, strerror(-r));
	return 0;
}

int file_make_dirs(const char *path, struct err *err)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return err_set(err, ENAMETOOLONG, "%s: path too long", path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return err_set(err, errno, "%s: %s", part,
				       strerror(errno));
	}
	return 0;
}

/* The folder that holds build/, when this program was not installed. */
static const char *source_tree(struct arena *arena)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int up = 3; /* the program's name, release/, build/ */

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	while (up--) {
		char *slash = strrchr(exe, '/');

		if (!slash)
			return NULL;
		*slash = '\0';
	}
	if (access(arena_printf(arena, "%s/runner/main.c", exe), F_OK) < 0)
		return NULL;
	return arena_strdup(arena, exe);
}

static const char *existing(struct arena *arena, const char *dir,
			    const char *part)
{
	const char *path;

	if (!dir || !*dir)
		return NULL;
	path = arena_printf(arena, "%s/%s", dir, part);
	return access(path, F_OK) == 0 ? path : NULL;
}

const char *file_home(struct arena *arena, const char *part)
{
	const char *tree = source_tree(arena);
	const char *const homes[] = {
		getenv("FUMEHOOD_HOME"),
		tree,
		tree ? arena_printf(arena, "%s/build", tree) : NULL,
		FUMEHOOD_DATADIR,
	};

	for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
		const char *path = existing(arena, homes[i], part);

		if (path)
			return path;
	}
	return NULL;
}

/* The home of a build server's or a system's user often is not there. */
static bool is_home(struct arena *arena, const char *home)
{
	return home && *home == '/' &&
	       (!access(home, W_OK | X_OK) ||
		!access(arena_printf(arena, "%s/.local/state", home),
			W_OK | X_OK));
}

/* Below /tmp anybody may have made it first. */
static int make_private(const char *dir, struct err *err)
{
	struct stat st;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, errno, "%s: %s", dir, strerror(errno));
	if (lstat(dir, &st) < 0)
		return err_set(err, errno, "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077))
		return err_set(err, EPERM,
			       "%s: must be a folder of yours with mode 0700",
			       dir);
	return 0;
}

static const char *own_dir(struct arena *arena)
{
	return arena_printf(arena, "/tmp/fumehood-%u", (unsigned)geteuid());
}

int file_state_dir(struct arena *arena, const char **ret, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	*ret = arena_printf(arena, "%s/state", own_dir(arena));
	/* The specification: a relative path must be ignored. */
	if (state && *state == '/')
		*ret = arena_printf(arena, "%s/fumehood", state);
	else if (is_home(arena, home))
		*ret = arena_printf(arena, "%s/.local/state/fumehood", home);
	else
		return make_private(own_dir(arena), err);
	return 0;
}

int file_runtime_dir(struct arena *arena, const char **ret, struct err *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	*ret = base && *base == '/' && access(base, W_OK) == 0
		       ? arena_printf(arena, "%s/fumehood", base)
		       : own_dir(arena);
	return make_private(*ret, err);
}

const char *file_temporary_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir == '/' ? dir : "/tmp";
}

static bool is_stale(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && time(NULL) - st.st_mtime >= STALE_S;
}

void file_sweep(const char *prefix, void (*remove)(const char *path))
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir = file_temporary_dir();
	DIR *d = opendir(dir);
	struct dirent *entry;
	int n = 0;

	while (d && n++ < SWEEP_MAX && (entry = readdir(d))) {
		const char *path;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		path = arena_printf(arena, "%s/%s", dir, entry->d_name);
		if (is_stale(path))
			remove(path);
	}
	if (d)
		closedir(d);
}
