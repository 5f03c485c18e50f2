#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/bare_tree.h"
#include "sandbox/proc.h"

#define INODES_SEEN 16411 /* that several processes have open; a prime */
#define PROBES_MAX  8
#define MAPPINGS_MAX 70000 /* a process may have 65530 */
#define LINE_BYTES  512   /* of it, see read_mapping() */
#define LEVELS_MAX  65536 /* of folders: more than a box may have */
#define DELETED     " (deleted)"
#define HELD_MAX    (INT64_C(1) << 60) /* that a sum of them fits */
#define ROUND_BYTES 16384 /* of names read at once */

static int64_t size_of(const struct stat *st)
{
	return (int64_t)st->st_blocks * 512;
}

/* A folder that we are below of, and where in it we were. */
struct level {
	ino_t inode;
	off_t at;
};

struct walk {
	int fd;           /* the folder that is looked at: the only one open */
	struct stat here; /* of it */
	size_t depth;
	int64_t inodes_max;
	struct bare_usage *usage;
};

static struct level levels[LEVELS_MAX];

static void count(struct walk *w, const struct stat *st)
{
	w->usage->inodes++;
	/* Each name of a file has its share of it. */
	w->usage->bytes += size_of(st) / (S_ISDIR(st->st_mode) ||
					  !st->st_nlink
						  ? 1
						  : (int64_t)st->st_nlink);
}

/* Look at another folder from now on; false: it is none any more. */
static bool enter(struct walk *w, int fd)
{
	close(w->fd);
	w->fd = fd;
	return fd >= 0 && fstat(fd, &w->here) == 0;
}

/* Its owner may have made it so that we cannot read it, but it can. */
static int open_folder(int dir, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags);

	if (fd >= 0 || errno != EACCES)
		return fd;
	tree_open_up(dir, name);
	return openat(dir, name, flags);
}

static bool go_down(struct walk *w, const char *name, off_t next)
{
	int fd = w->depth < LEVELS_MAX ? open_folder(w->fd, name) : -1;

	if (fd < 0)
		return false; /* it has gone: on with the next one */
	levels[w->depth++] = (struct level){ w->here.st_ino, next };
	enter(w, fd);
	return true;
}

/* Only into the folder that we came from: others may be moving them about. */
static bool go_up(struct walk *w)
{
	struct level *above;

	if (!w->depth)
		return false;
	above = &levels[--w->depth];
	return enter(w, openat(w->fd, "..", O_RDONLY | O_DIRECTORY |
						    O_CLOEXEC)) &&
	       w->here.st_ino == above->inode &&
	       lseek(w->fd, above->at, SEEK_SET) >= 0;
}

/* False when there is no more to see. */
static bool look_at_some(struct walk *w)
{
	static _Alignas(struct dirent64) char names[ROUND_BYTES];
	long n = syscall(SYS_getdents64, w->fd, names, sizeof(names));
	struct stat st;

	if (n <= 0)
		return go_up(w);
	for (long at = 0; at < n;) {
		const struct dirent64 *d = (const void *)(names + at);

		at += d->d_reclen;
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
		    fstatat(w->fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		count(w, &st);
		if (w->usage->inodes > w->inodes_max)
			return false;
		if (S_ISDIR(st.st_mode) && st.st_dev == w->here.st_dev &&
		    go_down(w, d->d_name, d->d_off))
			return true;
	}
	return true;
}

void bare_measure(const char *folder, int64_t inodes_max,
		  struct bare_usage *ret)
{
	struct walk w = { .inodes_max = inodes_max, .usage = ret };

	*ret = (struct bare_usage){ 0 };
	w.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.fd < 0 || fstat(w.fd, &w.here) < 0)
		return;
	while (look_at_some(&w))
		;
	if (w.fd >= 0)
		close(w.fd);
}

struct open_files {
	const char *folder;
	dev_t device; /* that it is on */
	ino_t seen[INODES_SEEN]; /* by their hash; 0: free */
	struct bare_open *ret;
	int sockets;
};

/* Forks share descriptors.  What no room is for counts each time. */
static bool is_new(struct open_files *o, ino_t inode)
{
	size_t at = (size_t)(inode * 11400714819323198485u) % INODES_SEEN;

	for (size_t i = 0; i < PROBES_MAX; i++, at++) {
		ino_t *place = &o->seen[at % INODES_SEEN];

		if (*place == inode)
			return false;
		if (!*place) {
			*place = inode;
			return true;
		}
	}
	return true;
}

static void add_open(struct open_files *o, const struct stat *st)
{
	bool unlinked = S_ISREG(st->st_mode) && !st->st_nlink &&
			st->st_dev == o->device;

	if ((!unlinked && !S_ISSOCK(st->st_mode)) || !is_new(o, st->st_ino))
		return;
	if (unlinked)
		o->ret->unlinked_bytes += size_of(st);
	else
		o->sockets++;
}

/* A path may be longer than any line: then all but the middle is read. */
static bool read_mapping(FILE *file, char *ret)
{
	const size_t keep = sizeof(DELETED);
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(file)) != EOF && c != '\n') {
		if (n == LINE_BYTES - 1) {
			n--;
			memmove(ret + n - keep, ret + n - keep + 1, keep);
		}
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return c != EOF;
}

int64_t bare_parse_mapping(const char *line, const char *folder,
			   uint64_t *ret_inode)
{
	const size_t tail = sizeof(DELETED) - 1, len = strlen(line);
	uint64_t start, end, offset;

	/* START-END PERMS OFFSET DEVICE INODE PATH (deleted) */
	if (!strstr(line, folder) || len < tail ||
	    strcmp(line + len - tail, DELETED) != 0 ||
	    sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %" SCNu64,
		   &start, &end, &offset, ret_inode) != 4 ||
	    start > end)
		return -1;
	/* The offset is the program's choice, and no file is that long. */
	return end - start > HELD_MAX || offset > HELD_MAX
		       ? HELD_MAX
		       : (int64_t)(end - start + offset);
}

static void add_mapping(struct open_files *o, const char *line)
{
	int64_t *sum = &o->ret->unlinked_bytes, bytes;
	uint64_t inode;

	bytes = bare_parse_mapping(line, o->folder, &inode);
	if (bytes >= 0 && is_new(o, (ino_t)inode))
		*sum = *sum > HELD_MAX ? *sum : *sum + bytes;
}

static void look_at_mappings(const struct proc_box *box, const char *pid,
			     struct open_files *o)
{
	char path[300], line[LINE_BYTES];
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "%s/maps", pid);
	fd = openat(box->proc, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	for (int i = 0; file && i < MAPPINGS_MAX && read_mapping(file, line);
	     i++)
		add_mapping(o, line);
	if (file)
		fclose(file);
}

static void look_at(const struct proc_box *box, const char *pid, bool init,
		    void *p)
{
	struct dirent *entry;
	struct stat st;
	char path[300];
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%s/fd", pid);
	fd = init ? -1 : openat(box->proc, path, O_RDONLY | O_DIRECTORY |
							 O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    fstatat(fd, entry->d_name, &st, 0) == 0)
			add_open(p, &st);
	}
	if (dir)
		closedir(dir);
	/* After the descriptors: they know the size. */
	if (!init)
		look_at_mappings(box, pid, p);
}

void bare_look_at_open(const struct proc_box *box, const char *folder,
		       int scratch, struct bare_open *ret)
{
	static struct open_files o;
	struct stat st;

	*ret = (struct bare_open){ 0 };
	if (!box->session || fstat(scratch, &st) < 0)
		return;
	memset(&o, 0, sizeof(o));
	o.device = st.st_dev;
	o.folder = folder;
	o.ret = ret;
	proc_each(box, look_at, &o);
	ret->sockets_bytes = proc_sockets_cost(o.sockets);
}
