#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
#define STORED_MAX      ((size_t)256 << 20)

struct batch {
	struct grade *g;
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

static int grade_one(void *ctx, size_t job)
{
	struct batch *b = ctx;
	struct batch_row *row = &b->rows[job];
	struct grade g = *b->g;
	const char *folder = arena_printf(g.c->arena, "%s/%s", g.o->out,
					  row->name);
	int64_t begin_ns = clock_ns();
	struct err err;
	int status;

	if (file_make_dirs(folder, &err) < 0)
		return cmd_fail(g.c, EXIT_STATUS_INTERNAL, &err);
	g.path = arena_printf(g.c->arena, "%s/" TRANSCRIPT_NAME, folder);
	g.label = row->name;
	g.keep = keep;
	g.outcome = OUTCOME_BROKEN;
	place_reports(&g, folder);
	status = grade_submission(&g, g.c->args[job + 1]);
	row->outcome = g.outcome;
	row->points = g.points;
	row->max_points = g.max_points;
	row->kept = g.kept;
	row->took_ms = (clock_ns() - begin_ns) / 1000000;
	if (g.reason)
		snprintf(row->reason, sizeof(row->reason), "%.*s",
			 (int)sizeof(row->reason) - 1, g.reason);
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

static bool is_taken(const struct batch *b, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(b->rows[i].name, name) == 0)
			return true;
	return false;
}

/* The last part of the path; a number behind it where two are alike. */
static void name_row(struct batch *b, size_t i)
{
	char *path = arena_strdup(b->g->c->arena, b->g->c->args[i + 1]);
	size_t n = strlen(path);
	const char *base, *name;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	base = strrchr(path, '/');
	base = base && base[1] ? base + 1 : path;
	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0 ||
	    strcmp(base, "/") == 0)
		base = "submission";
	name = base;
	for (int k = 2; is_taken(b, i, name); k++)
		name = arena_printf(b->g->c->arena, "%s-%d", base, k);
	snprintf(b->rows[i].name, sizeof(b->rows[i].name), "%.*s",
		 (int)sizeof(b->rows[i].name) - 1, name);
}

static int prepare(struct batch *b, struct err *err)
{
	struct grade *g = b->g;
	void *shared;

	b->n = g->c->n_args - 1;
	shared = mmap(NULL, b->n * sizeof(*b->rows), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return err_set(err, errno, "mmap: %s", strerror(errno));
	b->rows = shared;
	for (size_t i = 0; i < b->n; i++) {
		name_row(b, i);
		b->rows[i].outcome = OUTCOME_INTERRUPTED;
	}
	b->begin_ns = clock_ns();
	if (file_make_dirs(g->o->out, err) < 0)
		return -err->code;
	return interrupt_begin(&g->interrupt_fd, err);
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
	g->reports = (struct reports){ target, 1 };
	return EXIT_STATUS_OK;
}

static int run_pool(struct batch *b)
{
	const struct pool pool = {
		.n_jobs = b->n,
		.parallel = (unsigned)b->g->o->jobs,
		.stop_fd = b->g->interrupt_fd,
		.work = grade_one,
		.done = one_done,
		.ctx = b,
	};
	const char *shared = NULL;
	int r;

	if (!b->g->o->cold)
		shared = session_share_warm(b->g->c->arena);
	r = pool_run(&pool, NULL);
	session_unshare_warm(shared);
	if (!b->g->o->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	return r;
}

int grade_batch(struct grade *g)
{
	struct batch b = { .g = g };
	struct err err;
	int status = check_reports(g), r;

	if (status != EXIT_STATUS_OK)
		return status;
	if (g->o->jobs > POOL_PARALLEL_MAX)
		return cmd_usage(g->c, "--jobs wants at most %d",
				 POOL_PARALLEL_MAX);
	if (prepare(&b, &err) < 0)
		return cmd_fail(g->c, EXIT_STATUS_INTERNAL, &err);
	r = run_pool(&b);
	if (!g->o->quiet)
		batch_print(g->c->arena, stdout, b.rows, b.n);
	if (batch_write(g->c->arena, g->o->out, b.rows, b.n, &err) < 0)
		return cmd_fail(g->c, EXIT_STATUS_INTERNAL, &err);
	if (r < 0)
		return EXIT_STATUS_INTERRUPTED;
	return g->o->exit_zero ? EXIT_STATUS_OK : batch_status(b.rows, b.n);
}
