#include "runner/submission/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"

#define BLOCK_BYTES 65536
/* Folders and links count too: an archive of nothing but names is a bomb. */
#define ENTRIES_MAX (SUBMISSION_FILES_MAX * 4)

static const char *const endings[] = {
	".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2",
};

bool unpack_knows(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t k = strlen(endings[i]);

		if (n > k && strcasecmp(path + n - k, endings[i]) == 0)
			return true;
	}
	return false;
}

struct unpacking {
	struct intake *in;
	struct arena *arena;
	struct archive *a;
};

static int damaged(struct unpacking *u, struct err *err)
{
	const char *why = archive_error_string(u->a);

	return err_set(err, EINVAL, "the archive cannot be read: %s",
		       text_visible(u->arena,
				    span_of(why ? why : "it is damaged"), 200));
}

static const char *shown(struct unpacking *u, const char *path)
{
	return text_visible(u->arena, span_of(path), 120);
}

/* "./a//b/" is "a/b"; what leaves the archive stays as it is. */
static char *tidy(struct unpacking *u, const char *path)
{
	char *out = arena_alloc(u->arena, strlen(path) + 1);
	size_t len = 0;

	if (*path == '/')
		return arena_strdup(u->arena, path);
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n && !(n == 1 && *path == '.')) {
			if (len)
				out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		path += n + (path[n] == '/');
	}
	return out;
}

/* Does a link at `path` that says `target` stay inside?  By counting: no
 * link is ever made, so no link can lead another one astray. */
static bool link_stays(const char *path, const char *target)
{
	int depth = 0;

	if (*target == '/')
		return false;
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/'))
		depth++;
	while (*target && depth >= 0) {
		size_t n = strcspn(target, "/");

		if (n == 2 && target[0] == '.' && target[1] == '.')
			depth--;
		else if (n && !(n == 1 && *target == '.'))
			depth++;
		target += n + (target[n] == '/');
	}
	return depth >= 0;
}

static int refuse_link(struct unpacking *u, const char *path,
		       const char *target, bool hard, struct err *err)
{
	/* A hard link names its target from the top of the archive. */
	if (!link_stays(hard ? "" : path, target))
		return err_set(err, EINVAL, "the link `%s` leads out of the "
					    "archive", shown(u, path));
	intake_note(u->in, "left out: the link %s", shown(u, path));
	return 0;
}

static int copy_file(struct unpacking *u, const char *path, struct err *err)
{
	char block[BLOCK_BYTES];
	la_ssize_t n = 0;
	int r = intake_begin(u->in, path, err);

	while (r == 0) {
		n = archive_read_data(u->a, block, sizeof(block));
		if (n <= 0)
			break;
		r = intake_write(u->in, (struct span){ block, (size_t)n }, err);
	}
	intake_end(u->in);
	if (r == 0 && n < 0)
		return damaged(u, err);
	return r;
}

static int take_entry(struct unpacking *u, struct archive_entry *entry,
		      struct err *err)
{
	const char *name = archive_entry_pathname_utf8(entry);
	const char *target;
	char *path;

	name = name ? name : archive_entry_pathname(entry);
	if (!name)
		return err_set(err, EINVAL, "the archive holds a file without "
					    "a name");
	path = tidy(u, name);
	if ((target = archive_entry_hardlink(entry)))
		return refuse_link(u, path, target, true, err);
	if ((target = archive_entry_symlink(entry)))
		return refuse_link(u, path, target, false, err);
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return 0;
	if (archive_entry_filetype(entry) != AE_IFREG)
		return err_set(err, EINVAL, "`%s` is no file but a device, "
					    "fifo or socket", shown(u, path));
	if (intake_skips(u->in, path))
		return 0;
	return copy_file(u, path, err);
}

static int take_all(struct unpacking *u, struct err *err)
{
	for (int i = 0; i < ENTRIES_MAX; i++) {
		struct archive_entry *entry;
		int r = archive_read_next_header(u->a, &entry);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r < ARCHIVE_WARN)
			return damaged(u, err);
		r = take_entry(u, entry, err);
		if (r < 0)
			return r;
	}
	return err_set(err, E2BIG, "the archive has more than %d entries",
		       ENTRIES_MAX);
}

int unpack(struct intake *in, struct arena *arena, int fd, struct err *err)
{
	struct unpacking u = { in, arena, archive_read_new() };
	int r;

	if (!u.a)
		return err_set(err, ENOMEM, "out of memory");
	archive_read_support_format_tar(u.a);
	archive_read_support_format_zip(u.a);
	archive_read_support_filter_gzip(u.a);
	archive_read_support_filter_xz(u.a);
	archive_read_support_filter_bzip2(u.a);
	if (archive_read_open_fd(u.a, fd, BLOCK_BYTES) != ARCHIVE_OK)
		r = damaged(&u, err);
	else
		r = take_all(&u, err);
	archive_read_free(u.a);
	return r;
}
