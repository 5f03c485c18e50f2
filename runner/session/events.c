#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/exercise/brief.h"
#include "runner/exercise/exercise.h"
#include "runner/session/run.h"
#include "runner/submission/submission.h"

static void add_optional(struct jsonout *to, const char *name,
			 const char *value)
{
	if (value)
		jsonout_str(to, name, value);
}

static void add_strings(struct jsonout *to, const char *name,
			const char *const *items, size_t n)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < n; i++)
		jsonout_str(list, NULL, items[i]);
	jsonout_add(to, name, list);
}

static struct jsonout *tool_object(void)
{
	struct jsonout *tool = jsonout_object();

	jsonout_str(tool, "name", "fumehood");
	jsonout_str(tool, "version", FUMEHOOD_VERSION);
	return tool;
}

static void add_digest(struct jsonout *to, struct arena *arena,
		       const char *hex)
{
	jsonout_str(to, "digest", arena_printf(arena, "sha256:%s", hex));
}

static struct jsonout *exercise_object(const struct run *run)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, "slug", run->ex->slug);
	jsonout_str(out, "title", run->ex->title);
	jsonout_str(out, "level", run->ex->level);
	add_digest(out, run->arena, run->ex->digest);
	return out;
}

static struct jsonout *submission_object(const struct run *run)
{
	const struct submission *sub = run->sub;
	struct jsonout *out = jsonout_object();
	int64_t bytes = 0;

	for (size_t i = 0; i < sub->n_files; i++)
		bytes += sub->files[i].size_bytes;
	jsonout_str(out, "path", sub->path);
	add_optional(out, "label", sub->label);
	if (*sub->digest)
		add_digest(out, run->arena, sub->digest);
	jsonout_int(out, "files", (int64_t)sub->n_files);
	jsonout_int(out, "bytes", bytes);
	add_strings(out, "notes", sub->notes, sub->n_notes);
	return out;
}

static struct jsonout *environment_object(void)
{
	struct jsonout *out = jsonout_object();
	struct utsname name;

	uname(&name);
	jsonout_str(out, "kernel", name.release);
	jsonout_str(out, "machine", name.machine);
	jsonout_int(out, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	jsonout_bool(out, "root", geteuid() == 0);
	return out;
}

/* What the brief says, beside its ids: a report has only the transcript. */
static void add_clauses(struct jsonout *to, struct arena *arena,
			struct span brief, const struct criterion *c)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < c->n_spec; i++) {
		const char *text = brief_clause(arena, brief, c->spec[i]);

		jsonout_str(list, NULL, text ? text : "");
	}
	jsonout_add(to, "clauses", list);
}

static void event_criterion(struct run *run, struct span brief,
			    const struct criterion *c)
{
	struct jsonout *body = jsonout_object();

	jsonout_str(body, "id", c->id);
	jsonout_str(body, "title", c->title);
	jsonout_str(body, "skill", c->skill);
	jsonout_hundredths(body, "points", c->points);
	jsonout_str(body, "grader", c->grader);
	add_optional(body, "script", c->script_file);
	add_strings(body, "spec", c->spec, c->n_spec);
	add_clauses(body, run->arena, brief, c);
	add_strings(body, "needs", c->needs, c->n_needs);
	jsonout_str(body, "visibility", c->visibility == VISIBILITY_HIDDEN
						? "hidden"
						: "public");
	jsonout_bool(body, "gate", c->gate);
	add_strings(body, "hints", c->hints,
		    run->options->public ? 0 : c->n_hints);
	add_strings(body, "followup", c->followup,
		    run->options->public ? 0 : c->n_followup);
	transcript_event(run->t, "criterion", body);
}

void run_event_begin(struct run *run)
{
	const struct session_options *o = run->options;
	struct jsonout *body = jsonout_object();
	struct span brief = { "", 0 };
	char now[CLOCK_UTC_BYTES];

	clock_utc(now);
	file_read(run->arena,
		  arena_printf(run->arena, "%s/brief.md", run->ex->dir),
		  BRIEF_MAX, &brief, NULL);
	jsonout_str(body, "format", TRANSCRIPT_FORMAT);
	jsonout_add(body, "tool", tool_object());
	jsonout_str(body, "time", now);
	jsonout_add(body, "exercise", exercise_object(run));
	jsonout_add(body, "submission", submission_object(run));
	jsonout_int(body, "seed", (int64_t)o->seed);
	jsonout_hundredths(body, "threshold", o->threshold);
	jsonout_str(body, "isolation", o->reduced ? "reduced" : "full");
	jsonout_bool(body, "cold", o->cold);
	jsonout_int(body, "deadline_ms", o->deadline_ms);
	add_strings(body, "only", o->only, o->n_only);
	jsonout_add(body, "environment", environment_object());
	transcript_event(run->t, "begin", body);
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (run->criteria[i].selected)
			event_criterion(run, brief, run->criteria[i].c);
}

static void add_layers(struct jsonout *to, const struct sandbox_state *state)
{
	struct jsonout *layers = jsonout_array(), *missing = jsonout_array();

	for (int i = 0; i < SANDBOX_N_LAYERS; i++)
		jsonout_str(state->layers >> i & 1 ? layers : missing, NULL,
			    sandbox_layer_name((enum sandbox_layer)i));
	jsonout_add(to, "layers", layers);
	jsonout_add(to, "missing_layers", missing);
	jsonout_int(to, "landlock_abi", state->landlock_abi);
	jsonout_str(to, "cgroup", state->cgroup);
}

static struct jsonout *launch_object(const struct launch *launch)
{
	struct jsonout *out = jsonout_object();

	add_optional(out, "target", launch->target);
	add_optional(out, "script", launch->script);
	add_optional(out, "dir", launch->dir);
	add_optional(out, "rule", launch->rule);
	add_optional(out, "cold_reason", launch->cold_reason);
	return out;
}

void run_event_started(struct run *run, const struct sandbox_state *state)
{
	struct jsonout *body = jsonout_object();

	add_layers(body, state);
	jsonout_add(body, "app", launch_object(&run->launch));
	jsonout_int(body, "workers", run->ex->workers);
	jsonout_int(body, "threads", run->ex->threads);
	transcript_event(run->t, "box-started", body);
}

static void add_start(struct jsonout *to, const struct run *run)
{
	jsonout_str(to, "start", run->start.warm ? "warm" : "cold");
	jsonout_bool(to, "server_was_there", run->start.reused);
	jsonout_int(to, "port", run->start.port);
	jsonout_int(to, "start_ms", run->start.start_ms);
}

void run_event_ready(struct run *run)
{
	struct jsonout *body = jsonout_object();

	add_start(body, run);
	transcript_event(run->t, "ready", body);
}

void run_event_instance(struct run *run, int number)
{
	struct jsonout *body;

	if (run->instance == number)
		return;
	body = jsonout_object();
	jsonout_int(body, "number", number);
	transcript_event(run->t, "instance", body);
	run->instance = number;
}

void run_event_signal(struct run *run, int sig)
{
	struct jsonout *body = jsonout_object();
	const char *name = sigabbrev_np(sig);

	jsonout_str(body, "signal",
		    name ? arena_printf(run->arena, "SIG%s", name) : "?");
	transcript_event(run->t, "signal", body);
}

void run_event_restart(struct run *run, bool ready, const char *reason,
		       int64_t done_ns)
{
	struct jsonout *body = jsonout_object();

	jsonout_bool(body, "ready", ready);
	if (done_ns)
		jsonout_int(body, "done_at_ns",
			    transcript_at_ns(run->t, done_ns));
	if (ready)
		add_start(body, run);
	add_optional(body, "reason", reason);
	transcript_event(run->t, "restart", body);
}

void run_event_denied(struct run *run, size_t request,
		      const struct sandbox_denied *denied, int count)
{
	struct jsonout *body = jsonout_object();

	if (request != SIZE_MAX)
		jsonout_int(body, "request", (int64_t)request);
	jsonout_str(body, "call", denied->call);
	jsonout_str(body, "detail", denied->detail);
	jsonout_int(body, "count", count);
	transcript_event(run->t, "denied", body);
}

void run_event_lacks(struct run *run, size_t request, const char *package)
{
	struct jsonout *body = jsonout_object();

	jsonout_int(body, "request", (int64_t)request);
	jsonout_str(body, "package", package);
	transcript_event(run->t, "lacks", body);
}

void run_event_repeat(struct run *run, int k, const char *outcome,
		      const char *const *statuses)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *list = jsonout_object();

	jsonout_int(body, "run", k);
	jsonout_str(body, "outcome", outcome);
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (statuses[i])
			jsonout_str(list, run->criteria[i].c->id, statuses[i]);
	jsonout_add(body, "statuses", list);
	transcript_event(run->t, "repeat", body);
}

static void add_peak(struct jsonout *to, const struct sandbox_usage *peak)
{
	jsonout_int(to, "wall_ms", peak->wall_ms);
	jsonout_int(to, "cpu_ms", peak->cpu_ms);
	jsonout_int(to, "peak_memory_bytes", peak->memory_bytes);
	jsonout_int(to, "peak_disk_bytes", peak->disk_bytes);
	jsonout_int(to, "peak_processes", peak->processes);
	jsonout_int(to, "output_bytes", peak->output_bytes);
}

void run_event_box_ended(struct run *run, const struct sandbox_state *state)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *hit = jsonout_array();

	jsonout_str(body, "reason", sandbox_reason_name(state->reason));
	if (state->reason == SANDBOX_EXITED)
		jsonout_int(body, "code", state->exit_code);
	if (state->reason == SANDBOX_SIGNALLED)
		jsonout_int(body, "signal", state->signal);
	jsonout_bool(body, "sampled", state->sampled);
	jsonout_bool(body, "output_cut", state->output_cut);
	for (int i = 0; i <= SANDBOX_DESCRIPTORS; i++)
		if (state->limits_hit[i])
			jsonout_str(hit, NULL,
				    sandbox_reason_name((enum sandbox_reason)
								i));
	jsonout_add(body, "limits_hit", hit);
	jsonout_int(body, "denied_lost", state->denied_lost);
	add_layers(body, state);
	add_peak(body, &state->peak);
	transcript_event(run->t, "box-ended", body);
}

/* The score is derived again by whoever reads; here it can be compared. */
static void add_score(struct run *run, struct jsonout *to)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct jsonout *score = jsonout_object();
	struct record_criterion *criteria =
		arena_array(arena, run->ex->n_criteria, sizeof(*criteria));
	struct verdict v = run_verdict(run, arena, criteria);

	jsonout_hundredths(score, "points", v.points);
	jsonout_hundredths(score, "max_points", v.max_points);
	jsonout_add(to, "score", score);
}

void run_event_end(struct run *run, const char *outcome, const char *reason,
		   const char *detail)
{
	struct jsonout *body = jsonout_object();

	jsonout_str(body, "outcome", outcome);
	add_optional(body, "reason", reason);
	add_optional(body, "detail", detail);
	add_score(run, body);
	jsonout_int(body, "requests", (int64_t)run->n_exchanges);
	transcript_event(run->t, "end", body);
}
