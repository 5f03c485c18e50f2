#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sandbox/decode.h"
#include "sandbox/keeper.h"
#include "sandbox/leave.h"
#include "sandbox/mediate.h"

/* Answered in one go; a storm of calls must not keep us from the clock. */
#define ANSWERS_AT_ONCE  256
#define ANSWERS_LIMIT_NS 50000000

void keeper_record(struct keeper *k, const char *call, const char *detail)
{
	struct sandbox_denied *d;

	for (size_t i = 0; i < k->state.n_denied; i++) {
		d = &k->denied[i];
		if (!strcmp(d->call, call) && !strcmp(d->detail, detail)) {
			d->count += d->count < INT32_MAX;
			return;
		}
	}
	if (k->state.n_denied == SANDBOX_DENIED_MAX) {
		k->state.denied_lost++;
		return;
	}
	d = &k->denied[k->state.n_denied++];
	*d = (struct sandbox_denied){ .count = 1,
				      .first_ns = keeper_now_ns() };
	snprintf(d->call, sizeof(d->call), "%s", call);
	snprintf(d->detail, sizeof(d->detail), "%s", detail);
}

void keeper_read_decoys(struct keeper *k)
{
	_Alignas(struct inotify_event) char events[4096];
	int fd = k->box[INIT_FD_DECOYS];
	ssize_t n = fd < 0 ? -1 : read(fd, events, sizeof(events));

	for (ssize_t at = 0; at < n;) {
		struct inotify_event event;

		memcpy(&event, events + at, sizeof(event));
		/* With a name it is about something bound below it. */
		if (root_decoy(event.wd) && !event.len)
			keeper_record(k, "open", root_decoy(event.wd));
		at += (ssize_t)(sizeof(event) + event.len);
	}
}

void keeper_close_decoys(struct keeper *k)
{
	int fd = k->box[INIT_FD_DECOYS];

	/*
	 * The end of a watch waits for an RCU grace period, 16 ms on an idle
	 * machine.  Taken off first, the watches of many boxes share one.
	 */
	for (int i = 1; fd >= 0 && root_decoy(i); i++)
		inotify_rm_watch(fd, i);
	leave_fd(fd);
	k->box[INIT_FD_DECOYS] = -1;
}

/* The errno that the call fails with; 0: it succeeds. */
static int decide(struct keeper *k, const struct seccomp_notif *req)
{
	const struct mediate m = { k->listener, k->box[INIT_FD_SCRATCH],
				   k->spec };
	const struct policy_answer *answer =
		policy_answer(k->policy, req->data.nr);
	char detail[DECODE_BYTES];
	bool refused = true;
	int error;

	if (!answer)
		return EPERM;
	/* `connect` is all that a policy can ask about so far. */
	error = answer->error ? answer->error
			      : mediate_connect(&m, req, &refused);
	if (refused) {
		decode_call(req, answer->name, detail);
		if (!mediate_waits(k->listener, req))
			*detail = '\0'; /* it may be another's memory */
		keeper_record(k, answer->name, detail);
	}
	return error;
}

static bool answer_one(struct keeper *k)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };

	if (ioctl(k->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
		return errno == EINTR;
	resp.id = req.id;
	resp.error = -decide(k, &req);
	/* ENOENT: the process has gone meanwhile; so has its call */
	ioctl(k->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	return true;
}

void keeper_answer(struct keeper *k)
{
	struct pollfd pfd = { .fd = k->listener, .events = POLLIN };
	int64_t end_ns = keeper_now_ns() + ANSWERS_LIMIT_NS;

	for (int i = 0; i < ANSWERS_AT_ONCE && keeper_now_ns() < end_ns;
	     i++) {
		if (poll(&pfd, 1, 0) != 1 || !(pfd.revents & POLLIN))
			return;
		if (!answer_one(k))
			return;
	}
}
