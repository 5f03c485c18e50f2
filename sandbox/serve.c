#include "sandbox/serve.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/keeper.h"
#include "sandbox/wire.h"

#define ARGS_MAX 4096

struct server {
	int socket;
	bool open;
	struct keeper keeper;
	struct sandbox_spec spec;
	struct sandbox_mount mounts[ROOT_MOUNTS_MAX];
	struct wire opening; /* the strings of spec and mounts live here */
};

static void take_mounts(struct wire *w, struct server *s, uint32_t n)
{
	if (n > ROOT_MOUNTS_MAX)
		w->failed = true;
	for (uint32_t i = 0; i < n && !w->failed; i++) {
		wire_get(w, &s->mounts[i].kind, sizeof(s->mounts[i].kind));
		s->mounts[i].from = wire_get_str(w);
		s->mounts[i].to = wire_get_str(w);
		if (!s->mounts[i].to)
			w->failed = true;
	}
}

/* The runner compiled it, because only the runner has libseccomp. */
static const struct policy *map_policy(int fd)
{
	void *map = mmap(NULL, sizeof(struct policy), PROT_READ, MAP_PRIVATE,
			 fd, 0);

	return map == MAP_FAILED ? NULL : map;
}

static int open_box(struct server *s, const int *fds, size_t n_fds,
		    struct sandbox_failure *reterr)
{
	struct serve_request req;
	struct serve_spec spec;
	const struct policy *policy = &policy_default;
	struct wire *w = &s->opening;
	int r;

	wire_get(w, &req, sizeof(req));
	wire_get(w, &spec, sizeof(spec));
	take_mounts(w, s, spec.n_mounts);
	if (w->failed || s->open || n_fds < 1u + spec.has_policy)
		return confine_fail(reterr, SANDBOX_STAGE_SPAWN, EPROTO,
				    "the request makes no sense");
	s->spec = (struct sandbox_spec){ .mounts = s->mounts,
					 .n_mounts = spec.n_mounts,
					 .reduced = spec.reduced,
					 .listen_port = spec.listen_port,
					 .limits = spec.limits };
	if (spec.has_policy)
		policy = map_policy(fds[1]);
	if (!policy)
		return confine_fail(reterr, SANDBOX_STAGE_SECCOMP, ENOMEM,
				    "map the policy");
	s->open = true;
	r = keeper_open(&s->keeper, &s->spec, policy, fds[0], reterr);
	return r < 0 ? r : keeper_await(&s->keeper, reterr);
}

static void take_program(struct wire *w, struct sandbox_program *ret)
{
	static const char *argv[ARGS_MAX], *env[ARGS_MAX];
	struct serve_request req;

	wire_get(w, &req, sizeof(req));
	ret->listener = req.listener;
	ret->cwd = wire_get_str(w);
	wire_get_strs(w, argv, ARGS_MAX);
	wire_get_strs(w, env, ARGS_MAX);
	ret->argv = argv;
	ret->env = env;
}

static void reply_with(struct server *s, struct serve_reply *reply,
		       const int *fds, size_t n_fds)
{
	static char packet[sizeof(struct serve_reply) +
			   SANDBOX_DENIED_MAX * sizeof(struct sandbox_denied)];
	size_t n = 0;

	if (s->open) {
		reply->state = s->keeper.state;
		n = s->keeper.state.n_denied;
	}
	reply->n_denied = (uint32_t)n;
	memcpy(packet, reply, sizeof(*reply));
	memcpy(packet + sizeof(*reply), s->keeper.denied,
	       n * sizeof(struct sandbox_denied));
	wire_send(s->socket, packet,
		  sizeof(*reply) + n * sizeof(struct sandbox_denied), fds,
		  n_fds);
}

static void reply_open(struct server *s, struct serve_reply *reply)
{
	int fds[2] = { s->keeper.output_memfd, s->keeper.ended_event };

	reply_with(s, reply, fds, reply->result == 0 ? 2 : 0);
}

static void reply_join(struct server *s, const struct sandbox_program *program,
		       struct serve_reply *reply)
{
	int flat[JOIN_FDS_MAX];
	struct join_fds fds;
	size_t n = 0;

	reply->result = keeper_join_begin(&s->keeper, program, &reply->join,
					  &fds, &reply->failure);
	if (reply->result == 0)
		n = join_fds_pack(&fds, flat, &reply->join_mask);
	reply_with(s, reply, flat, n);
	if (reply->result == 0)
		join_fds_close(&fds);
}

/* False when the runner wants to end. */
static bool obey(struct server *s, struct wire *w, int value)
{
	struct serve_reply reply = { 0 };
	struct sandbox_program program = { 0 };
	enum serve_op op;

	memcpy(&op, w->bytes, sizeof(op));
	if (!s->open) {
		reply.result = -EPROTO;
		reply_with(s, &reply, NULL, 0);
		return false;
	}
	switch (op) {
	case SERVE_OPEN:
		reply.result = -EBUSY;
		break;
	case SERVE_START:
		take_program(w, &program);
		reply.result = w->failed
				       ? confine_fail(&reply.failure,
						      SANDBOX_STAGE_EXEC, E2BIG,
						      "arguments and "
						      "environment")
				       : keeper_start(&s->keeper, &program,
						      &reply.failure);
		break;
	case SERVE_JOIN_BEGIN:
		take_program(w, &program);
		reply_join(s, &program, &reply);
		return true;
	case SERVE_JOIN_WAIT:
		reply.result = keeper_join_wait(&s->keeper, &reply.failure);
		break;
	case SERVE_STOP:
		reply.result = keeper_stop(&s->keeper);
		break;
	case SERVE_SIGNAL:
		reply.result = keeper_signal(&s->keeper, value);
		break;
	case SERVE_SYNC:
		keeper_sync(&s->keeper);
		break;
	case SERVE_CLOSE:
		keeper_close(&s->keeper);
		reply_with(s, &reply, NULL, 0);
		return false;
	}
	reply_with(s, &reply, NULL, 0);
	return true;
}

static bool take_request(struct server *s)
{
	static struct wire w;
	struct serve_request req;
	int n = wire_recv(s->socket, w.bytes, sizeof(w.bytes), NULL, 0, NULL);

	if (n < (int)sizeof(req))
		return false;
	w.len = (size_t)n;
	w.at = 0;
	w.failed = false;
	memcpy(&req, w.bytes, sizeof(req));
	return obey(s, &w, req.value);
}

static bool take_opening(struct server *s)
{
	struct serve_reply reply = { 0 };
	int fds[2] = { -1, -1 };
	size_t n_fds;
	int n = wire_recv(s->socket, s->opening.bytes,
			  sizeof(s->opening.bytes), fds, 2, &n_fds);

	if (n < 0)
		return false;
	s->opening.len = (size_t)n;
	reply.result = open_box(s, fds, n_fds, &reply.failure);
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	reply_open(s, &reply);
	return reply.result == 0;
}

int serve_run(int socket)
{
	static struct server s;

	s.socket = socket;
	if (take_opening(&s)) {
		for (;;) {
			if (keeper_step(&s.keeper, socket, -1) &&
			    !take_request(&s))
				break;
		}
	}
	if (s.open)
		keeper_close(&s.keeper);
	return 0;
}
