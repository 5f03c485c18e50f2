#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/cmd/batch_summary.h"
#include "runner/cmd/bundle_summary.h"
#include "runner/cmd/grade.h"
#include "runner/cmd/stored.h"
#include "runner/exercise/bundle.h"
#include "runner/exercise/exercise.h"
#include "runner/report/view.h"

struct bundle_run {
	struct grade *g;
	const struct bundle *bundle;
	const char *folder;        /* of the submission */
	struct bundle_part *parts; /* one for each exercise */
	struct grade_job *jobs;    /* of those that are there */
	size_t *part_of;           /* job to part */
	size_t n_jobs;
	bool as_json;
};

/* --- before anything runs --- */

/* A report of the whole goes to stdout, those of one exercise to files. */
static int check_words(struct bundle_run *b)
{
	struct grade *g = b->g;
	const char *name = "terminal";

	if (g->c->n_args != 1)
		return cmd_usage(g->c, "--bundle wants one folder, and no "
				       "exercise");
	if (g->o->only.n || g->o->transcript)
		return cmd_usage(g->c, "--%s is for one exercise, not for a "
				       "bundle",
				 g->o->only.n ? "only" : "transcript");
	for (size_t i = 0; i < g->reports.n; i++) {
		if (!g->reports.targets[i].path)
			name = g->reports.targets[i].format->name;
		else if (!g->o->out)
			return cmd_usage(g->c, "with --bundle, FORMAT=FILE "
					       "needs --out FOLDER");
	}
	b->as_json = strcmp(name, "json") == 0;
	if (!b->as_json && strcmp(name, "terminal") != 0)
		return cmd_usage(g->c, "a bundle is summed up as terminal or "
				       "json, not as %s", name);
	return EXIT_STATUS_OK;
}

/* What is left are the reports of each exercise. */
static void keep_files(struct grade *g)
{
	struct report_target *files = arena_array(g->c->arena,
						  g->reports.n + 1,
						  sizeof(*files));
	size_t n = 0;

	for (size_t i = 0; i < g->reports.n; i++)
		if (g->reports.targets[i].path)
			files[n++] = g->reports.targets[i];
	if (!n && g->o->out)
		files[n++] = (struct report_target){ report_find("json"),
						     "report.json" };
	g->reports = (struct reports){ files, n, NULL };
}

static int load(struct bundle_run *b)
{
	struct arena *arena = b->g->c->arena;
	struct err err;
	int r = bundle_load(arena, b->g->o->bundle, &b->bundle, &err);
	size_t n;

	if (r < 0)
		return cmd_fail(b->g->c,
				r == -EINVAL ? EXIT_STATUS_EXERCISE
					     : EXIT_STATUS_USAGE,
				&err);
	n = b->bundle->n_exercises;
	b->parts = arena_array(arena, n, sizeof(*b->parts));
	b->jobs = arena_array(arena, n, sizeof(*b->jobs));
	b->part_of = arena_array(arena, n, sizeof(*b->part_of));
	for (size_t i = 0; i < n; i++) {
		int status = grade_load(b->g, b->bundle->exercises[i]);

		if (status != EXIT_STATUS_OK)
			return status == EXIT_STATUS_USAGE
				       ? EXIT_STATUS_EXERCISE
				       : status;
		b->parts[i].ex = b->g->ex;
	}
	return EXIT_STATUS_OK;
}

/* --- what was submitted --- */

static int add_job(struct bundle_run *b, size_t i, const char *path)
{
	struct grade *g = b->g;
	struct bundle_part *part = &b->parts[i];
	struct grade_job *job = &b->jobs[b->n_jobs];
	struct err err;

	*job = (struct grade_job){ part->ex, path, part->ex->slug, NULL };
	part->transcript = arena_printf(g->c->arena, "%s/%s/transcript.jsonl",
					g->o->out ? g->o->out : "", job->name);
	if (!g->o->out) {
		g->ex = part->ex;
		g->path = NULL;
		if (grade_choose_path(g, &err) < 0)
			return cmd_fail(g->c, EXIT_STATUS_INTERNAL, &err);
		part->transcript = job->transcript = g->path;
	}
	b->part_of[b->n_jobs++] = i;
	return EXIT_STATUS_OK;
}

static void mark_missing(struct bundle_run *b, size_t i, const char *why)
{
	b->parts[i].outcome = "not-submitted";
	b->parts[i].reason = why;
	b->parts[i].status = EXIT_STATUS_NOT_GRADABLE;
}

/* A link is nobody's work: it may lead to another hand-in, or to a model. */
static int find_parts(struct bundle_run *b)
{
	struct arena *arena = b->g->c->arena;
	struct stat st;
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < b->bundle->n_exercises; i++) {
		const char *path = arena_printf(arena, "%s/%s", b->folder,
						b->bundle->exercises[i]);

		if (lstat(path, &st) < 0)
			mark_missing(b, i, arena_printf(arena, "there is no %s",
							path));
		else if (S_ISLNK(st.st_mode))
			mark_missing(b, i, arena_printf(arena, "%s is a "
							"symbolic link",
							path));
		else if (status == EXIT_STATUS_OK)
			status = add_job(b, i, path);
	}
	return status;
}

static bool is_of_bundle(const struct bundle *bundle, const char *name)
{
	for (size_t i = 0; i < bundle->n_exercises; i++)
		if (strcmp(bundle->exercises[i], name) == 0)
			return true;
	return false;
}

/* A misspelt folder would look like an answer that was never given. */
static int note_strangers(struct bundle_run *b)
{
	const struct command *c = b->g->c;
	struct dirent **found = NULL;
	int n = scandir(b->folder, &found, NULL, alphasort);

	if (n < 0)
		return cmd_usage(c, "%s: %s", b->folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = found[i]->d_name;

		if (*name != '.' && !is_of_bundle(b->bundle, name))
			cmd_note(c, "%s: no exercise of the bundle `%s`; it "
				    "is not graded",
				 text_visible(c->arena, span_of(name), 120),
				 b->bundle->slug);
		free(found[i]);
	}
	free(found);
	return EXIT_STATUS_OK;
}

static const char *names_of(struct bundle_run *b)
{
	const char *names = "";

	for (size_t i = 0; i < b->bundle->n_exercises; i++)
		names = arena_printf(b->g->c->arena, "%s%s%s", names,
				     i ? ", " : "", b->bundle->exercises[i]);
	return names;
}

/* --- afterwards --- */

static const char *outcome_of(const struct batch_row *row)
{
	if (row->status == EXIT_STATUS_USAGE)
		return "unreadable"; /* why, is on stderr */
	return row->ended ? outcome_name(row->outcome) : "not-begun";
}

static void read_results(struct bundle_run *b, const struct batch_row *rows)
{
	struct arena *arena = b->g->c->arena;
	bool whole = strcmp(b->g->o->view, "candidate") != 0;

	for (size_t i = 0; i < b->n_jobs; i++) {
		struct bundle_part *part = &b->parts[b->part_of[i]];
		const struct record *r;
		struct span lines;

		part->outcome = outcome_of(&rows[i]);
		part->reason = arena_strdup(arena, rows[i].reason);
		part->status = rows[i].status;
		part->took_ms = rows[i].took_ms;
		if (rows[i].ended && part->status != EXIT_STATUS_USAGE &&
		    file_read(arena, part->transcript, STORED_BYTES_MAX,
			      &lines, NULL) == 0 &&
		    record_read(arena, lines, &r, NULL) == 0)
			part->r = whole ? r : view_candidate(arena, r);
		else
			part->transcript = NULL;
	}
}

/* One that was graded makes the whole graded; what leaves the verdict open
 * comes first. */
static int status_of(const struct bundle_run *b,
		     const struct bundle_summary *s)
{
	static const int stronger[] = {
		EXIT_STATUS_INTERRUPTED, EXIT_STATUS_INTERNAL,
		EXIT_STATUS_ISOLATION, EXIT_STATUS_USAGE,
		EXIT_STATUS_TIME_OVER, EXIT_STATUS_FLAKY,
	};
	bool graded = false;

	for (size_t k = 0; k < sizeof(stronger) / sizeof(*stronger); k++)
		for (size_t i = 0; i < s->n_parts; i++)
			if (s->parts[i].status == stronger[k])
				return stronger[k];
	for (size_t i = 0; i < s->n_parts; i++)
		graded |= s->parts[i].status != EXIT_STATUS_NOT_GRADABLE;
	if (!graded)
		return EXIT_STATUS_NOT_GRADABLE;
	return s->percent >= b->g->o->threshold ? EXIT_STATUS_OK
						: EXIT_STATUS_BELOW;
}

static int show(const struct bundle_run *b, const struct bundle_summary *s,
		struct err *err)
{
	AUTO(jsonout_free) struct jsonout *out = bundle_json(s);
	const struct grade *g = b->g;
	char *text = jsonout_pretty(out);
	int r = 0;

	if (b->as_json)
		printf("%s\n", text);
	else if (!g->o->quiet)
		bundle_print(g->c->arena, s);
	if (g->o->out)
		r = file_write(arena_printf(g->c->arena, "%s/summary.json",
					    g->o->out),
			       span_of(text), err);
	free(text);
	return r;
}

static int run(struct bundle_run *b)
{
	const struct command *c = b->g->c;
	const struct batch_row *rows = NULL;
	struct bundle_summary s;
	struct err err;
	int r = grade_many(b->g, b->jobs, b->n_jobs, &rows, &err), status;

	if (!rows)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	read_results(b, rows);
	s = bundle_sum(c->arena, b->bundle, b->folder, b->parts,
		       b->bundle->n_exercises,
		       strcmp(b->g->o->view, "candidate") != 0);
	if (show(b, &s, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	status = r < 0 ? EXIT_STATUS_INTERRUPTED : status_of(b, &s);
	return b->g->o->exit_zero ? EXIT_STATUS_OK : status;
}

int grade_bundle(struct grade *g)
{
	struct bundle_run b = { .g = g };
	int status = check_words(&b);

	if (status == EXIT_STATUS_OK)
		status = load(&b);
	if (status != EXIT_STATUS_OK)
		return status;
	b.folder = g->c->args[0];
	keep_files(g);
	status = note_strangers(&b);
	if (status == EXIT_STATUS_OK)
		status = find_parts(&b);
	if (status != EXIT_STATUS_OK)
		return status;
	if (!b.n_jobs)
		return cmd_usage(g->c, "%s: none of the bundle's exercises is "
				       "there; it wants the folders %s",
				 b.folder, names_of(&b));
	return run(&b);
}
