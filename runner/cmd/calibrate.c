#include "runner/cmd/calibrate.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/jsonout.h"
#include "runner/batch/pool.h"
#include "runner/cmd/handin.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/session/session.h"
#include "runner/submission/submission.h"

#define SAMPLES_MAX 400
#define SEEDS_MAX   1000

struct calibrate_options {
	bool all, cold;
	int64_t seeds, first, jobs;
	struct option_list only;
	const char *report, *isolation;
};

#define AT(m) .offset = offsetof(struct calibrate_options, m)
static const struct option_spec options[] = {
	{ "all", 0, OPTION_FLAG, AT(all), NULL, "every exercise there is" },
	{ "seeds", 0, OPTION_INT, AT(seeds), "N",
	  "grade each answer with N seeds (default: 3)" },
	{ "first", 0, OPTION_INT, AT(first), "SEED",
	  "the first of them; the others follow it (default: 1)" },
	{ "jobs", 'j', OPTION_INT, AT(jobs), "N",
	  "grade N answers at a time (default: one for each processor)" },
	{ "only", 0, OPTION_LIST, AT(only), "NAME",
	  "this answer, such as model or flawed/NAME; may be repeated" },
	{ "cold", 0, OPTION_FLAG, AT(cold), NULL,
	  "start a new Python for each" },
	{ "isolation", 0, OPTION_CHOICE, AT(isolation), "full|reduced",
	  "reduced accepts a machine that lacks layers of the box" },
	{ "report", 0, OPTION_CHOICE, AT(report), "terminal|json",
	  "a table for people, or one JSON array" },
	{ 0 },
};
static const struct calibrate_options defaults = {
	.seeds = 3, .first = 1, .report = "terminal", .isolation = "full",
};

/* One use of the verb. */
struct calibrate {
	const struct command *c;
	const struct calibrate_options *o;
	int interrupt_fd;
	struct sample_result *results; /* SAMPLES_MAX, shared with workers */
	struct calibration *cal;       /* of the exercise at hand */
	size_t n_done;
	int status; /* anything but OK ends it */
};

/* --- which answers --- */

static void add_sample(struct calibrate *cc, struct calibration *cal,
		       struct sample sample)
{
	const struct option_list *only = &cc->o->only;

	for (size_t i = 0; only->n; i++) {
		if (i == only->n)
			return;
		if (strcmp(only->items[i], sample.name) == 0)
			break;
	}
	if (cal->n_samples == SAMPLES_MAX)
		return;
	sample.result = &cc->results[cal->n_samples];
	cal->samples[cal->n_samples++] = sample;
}

static int is_model(const struct dirent *entry)
{
	return strcmp(entry->d_name, "model") == 0 ||
	       strncmp(entry->d_name, "model-", 6) == 0;
}

static void add_models(struct calibrate *cc, struct calibration *cal)
{
	struct dirent **found;
	int n = scandir(cal->ex->dir, &found, is_model, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(cc->c->arena,
						found[i]->d_name);

		add_sample(cc, cal, (struct sample){ .kind = SAMPLE_RIGHT,
						     .name = name });
		free(found[i]);
	}
	if (n >= 0)
		free(found);
}

static void list_samples(struct calibrate *cc, struct calibration *cal)
{
	const struct exercise *ex = cal->ex;

	add_models(cc, cal);
	add_sample(cc, cal, (struct sample){ .kind = SAMPLE_STARTER,
					     .name = "starter" });
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	for (size_t i = 0; i < ex->n_flaws; i++)
		add_sample(cc, cal, (struct sample){
			.kind = SAMPLE_FLAWED,
			.name = arena_printf(cc->c->arena, "flawed/%s",
					     ex->flaws[i].name),
			.flaw = &ex->flaws[i],
		});
}

/* --- one grade --- */

static const char *unusable(const struct record *r)
{
	switch (r->outcome) {
	case OUTCOME_PASSED:
	case OUTCOME_FAILED:
		return NULL;
	case OUTCOME_FLAKY:
	case OUTCOME_NOT_GRADABLE:
	case OUTCOME_TIME_OVER:
	case OUTCOME_INTERRUPTED:
	case OUTCOME_ISOLATION:
	case OUTCOME_BROKEN:
		break;
	}
	return r->reason ? r->reason : outcome_name(r->outcome);
}

static bool is_expected_loss(const struct sample *s, const char *id)
{
	for (size_t i = 0; s->flaw && i < s->flaw->n_criteria; i++)
		if (strcmp(s->flaw->criteria[i], id) == 0)
			return true;
	return false;
}

/* The first criterion that is lost and should not be, or the other way. */
static const char *wrong_loss(struct arena *arena, const struct sample *s,
			      const struct record *r)
{
	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];
		bool lost = c->status != STATUS_PASS;

		if (lost == is_expected_loss(s, c->id))
			continue;
		return arena_printf(arena, "`%s` is %s, which it should %sbe",
				    c->id, status_name(c->status),
				    lost ? "not " : "");
	}
	return NULL;
}

static const char *not_below(struct arena *arena, const struct record *r)
{
	if ((int64_t)r->points * 100 <
	    (int64_t)r->max_points * CALIBRATE_STARTER_PERCENT)
		return NULL;
	return arena_printf(arena, "scores %d.%02d of %d.%02d, not below %d %%",
			    r->points / 100, r->points % 100,
			    r->max_points / 100, r->max_points % 100,
			    CALIBRATE_STARTER_PERCENT);
}

/* With other seeds the same criteria must be lost. */
static const char *disagrees(struct arena *arena, const struct sample *s,
			     const struct record *r)
{
	const bool *lost = s->result->lost;

	for (size_t i = 0; s->result->n_runs && i < r->n_criteria; i++)
		if (lost[i] != (r->criteria[i].status != STATUS_PASS))
			return arena_printf(arena, "`%s` depends on the seed",
					    r->criteria[i].id);
	return NULL;
}

static const char *judge(struct arena *arena, const struct sample *s,
			 const struct record *r)
{
	const char *problem = unusable(r);

	if (!problem && s->kind == SAMPLE_STARTER)
		problem = not_below(arena, r);
	else if (!problem)
		problem = wrong_loss(arena, s, r);
	return problem ? problem : disagrees(arena, s, r);
}

static void set_problem(struct sample *s, uint64_t seed, const char *problem)
{
	if (problem && !*s->result->problem)
		snprintf(s->result->problem, sizeof(s->result->problem),
			 "seed %llu: %.200s", (unsigned long long)seed,
			 problem);
}

static void keep(struct sample *s, const struct record *r, int64_t took_ms)
{
	struct sample_result *result = s->result;

	for (size_t i = 0; !result->n_runs && i < r->n_criteria; i++)
		result->lost[i] = r->criteria[i].status != STATUS_PASS;
	if (!result->n_runs) {
		result->points = r->points;
		result->max_points = r->max_points;
	}
	result->n_runs++;
	result->total_ms += took_ms;
	if (took_ms > result->max_ms)
		result->max_ms = took_ms;
}

/* What makes going on useless. */
static int status_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ISOLATION:
		return EXIT_STATUS_ISOLATION;
	case OUTCOME_BROKEN:
		return EXIT_STATUS_INTERNAL;
	case OUTCOME_INTERRUPTED:
		return EXIT_STATUS_INTERRUPTED;
	case OUTCOME_PASSED:
	case OUTCOME_FAILED:
	case OUTCOME_FLAKY:
	case OUTCOME_NOT_GRADABLE:
	case OUTCOME_TIME_OVER:
		break;
	}
	return EXIT_STATUS_OK;
}

static int grade_into(struct calibrate *cc, struct arena *arena,
		      struct sample *s, uint64_t seed, struct transcript *t,
		      struct err *err)
{
	AUTO(submission_close) const struct submission *sub = NULL;
	const struct exercise *ex = cc->cal->ex;
	const char *path = arena_printf(arena, "%s/%s", ex->dir, s->name);
	const struct session_options session = {
		.seed = seed,
		.cold = cc->o->cold,
		.reduced = strcmp(cc->o->isolation, "reduced") == 0,
		.threshold = 10000,
		.interrupt_fd = cc->interrupt_fd,
	};
	int r = handin_open(arena, ex, path, &sub, err);

	return r < 0 ? r : session_run(arena, ex, sub, &session, t, err);
}

static int grade_once(struct calibrate *cc, struct sample *s, uint64_t seed)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = NULL;
	int64_t begin_ns = clock_ns();
	const struct record *record = NULL;
	struct err err;
	int r = transcript_new(&t, NULL, &err);

	if (r == 0)
		r = grade_into(cc, arena, s, seed, t, &err);
	if (r == 0)
		r = record_read(arena, transcript_lines(t), &record, &err);
	if (r < 0 || !record) {
		set_problem(s, seed, err.msg);
		return EXIT_STATUS_OK;
	}
	set_problem(s, seed, judge(arena, s, record));
	keep(s, record, (clock_ns() - begin_ns) / 1000000);
	return status_of(record->outcome);
}

/* In a worker's process. */
static int grade_sample(void *ctx, size_t job)
{
	struct calibrate *cc = ctx;
	struct sample *s = &cc->cal->samples[job];

	for (int64_t i = 0; i < cc->o->seeds; i++) {
		int status = grade_once(cc, s, (uint64_t)(cc->o->first + i));

		if (status != EXIT_STATUS_OK)
			return status;
	}
	return EXIT_STATUS_OK;
}

static void sample_done(void *ctx, size_t job, int status)
{
	struct calibrate *cc = ctx;
	struct sample *s = &cc->cal->samples[job];

	cc->n_done++;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s %zu/%zu %s", cc->cal->ex->slug,
			cc->n_done, cc->cal->n_samples, s->name);
	if (status < 0)
		set_problem(s, 0, "the grader crashed");
	if (status && cc->status == EXIT_STATUS_OK)
		cc->status = status < 0 ? EXIT_STATUS_INTERNAL : status;
}

/* --- the exercise as a whole --- */

static void add_problem(struct calibrate *cc, struct calibration *cal,
			const char *problem)
{
	cal->problems[cal->n_problems++] = arena_strdup(cc->c->arena, problem);
}

static bool has_kind(const struct calibration *cal, enum sample_kind kind)
{
	for (size_t i = 0; i < cal->n_samples; i++)
		if (cal->samples[i].kind == kind)
			return true;
	return false;
}

/* A criterion that no flaw loses may as well ask nothing. */
static bool is_lost_by_a_flaw(const struct calibration *cal, size_t criterion)
{
	for (size_t i = 0; i < cal->n_samples; i++)
		if (cal->samples[i].kind == SAMPLE_FLAWED &&
		    cal->samples[i].result->lost[criterion])
			return true;
	return false;
}

static void judge_whole(struct calibrate *cc, struct calibration *cal)
{
	const struct exercise *ex = cal->ex;

	cal->problems = arena_array(cc->c->arena, ex->n_criteria + 3,
				    sizeof(*cal->problems));
	if (cc->o->only.n || cc->status != EXIT_STATUS_OK)
		return;
	if (!has_kind(cal, SAMPLE_RIGHT))
		add_problem(cc, cal, "there is no model");
	if (!has_kind(cal, SAMPLE_FLAWED))
		add_problem(cc, cal, "there are no flawed answers");
	for (size_t i = 0; i < ex->n_criteria; i++)
		if (!is_lost_by_a_flaw(cal, i))
			add_problem(cc, cal,
				    arena_printf(cc->c->arena, "no flaw loses "
						 "`%s`",
						 ex->criteria[i].id));
}

bool calibration_holds(const struct calibration *cal)
{
	for (size_t i = 0; i < cal->n_samples; i++)
		if (*cal->samples[i].result->problem)
			return false;
	return !cal->n_problems;
}

static void calibrate(struct calibrate *cc, struct calibration *cal)
{
	struct pool pool = {
		.parallel = (unsigned)cc->o->jobs,
		.stop_fd = cc->interrupt_fd,
		.work = grade_sample,
		.done = sample_done,
		.ctx = cc,
	};

	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	memset(cc->results, 0, SAMPLES_MAX * sizeof(*cc->results));
	cc->cal = cal;
	cc->n_done = 0;
	cal->n_seeds = (size_t)cc->o->seeds;
	cal->samples = arena_array(cc->c->arena, SAMPLES_MAX,
				   sizeof(*cal->samples));
	list_samples(cc, cal);
	pool.n_jobs = cal->n_samples;
	if (pool_run(&pool, NULL) < 0 && cc->status == EXIT_STATUS_OK)
		cc->status = EXIT_STATUS_INTERRUPTED;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	judge_whole(cc, cal);
}

/* --- the verb --- */

static int load(struct calibrate *cc, const char *name,
		const struct exercise **ret)
{
	struct arena *arena = cc->c->arena;
	const char *dir;
	struct err err;

	if (exercise_find(arena, name, &dir, &err) < 0)
		return cmd_fail(cc->c, EXIT_STATUS_USAGE, &err);
	if (exercise_load(arena, dir, ret, &err) < 0 ||
	    session_configure(arena, *ret, &err) < 0)
		return cmd_fail(cc->c, EXIT_STATUS_EXERCISE, &err);
	return EXIT_STATUS_OK;
}

static int one_exercise(struct calibrate *cc, const char *name,
			struct jsonout *list)
{
	struct calibration cal = { 0 };
	int status = load(cc, name, &cal.ex);

	if (status != EXIT_STATUS_OK)
		return status;
	calibrate(cc, &cal);
	if (list)
		jsonout_add(list, NULL, calibration_json(&cal));
	else
		calibration_print(stdout, &cal);
	if (cc->status != EXIT_STATUS_OK)
		return cc->status;
	return calibration_holds(&cal) ? EXIT_STATUS_OK : EXIT_STATUS_EXERCISE;
}

static int every_exercise(struct calibrate *cc, const char *const *names,
			  size_t n)
{
	bool json = strcmp(cc->o->report, "json") == 0;
	AUTO(jsonout_free) struct jsonout *list =
		json ? jsonout_array() : NULL;
	int worst = EXIT_STATUS_OK;

	for (size_t i = 0; i < n && cc->status == EXIT_STATUS_OK; i++) {
		int status = one_exercise(cc, names[i], list);

		worst = status > worst ? status : worst;
	}
	if (json) {
		char *text = jsonout_pretty(list);

		printf("%s\n", text);
		free(text);
	}
	return worst;
}

static int check_options(const struct command *c)
{
	const struct calibrate_options *o = c->options;

	if (o->all == (c->n_args > 0))
		return cmd_usage(c, "name exercises or say --all");
	if (o->jobs > POOL_PARALLEL_MAX)
		return cmd_usage(c, "--jobs wants at most %d",
				 POOL_PARALLEL_MAX);
	if (o->seeds < 1 || o->seeds > SEEDS_MAX)
		return cmd_usage(c, "--seeds wants 1 to %d", SEEDS_MAX);
	return EXIT_STATUS_OK;
}

static int prepare(struct calibrate *cc, struct err *err)
{
	void *shared = mmap(NULL, SAMPLES_MAX * sizeof(*cc->results),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return err_set(err, errno, "mmap: %s", strerror(errno));
	cc->results = shared;
	return interrupt_begin(&cc->interrupt_fd, err);
}

static int run(const struct command *c)
{
	struct calibrate cc = { .c = c, .o = c->options };
	const char *const *names = c->args;
	const char *shared = NULL;
	size_t n = c->n_args;
	struct err err;
	int status = check_options(c);

	if (status != EXIT_STATUS_OK)
		return status;
	signal(SIGPIPE, SIG_IGN);
	if (prepare(&cc, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	if (cc.o->all)
		names = exercise_list(c->arena, &n);
	if (!cc.o->cold)
		shared = session_share_warm(c->arena);
	status = every_exercise(&cc, names, n);
	session_unshare_warm(shared);
	return status;
}

const struct verb verb_calibrate = {
	.name = "calibrate",
	.synopsis = "EXERCISE...",
	.help = "grade an exercise's own right and flawed answers",
	.detail = "Every model must score 100 %, the starter less than 25 %, "
		  "each flawed answer must lose exactly the criteria that "
		  "exercise.json names, each criterion must be lost by a "
		  "flaw, and all seeds must agree. Exit status 0 when all of "
		  "that holds, else 3.",
	.options = options,
	.options_bytes = sizeof(struct calibrate_options),
	.defaults = &defaults,
	.args_min = 0,
	.args_max = SIZE_MAX,
	.run = run,
};
