#include "runner/session/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"
#include "runner/session/claimed.h"
#include "runner/session/run.h"
#include "runner/session/watch.h"
#include "runner/submission/submission.h"

#define DEADLINE_MS   120000 /* of a run, unless the exercise says so */
#define BOX_SPARE_MS  5000   /* the box outlives the run it is for */
#define GRADERS_MAX   100

/* --- the author's part --- */

static int unknown_grader(const struct exercise *ex, const struct criterion *c,
			  struct err *err)
{
	const char *names[GRADERS_MAX + 1] = { NULL };
	const char *meant;

	for (size_t i = 0; i < GRADERS_MAX && grader_table[i]; i++)
		names[i] = grader_table[i]->name;
	meant = text_suggest(c->grader, names);
	return err_set(err, EINVAL,
		       "%s/exercise.json:%d: no grader `%s`%s%s%s", ex->dir,
		       c->line, c->grader, meant ? "; did you mean `" : "",
		       meant ? meant : "", meant ? "`?" : "");
}

/* "line 7: what" of a grader becomes "FILE:7: criterion `x`: what". */
static int place_mistake(const struct exercise *ex, const struct criterion *c,
			 struct err *err)
{
	char what[ERR_MSG_BYTES];
	int line = 0, at = 0;

	if (sscanf(err->msg, "line %d: %n", &line, &at) != 1)
		at = 0;
	snprintf(what, sizeof(what), "%s", err->msg + at);
	return err_set(err, err->code,
		       "%s/exercise.json:%d: criterion `%s`: %s", ex->dir,
		       line ? line : c->line, c->id, what);
}

static int configure(struct arena *arena, const struct exercise *ex,
		     struct run_criterion *criteria, struct err *err)
{
	for (size_t i = 0; i < ex->n_criteria; i++) {
		struct run_criterion *rc = &criteria[i];
		int r = 0;

		rc->c = &ex->criteria[i];
		rc->grader = grader_find(rc->c->grader);
		if (!rc->grader)
			return unknown_grader(ex, rc->c, err);
		if (rc->grader->configure)
			r = rc->grader->configure(arena, ex, rc->c,
						  &rc->config, err);
		if (r < 0)
			return place_mistake(ex, rc->c, err);
	}
	return 0;
}

int session_configure(struct arena *arena, const struct exercise *ex,
		      struct err *err)
{
	return configure(arena, ex,
			 arena_array(arena, ex->n_criteria,
				     sizeof(struct run_criterion)),
			 err);
}

/* --- which criteria --- */

static struct run_criterion *find(struct run *run, const char *id)
{
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (strcmp(run->criteria[i].c->id, id) == 0)
			return &run->criteria[i];
	return NULL;
}

/* What it needs is asked too: else a failure there would look like one here.
 * The manifest allows needs to name earlier criteria only, so this ends. */
static void select_with_needs(struct run *run, struct run_criterion *rc)
{
	if (!rc || rc->selected)
		return;
	rc->selected = true;
	run->n_selected++;
	for (size_t i = 0; i < rc->c->n_needs; i++)
		select_with_needs(run, find(run, rc->c->needs[i]));
}

static void select_criteria(struct run *run)
{
	for (size_t i = 0; i < run->options->n_only; i++)
		select_with_needs(run, find(run, run->options->only[i]));
	for (size_t i = 0; !run->options->n_only && i < run->ex->n_criteria;
	     i++)
		select_with_needs(run, &run->criteria[i]);
}

/* --- the run --- */

static bool is_stopped(const struct run *run)
{
	return watch_is_readable(run->stop_fd);
}

static void ask_one(struct run *run, size_t i)
{
	const struct session_options *o = run->options;

	if (run->criteria[i].asked || is_stopped(run))
		return;
	if (!lane_has(run, i) || !lane_take(run, i)) {
		if (is_stopped(run))
			return;
		run_event_instance(run, 1);
		run_criterion(run, i);
	}
	run->criteria[i].asked = true;
	run->n_done++;
	run->stopped = is_stopped(run); /* its answers may have been cut */
	if (o->progress && !run->stopped)
		o->progress(o->ctx, run->criteria[i].c->id, run->n_done,
			    run->n_selected);
}

/* Those of a second instance come behind, when most of them are answered. */
enum turn { TURN_FIRST, TURN_BESIDE, TURN_LAST, N_TURNS };

static enum turn turn_of(const struct run *run, size_t i)
{
	if (run->criteria[i].grader->flags & GRADER_RUNS_LAST)
		return TURN_LAST;
	return run->criteria[i].c->beside && run->options->beside
		       ? TURN_BESIDE
		       : TURN_FIRST;
}

/* What it needs comes before it, as in the manifest's order. */
static void plan_with_needs(struct run *run, enum turn turn, const char *id)
{
	struct run_criterion *rc = find(run, id);
	size_t i;

	if (!rc || rc->planned)
		return;
	i = (size_t)(rc - run->criteria);
	for (size_t k = 0; k < rc->c->n_needs; k++)
		plan_with_needs(run, turn, rc->c->needs[k]);
	if (!rc->selected || turn_of(run, i) != turn)
		return;
	rc->planned = true;
	run->plan[run->n_plan++] = i;
}

static void plan(struct run *run)
{
	const struct session_options *o = run->options;

	run->plan = arena_array(run->arena, run->ex->n_criteria,
				sizeof(*run->plan));
	for (enum turn turn = TURN_FIRST; turn < TURN_LAST; turn++)
		for (size_t i = 0; i < o->n_first; i++)
			plan_with_needs(run, turn, o->first[i]);
	for (enum turn turn = TURN_FIRST; turn < N_TURNS; turn++)
		for (size_t i = 0; i < run->ex->n_criteria; i++)
			if (turn_of(run, i) == turn)
				plan_with_needs(run, turn,
						run->criteria[i].c->id);
}

static void ask_all(struct run *run)
{
	for (size_t i = 0; i < run->n_plan; i++)
		ask_one(run, run->plan[i]);
}

static void end_stopped(struct run *run)
{
	if (watch_is_readable(run->options->interrupt_fd))
		run_event_end(run, "interrupted", "the run was interrupted",
			      NULL);
	else
		run_event_end(run, "time-over",
			      arena_printf(run->arena, "the run's %lld s are "
					   "over, %zu of %zu criteria asked",
					   (long long)run->options->deadline_ms
						   / 1000,
					   run->n_done, run->n_selected),
			      NULL);
}

static void end_not_ready(struct run *run, const struct service_failure *why)
{
	switch (why->end) {
	case SERVICE_STOPPED:
		end_stopped(run);
		return;
	case SERVICE_ISOLATION:
		run_event_end(run, "isolation", why->reason, NULL);
		return;
	case SERVICE_READY:
	case SERVICE_BROKEN:
		run_event_end(run, "broken", why->reason, why->detail);
		return;
	case SERVICE_CRASHED:
	case SERVICE_NO_APP:
	case SERVICE_LACKS:
	case SERVICE_SILENT:
		run_event_end(run, "not-gradable", why->reason, why->detail);
		return;
	}
}

/* Start, ask, and leave `why` with what went wrong before anything was. */
static void serve_and_ask(struct run *run, struct service_failure *why)
{
	struct sandbox_state state;
	int r;

	if (sandbox_sync(service_box(run->service), &state) == 0)
		run_event_started(run, &state);
	r = service_start(run->service, &run->start, why);
	if (r == 0)
		run_event_ready(run);
	run_record_output(run, SIZE_MAX);
	if (r == 0)
		ask_all(run);
}

static void end_graded(struct run *run)
{
	bool repeated = run->options->repeat > 1;

	run_repeat(run);
	/* The deadline is of one run, and this one's may be over by now.  Nor
	 * does an interrupt take away what has all its answers. */
	if (repeated && watch_is_readable(run->options->interrupt_fd))
		end_stopped(run);
	else
		run_event_end(run, "graded", NULL, NULL);
}

static void run_in_box(struct run *run)
{
	struct service_failure why = { SERVICE_READY, NULL, NULL };
	struct sandbox_state state;

	run->spec = (struct service_spec){
		.ex = run->ex,
		.sub = run->sub,
		.launch = &run->launch,
		.cold = run->options->cold,
		.reduced = run->options->reduced,
		.warm = run->options->warm,
		.wall_ms = run->options->deadline_ms + BOX_SPARE_MS,
		.stop_fd = run->stop_fd,
	};
	lane_begin(run);
	if (service_open(run->arena, &run->spec, &run->service, &why) < 0) {
		lane_end(run, NULL);
		end_not_ready(run, &why);
		return;
	}
	serve_and_ask(run, &why);
	run_record_output(run, SIZE_MAX);
	service_close(run->service, &state);
	lane_end(run, &state);
	run_event_box_ended(run, &state);
	if (why.end != SERVICE_READY)
		end_not_ready(run, &why);
	else if (run->n_done < run->n_selected || run->stopped)
		end_stopped(run);
	else
		end_graded(run);
}

static int watch_for_stops(struct run *run, struct err *err)
{
	int fds[2] = { run->options->interrupt_fd, -1 };

	run->timer_fd = watch_timer(run->options->deadline_ms);
	fds[1] = run->timer_fd;
	run->stop_fd = run->timer_fd < 0 ? -1 : watch_open(fds, 2);
	if (run->stop_fd < 0)
		return err_set(err, EMFILE, "no descriptors for the run");
	return 0;
}

static int run_all(struct run *run, struct err *err)
{
	struct err why;
	int r = watch_for_stops(run, err);

	if (r < 0)
		return r;
	run_event_begin(run);
	if (!run->options->public)
		run_event_practice(run);
	if (discover(run->arena, run->sub, run->ex->app, &run->launch, &why) <
	    0)
		run_event_end(run, "not-gradable",
			      arena_strdup(run->arena, why.msg), NULL);
	else
		run_in_box(run);
	return transcript_error(run->t, err);
}

/* Everything that needs no descriptor: options, graders, criteria. */
static int prepare(struct run *run, struct session_options *own,
		   struct err *err)
{
	const struct exercise *ex = run->ex;
	int r;

	if (!own->deadline_ms)
		own->deadline_ms = ex->limits.wall_ms ? ex->limits.wall_ms
						      : DEADLINE_MS;
	run->options = own;
	run->instance = 1;
	run->timer_fd = run->stop_fd = -1;
	run->criteria = arena_array(run->arena, ex->n_criteria,
				    sizeof(*run->criteria));
	run->findings = arena_array(run->arena, ex->n_criteria,
				    sizeof(*run->findings));
	r = configure(run->arena, ex, run->criteria, err);
	if (r < 0)
		return r;
	select_criteria(run);
	plan(run);
	return 0;
}

int session_run(struct arena *arena, const struct exercise *ex,
		const struct submission *sub,
		const struct session_options *options, struct transcript *t,
		struct err *err)
{
	struct session_options own = *options;
	struct run run = { .arena = arena, .ex = ex, .sub = sub, .t = t };
	int r = prepare(&run, &own, err);

	if (r == 0)
		r = run_all(&run, err);
	if (run.stop_fd >= 0)
		close(run.stop_fd);
	if (run.timer_fd >= 0)
		close(run.timer_fd);
	return r;
}

int session_refuse(struct arena *arena, const struct exercise *ex,
		   const struct submission *sub, const char *reason,
		   const struct session_options *options,
		   struct transcript *t, struct err *err)
{
	struct session_options own = *options;
	struct run run = { .arena = arena, .ex = ex, .sub = sub, .t = t };
	int r = prepare(&run, &own, err);

	if (r < 0)
		return r;
	run_event_begin(&run);
	run_event_end(&run, "not-gradable", reason, NULL);
	return transcript_error(t, err);
}

/* What graders may know of a submission that is not here any more. */
static struct submission recorded_submission(const struct record *r)
{
	const struct json *v = json_get(r->begin, "submission");
	const char *path = json_str(json_get(v, "path"));
	const char *digest = json_str(json_get(v, "digest"));
	struct submission sub = {
		.path = path ? path : "",
		.label = json_str(json_get(v, "label")),
	};

	if (digest && strncmp(digest, "sha256:", 7) == 0)
		snprintf(sub.digest, sizeof(sub.digest), "%s", digest + 7);
	return sub;
}

int session_regrade(struct arena *arena, const struct exercise *ex,
		    const struct record *r,
		    const struct session_options *options,
		    struct transcript *t, struct err *err)
{
	struct session_options own = *options;
	struct submission sub = recorded_submission(r);
	struct run run = { .arena = arena, .ex = ex, .sub = &sub, .t = t,
			   .recorded = recorded_new(arena, r) };
	int code = prepare(&run, &own, err);

	if (code < 0)
		return code;
	run_event_begin(&run);
	ask_all(&run);
	if (recorded_is_cut(run.recorded))
		run_event_end(&run, "interrupted", "the record of the run is "
						   "cut off", NULL);
	else
		run_event_end(&run, "graded", NULL, NULL);
	return transcript_error(t, err);
}
