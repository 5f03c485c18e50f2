#include "runner/watch/practice.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/session/session.h"
#include "runner/submission/submission.h"

#define STATE_DIR      ".fumehood"
#define STATE_MAX      (64u << 10)
#define TRANSCRIPT_MAX (512u << 20)
#define PARENTS_MAX    64 /* folders looked at, upwards */

const char *practice_file(struct arena *arena, const struct practice *p,
			  const char *name)
{
	return arena_printf(arena, "%s/" STATE_DIR "/%s", p->root, name);
}

static int64_t int_of(const struct json *v, const char *name, int64_t max)
{
	int64_t n;

	return json_int(json_get(v, name), &n) && n >= 0 && n <= max ? n : 0;
}

/* --- state --- */

static int read_json(struct arena *arena, const struct practice *p,
		     const struct json **ret, struct err *err)
{
	struct span text;
	int code = file_read(arena, practice_file(arena, p, "practice.json"),
			     STATE_MAX, &text, err);

	return code ? code : json_parse(arena, text, ret, err);
}

static int hints_of(const struct json *v, const struct criterion *c)
{
	return (int)int_of(json_get(v, "hints"), c->id, (int)c->n_hints);
}

static int write_json(struct arena *arena, const struct practice *p,
		      const struct json *now, struct err *err)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *hints = jsonout_object();
	char *dir = realpath(p->ex->dir, NULL), *text;
	int code;

	jsonout_int(out, "format", 1);
	jsonout_str(out, "exercise", dir ? dir : p->ex->dir);
	free(dir);
	jsonout_int(out, "begin", p->begin_s);
	jsonout_int(out, "minutes", p->minutes);
	jsonout_int(out, "runs", int_of(now, "runs", INT_MAX / 2) + p->runs -
					 p->runs_read);
	for (size_t i = 0; i < p->ex->n_criteria; i++) {
		int shown = hints_of(now, &p->ex->criteria[i]);

		if (shown < p->hints_shown[i])
			shown = p->hints_shown[i];
		if (shown)
			jsonout_int(hints, p->ex->criteria[i].id, shown);
	}
	jsonout_add(out, "hints", hints);
	text = jsonout_pretty(out);
	code = file_write(practice_file(arena, p, "practice.json"),
			  span_of(text), err);
	free(text);
	return code;
}

/*
 * The folder may be somebody's hand-in: what is remembered is written into it,
 * and nowhere that a link of theirs leads to.
 */
static int open_state(const char *path, int flags)
{
	return open(path, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    0666);
}

/* `hint` in one window and `watch` in another: neither forgets what the
 * other remembered. */
int practice_save(struct arena *arena, const struct practice *p,
		  struct err *err)
{
	AUTO_FD lock = open_state(practice_file(arena, p, "lock"), O_RDWR);
	const struct json *now = NULL;

	if (lock >= 0)
		flock(lock, LOCK_EX);
	if (read_json(arena, p, &now, NULL))
		now = NULL;
	return write_json(arena, p, now, err);
}

int practice_lock(struct arena *arena, const struct practice *p, int *ret_fd,
		  struct err *err)
{
	const char *path = practice_file(arena, p, "watched");
	int fd = open_state(path, O_RDWR);

	*ret_fd = fd;
	if (fd < 0) /* nobody can watch this folder and remember it */
		return 0;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	close(fd);
	*ret_fd = -1;
	return err_set(err, EBUSY, "%s is being watched already, by another "
				   "fumehood watch", p->root);
}

static int read_state(struct arena *arena, struct practice *p,
		      const struct json *v, struct err *err)
{
	const char *dir = json_str(json_get(v, "exercise"));
	int code;

	if (!dir)
		return err_set(err, EINVAL, "it names no exercise");
	code = exercise_load(arena, dir, &p->ex, err);
	if (code)
		return code;
	p->ex = exercise_public(arena, p->ex);
	p->begin_s = int_of(v, "begin", INT64_MAX);
	p->minutes = (int)int_of(v, "minutes", 100000);
	p->runs = p->runs_read = (int)int_of(v, "runs", INT_MAX / 2);
	p->hints_shown = arena_array(arena, p->ex->n_criteria + 1,
				     sizeof(*p->hints_shown));
	for (size_t i = 0; i < p->ex->n_criteria; i++)
		p->hints_shown[i] = hints_of(v, &p->ex->criteria[i]);
	return 0;
}

bool practice_is_in(struct arena *arena, const char *dir)
{
	const char *state = arena_printf(arena, "%s/" STATE_DIR, dir);
	struct stat st;

	return !lstat(state, &st) && S_ISDIR(st.st_mode) &&
	       !access(arena_printf(arena, "%s/practice.json", state), F_OK);
}

/* Who begins one often forgets to enter its folder. */
static int none_here(struct arena *arena, struct err *err)
{
	struct dirent **names;
	int n = scandir(".", &names, NULL, alphasort), found = 0;
	const char *first = NULL;

	for (int i = 0; i < n; i++) {
		if (*names[i]->d_name != '.' &&
		    practice_is_in(arena, names[i]->d_name) && !found++)
			first = text_shell_quote(arena,
						 span_of(names[i]->d_name));
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	if (!found)
		return err_set(err, ENOENT, "no exercise was begun here; "
					    "`fumehood new EXERCISE` begins "
					    "one");
	return err_set(err, ENOENT, "no exercise was begun here, but %s; `cd "
				    "%s` first",
		       found == 1 ? "one in a folder below"
				  : "some in folders below", first);
}

/* Up from the current folder to the one that holds .fumehood/. */
static int find_root(struct arena *arena, const char **ret, struct err *err)
{
	char *path = realpath(".", NULL);
	char *root = arena_strdup(arena, path ? path : "");

	free(path);
	for (int i = 0; i < PARENTS_MAX && *root; i++) {
		char *slash;

		if (practice_is_in(arena, root)) {
			*ret = root;
			return 0;
		}
		slash = strrchr(root, '/');
		*slash = '\0';
	}
	return none_here(arena, err);
}

int practice_open(struct arena *arena, struct practice *ret, struct err *err)
{
	const struct json *v;
	int code;

	*ret = (struct practice){ 0 };
	code = find_root(arena, &ret->root, err);
	if (code)
		return code;
	code = read_json(arena, ret, &v, err);
	if (!code)
		code = read_state(arena, ret, v, err);
	if (code)
		err_wrap(err, "%s", practice_file(arena, ret,
						  "practice.json"));
	return code;
}

int64_t practice_left_ms(const struct practice *p)
{
	int64_t end_s = p->begin_s + (int64_t)p->minutes * 60;
	struct timespec now;

	if (!p->minutes)
		return INT64_MAX;
	/* Wall time: a time box goes on while the machine sleeps. */
	clock_gettime(CLOCK_REALTIME, &now);
	return (end_s - now.tv_sec) * 1000 - now.tv_nsec / 1000000;
}

/* --- grading --- */

int practice_last(struct arena *arena, const struct practice *p,
		  const struct record **ret, struct err *err)
{
	struct span lines;
	int code = file_read(arena, practice_file(arena, p, "last.jsonl"),
			     TRANSCRIPT_MAX, &lines, err);

	if (code == -ENOENT)
		return err_set(err, ENOENT, "nothing was graded here yet; "
					    "`fumehood check` does it");
	return code ? code : record_read(arena, lines, ret, err);
}

static uint64_t draw_seed(void)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) < 0)
		seed = (uint32_t)time(NULL);
	return seed;
}

struct progress {
	const struct practice_run *run;
	struct transcript *t;
};

static void on_progress(void *ctx, const char *criterion, size_t done,
			size_t all)
{
	const struct progress *progress = ctx;

	(void)criterion;
	if (progress->run->progress)
		progress->run->progress(progress->run->ctx, progress->t, done,
					all);
}

static int run_session(struct arena *arena, const struct practice *p,
		       const struct practice_run *run, struct transcript *t,
		       struct err *err)
{
	AUTO(submission_close) const struct submission *sub = NULL;
	struct session_options options = {
		.seed = run->seed ? run->seed : draw_seed(),
		.reduced = run->reduced,
		.threshold = 10000,
		.public = true,
		.beside = true,
		.only = run->only,
		.n_only = run->n_only,
		.interrupt_fd = run->interrupt_fd,
		.first = run->first,
		.n_first = run->n_first,
		.progress = on_progress,
		.ctx = &(struct progress){ run, t },
	};
	struct submission unread = { .path = p->root };
	struct err why;

	if (submission_open(arena, p->root, &sub, &why))
		return session_refuse(arena, p->ex, &unread, why.msg,
				      &options, t, err);
	return session_run(arena, p->ex, sub, &options, t, err);
}

int practice_grade(struct arena *arena, const struct practice *p,
		   const struct practice_run *run,
		   struct practice_result *ret, struct err *err)
{
	AUTO(transcript_free) struct transcript *t = NULL;
	int code = transcript_new(&t, NULL, err);

	if (code)
		return code;
	code = run_session(arena, p, run, t, err);
	if (code)
		return code;
	ret->lines = transcript_lines(t);
	ret->lines.data = arena_memdup(arena, ret->lines.data,
				       ret->lines.len);
	code = record_read(arena, ret->lines, &ret->record, err);
	ret->whole = !run->n_only && !code &&
		     ret->record->outcome != OUTCOME_INTERRUPTED;
	return code;
}

/* --- what stays of it --- */

/* {"at":1795386088,"points":2.5,"max_points":10,"passed":["create"]} */
static char *history_line(const struct record *r)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *passed = jsonout_array();

	jsonout_int(out, "at", time(NULL));
	jsonout_hundredths(out, "points", r->points);
	jsonout_hundredths(out, "max_points", r->max_points);
	for (size_t i = 0; i < r->n_criteria; i++)
		if (r->criteria[i].status == STATUS_PASS)
			jsonout_str(passed, NULL, r->criteria[i].id);
	jsonout_add(out, "passed", passed);
	return jsonout_print(out);
}

/* Appended in one write: a line is there whole or not at all. */
static int add_history(struct arena *arena, const struct practice *p,
		       const struct record *r, struct err *err)
{
	const char *path = practice_file(arena, p, "history.jsonl");
	AUTO_FD fd = open_state(path, O_WRONLY | O_APPEND);
	char *text = history_line(r);
	const char *line = arena_printf(arena, "%s\n", text);
	ssize_t n = (ssize_t)strlen(line);

	free(text);
	if (fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (lseek(fd, 0, SEEK_END) + n > PRACTICE_HISTORY_MAX)
		return 0;
	if (write(fd, line, (size_t)n) != n)
		return err_set(err, errno ? errno : ENOSPC, "%s: %s", path,
			       strerror(errno ? errno : ENOSPC));
	return 0;
}

int practice_keep(struct arena *arena, struct practice *p,
		  const struct practice_result *result, struct err *err)
{
	int code;

	if (!result->whole)
		return 0;
	p->runs++;
	code = file_write(practice_file(arena, p, "last.jsonl"),
			  result->lines, err);
	if (!code)
		code = add_history(arena, p, result->record, err);
	if (!code)
		code = practice_save(arena, p, err);
	if (!code)
		p->runs_read = p->runs;
	return code;
}

int practice_snapshot(struct arena *arena, const struct practice *p,
		      const struct practice_result *result, struct err *err)
{
	return file_write(practice_file(arena, p, "snapshot.jsonl"),
			  result->lines, err);
}
