#include "runner/submission/submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/submission/intake.h"
#include "runner/submission/unpack.h"

#define BLOCK_BYTES       65536
#define ARCHIVE_BYTES_MAX SUBMISSION_BYTES_MAX /* packed */
#define ENTRIES_MAX       (SUBMISSION_FILES_MAX * 4) /* looked at */

struct copying {
	struct intake *in;
	struct arena *arena;
	int root;     /* the folder; every open is beneath it */
	int entries;
	bool below;   /* files that are there already win */
};

/*
 * Open beneath the root, whatever the path's parts have become meanwhile.
 * Kernels before 5.6, and containers that forbid what they do not know, have
 * no openat2(): then one O_NOFOLLOW step from the folder that is open is as
 * good, because the walk opens part by part.
 */
static int open_beneath(int dir, const char *name, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
				    O_NONBLOCK | O_NOCTTY),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(dir, name, (int)how.flags);
	return fd < 0 ? -errno : (int)fd;
}

static int copy_bytes(struct intake *in, int fd, struct err *err)
{
	char block[BLOCK_BYTES];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		int r = intake_write(in, (struct span){ block, (size_t)n },
				     err);

		if (r < 0)
			return r;
	}
	return n < 0 ? err_set(err, errno, "%s", strerror(errno)) : 0;
}

static int copy_file(struct copying *c, int fd, const char *path,
		     struct err *err)
{
	int r;

	if (c->below && intake_has(c->in, path))
		return 0;
	r = intake_begin(c->in, path, err);
	if (r == 0)
		r = copy_bytes(c->in, fd, err);
	intake_end(c->in);
	return r;
}

static int copy_folder(struct copying *c, int fd, const char *path, int depth,
		       struct err *err);

/* To open a device can do something, and fail in its own ways. */
static bool is_odd(int dir, const char *name, int flags)
{
	struct stat st;

	return fstatat(dir, name, &st, flags) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode);
}

static int open_plain(int dir, const char *name)
{
	if (is_odd(dir, name, AT_SYMLINK_NOFOLLOW))
		return -ENXIO;
	return open_beneath(dir, name, 0);
}

/* A file, a folder, or something that is left out with a note. */
static int copy_entry(struct copying *c, int dir, const char *name,
		      const char *path, int depth, struct err *err)
{
	AUTO_FD fd = open_plain(dir, name);
	const char *shown = text_visible(c->arena, span_of(path), 120);
	struct stat st;

	if (fd == -ELOOP || fd == -ENXIO) {
		intake_note(c->in, "left out: %s, which is no plain file",
			    shown);
		return 0;
	}
	if (fd < 0)
		return err_set(err, -fd, "%s: %s", shown, strerror(-fd));
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "%s: %s", shown, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return copy_folder(c, fd, path, depth + 1, err);
	/* A second name may lead to a file that is not the candidate's. */
	if (S_ISREG(st.st_mode) && st.st_nlink == 1)
		return copy_file(c, fd, path, err);
	intake_note(c->in, "left out: %s, which is %s", shown,
		    S_ISREG(st.st_mode) ? "a hard link" : "no plain file");
	return 0;
}

static int copy_named(struct copying *c, int dir, const char *name,
		      const char *below, int depth, struct err *err)
{
	const char *path = *below ? arena_printf(c->arena, "%s/%s", below, name)
				  : arena_strdup(c->arena, name);

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (++c->entries > ENTRIES_MAX)
		return err_set(err, E2BIG, "more than %d entries", ENTRIES_MAX);
	if (intake_skips(c->in, name))
		return 0;
	return copy_entry(c, dir, name, path, depth, err);
}

static int copy_folder(struct copying *c, int fd, const char *path, int depth,
		       struct err *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* closedir() closes it */
	DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;
	int r = 0;

	if (!d)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	/* A virtual environment has any name; this file gives it away. */
	if (*path && faccessat(fd, "pyvenv.cfg", F_OK, 0) == 0) {
		intake_note(c->in, "left out: %s",
			    text_visible(c->arena, span_of(path), 120));
		closedir(d);
		return 0;
	}
	if (depth > SUBMISSION_DEPTH_MAX)
		r = err_set(err, E2BIG, "folders nested deeper than %d",
			    SUBMISSION_DEPTH_MAX);
	while (r == 0 && (entry = readdir(d)))
		r = copy_named(c, fd, entry->d_name, path, depth, err);
	closedir(d);
	return r;
}

static bool ends_with(const char *s, const char *ending)
{
	size_t n = strlen(s), k = strlen(ending);

	return n > k && strcmp(s + n - k, ending) == 0;
}

static int take_file(struct copying *c, int fd, const struct stat *st,
		     const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (unpack_knows(path) && st->st_size > ARCHIVE_BYTES_MAX)
		return err_set(err, EFBIG, "an archive of more than %u MiB",
			       ARCHIVE_BYTES_MAX >> 20);
	if (unpack_knows(path))
		return unpack(c->in, c->arena, fd, err);
	if (!ends_with(path, ".py"))
		return err_set(err, EINVAL, "it is no folder, no .py file and "
					    "no archive that is known here");
	if (strcmp(name, "app.py") != 0)
		intake_note(c->in, "%s is graded as app.py",
			    text_visible(c->arena, span_of(name), 120));
	return copy_file(c, fd, "app.py", err);
}

static int take(struct copying *c, const char *path, bool *ret_is_file,
		struct err *err)
{
	struct stat st;

	if (fstat(c->root, &st) < 0)
		return err_set(err, errno, "%s", strerror(errno));
	*ret_is_file = S_ISREG(st.st_mode);
	if (S_ISDIR(st.st_mode))
		return copy_folder(c, c->root, "", 0, err);
	if (S_ISREG(st.st_mode))
		return take_file(c, c->root, &st, path, err);
	return err_set(err, EINVAL, "it is neither a folder nor a file");
}

/* Open `path` and put what it holds into the intake. */
static int take_path(struct copying *c, const char *path, bool *ret_is_file,
		     struct err *err)
{
	AUTO_FD fd = -1;
	int r;

	if (is_odd(AT_FDCWD, path, 0))
		return err_set(err, EINVAL, "%s: it is neither a folder nor a "
					    "file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	c->root = fd;
	r = take(c, path, ret_is_file, err);
	if (r < 0)
		err_wrap(err, "%s", path);
	/* The path itself could be read: what is inside is to blame. */
	return r == -ENOENT || r == -EACCES ? -EINVAL : r;
}

static int finish(struct intake *in, bool lift, const char *path,
		  struct arena *arena, const struct submission **ret,
		  struct err *err)
{
	struct submission *sub = arena_alloc(arena, sizeof(*sub));

	if (intake_finish(in, lift, sub, err) < 0) {
		err_wrap(err, "%s", path);
		return -EINVAL;
	}
	sub->path = arena_strdup(arena, path);
	*ret = sub;
	return 0;
}

int submission_open(struct arena *arena, const char *path,
		    const struct submission **ret, struct err *err)
{
	AUTO(intake_free) struct intake *in = NULL;
	struct copying c = { .arena = arena };
	bool is_file;
	int r = intake_new(&in, arena, err);

	if (r < 0)
		return r;
	c.in = in;
	r = take_path(&c, path, &is_file, err);
	return r < 0 ? r : finish(in, is_file, path, arena, ret, err);
}

int submission_open_over(struct arena *arena, const char *base,
			 const char *path, const struct submission **ret,
			 struct err *err)
{
	AUTO(intake_free) struct intake *in = NULL;
	struct copying c = { .arena = arena };
	bool is_file;
	int r = intake_new(&in, arena, err);

	if (r < 0)
		return r;
	c.in = in;
	r = take_path(&c, path, &is_file, err);
	if (r < 0)
		return r;
	c.below = true;
	r = take_path(&c, base, &is_file, err);
	return r < 0 ? r : finish(in, false, path, arena, ret, err);
}

void submission_close(const struct submission *sub)
{
	if (!sub)
		return;
	intake_remove(sub->base);
	if (sub->lock >= 0)
		close(sub->lock);
}
