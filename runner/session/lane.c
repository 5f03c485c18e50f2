#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/exercise/exercise.h"
#include "runner/session/run.h"
#include "runner/session/watch.h"
#include "sandbox/forkserver.h"

/*
 * The process that asks writes frames: for each criterion the lines of a
 * transcript of its own, then how its box ended.  This one asks the graders
 * again, which are given the recorded answers, as in a regrade: so all that a
 * run is made of, numbers, findings and the chain, is made here, and one after
 * the other.  When a frame is missing, the criterion is asked as any other.
 */
struct lane {
	pid_t pid;
	int fd;         /* both ways: to close ours ends the other */
	cpu_set_t cpus; /* what we had before it began */
	bool ended, has_state;
	struct sandbox_state state;
};

enum frame_kind { FRAME_CRITERION, FRAME_BOX };

struct frame {
	enum frame_kind kind;
	size_t criterion, len;
	int64_t begin_ns; /* of the lines' clock */
};

static bool is_beside(const struct run *run, size_t i)
{
	return run->criteria[i].c->beside &&
	       !(run->criteria[i].grader->flags & GRADER_RUNS_LAST);
}

bool lane_has(const struct run *run, size_t i)
{
	return run->lane && is_beside(run, i);
}

/*
 * An app and who asks it take turns: one processor serves both, and wakes up
 * for neither.  Left to the scheduler, two such pairs wander between all, and
 * lose a sixth of the time.  Workers that may have to meet keep all there is.
 */
static void keep_to_half(const struct run *run, const cpu_set_t *all,
			 bool second)
{
	int left = CPU_COUNT(all) / 2;
	cpu_set_t half;

	if (run->ex->workers > 1)
		return;
	CPU_ZERO(&half);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, all) && (left-- > 0) != second)
			CPU_SET(i, &half);
	sched_setaffinity(0, sizeof(half), &half);
}

/* --- the process that asks --- */

static bool send_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool send_frame(int fd, struct frame f, const void *bytes, size_t len)
{
	f.len = len;
	return send_all(fd, &f, sizeof(f)) && send_all(fd, bytes, len);
}

static struct transcript *begin_lines(void)
{
	struct jsonout *body = jsonout_object();
	struct transcript *t;

	if (transcript_new(&t, NULL, NULL) < 0)
		_exit(EXIT_FAILURE);
	jsonout_str(body, "format", TRANSCRIPT_FORMAT);
	transcript_event(t, "begin", body);
	return t;
}

/* False when it has not got all its answers, or not all are in the lines. */
static bool ask_there(struct run *run, int fd, size_t i)
{
	struct frame f = { .kind = FRAME_CRITERION, .criterion = i,
			   .begin_ns = clock_ns() };
	struct span lines;
	bool sent;

	run->t = begin_lines();
	run_criterion(run, i);
	lines = transcript_lines(run->t);
	sent = !watch_is_readable(run->stop_fd) && !transcript_full(run->t) &&
	       send_frame(fd, f, lines.data, lines.len);
	transcript_free(run->t);
	return sent;
}

static void ask_all_there(struct run *run, int fd)
{
	/* What it printed when it started, the first one has printed too. */
	run->t = begin_lines();
	run_record_output(run, SIZE_MAX);
	transcript_free(run->t);
	for (size_t k = 0; k < run->n_plan; k++)
		if (is_beside(run, run->plan[k]) &&
		    !ask_there(run, fd, run->plan[k]))
			return;
}

/* Of the parent's it has copies, and ends without touching them. */
static _Noreturn void serve_there(struct run *run, int fd)
{
	const int stops[] = { run->stop_fd, fd };
	const struct frame box = { .kind = FRAME_BOX };
	struct service_failure why;
	struct sandbox_state state;

	run->stop_fd = run->spec.stop_fd = watch_open(stops,
						      ARRAY_LEN(stops));
	run->spec.only_reused = true;
	if (run->stop_fd < 0 ||
	    service_open(run->arena, &run->spec, &run->service, &why) < 0)
		_exit(EXIT_FAILURE);
	if (service_start(run->service, &run->start, &why) == 0)
		ask_all_there(run, fd);
	service_close(run->service, &state);
	send_frame(fd, box, &state, sizeof(state));
	_exit(EXIT_SUCCESS);
}

/* --- the process that records --- */

static bool is_server_there(struct run *run)
{
	struct forkserver *fs = service_warm_there(run->arena);

	forkserver_free(fs);
	return fs;
}

static bool is_wanted(struct run *run, cpu_set_t *ret_cpus)
{
	const struct session_options *o = run->options;
	bool any = false;

	/* A connection to a fork server cannot be shared. */
	if (!o->beside || o->warm || o->cold || o->reduced ||
	    run->launch.cold ||
	    sched_getaffinity(0, sizeof(*ret_cpus), ret_cpus) < 0 ||
	    CPU_COUNT(ret_cpus) < 2)
		return false;
	for (size_t k = 0; k < run->n_plan && !any; k++)
		any = is_beside(run, run->plan[k]);
	return any && is_server_there(run);
}

void lane_begin(struct run *run)
{
	struct lane *lane;
	cpu_set_t cpus;
	int fds[2];

	if (!is_wanted(run, &cpus) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return;
	lane = arena_alloc(run->arena, sizeof(*lane));
	*lane = (struct lane){ .pid = fork(), .fd = fds[0], .cpus = cpus };
	if (lane->pid == 0) {
		close(fds[0]);
		keep_to_half(run, &cpus, true);
		serve_there(run, fds[1]);
	}
	close(fds[1]);
	if (lane->pid < 0) {
		close(fds[0]);
		return;
	}
	keep_to_half(run, &cpus, false);
	run->lane = lane;
}

/* All of it, or false: it has ended.  It stops by itself when we must. */
static bool receive(struct lane *lane, void *to, size_t len)
{
	char *at = to;

	while (len && !lane->ended) {
		ssize_t n = read(lane->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		lane->ended = n <= 0;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return !len;
}

static bool receive_frame(struct run *run, struct frame *ret,
			  struct span *ret_lines)
{
	struct lane *lane = run->lane;
	char *bytes;

	if (!receive(lane, ret, sizeof(*ret)))
		return false;
	if (ret->kind == FRAME_BOX) {
		lane->has_state = receive(lane, &lane->state,
					  sizeof(lane->state));
		return lane->has_state;
	}
	bytes = arena_alloc(run->arena, ret->len + 1);
	*ret_lines = (struct span){ bytes, ret->len };
	return receive(lane, bytes, ret->len);
}

static bool take_over(struct run *run, size_t i, const struct frame *f,
		      struct span lines)
{
	const struct record *told;

	if (record_read(run->arena, lines, &told, NULL) < 0)
		return false;
	run_event_instance(run, 2);
	run->told = told;
	run->recorded = recorded_new(run->arena, told);
	recorded_place(run->recorded, f->begin_ns);
	lane_relay(run, SIZE_MAX);
	run_criterion(run, i);
	run->recorded = NULL;
	run->told = NULL;
	return true;
}

bool lane_take(struct run *run, size_t i)
{
	struct frame f;
	struct span lines;

	return receive_frame(run, &f, &lines) && f.kind == FRAME_CRITERION &&
	       f.criterion == i && take_over(run, i, &f, lines);
}

/* --- what came with the answers --- */

static bool is_of_request(const struct record_event *e, size_t n)
{
	int64_t request;

	if (!json_int(json_get(e->body, "request"), &request))
		return n == RECORD_NONE;
	return n != RECORD_NONE && request == (int64_t)n;
}

static struct span relay_log(struct run *run, const struct record_event *e,
			     size_t request)
{
	const struct json *text = json_get(e->body, "text");
	const struct json *cut = json_get(e->body, "cut");

	if (!text || text->type != JSON_STRING)
		return (struct span){ "", 0 };
	transcript_log(run->t, request, text->text, cut && cut->truth);
	return text->text;
}

static void relay_denied(struct run *run, const struct record_event *e,
			 size_t request)
{
	const char *call = json_str(json_get(e->body, "call"));
	const char *detail = json_str(json_get(e->body, "detail"));
	struct sandbox_denied denied = { .count = 0 };
	int64_t count = 0;

	json_int(json_get(e->body, "count"), &count);
	snprintf(denied.call, sizeof(denied.call), "%s", call ? call : "");
	snprintf(denied.detail, sizeof(denied.detail), "%s",
		 detail ? detail : "");
	run_event_denied(run, request, &denied, (int)count);
}

struct span lane_relay(struct run *run, size_t request)
{
	size_t n = request == SIZE_MAX ? RECORD_NONE
				       : recorded_since(run->recorded);
	struct span text = { "", 0 };

	if (request != SIZE_MAX && n == RECORD_NONE)
		return text;
	for (size_t i = 0; i < run->told->n_events; i++) {
		const struct record_event *e = &run->told->events[i];
		bool is_log = strcmp(e->kind, "log") == 0;

		if ((!is_log && strcmp(e->kind, "denied") != 0) ||
		    !is_of_request(e, n))
			continue;
		if (is_log)
			text = relay_log(run, e, request);
		else
			relay_denied(run, e, request);
	}
	return text;
}

/* --- its end --- */

static int64_t higher(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Limits are of each box: so are peaks.  What is spent adds up. */
static void add_usage(struct sandbox_usage *to,
		      const struct sandbox_usage *other)
{
	to->wall_ms = higher(to->wall_ms, other->wall_ms);
	to->cpu_ms += other->cpu_ms;
	to->memory_bytes = higher(to->memory_bytes, other->memory_bytes);
	to->disk_bytes = higher(to->disk_bytes, other->disk_bytes);
	to->output_bytes += other->output_bytes;
	to->processes = (int)higher(to->processes, other->processes);
	to->inodes = (int)higher(to->inodes, other->inodes);
	to->files = (int)higher(to->files, other->files);
}

static void add_state(struct sandbox_state *to,
		      const struct sandbox_state *other)
{
	if (to->reason == SANDBOX_STOPPED) {
		to->reason = other->reason;
		to->sampled = other->sampled;
		to->exit_code = other->exit_code;
		to->signal = other->signal;
	}
	to->output_cut |= other->output_cut;
	to->denied_lost += other->denied_lost;
	for (int i = 0; i <= SANDBOX_DESCRIPTORS; i++)
		to->limits_hit[i] |= other->limits_hit[i];
	add_usage(&to->peak, &other->peak);
}

void lane_end(struct run *run, struct sandbox_state *state)
{
	struct lane *lane = run->lane;
	struct frame f;
	struct span lines;

	if (!lane)
		return;
	shutdown(lane->fd, SHUT_WR); /* it stops, if it is still asking */
	while (receive_frame(run, &f, &lines))
		;
	close(lane->fd);
	while (waitpid(lane->pid, NULL, 0) < 0 && errno == EINTR)
		;
	sched_setaffinity(0, sizeof(lane->cpus), &lane->cpus);
	if (state && lane->has_state)
		add_state(state, &lane->state);
	run->lane = NULL;
}
