#include "sandbox/bare_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX   64 /* of a copy: twice what a submission may have */
#define CHUNK_BYTES (1 << 20)
#define RENAMES_MAX 100000 /* of folders taken out of others */

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* --- copy --- */

struct copier {
	const struct tree_copy *copy;
	int64_t bytes, inodes;
};

static int copy_bytes(struct copier *c, int from, int to)
{
	ssize_t n;

	while ((n = sendfile(to, from, NULL, CHUNK_BYTES)) > 0) {
		c->bytes += n;
		if (c->bytes > c->copy->bytes_max)
			return -EFBIG;
	}
	return n < 0 ? -errno : 0;
}

static int copy_file(struct copier *c, int from, mode_t mode, int to_dir,
		     const char *name)
{
	int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			(mode & 0777) | 0600);
	int r = to < 0 ? -errno : copy_bytes(c, from, to);

	if (r == 0 && fchown(to, c->copy->uid, c->copy->gid) < 0)
		r = -errno;
	if (to >= 0)
		close(to);
	return r;
}

static int copy_folder(struct copier *c, int from, int to, int depth);

static int copy_subfolder(struct copier *c, int from, mode_t mode, int to_dir,
			  const char *name, int depth)
{
	int to, r;

	if (depth >= DEPTH_MAX)
		return -EFBIG;
	if (mkdirat(to_dir, name, (mode & 0777) | 0700) < 0)
		return -errno;
	to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					  O_CLOEXEC);
	if (to < 0)
		return -errno;
	r = copy_folder(c, from, to, depth + 1);
	if (r == 0 && fchown(to, c->copy->uid, c->copy->gid) < 0)
		r = -errno;
	close(to);
	return r;
}

static int copy_entry(struct copier *c, int dir, const char *name, int to,
		      int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					   O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (++c->inodes > c->copy->inodes_max)
		r = -EFBIG;
	else if (S_ISREG(st.st_mode))
		r = copy_file(c, fd, st.st_mode, to, name);
	else if (S_ISDIR(st.st_mode))
		r = copy_subfolder(c, fd, st.st_mode, to, name, depth);
	close(fd);
	return r;
}

static int copy_folder(struct copier *c, int from, int to, int depth)
{
	int again = fcntl(from, F_DUPFD_CLOEXEC, 0), r = 0;
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	if (!dir) {
		r = -errno;
		if (again >= 0)
			close(again);
		return r;
	}
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		if (!is_dots(entry->d_name))
			r = copy_entry(c, from, entry->d_name, to, depth);
	}
	closedir(dir);
	return r;
}

int tree_copy(const char *from, const char *to, const struct tree_copy *copy)
{
	struct copier c = { .copy = copy };
	int in = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int out = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = in < 0 || out < 0 ? -errno : copy_folder(&c, in, out, 0);

	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return r;
}

/* --- remove --- */

/* A name that nothing in `top` has, as a rule; see take_out(). */
static unsigned next_number;

/* Through a descriptor: a link that has taken its place meanwhile would else
 * be followed. */
void tree_open_up(int dir, const char *name)
{
	int fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW |
					   O_CLOEXEC);
	char path[32];

	if (fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (chmod(path, 0700) < 0)
		(void)0; /* then what comes next fails too */
	close(fd);
}

/* Out of its folder and into `top`, so that nothing is ever deep. */
static bool take_out(int top, int dir, const char *name)
{
	char to[32];

	tree_open_up(dir, name); /* to move it, it must be writable */
	for (int i = 0; i < 64; i++) {
		snprintf(to, sizeof(to), ".taken-out-%u", next_number++);
		if (renameat(dir, name, top, to) == 0)
			return true;
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
			return false;
	}
	return false;
}

/* All files of a folder; its subfolders go to `top`.  How many those were. */
static int empty_folder(int top, const char *name)
{
	int fd, moved = 0;
	struct dirent *entry;
	DIR *dir;

	tree_open_up(top, name);
	fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
				       O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (!is_dots(entry->d_name) &&
		    unlinkat(fd, entry->d_name, 0) < 0 &&
		    unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0)
			moved += take_out(top, fd, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return moved;
}

/* One round through `top`; how many folders were taken out of others. */
static int empty_top(int top)
{
	int again = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	int moved = 0;

	if (!dir && again >= 0)
		close(again);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (is_dots(entry->d_name) ||
		    unlinkat(top, entry->d_name, 0) == 0)
			continue;
		moved += empty_folder(top, entry->d_name);
		unlinkat(top, entry->d_name, AT_REMOVEDIR);
	}
	if (dir)
		closedir(dir);
	return moved;
}

void tree_remove(int parent, const char *name)
{
	int top = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					       O_CLOEXEC);
	int moved = 1;

	/* Each round takes a level off. */
	for (int i = 0; top >= 0 && moved && i < RENAMES_MAX; i++)
		moved = empty_top(top);
	if (top >= 0)
		close(top);
	unlinkat(parent, name, AT_REMOVEDIR);
}
