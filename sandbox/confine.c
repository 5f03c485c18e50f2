#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/caps.h"
#include "sandbox/landlock.h"
#include "sandbox/wire.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* Where our own descriptors wait until they are used, above 0..4. */
enum { FD_REPORT = 5, FD_LANDLOCK, FD_FILTER, FD_FIRST_UNUSED };

/* Far above those, while 0..7 are being filled. */
#define FD_PARKED 16

int confine_fail(struct sandbox_failure *reterr, enum sandbox_stage stage,
		 int code, const char *fmt, ...)
{
	va_list ap;

	*reterr = (struct sandbox_failure){ .stage = stage, .code = code };
	va_start(ap, fmt);
	vsnprintf(reterr->msg, sizeof(reterr->msg), fmt, ap);
	va_end(ap);
	return -code;
}

int confine_lacks(struct sandbox_failure *reterr, enum sandbox_layer layer)
{
	reterr->isolation = true;
	snprintf(reterr->layer, sizeof(reterr->layer), "%s",
		 sandbox_layer_name(layer));
	return -reterr->code;
}

int confine_report(int socket, const struct confine_report *report, int fd)
{
	return wire_send(socket, report, sizeof(*report), &fd, fd >= 0);
}

static bool wants(const struct confine *c, enum sandbox_layer layer)
{
	return c->layers & (1u << layer);
}

static int park(int fd)
{
	int parked;

	if (fd < 0)
		return -1;
	parked = fcntl(fd, F_DUPFD_CLOEXEC, FD_PARKED);
	return parked < 0 ? -errno : parked;
}

/* Put `fd` at `at`, or leave nothing there. */
static int place(int fd, int at, int flags)
{
	if (fd < 0) {
		close(at);
		return 0;
	}
	return dup3(fd, at, flags) < 0 ? -errno : 0;
}

/*
 * Park all before any is placed: the numbers that we are given may be the
 * very ones that we want to fill.
 */
static int arrange(const struct confine_fds *fds, bool listener)
{
	const int want[] = { open("/dev/null", O_RDONLY | O_CLOEXEC),
			     fds->output, fds->output,
			     listener ? fds->listen4 : -1,
			     listener ? fds->listen6 : -1,
			     fds->report, fds->landlock, fds->filter };
	int parked[sizeof(want) / sizeof(want[0])];
	int r = 0;

	if (want[0] < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		parked[i] = park(want[i]);
		if (parked[i] < -1)
			return parked[i];
	}
	for (int i = 0; i < (int)(sizeof(want) / sizeof(want[0])); i++) {
		r = place(parked[i], i, i >= FD_REPORT ? O_CLOEXEC : 0);
		if (r < 0)
			return r;
	}
	if (syscall(SYS_close_range, FD_FIRST_UNUSED, ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* `ulimit -c 0` is common, and does not stop a pipe as our 1 does. */
void confine_prepare(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max)
		return;
	limit.rlim_max = 1;
	setrlimit(RLIMIT_CORE, &limit);
}

static int set_limits(const struct confine *c)
{
	for (uint32_t i = 0; i < c->n_rlimits && i < CONFINE_RLIMITS_MAX;
	     i++) {
		__rlimit_resource_t resource =
			(__rlimit_resource_t)c->rlimits[i].resource;
		struct rlimit limit;

		if (getrlimit(resource, &limit) < 0)
			return -errno;
		if (limit.rlim_max > c->rlimits[i].value)
			limit.rlim_max = c->rlimits[i].value;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

/* The kernel is to take this process first, and never our init. */
static void volunteer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		(void)0; /* only a preference: one OOM kill ends the box */
	close(fd);
}

static int drop_ids(const struct confine *c)
{
	if (c->set_groups && setgroups(0, NULL) < 0)
		return -errno;
	if (setresgid(c->gid, c->gid, c->gid) < 0)
		return -errno;
	if (setresuid(c->uid, c->uid, c->uid) < 0)
		return -errno;
	return 0;
}

/*
 * The session keyring of whoever started us comes along into every namespace.
 * Not a layer: the filter refuses all that has to do with keys.  Where even we
 * are refused (a container's filter, a user's quota), the box is no weaker.
 */
static void leave_session_keyring(void)
{
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static int drop_rights(const struct confine *c, struct sandbox_failure *reterr)
{
	int r = wants(c, SANDBOX_LAYER_CAPS) ? caps_clear_bounding() : 0;

	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, -r,
				    "clear the bounding set");
	r = drop_ids(c);
	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, -r,
				    "become uid %u", c->uid);
	leave_session_keyring();
	r = caps_keep(0);
	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, -r,
				    "drop all capabilities");
	/* A change of uid made /proc/self root's; the program's is its own. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	volunteer_for_oom();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, errno,
				    "set no_new_privs");
	return 0;
}

/* The listener, -1 where notifications are off, or -errno. */
static int load_filter(const struct confine *c)
{
	static struct sock_filter code[CONFINE_FILTER_BYTES_MAX /
				       sizeof(struct sock_filter)];
	bool notify = wants(c, SANDBOX_LAYER_NOTIFY);
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
			      SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	struct sock_fprog prog = { .filter = code };
	ssize_t n = pread(FD_FILTER, code, sizeof(code), 0);
	long r;

	close(FD_FILTER);
	if (n <= 0 || n % (ssize_t)sizeof(code[0]))
		return n < 0 ? -errno : -EBADMSG;
	prog.len = (unsigned short)(n / (ssize_t)sizeof(code[0]));
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, notify ? flags : 0,
		    &prog);
	if (r < 0 && errno == EINVAL && notify) /* before Linux 5.19 */
		r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	if (r < 0)
		return -errno;
	return notify ? (int)r : -1;
}

static int lock(const struct confine *c, struct sandbox_failure *reterr)
{
	struct confine_report report = { .kind = CONFINE_CONFINED };
	int listener = -1, r;

	if (wants(c, SANDBOX_LAYER_LANDLOCK)) {
		r = landlock_enforce(FD_LANDLOCK);
		if (r < 0)
			return confine_fail(reterr, SANDBOX_STAGE_LANDLOCK, -r,
					    "enforce the Landlock rules");
	}
	close(FD_LANDLOCK);
	if (wants(c, SANDBOX_LAYER_SECCOMP)) {
		listener = load_filter(c);
		if (listener < -1)
			return confine_fail(reterr, SANDBOX_STAGE_SECCOMP,
					    -listener,
					    "load the system call filter");
	}
	r = confine_report(FD_REPORT, &report, listener);
	if (listener >= 0)
		close(listener);
	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_SECCOMP, -r,
				    "hand over the seccomp listener");
	return 0;
}

/* What happens once the descriptors are where they belong. */
static int give_up(const struct confine *c, struct sandbox_failure *reterr)
{
	int r = set_limits(c);

	if (r < 0)
		return confine_fail(reterr, SANDBOX_STAGE_LIMITS, -r,
				    "set the resource limits");
	r = drop_rights(c, reterr);
	if (r < 0)
		return r;
	/* With the program's own rights: what it may not enter, we do not. */
	if (chdir(c->cwd) < 0)
		return confine_fail(reterr, SANDBOX_STAGE_ENTER, errno,
				    "enter `%s`", c->cwd);
	return lock(c, reterr);
}

static int report_failure(int socket, const struct sandbox_failure *failure)
{
	struct confine_report report = { .kind = CONFINE_FAILED,
					 .failure = *failure };

	confine_report(socket, &report, -1);
	return -failure->code;
}

int confine(const struct confine *c, const struct confine_fds *fds,
	    int *ret_report, struct sandbox_failure *reterr)
{
	int r;

	umask(022);
	personality(PER_LINUX);
	setsid(); /* no controlling terminal; fails only for a leader */
	r = arrange(fds, c->listener);
	if (r < 0) {
		confine_fail(reterr, SANDBOX_STAGE_PRIVILEGES, -r,
			     "arrange the descriptors");
		return report_failure(fds->report, reterr);
	}
	r = give_up(c, reterr);
	if (r < 0)
		return report_failure(FD_REPORT, reterr);
	if (ret_report)
		*ret_report = FD_REPORT;
	else
		close(FD_REPORT);
	return 0;
}
