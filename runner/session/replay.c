#include "runner/session/replay.h"

#include <errno.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/exercise/exercise.h"
#include "runner/session/recorded.h"
#include "runner/session/service.h"
#include "runner/session/session.h"
#include "runner/session/watch.h"
#include "runner/submission/discover.h"
#include "runner/transcript/record.h"

#define WALL_MS       600000
#define INSTANCES_MAX 2
#define RAW_WAIT_MS   3000 /* a server need not close what it does not like */

static bool same_type(const struct http_response *a,
		      const struct http_response *b)
{
	const char *x = http_value(a, "Content-Type");
	const char *y = http_value(b, "Content-Type");

	return x && y ? strcmp(x, y) == 0 : x == y;
}

static int send_again(struct service *s, struct arena *arena,
		      const struct recorded_request *was,
		      struct http_response *ret, struct err *err)
{
	if (was->raw)
		return http_raw(service_http(s), arena, was->bytes,
				RAW_WAIT_MS, ret, err);
	return http_send(service_http(s), arena, &was->req, ret, err);
}

static const char *str_of(const struct record_event *e, const char *name)
{
	const char *s = json_str(json_get(e->body, name));

	return s ? s : "";
}

static bool is_wanted(const struct replay *replay, const char *criterion)
{
	return !replay->criterion || !strcmp(replay->criterion, criterion);
}

/* The number of events up to the last request that is wanted. */
static size_t events_wanted(const struct replay *replay)
{
	size_t n = replay->r->n_events;

	while (n && (strcmp(replay->r->events[n - 1].kind, "request") ||
		     !is_wanted(replay,
				str_of(&replay->r->events[n - 1],
				       "criterion"))))
		n--;
	return n;
}

static int replay_one(struct service *s, struct replay *replay, size_t n,
		      struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct recorded_request was;
	struct http_response before, after;
	struct replay_step step;
	int r;

	if (!recorded_request(arena, replay->r, n, &was) ||
	    !recorded_response(arena, replay->r, n, &before)) {
		replay->n_left_out++; /* not recorded whole */
		return 0;
	}
	r = send_again(s, arena, &was, &after, err);
	if (r < 0)
		return r;
	/* What was asked before it made what it asks for. */
	if (!is_wanted(replay, was.criterion))
		return 0;
	replay->n_sent++;
	step = (struct replay_step){
		n, was.req.method, was.req.target, &before, &after,
		before.end == after.end && before.status == after.status,
		same_type(&before, &after),
		span_equal(before.body, after.body),
	};
	replay->step(replay->ctx, &step);
	return 0;
}

/* Instances of the app, as many as the run had. */
struct instances {
	struct arena *arena;
	const struct service_spec *spec;
	struct service *all[INSTANCES_MAX], *now;
};

static int not_there(const char *what, const struct service_failure *why,
		     struct err *err)
{
	return err_set(err, ECHILD, "%s%s", what,
		       why->reason ? why->reason : "it was stopped");
}

/* The `number`-th one, counted from 1, answers from now on. */
static int turn_to(struct instances *in, int64_t number, struct err *err)
{
	struct service_start start;
	struct service_failure why;
	struct service **s;

	if (number < 1 || number > INSTANCES_MAX)
		return err_set(err, EINVAL, "the record names an instance that "
					    "no run has");
	s = &in->all[number - 1];
	in->now = *s;
	if (*s)
		return 0;
	if (service_open(in->arena, in->spec, s, &why) < 0)
		return err_set(err, EIO, "%s", why.reason);
	in->now = *s;
	return service_start(*s, &start, &why) < 0 ? not_there("", &why, err)
						   : 0;
}

static int restart(struct instances *in, struct err *err)
{
	struct service_start start;
	struct service_failure why;

	return service_restart(in->now, &start, &why) < 0
		       ? not_there("it did not come back: ", &why, err)
		       : 0;
}

static int replay_event(struct instances *in, struct replay *replay, size_t n,
			struct err *err)
{
	const struct record_event *e = &replay->r->events[n];
	int64_t number = 0;

	if (strcmp(e->kind, "request") == 0)
		return replay_one(in->now, replay, n, err);
	if (strcmp(e->kind, "restart") == 0)
		return restart(in, err);
	if (strcmp(e->kind, "instance") != 0)
		return 0;
	json_int(json_get(e->body, "number"), &number);
	return turn_to(in, number, err);
}

static int replay_all(struct instances *in, struct replay *replay, int stop_fd,
		      struct err *err)
{
	size_t n = events_wanted(replay);
	int r = turn_to(in, 1, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (watch_is_readable(stop_fd))
			return err_set(err, ECANCELED, "interrupted");
		r = replay_event(in, replay, i, err);
	}
	return r;
}

int session_replay(struct arena *arena, const struct exercise *ex,
		   const struct submission *sub,
		   const struct session_options *options,
		   struct replay *replay, struct err *err)
{
	struct launch launch;
	const struct service_spec spec = {
		.ex = ex,
		.sub = sub,
		.launch = &launch,
		.cold = options->cold,
		.reduced = options->reduced,
		.wall_ms = WALL_MS,
		.stop_fd = options->interrupt_fd,
	};
	struct instances in = { .arena = arena, .spec = &spec };
	int r = discover(arena, sub, ex->app, &launch, err);

	if (r < 0)
		return err_set(err, ECHILD, "no app was found");
	r = replay_all(&in, replay, options->interrupt_fd, err);
	for (size_t i = 0; i < INSTANCES_MAX; i++)
		if (in.all[i])
			service_close(in.all[i], NULL);
	return r;
}
