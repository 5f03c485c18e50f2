#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/batch/pool.h"
#include "runner/cmd/grade.h"
#include "runner/cmd/handin.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/outcome.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/submission/submission.h"
#include "runner/transcript/attest.h"
#include "sandbox/forkserver.h"

#define REPEAT_MAX 1000

#define AT(m) .offset = offsetof(struct grade_options, m)
static const struct option_spec options[] = {
	{ "report", 0, OPTION_LIST, AT(reports), "FORMAT[=FILE]",
	  REPORT_OPTION_HELP },
	{ "seed", 0, OPTION_U64, AT(seed), "N",
	  "draw the same values as the run that printed this seed" },
	{ "only", 0, OPTION_LIST, AT(only), "ID",
	  "ask this criterion and what it needs; may be repeated" },
	{ "threshold", 0, OPTION_PERCENT, AT(threshold), "P",
	  "exit with 0 from this percentage on (default: 100)" },
	{ "repeat", 0, OPTION_INT, AT(repeat), "N",
	  "run N times; a criterion that does not agree with itself is "
	  "flaky" },
	{ "bundle", 0, OPTION_STRING, AT(bundle), "BUNDLE",
	  "grade by the exercises of a bundle, and sum up: the submission is "
	  "a folder with a subfolder for each, named like the exercise" },
	{ "out", 'o', OPTION_STRING, AT(out), "FOLDER",
	  "grade any number of submissions, each into a folder of its own "
	  "below this one; those that are there already are kept" },
	{ "jobs", 'j', OPTION_INT, AT(jobs), "N",
	  "with --out or --bundle: N at a time (default: one for each "
	  "processor)" },
	{ "transcript", 0, OPTION_STRING, AT(transcript), "FILE",
	  "write the transcript there, not to the folder of runs" },
	{ "sign", 0, OPTION_STRING, AT(sign), "KEY",
	  "sign the transcript; the statement goes to its name and "
	  ".intoto.json" },
	{ "label", 0, OPTION_STRING, AT(label), "TEXT",
	  "a name for the submission in the reports" },
	{ "view", 0, OPTION_CHOICE, AT(view), "interviewer|candidate",
	  "for whom the reports are" },
	{ "deadline", 0, OPTION_MS, AT(deadline_ms), "SECONDS",
	  "end the run after this time, with status 124" },
	{ "isolation", 0, OPTION_CHOICE, AT(isolation), "full|reduced",
	  "reduced accepts a machine that lacks layers of the box" },
	{ "cold", 0, OPTION_FLAG, AT(cold), NULL,
	  "start a new Python, never a fork of a warm one" },
	{ "exit-zero", 0, OPTION_FLAG, AT(exit_zero), NULL,
	  "exit with 0 whenever there is a result" },
	{ "quiet", 'q', OPTION_FLAG, AT(quiet), NULL,
	  "no progress, and no report that was not asked for" },
	{ 0 },
};

static const struct grade_options defaults = {
	.repeat = 1,
	.threshold = 10000,
	.isolation = "full",
	.view = "interviewer",
};

/* Of several failures the first is the cause, or nearest to it. */
static int fail(struct grade *g, enum exit_status status,
		const struct err *err)
{
	if (!g->trouble)
		g->trouble = arena_strdup(g->c->arena, err->msg);
	return cmd_fail(g->c, status, err);
}

/* --- before anything runs --- */

int grade_load(struct grade *g, const char *name)
{
	struct arena *arena = g->c->arena;
	const char *dir;
	struct err err;

	if (exercise_find(arena, name, &dir, &err) < 0)
		return fail(g, EXIT_STATUS_USAGE, &err);
	if (exercise_load(arena, dir, &g->ex, &err) < 0 ||
	    session_configure(arena, g->ex, &err) < 0)
		return fail(g, err.code == ENOMEM ? EXIT_STATUS_INTERNAL
						  : EXIT_STATUS_EXERCISE,
			    &err);
	return EXIT_STATUS_OK;
}

static int check_words(struct grade *g)
{
	const struct exercise *ex = g->ex;
	const char **ids = arena_array(g->c->arena, ex->n_criteria + 1,
				       sizeof(*ids));

	if (g->c->n_args > 2 && !g->o->out)
		return cmd_usage(g->c, "several submissions need --out FOLDER");
	if (g->o->out && g->o->transcript)
		return cmd_usage(g->c, "--out and --transcript exclude each "
				       "other");
	for (size_t i = 0; i < ex->n_criteria; i++)
		ids[i] = ex->criteria[i].id;
	for (size_t i = 0; i < g->o->only.n; i++) {
		const char *id = g->o->only.items[i], *meant;

		if (exercise_criterion(ex, id))
			continue;
		meant = text_suggest(id, ids);
		return cmd_usage(g->c, "no criterion `%s` in %s%s%s%s", id,
				 ex->slug, meant ? "; did you mean `" : "",
				 meant ? meant : "", meant ? "`?" : "");
	}
	return EXIT_STATUS_OK;
}

/* "2026-11-22T19:45:07Z" without what file systems and shells dislike. */
static const char *run_id(struct grade *g)
{
	char now[CLOCK_UTC_BYTES], id[CLOCK_UTC_BYTES] = "";
	unsigned random = 0;
	size_t n = 0;

	clock_utc(now);
	for (size_t i = 0; now[i]; i++)
		if (now[i] != '-' && now[i] != ':')
			id[n++] = now[i];
	if (getrandom(&random, sizeof(random), 0) < 0)
		random = (unsigned)getpid();
	return arena_printf(g->c->arena, "%s-%s-%06x", id, g->ex->slug,
			    random & 0xffffff);
}

int grade_choose_path(struct grade *g, struct err *err)
{
	const char *dir;
	int r;

	if (!g->path)
		g->path = g->o->transcript;
	if (g->path)
		return 0;
	r = file_state_dir(g->c->arena, &dir, err);
	if (r < 0)
		return r;
	dir = arena_printf(g->c->arena, "%s/runs", dir);
	r = file_make_dirs(dir, err);
	g->path = arena_printf(g->c->arena, "%s/%s.jsonl", dir, run_id(g));
	return r;
}

static uint64_t choose_seed(const struct grade *g)
{
	uint32_t seed;

	if (g->o->seed.given)
		return g->o->seed.value;
	/* Short enough to be read aloud and typed again. */
	if (getrandom(&seed, sizeof(seed), 0) < 0)
		seed = (uint32_t)clock_ns();
	return seed;
}

/* --- while it runs --- */

static void show_progress(void *ctx, const char *criterion, size_t done,
			  size_t all)
{
	const struct grade *g = ctx;

	if (g->shows_progress)
		fprintf(stderr, "\r\033[K%zu/%zu %s", done, all,
			done < all ? criterion : "");
}

static void clear_progress(const struct grade *g)
{
	if (g->shows_progress)
		fprintf(stderr, "\r\033[K");
}

static bool can_show_progress(const struct grade *g)
{
	const char *term = getenv("TERM");

	return !g->o->quiet && !g->is_one_of_many && isatty(STDERR_FILENO) &&
	       term && strcmp(term, "dumb") != 0;
}

static int fill_session(struct grade *g, struct err *err)
{
	const struct grade_options *o = g->o;

	g->session = (struct session_options){
		.seed = choose_seed(g),
		.cold = o->cold,
		.reduced = strcmp(o->isolation, "reduced") == 0,
		.beside = !g->is_one_of_many,
		.threshold = o->threshold,
		.deadline_ms = o->deadline_ms,
		.repeat = (int)o->repeat,
		.only = o->only.items,
		.n_only = o->only.n,
		.interrupt_fd = -1,
		.progress = show_progress,
		.ctx = g,
	};
	g->shows_progress = can_show_progress(g);
	g->session.interrupt_fd = g->interrupt_fd;
	return g->interrupt_fd >= 0
		       ? 0
		       : interrupt_begin(&g->session.interrupt_fd, err);
}

/* Is this failure to open a submission the command line's? */
static bool is_usage(int code)
{
	return code == -ENOENT || code == -EACCES || code == -ENOTDIR ||
	       code == -ENAMETOOLONG;
}

static bool is_candidates(int code)
{
	return code == -EINVAL || code == -EFBIG || code == -E2BIG ||
	       code == -ELOOP;
}

static int run_session(struct grade *g, struct transcript *t,
		       const struct submission *sub, const char *refused,
		       struct err *err)
{
	struct arena *arena = g->c->arena;
	bool shares = g->o->repeat > 1 && !g->o->cold;
	struct forkserver *warm = shares ? session_warm(arena) : NULL;
	int r;

	g->session.warm = warm;
	if (refused)
		r = session_refuse(arena, g->ex, sub, refused, &g->session, t,
				   err);
	else
		r = session_run(arena, g->ex, sub, &g->session, t, err);
	forkserver_free(warm);
	clear_progress(g);
	return r;
}

/* --- afterwards --- */

/* The key is read before the run: a wrong path must not cost a grade. */
static int read_key(struct grade *g)
{
	struct span line;
	struct err err;

	if (!g->o->sign)
		return EXIT_STATUS_OK;
	if (file_read(g->c->arena, g->o->sign, SIGN_LINE_MAX, &line, &err) <
		    0 ||
	    sign_parse(g->c->arena, line, &g->key, &err) < 0)
		return fail(g, EXIT_STATUS_USAGE, &err);
	if (!g->key.is_private)
		return cmd_usage(g->c, "--sign wants the private key");
	return EXIT_STATUS_OK;
}

static int sign_transcript(struct grade *g, const struct transcript *t,
			   const struct record *r, struct err *err)
{
	struct arena *arena = g->c->arena;
	const char *path = arena_printf(arena, "%s.intoto.json", g->path);

	if (!g->o->sign)
		return 0;
	return file_write(path,
			  span_of(attest_make(arena, r, transcript_lines(t),
					      &g->key)),
			  err);
}

static int report(struct grade *g, const struct transcript *t)
{
	struct arena *arena = g->c->arena;
	enum report_view view = strcmp(g->o->view, "candidate") == 0
					? VIEW_CANDIDATE
					: VIEW_INTERVIEWER;
	bool unasked = g->o->quiet && !g->o->reports.n;
	const struct record *r;
	struct err err;

	if (record_read(arena, transcript_lines(t), &r, &err) < 0)
		return fail(g, EXIT_STATUS_INTERNAL, &err);
	g->outcome = r->outcome;
	g->points = r->points;
	g->max_points = r->max_points;
	g->reason = r->reason;
	if (sign_transcript(g, t, r, &err) < 0)
		return fail(g, EXIT_STATUS_INTERNAL, &err);
	if (!unasked && reports_write(arena, &g->reports, r, view, g->path,
				      &err) < 0)
		return fail(g, EXIT_STATUS_INTERNAL, &err);
	return g->o->exit_zero ? EXIT_STATUS_OK : outcome_status(r->outcome);
}

/* The report for people ends with it. */
static bool shows_path(const struct grade *g)
{
	for (size_t i = 0; i < g->reports.n; i++)
		if (!g->reports.targets[i].path &&
		    strcmp(g->reports.targets[i].format->name, "terminal") == 0)
			return true;
	return false;
}

static int grade_into(struct grade *g, struct transcript *t,
		      const struct submission *sub, const char *refused)
{
	struct err err;
	int r = run_session(g, t, sub, refused, &err);
	int status = report(g, t);

	if (!g->o->quiet && !g->o->transcript && !g->is_one_of_many &&
	    !shows_path(g))
		cmd_note(g->c, "transcript: %s", g->path);
	return r < 0 ? fail(g, EXIT_STATUS_INTERNAL, &err) : status;
}

static int grade_opened(struct grade *g, const struct submission *sub,
			const char *refused)
{
	AUTO(transcript_free) struct transcript *t = NULL;
	struct err err;

	if (grade_choose_path(g, &err) < 0)
		return fail(g, EXIT_STATUS_INTERNAL, &err);
	if (transcript_new(&t, g->path, &err) < 0)
		return fail(g, g->o->transcript ? EXIT_STATUS_USAGE
						: EXIT_STATUS_INTERNAL,
			    &err);
	if (fill_session(g, &err) < 0)
		return fail(g, EXIT_STATUS_INTERNAL, &err);
	return grade_into(g, t, sub, refused);
}

int grade_submission(struct grade *g, const char *path)
{
	AUTO(submission_close) const struct submission *sub = NULL;
	const char *refused = NULL;
	struct submission labelled;
	struct err err;
	int r = handin_open(g->c->arena, g->ex, path, &sub, &err);

	if (r < 0 && !is_candidates(r))
		return fail(g, is_usage(r) ? EXIT_STATUS_USAGE
					   : EXIT_STATUS_INTERNAL, &err);
	labelled = sub ? *sub : (struct submission){ .path = path };
	if (r < 0)
		refused = err.msg;
	labelled.label = g->o->label ? g->o->label : g->label;
	if (g->keep && g->keep(g, &labelled))
		return outcome_status(g->outcome);
	return grade_opened(g, &labelled, refused);
}

/* By one exercise. */
static int run_exercise(struct grade *g)
{
	int status;

	if (g->c->n_args < 2)
		return cmd_usage(g->c, "a submission is missing");
	status = grade_load(g, g->c->args[0]);
	if (status == EXIT_STATUS_OK)
		status = check_words(g);
	if (status != EXIT_STATUS_OK)
		return status;
	return g->o->out ? grade_batch(g)
			 : grade_submission(g, g->c->args[1]);
}

static int run(const struct command *c)
{
	struct grade g = { .c = c, .o = c->options, .interrupt_fd = -1 };
	struct err err = { 0 };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if ((g.o->out ? reports_parse_each : reports_parse)(
		    c->arena, &g.o->reports, &g.reports, &err) < 0)
		return fail(&g, EXIT_STATUS_USAGE, &err);
	if (g.o->repeat < 1 || g.o->repeat > REPEAT_MAX)
		return cmd_usage(c, "--repeat wants 1 to %d", REPEAT_MAX);
	if (g.o->jobs > POOL_PARALLEL_MAX)
		return cmd_usage(c, "--jobs wants at most %d",
				 POOL_PARALLEL_MAX);
	status = read_key(&g);
	if (status != EXIT_STATUS_OK)
		return status;
	return g.o->bundle ? grade_bundle(&g) : run_exercise(&g);
}

const struct verb verb_grade = {
	.name = "grade",
	.synopsis = "EXERCISE SUBMISSION...",
	.help = "run a submission in a box and grade it",
	.detail = "SUBMISSION is a folder, one .py file or an archive (.zip, "
		  ".tar.gz, .tar.xz). With --bundle there is no EXERCISE: "
		  "SUBMISSION/routes is the answer to the exercise routes, "
		  "and a subfolder that is missing was not submitted and "
		  "earns nothing; the threshold is one of the whole, and 4 "
		  "means that none of them starts. Exit status: 0 graded at "
		  "or above the threshold, 1 below it, 2 usage, 3 the "
		  "exercise is wrong, 4 the submission does not start, 5 the "
		  "box cannot be as tight as demanded, 6 our own failure, 7 "
		  "flaky, 124 the time is over, 130 interrupted.",
	.options = options,
	.options_bytes = sizeof(struct grade_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = SIZE_MAX,
	.run = run,
};
