#include "sandbox/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES    4096
#define PROCESSES_MAX 4096 /* looked at in one go */
#define FILES_MAX     4096 /* of a process, counted one by one */
#define CHILDREN_BYTES 65536
#define KIB_MAX       (INT64_C(1) << 50) /* a few of them can be added */
#define SOCKETS_FREE  256  /* more than a server needs for all its clients */
#define SOCKET_BYTES  (208 * 1024) /* net.core.wmem_default */

/* The number behind `key` at the start of a line; -1: not there. */
static int64_t field(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, n))
			return strtoll(line + n, NULL, 10);
	}
	return -1;
}

/* The same of what is in kB, as bytes. */
static int64_t field_bytes(const char *text, const char *key)
{
	int64_t kib = field(text, key);

	if (kib > KIB_MAX)
		kib = KIB_MAX;
	return kib < 0 ? -1 : kib * 1024;
}

bool proc_parse_status(const char *text, struct proc_usage *ret)
{
	int64_t anon = field_bytes(text, "RssAnon:");
	int64_t shared = field_bytes(text, "RssShmem:");
	int64_t tables = field_bytes(text, "VmPTE:");
	int64_t threads = field(text, "Threads:");

	if (threads < 0 || threads > INT32_MAX)
		return false;
	ret->threads = (int)threads;
	/* A zombie has no memory, and no such lines. */
	ret->tables_bytes = tables > 0 ? tables : 0;
	ret->memory_bytes = (anon > 0 ? anon : 0) + (shared > 0 ? shared : 0) +
			    ret->tables_bytes;
	return true;
}

bool proc_parse_rollup(const char *text, struct proc_usage *ret)
{
	int64_t anon = field_bytes(text, "Pss_Anon:");
	int64_t shared = field_bytes(text, "Pss_Shmem:");

	if (anon < 0 || shared < 0)
		return false;
	ret->memory_bytes = anon + shared + ret->tables_bytes;
	return true;
}

bool proc_parse_stat(const char *text, struct proc_usage *ret)
{
	/* PID (NAME) ...: a name may hold anything, parentheses too */
	const char *s = strrchr(text, ')');
	uint64_t ticks[4];
	int64_t hz = sysconf(_SC_CLK_TCK);

	if (!s || sscanf(s, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			    "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
			 &ticks[0], &ticks[1], &ticks[2], &ticks[3]) != 4)
		return false;
	ret->cpu_us = (int64_t)((ticks[0] + ticks[1] + ticks[2] + ticks[3]) %
				(UINT64_C(1) << 40)) *
		      (1000000 / hz);
	return true;
}

int proc_parse_session(const char *text)
{
	const char *s = strrchr(text, ')'); /* as above */
	int session = 0;

	if (!s || sscanf(s, ") %*c %*d %*d %d", &session) != 1)
		return 0;
	return session > 0 ? session : 0;
}

static bool read_text(int proc, const char *pid, const char *name, char *ret)
{
	char path[300];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, ret, TEXT_BYTES - 1);
	close(fd);
	ret[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

static int count_entries(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (n < FILES_MAX + 2 && readdir(d))
		n++;
	closedir(d);
	return n > 2 ? n - 2 : 0; /* "." and ".." */
}

/* Since Linux 6.2 the size of the folder is how many there are. */
static int count_files(int proc, const char *pid)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/fd", pid);
	if (fstatat(proc, path, &st, 0) < 0)
		return 0;
	return st.st_size ? (int)st.st_size : count_entries(proc, path);
}

static void add(const struct proc_box *box, const char *pid, bool init,
		void *p)
{
	struct proc_usage usage = { 0 };
	struct proc_sum *sum = p;
	char text[TEXT_BYTES];

	if (read_text(box->proc, pid, "stat", text) &&
	    proc_parse_stat(text, &usage))
		sum->cpu_us += usage.cpu_us;
	if (init)
		return;
	if (read_text(box->proc, pid, "status", text) &&
	    proc_parse_status(text, &usage)) {
		sum->memory_bytes += usage.memory_bytes;
		sum->threads += usage.threads;
	}
	usage.files = count_files(box->proc, pid);
	if (usage.files > sum->files_max)
		sum->files_max = usage.files;
}

static bool is_of(const struct proc_box *box, const char *pid)
{
	char text[TEXT_BYTES];

	return !box->session || (read_text(box->proc, pid, "stat", text) &&
				 proc_parse_session(text) == box->session);
}

/* Process numbers, each once, in the order in which they were found. */
struct numbers {
	int pids[PROCESSES_MAX];
	int n;
};

static void add_number(struct numbers *found, int pid)
{
	for (int i = 0; i < found->n; i++) {
		if (found->pids[i] == pid)
			return; /* it got another parent meanwhile */
	}
	if (pid > 0 && found->n < PROCESSES_MAX)
		found->pids[found->n++] = pid;
}

const char *proc_next_child(const char *text, int *ret)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (end == text || pid <= 0 || pid > INT32_MAX)
		return NULL;
	*ret = (int)pid;
	return end;
}

/* The children of one thread. */
static bool add_children(int tasks, const char *tid, struct numbers *found)
{
	static char text[CHILDREN_BYTES];
	const char *s = text;
	char path[300];
	size_t len = 0;
	ssize_t n = 1;
	int fd, pid;

	snprintf(path, sizeof(path), "%s/children", tid);
	fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT;
	while (n > 0 && len < sizeof(text) - 1) {
		n = read(fd, text + len, sizeof(text) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	text[len] = '\0';
	while ((s = proc_next_child(s, &pid)) != NULL)
		add_number(found, pid);
	return true;
}

/* False: this kernel does not tell. */
static bool add_family(int proc, int pid, struct numbers *found)
{
	struct dirent *entry;
	char path[32];
	bool told = true;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    !add_children(fd, entry->d_name, found))
			told = false; /* or it has just ended */
	}
	if (dir)
		closedir(dir);
	return told;
}

/*
 * All of a session descend from its init, to whom orphans come.  So there is
 * no need to look at all that the machine runs.
 */
static bool each_below_init(const struct proc_box *box, proc_visit *visit,
			    void *p)
{
	static struct numbers found;
	char pid[16];

	if (box->init <= 0 || !box->session)
		return false;
	found.n = 0;
	add_number(&found, box->init);
	if (!add_family(box->proc, box->init, &found))
		return false;
	for (int i = 1; i < found.n; i++)
		add_family(box->proc, found.pids[i], &found);
	for (int i = 0; i < found.n; i++) {
		snprintf(pid, sizeof(pid), "%d", found.pids[i]);
		visit(box, pid, i == 0, p);
	}
	return true;
}

static void each_in_list(const struct proc_box *box, proc_visit *visit,
			 void *p)
{
	int fd = openat(box->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int n = 0;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && n < PROCESSES_MAX && (entry = readdir(dir)) != NULL) {
		const char *pid = entry->d_name;
		bool init = strtol(pid, NULL, 10) == box->init;

		if (pid[0] < '0' || pid[0] > '9' || !(init || is_of(box, pid)))
			continue;
		visit(box, pid, init, p);
		n++;
	}
	if (dir)
		closedir(dir);
}

void proc_each(const struct proc_box *box, proc_visit *visit, void *p)
{
	if (!each_below_init(box, visit, p))
		each_in_list(box, visit, p);
}

bool proc_parse_identity(const char *text, struct proc_identity *ret)
{
	const char *s = strrchr(text, ')'); /* as above */

	ret->session = proc_parse_session(text);
	return s && sscanf(s, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			      "%*u %*u %*d %*d %*d %*d %*d %*d %" SCNu64,
			   &ret->start) == 1;
}

bool proc_identify(int proc, const char *pid, struct proc_identity *ret)
{
	char text[TEXT_BYTES];

	*ret = (struct proc_identity){ .pid = (int)strtol(pid, NULL, 10) };
	if (!read_text(proc, pid, "stat", text) ||
	    !proc_parse_identity(text, ret))
		return false;
	if (read_text(proc, pid, "status", text))
		ret->confined = field(text, "NoNewPrivs:") == 1 &&
				field(text, "Seccomp:") == 2;
	return true;
}

struct user_count {
	uint32_t uid;
	int tasks;
};

static void add_user(const struct proc_box *box, const char *pid, bool init,
		     void *p)
{
	struct proc_usage usage = { 0 };
	struct user_count *count = p;
	char text[TEXT_BYTES];

	(void)init;
	if (read_text(box->proc, pid, "status", text) &&
	    field(text, "Uid:") == (int64_t)count->uid &&
	    proc_parse_status(text, &usage))
		count->tasks += usage.threads;
}

int proc_count_user(int proc, uint32_t uid)
{
	const struct proc_box everybody = { .proc = proc };
	struct user_count count = { .uid = uid };

	if (proc >= 0)
		proc_each(&everybody, add_user, &count);
	return count.tasks;
}

void proc_sum(const struct proc_box *box, struct proc_sum *ret)
{
	*ret = (struct proc_sum){ 0 };
	proc_each(box, add, ret);
}

static void add_memory(const struct proc_box *box, const char *pid, bool init,
		       void *p)
{
	struct proc_usage usage = { 0 };
	char text[TEXT_BYTES];
	int64_t *sum = p;

	if (init || !read_text(box->proc, pid, "status", text) ||
	    !proc_parse_status(text, &usage))
		return;
	if (read_text(box->proc, pid, "smaps_rollup", text))
		proc_parse_rollup(text, &usage);
	else if (!read_text(box->proc, pid, "status", text) ||
		 !proc_parse_status(text, &usage))
		return; /* it has ended meanwhile, or has given up its memory */
	*sum += usage.memory_bytes;
}

int64_t proc_memory_bytes(const struct proc_box *box)
{
	int64_t sum = 0;

	proc_each(box, add_memory, &sum);
	return sum;
}

int proc_parse_sockstat(const char *text)
{
	int64_t n = field(text, "sockets: used ");

	return n > 0 && n <= INT32_MAX ? (int)n : 0;
}

int64_t proc_sockets_cost(int n)
{
	return n > SOCKETS_FREE ? (int64_t)(n - SOCKETS_FREE) * SOCKET_BYTES
				: 0;
}

int64_t proc_sockets_bytes(int proc)
{
	char text[TEXT_BYTES];
	int n = 0;

	if (read_text(proc, "1", "net/sockstat", text))
		n = proc_parse_sockstat(text);
	return proc_sockets_cost(n);
}
