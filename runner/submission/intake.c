#include "runner/submission/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"

#define NOTES_MAX      20
#define NAME_BYTES_MAX 255
#define PREFIX         "fumehood-sub-"

struct file {
	const char *path;
	int64_t size_bytes;
	char digest[DIGEST_SHA256_HEX];
};

struct intake {
	struct arena *arena;
	char *base;   /* the temporary folder; the copy is base/tree */
	int tree;     /* a descriptor of the copy */
	int lock;     /* held for as long as the copy is wanted */
	bool keep;
	struct file files[SUBMISSION_FILES_MAX];
	size_t n_files;
	int64_t bytes;
	const char *notes[NOTES_MAX];
	size_t n_notes;
	int fd;       /* of the file that is being written */
	struct digest *digest;
};

/* Parts of a path that are never a candidate's answer. */
static const char *const skipped[] = {
	".git", ".hg", ".svn", "__pycache__", "venv", ".venv", "node_modules",
	".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache",
	".idea", ".vscode", "__MACOSX", ".DS_Store", ".fumehood",
};

/* Nobody is told when a runner was killed: a copy that no living one holds
 * locked is removed by the next. */
static void remove_unlocked(const char *dir)
{
	AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		intake_remove(dir);
}

static int make_base(struct arena *arena, char **ret, int *ret_lock,
		     struct err *err)
{
	char *base = arena_printf(arena, "%s/" PREFIX "XXXXXX",
				  file_temporary_dir());

	file_sweep(PREFIX, remove_unlocked);
	if (!mkdtemp(base))
		return err_set(err, EIO, "no room to unpack in: %s: %s", base,
			       strerror(errno));
	*ret_lock = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_lock >= 0)
		flock(*ret_lock, LOCK_EX | LOCK_NB);
	*ret = base;
	return 0;
}

int intake_new(struct intake **ret, struct arena *arena, struct err *err)
{
	struct intake *in;
	char *base = NULL, *tree;
	int fd, lock = -1;
	int r = make_base(arena, &base, &lock, err);

	if (r < 0)
		return r;
	tree = arena_printf(arena, "%s/tree", base);
	fd = mkdir(tree, 0777) < 0 ? -1 : open(tree, O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		int code = errno;

		intake_remove(base);
		if (lock >= 0)
			close(lock);
		return err_set(err, code, "%s: %s", tree, strerror(code));
	}
	fchmod(fd, 0777);
	in = arena_alloc(arena, sizeof(*in));
	*in = (struct intake){ .arena = arena, .base = base, .tree = fd,
			       .lock = lock, .fd = -1 };
	*ret = in;
	return 0;
}

void intake_free(struct intake *in)
{
	if (!in)
		return;
	intake_end(in);
	close(in->tree);
	if (in->keep)
		return;
	intake_remove(in->base);
	if (in->lock >= 0)
		close(in->lock);
}

void intake_note(struct intake *in, const char *fmt, ...)
{
	const char *note;
	va_list ap;

	va_start(ap, fmt);
	note = arena_vprintf(in->arena, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < in->n_notes; i++)
		if (strcmp(in->notes[i], note) == 0)
			return;
	if (in->n_notes == NOTES_MAX - 1)
		note = "and more was left out";
	if (in->n_notes < NOTES_MAX)
		in->notes[in->n_notes++] = note;
}

static bool is_skipped(struct span part)
{
	for (size_t i = 0; i < ARRAY_LEN(skipped); i++)
		if (span_is(part, skipped[i]))
			return true;
	return false;
}

bool intake_skips(struct intake *in, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (is_skipped((struct span){ path, n })) {
			intake_note(in, "left out: %.*s", (int)n, path);
			return true;
		}
		path += n + (path[n] == '/');
	}
	return false;
}

bool intake_has(const struct intake *in, const char *path)
{
	return faccessat(in->tree, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int bad_path(struct intake *in, const char *path, const char *why,
		    struct err *err)
{
	return err_set(err, EINVAL, "the path `%s` %s",
		       text_visible(in->arena, span_of(path), 120), why);
}

static int check_path(struct intake *in, const char *path, struct err *err)
{
	const char *p = path;
	int depth = 0;

	if (*path == '/')
		return bad_path(in, path, "is absolute", err);
	do {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return bad_path(in, path, "leaves the submission", err);
		if (!n || (n == 1 && *p == '.'))
			return bad_path(in, path, "has an empty part", err);
		if (n > NAME_BYTES_MAX)
			return bad_path(in, path, "has too long a part", err);
		p += n;
		depth++;
	} while (*p++);
	if (depth > SUBMISSION_DEPTH_MAX)
		return bad_path(in, path, "is nested too deep", err);
	return 0;
}

/*
 * Everybody may write in the copy, which a folder of mode 0700 hides: inside a
 * box its owner may be nobody that the app is, and what the app writes lands
 * in a layer above.
 */
static int make_parents(struct intake *in, const char *path)
{
	char *part = arena_strdup(in->arena, path);

	for (char *p = strchr(part, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdirat(in->tree, part, 0777) == 0) {
			if (fchmodat(in->tree, part, 0777, 0) < 0)
				return -errno;
		} else if (errno != EEXIST) {
			return -errno;
		}
		*p = '/';
	}
	return 0;
}

static int make_file(struct intake *in, const char *path)
{
	int r = make_parents(in, path);
	int fd;

	if (r < 0)
		return r;
	fd = openat(in->tree, path,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	fchmod(fd, 0666);
	return fd;
}

int intake_begin(struct intake *in, const char *path, struct err *err)
{
	int r = check_path(in, path, err);

	if (r < 0)
		return r;
	if (in->n_files == SUBMISSION_FILES_MAX)
		return err_set(err, E2BIG, "more than %d files",
			       SUBMISSION_FILES_MAX);
	r = make_file(in, path);
	if (r == -EEXIST || r == -ENOTDIR || r == -EISDIR)
		return bad_path(in, path, "is there twice", err);
	if (r < 0)
		return err_set(err, -r, "cannot copy: %s", strerror(-r));
	in->fd = r;
	in->digest = digest_new();
	in->files[in->n_files++] =
		(struct file){ .path = arena_strdup(in->arena, path) };
	return 0;
}

int intake_write(struct intake *in, struct span bytes, struct err *err)
{
	in->bytes += (int64_t)bytes.len;
	if (in->bytes > SUBMISSION_BYTES_MAX)
		return err_set(err, EFBIG, "more than %u MiB of files",
			       SUBMISSION_BYTES_MAX >> 20);
	digest_add(in->digest, bytes);
	in->files[in->n_files - 1].size_bytes += (int64_t)bytes.len;
	while (bytes.len) {
		ssize_t n = write(in->fd, bytes.data, bytes.len);

		if (n < 0)
			return err_set(err, errno, "cannot copy: %s",
				       strerror(errno));
		bytes.data += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

void intake_end(struct intake *in)
{
	if (in->fd < 0)
		return;
	digest_finish(in->digest, in->files[in->n_files - 1].digest);
	close(in->fd);
	in->fd = -1;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
		      ((const struct file *)b)->path);
}

/* Bytes of the one folder that holds everything, with its slash; or 0. */
static size_t common_folder(const struct intake *in)
{
	const char *first = in->files[0].path;
	size_t n = strcspn(first, "/");

	if (!first[n])
		return 0;
	for (size_t i = 1; i < in->n_files; i++)
		if (strncmp(in->files[i].path, first, n + 1) != 0)
			return 0;
	return n + 1;
}

static void list_files(struct intake *in, size_t lifted,
		       struct submission *ret)
{
	struct submission_file *files =
		arena_array(in->arena, in->n_files, sizeof(*files));
	struct digest *all = digest_new();

	for (size_t i = 0; i < in->n_files; i++) {
		const struct file *f = &in->files[i];

		files[i].path = f->path + lifted;
		files[i].size_bytes = f->size_bytes;
		/* With the NUL: no path and content can be read two ways. */
		digest_add(all, (struct span){ files[i].path,
					       strlen(files[i].path) + 1 });
		digest_add(all, span_of(f->digest));
	}
	digest_finish(all, ret->digest);
	ret->files = files;
	ret->n_files = in->n_files;
}

int intake_finish(struct intake *in, bool lift, struct submission *ret,
		  struct err *err)
{
	size_t lifted;

	if (!in->n_files)
		return err_set(err, EINVAL, "there are no files in it%s%s",
			       in->n_notes ? "; " : "",
			       in->n_notes ? in->notes[0] : "");
	qsort(in->files, in->n_files, sizeof(*in->files), by_path);
	lifted = lift ? common_folder(in) : 0;
	list_files(in, lifted, ret);
	ret->dir = arena_printf(in->arena, "%s/tree%s%.*s", in->base,
				lifted ? "/" : "",
				lifted ? (int)lifted - 1 : 0,
				in->files[0].path);
	ret->base = in->base;
	ret->lock = in->lock;
	ret->notes = arena_grow(in->arena, in->notes, in->n_notes,
				in->n_notes + 1, sizeof(*in->notes));
	ret->n_notes = in->n_notes;
	in->keep = true;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void intake_remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
