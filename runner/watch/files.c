#include "runner/watch/files.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/clock.h"
#include "runner/base/err.h"

#define DEPTH_MAX   32
#define FOLDERS_MAX 2000
#define PATH_BYTES  4096
#define EVENTS                                                                 \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |            \
	 IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF)

struct files {
	char *root;
	int fd; /* inotify, or -1 */
	int n_folders;
	uint64_t seen; /* polling: a sum over all names, times and sizes */
};

bool files_is_source(const char *name)
{
	size_t n = strlen(name);

	if (!n || name[0] == '.' || name[n - 1] == '~')
		return false;
	if (!strcmp(name, "__pycache__") || !strcmp(name, "4913"))
		return false; /* vim tries with 4913 whether it may write */
	return n < 4 || (strcmp(name + n - 4, ".pyc") != 0 &&
			 strcmp(name + n - 4, ".tmp") != 0 &&
			 strcmp(name + n - 4, ".swp") != 0);
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x100000001b3u; /* FNV-1a */
}

static uint64_t entry_sum(const char *name, const struct stat *st)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (; *name; name++)
		sum = mix(sum, (unsigned char)*name);
	sum = mix(sum, (uint64_t)st->st_mtim.tv_sec);
	sum = mix(sum, (uint64_t)st->st_mtim.tv_nsec);
	sum = mix(sum, (uint64_t)st->st_ino);
	return mix(sum, (uint64_t)st->st_size);
}

/* Visit the folders below `path`: watch each, or sum up its files. */
static uint64_t visit(struct files *f, const char *path, int depth)
{
	char below[PATH_BYTES];
	struct dirent *entry;
	struct stat st;
	uint64_t sum = 0;
	DIR *d;

	if (depth > DEPTH_MAX || f->n_folders >= FOLDERS_MAX)
		return 0;
	f->n_folders++;
	if (f->fd >= 0)
		inotify_add_watch(f->fd, path, EVENTS | IN_ONLYDIR);
	d = opendir(path);
	while (d && (entry = readdir(d))) {
		if (!files_is_source(entry->d_name) ||
		    snprintf(below, sizeof(below), "%s/%s", path,
			     entry->d_name) >= (int)sizeof(below) ||
		    lstat(below, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			sum += visit(f, below, depth + 1);
		else
			sum += entry_sum(below, &st);
	}
	if (d)
		closedir(d);
	return sum;
}

static uint64_t look(struct files *f)
{
	f->n_folders = 0;
	return visit(f, f->root, 0);
}

int files_new(struct files **ret, const char *root, bool poll_only,
	      struct err *err)
{
	struct files *f = calloc(1, sizeof(*f));

	if (!f || !(f->root = strdup(root))) {
		free(f);
		return err_set(err, ENOMEM, "%s", strerror(ENOMEM));
	}
	f->fd = poll_only ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	f->seen = look(f);
	*ret = f;
	return 0;
}

void files_free(struct files *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->root);
	free(f);
}

int files_fd(const struct files *f)
{
	return f->fd;
}

/* A new folder is no save; what is in it may be. */
static bool is_save(const struct inotify_event *e)
{
	if (e->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF))
		return true;
	if (!e->len || !files_is_source(e->name))
		return false;
	return !(e->mask & IN_CREATE) || e->mask & IN_ISDIR;
}

/* Read all that is there; true when a save was among it. */
static bool drain(struct files *f)
{
	char events[8192] __attribute__((aligned(8)));
	bool saved = false, folders = false;
	ssize_t n;

	while ((n = read(f->fd, events, sizeof(events))) > 0) {
		for (char *at = events; at < events + n;) {
			const struct inotify_event *e = (const void *)at;

			saved |= is_save(e);
			folders |= (e->mask & IN_ISDIR) != 0;
			at += sizeof(*e) + e->len;
		}
	}
	if (folders)
		look(f); /* adding a watch again is harmless */
	return saved;
}

static bool changed_by_looking(struct files *f)
{
	uint64_t now = look(f);
	bool changed = now != f->seen;

	f->seen = now;
	return changed;
}

bool files_changed(struct files *f)
{
	int64_t deadline_ns = clock_ns() + FILES_BURST_MS * 1000000LL;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	if (f->fd < 0)
		return changed_by_looking(f);
	if (!drain(f))
		return false;
	while (clock_left_ms(deadline_ns) &&
	       poll(&p, 1, FILES_QUIET_MS) > 0)
		drain(f);
	return true;
}
