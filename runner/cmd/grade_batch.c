#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/batch/pool.h"
#include "runner/cmd/batch_summary.h"
#include "runner/cmd/grade.h"
#include "runner/cmd/interrupt.h"
#include "runner/exercise/exercise.h"
#include "runner/submission/submission.h"

#define TRANSCRIPT_NAME "transcript.jsonl"
#define NAME_MAX_BYTES  255 /* of a file system; fits batch_row.name */
#define NUMBER_BYTES    12  /* "-" and any int */
#define STORED_MAX      ((size_t)256 << 20)

struct batch {
	struct grade *g;
	const struct grade_job *jobs;
	struct batch_row *rows; /* shared with the workers */
	size_t n;
	size_t n_done;
	int64_t begin_ns;
};

/* --- in a worker --- */

static const char *str_in(const struct json *v, const char *member,
			  const char *name)
{
	const char *s = json_str(json_get(json_get(v, member), name));

	return s ? s : "";
}

static bool is_same_run(const struct grade *g, const struct record *r,
			const struct submission *sub)
{
	const char *exercise = str_in(r->begin, "exercise", "digest");
	const char *submission = str_in(r->begin, "submission", "digest");
	int64_t seed;

	if (r->cut || !r->chain_holds || !*sub->digest ||
	    r->outcome == OUTCOME_INTERRUPTED || r->outcome == OUTCOME_BROKEN)
		return false;
	if (g->o->seed.given &&
	    (!json_int(json_get(r->begin, "seed"), &seed) ||
	     (uint64_t)seed != g->o->seed.value))
		return false;
	return strcmp(str_in(r->begin, "tool", "version"),
		      FUMEHOOD_VERSION) == 0 &&
	       strncmp(exercise, "sha256:", 7) == 0 &&
	       strcmp(exercise + 7, g->ex->digest) == 0 &&
	       strncmp(submission, "sha256:", 7) == 0 &&
	       strcmp(submission + 7, sub->digest) == 0;
}

/* A whole transcript of the same bytes, graded by the same, need not be made
 * again: that is what makes a batch that was interrupted go on. */
static bool keep(struct grade *g, const struct submission *sub)
{
	const struct record *r;
	struct span lines;

	if (file_read(g->c->arena, g->path, STORED_MAX, &lines, NULL) < 0 ||
	    record_read(g->c->arena, lines, &r, NULL) < 0 ||
	    !is_same_run(g, r, sub))
		return false;
	g->outcome = r->outcome;
	g->points = r->points;
	g->max_points = r->max_points;
	g->reason = r->reason;
	g->kept = true;
	return true;
}

/* `html=report.html` means a file in the folder of each result. */
static void place_reports(struct grade *g, const char *folder)
{
	struct arena *arena = g->c->arena;
	struct report_target *targets =
		arena_array(arena, g->reports.n, sizeof(*targets));

	for (size_t i = 0; i < g->reports.n; i++) {
		const char *path = g->reports.targets[i].path;

		targets[i] = g->reports.targets[i];
		if (*path != '/')
			targets[i].path = arena_printf(arena, "%s/%s", folder,
						       path);
	}
	g->reports.targets = targets;
}

/* A folder for its result. */
static int place(struct grade *g, const struct grade_job *job, struct err *err)
{
	const char *folder = arena_printf(g->c->arena, "%s/%s", g->o->out,
					  job->name);
	int r = file_make_dirs(folder, err);

	if (r < 0)
		return r;
	g->path = arena_printf(g->c->arena, "%s/" TRANSCRIPT_NAME, folder);
	g->keep = keep;
	place_reports(g, folder);
	return 0;
}

/* What was found is worth more than what became of it: that comes first. */
static void say_why(struct batch_row *row, const struct grade *g)
{
	const char *reason = g->reason ? g->reason : "";
	bool was_graded = g->outcome != OUTCOME_BROKEN || g->reason;

	if (!g->trouble)
		snprintf(row->reason, sizeof(row->reason), "%s", reason);
	else
		snprintf(row->reason, sizeof(row->reason), "%s%s%s%s", reason,
			 *reason ? "; " : "",
			 was_graded ? "not all is recorded: " : "",
			 g->trouble);
}

static int grade_one(void *ctx, size_t i)
{
	struct batch *b = ctx;
	struct batch_row *row = &b->rows[i];
	const struct grade_job *job = &b->jobs[i];
	struct grade g = *b->g;
	int64_t begin_ns = clock_ns();
	struct err err;
	int status;

	g.ex = job->ex;
	g.path = job->transcript;
	g.label = job->name;
	g.is_one_of_many = true;
	g.outcome = OUTCOME_BROKEN;
	if (!g.path && place(&g, job, &err) < 0) {
		status = cmd_fail(g.c, EXIT_STATUS_INTERNAL, &err);
		g.trouble = err.msg;
	} else {
		status = grade_submission(&g, job->path);
	}
	row->outcome = g.outcome;
	row->points = g.points;
	row->max_points = g.max_points;
	row->kept = g.kept;
	row->took_ms = (clock_ns() - begin_ns) / 1000000;
	say_why(row, &g);
	return status;
}

/* --- in the parent --- */

static void show_progress(const struct batch *b)
{
	int64_t took_ms = (clock_ns() - b->begin_ns) / 1000000;
	int64_t left_s = took_ms * (int64_t)(b->n - b->n_done) /
			 (int64_t)b->n_done / 1000;

	fprintf(stderr, "\r\033[K%zu/%zu, about %lld min %lld s left",
		b->n_done, b->n, (long long)(left_s / 60),
		(long long)(left_s % 60));
}

static void one_done(void *ctx, size_t job, int status)
{
	struct batch *b = ctx;

	b->rows[job].status = status < 0 ? EXIT_STATUS_INTERNAL : status;
	b->rows[job].ended = true;
	if (status < 0)
		snprintf(b->rows[job].reason, sizeof(b->rows[job].reason),
			 "the grader crashed");
	b->n_done++;
	if (!b->g->o->quiet && isatty(STDERR_FILENO))
		show_progress(b);
}

/*
 * Two batches in one folder would write over each other.  The workers hold
 * the lock too, by the descriptor that they inherit: a batch whose parent was
 * killed is over when its last worker is.  Nobody closes it: the
 * summary is written under it, too.
 */
static int lock_folder(const char *path, struct err *err)
{
	int fd;

	if (file_make_dirs(path, err) < 0)
		return -err->code;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || access(path, W_OK | X_OK) < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, errno, errno == EWOULDBLOCK
				       ? "%s: another batch is writing there"
				       : "%s: cannot be locked", path);
	return 0;
}

static int prepare(struct batch *b, struct err *err)
{
	struct grade *g = b->g;
	void *shared = mmap(NULL, b->n * sizeof(*b->rows),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return err_set(err, errno, "mmap: %s", strerror(errno));
	b->rows = shared;
	for (size_t i = 0; i < b->n; i++) {
		snprintf(b->rows[i].name, sizeof(b->rows[i].name), "%.*s",
			 (int)sizeof(b->rows[i].name) - 1, b->jobs[i].name);
		b->rows[i].outcome = OUTCOME_INTERRUPTED;
		b->rows[i].status = EXIT_STATUS_INTERRUPTED;
	}
	b->begin_ns = clock_ns();
	if (g->o->out && lock_folder(g->o->out, err) < 0)
		return -err->code;
	return interrupt_begin(&g->interrupt_fd, err);
}

int grade_many(struct grade *g, const struct grade_job *jobs, size_t n,
	       const struct batch_row **ret, struct err *err)
{
	struct batch b = { .g = g, .jobs = jobs, .n = n };
	const char *shared = NULL;
	struct pool pool = {
		.n_jobs = n,
		.parallel = (unsigned)g->o->jobs,
		.work = grade_one,
		.done = one_done,
		.ctx = &b,
	};
	int r = prepare(&b, err);

	if (r < 0)
		return r;
	pool.stop_fd = g->interrupt_fd;
	if (!g->o->cold)
		shared = session_share_warm(g->c->arena);
	r = pool_run(&pool, err);
	session_unshare_warm(shared);
	if (!g->o->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	*ret = b.rows;
	return r;
}

/* --- one exercise, many submissions --- */

/* What else lies in the folder of results. */
static bool is_summary(const char *name)
{
	return strcmp(name, BATCH_CSV) == 0 || strcmp(name, BATCH_JSON) == 0;
}

static bool is_taken(const struct grade_job *jobs, size_t n, const char *name)
{
	if (is_summary(name))
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(jobs[i].name, name) == 0)
			return true;
	return false;
}

/* The last part of the path; a number behind it where two are alike. */
static const char *name_of(struct arena *arena, const struct grade_job *jobs,
			   size_t n_jobs, const char *operand)
{
	char *path = arena_strdup(arena, operand);
	size_t n = strlen(path);
	const char *base, *name;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	base = strrchr(path, '/');
	base = base && base[1] ? base + 1 : path;
	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 ||
	    strcmp(base, "/") == 0)
		base = "submission";
	name = arena_printf(arena, "%.*s", NAME_MAX_BYTES, base);
	for (int k = 2; is_taken(jobs, n_jobs, name); k++)
		name = arena_printf(arena, "%.*s-%d",
				    NAME_MAX_BYTES - NUMBER_BYTES, base, k);
	return name;
}

static const struct grade_job *list_jobs(const struct grade *g, size_t *ret_n)
{
	struct arena *arena = g->c->arena;
	struct grade_job *jobs = arena_array(arena, g->c->n_args,
					     sizeof(*jobs));

	*ret_n = g->c->n_args - 1;
	for (size_t i = 0; i < *ret_n; i++) {
		const char *path = g->c->args[i + 1];

		jobs[i] = (struct grade_job){
			.ex = g->ex,
			.path = path,
			.name = name_of(arena, jobs, i, path),
		};
	}
	return jobs;
}

static int check_reports(struct grade *g)
{
	static const struct report_target standard = { .path = "report.json" };
	struct report_target *target;

	if (g->o->reports.n && reports_use_stdout(&g->reports))
		return cmd_usage(g->c, "with --out each report needs a file: "
				       "FORMAT=FILE");
	if (g->o->reports.n)
		return EXIT_STATUS_OK;
	target = arena_alloc(g->c->arena, sizeof(*target));
	*target = standard;
	target->format = report_find("json");
	g->reports = (struct reports){ target, 1, NULL };
	return EXIT_STATUS_OK;
}

/* Else it is the folder that --out names. */
static bool is_ours(int code)
{
	return code == ENOMEM || code == ENOSPC || code == EMFILE;
}

int grade_batch(struct grade *g)
{
	const struct batch_row *rows = NULL;
	const struct grade_job *jobs;
	struct err err;
	size_t n;
	int status = check_reports(g), r;

	if (status != EXIT_STATUS_OK)
		return status;
	jobs = list_jobs(g, &n);
	r = grade_many(g, jobs, n, &rows, &err);
	if (!rows)
		return cmd_fail(g->c, is_ours(err.code) ? EXIT_STATUS_INTERNAL
							: EXIT_STATUS_USAGE,
				&err);
	if (!g->o->quiet)
		batch_print(g->c->arena, stdout, rows, n);
	if (batch_write(g->c->arena, g->o->out, rows, n, &err) < 0)
		return cmd_fail(g->c, EXIT_STATUS_INTERNAL, &err);
	if (r < 0)
		return EXIT_STATUS_INTERRUPTED;
	return g->o->exit_zero ? EXIT_STATUS_OK : batch_status(rows, n);
}
