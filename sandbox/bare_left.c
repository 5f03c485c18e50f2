/*
 * What a crash of both keeper and init has left is still running: the next
 * bare box of this user finds its folder, which says what it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/proc.h"

#define NOTE       "session" /* "NUMBER WHEN-IT-STARTED" */
#define NOTE_BYTES 64

static bool read_identity(pid_t pid, struct proc_identity *ret)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[16];
	bool known;

	snprintf(name, sizeof(name), "%d", pid);
	known = proc >= 0 && proc_identify(proc, name, ret);
	if (proc >= 0)
		close(proc);
	return known;
}

void bare_note_session(int folder, pid_t session)
{
	struct proc_identity leader = { 0 };
	char text[NOTE_BYTES];
	int fd, n;

	if (session && !read_identity(session, &leader))
		return;
	n = snprintf(text, sizeof(text), "%d %" PRIu64, session,
		     leader.start);
	fd = openat(folder, NOTE, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
					  O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, text, (size_t)n) != n)
		(void)0; /* it only serves the next box */
	close(fd);
}

static bool read_note(int folder, struct proc_identity *ret)
{
	char text[NOTE_BYTES] = "";
	int fd = openat(folder, NOTE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 && sscanf(text, "%d %" SCNu64, &ret->session,
			       &ret->start) == 2 && ret->session > 1;
}

struct left {
	struct proc_identity noted;
	int found;
	bool is_others; /* the number is somebody else's by now */
};

/* All that a program of ours is: not older than its leader, and confined. */
static void look(const struct proc_box *box, const char *pid, bool init,
		 void *p)
{
	struct proc_identity it;
	struct left *left = p;

	if (init || !proc_identify(box->proc, pid, &it))
		return;
	left->found++;
	if (it.start < left->noted.start || !it.confined ||
	    (it.pid == left->noted.session && it.start != left->noted.start))
		left->is_others = true;
}

void bare_end_left(int folder)
{
	struct left left = { 0 };
	struct proc_box box = { .init = -1 };

	if (!read_note(folder, &left.noted))
		return;
	box.session = left.noted.session;
	box.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (box.proc < 0)
		return;
	proc_each(&box, look, &left);
	close(box.proc);
	if (left.found && !left.is_others)
		kill(-left.noted.session, SIGKILL);
}
