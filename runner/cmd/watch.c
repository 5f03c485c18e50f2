#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/outcome.h"
#include "runner/cmd/practice.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/report/view.h"
#include "runner/session/session.h"
#include "runner/watch/files.h"
#include "runner/watch/practice.h"
#include "runner/watch/screen.h"
#include "sandbox/forkserver.h"

#define REDRAW_MS   25
#define TICK_MS     1000
#define SNAPSHOT_MAX (512u << 20)

struct watch_options {
	bool poll;
};

static const struct option_spec options[] = {
	{ "poll", 0, OPTION_FLAG, offsetof(struct watch_options, poll), NULL,
	  "look for saves by time stamps, where inotify does not tell" },
	{ 0 },
};

struct watch {
	const struct command *c;
	struct practice practice;
	struct files *files;
	struct forkserver *warm;
	struct screen screen;
	struct arena *now, *before; /* of the two records on the screen */
	int interrupt_fd;
	bool tty, cooked_saved, rerun, quit;
	struct termios cooked;
	int64_t drawn_ns;
	int status;
};

/* --- the terminal --- */

/* Keys without Enter and unseen.  Only while waiting: should a second Ctrl-C
 * end the program during a run, the terminal is as the shell left it. */
static void set_keys(struct watch *w, bool on)
{
	struct termios t = w->cooked;

	if (!w->tty || !w->cooked_saved)
		return;
	if (on) {
		t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		t.c_cc[VMIN] = 0;
		t.c_cc[VTIME] = 0;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static void measure(struct screen *s)
{
	struct winsize size;

	s->columns = console_columns(stdout);
	s->rows = 24;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row)
		s->rows = size.ws_row;
}

static void draw(struct watch *w)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	if (!w->tty)
		return;
	measure(&w->screen);
	screen_draw(arena, &w->screen, stdout);
	w->drawn_ns = clock_ns();
}

/* --- runs --- */

static void on_progress(void *ctx, struct transcript *t, size_t done,
			size_t all)
{
	struct watch *w = ctx;
	const struct record *r;
	struct span lines = transcript_lines(t);

	if (clock_ns() - w->drawn_ns < REDRAW_MS * 1000000ll && done > 1)
		return;
	/* The lines move when the transcript grows. */
	lines.data = arena_memdup(w->now, lines.data, lines.len);
	if (record_read(w->now, lines, &r, NULL))
		return;
	w->screen.now = view_candidate(w->now, r);
	w->screen.done = done;
	w->screen.all = all;
	draw(w);
}

/* What was lost last time, to be asked first; in `arena`. */
static const char *const *lost_ids(struct arena *arena,
				   const struct record *r, size_t *ret_n)
{
	size_t n = r ? r->n_criteria : 0;
	const char **ids = arena_array(arena, n + 1, sizeof(*ids));

	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		if (r->criteria[i].status != STATUS_PASS)
			ids[(*ret_n)++] = arena_strdup(arena,
						       r->criteria[i].id);
	return ids;
}

static void turn_over(struct watch *w)
{
	arena_free(w->before);
	w->before = w->now;
	w->now = arena_new();
	w->screen.before = w->screen.now;
}

static void show_result(struct watch *w, const struct record *r)
{
	w->screen.now = view_candidate(w->now, r);
	w->screen.done = w->screen.all = 0;
	w->status = outcome_status(w->screen.now->outcome);
	if (!w->tty)
		printf("run %d: %s\n", w->practice.runs,
		       screen_line(w->now, &w->screen));
	fflush(stdout);
	draw(w);
}

static void run(struct watch *w)
{
	struct practice_run run = {
		.interrupt_fd = w->interrupt_fd,
		.warm = w->warm,
		.progress = on_progress,
		.ctx = w,
	};
	const struct record *r;
	struct err err;

	turn_over(w);
	w->screen.note = NULL;
	run.first = lost_ids(w->now, w->screen.before, &run.n_first);
	if (practice_grade(w->now, &w->practice, &run, &r, &err)) {
		w->screen.note = arena_strdup(w->now, err.msg);
		w->status = EXIT_STATUS_INTERNAL;
		if (!w->tty)
			cmd_note(w->c, "%s", err.msg);
		draw(w);
		return;
	}
	show_result(w, r);
}

/* --- keys --- */

static void select_next(struct watch *w)
{
	const struct record *r = w->screen.now;
	const struct record_criterion *at = screen_criterion(&w->screen);
	size_t from = at ? (size_t)(at - r->criteria) + 1 : 0;

	for (size_t i = 0; r && i < r->n_criteria; i++) {
		const struct record_criterion *c =
			&r->criteria[(from + i) % r->n_criteria];

		if (c->status == STATUS_FAIL || c->status == STATUS_PARTIAL) {
			w->screen.selected =
				exercise_criterion(w->practice.ex, c->id)->id;
			return;
		}
	}
}

static void give_hint(struct watch *w)
{
	const struct record_criterion *at = screen_criterion(&w->screen);
	const struct criterion *c =
		at ? exercise_criterion(w->practice.ex, at->id) : NULL;
	int *shown;

	if (!c || !c->n_hints) {
		w->screen.note = "There is no hint for this one.";
		return;
	}
	shown = &w->practice.hints_shown[c - w->practice.ex->criteria];
	if ((size_t)*shown < c->n_hints)
		(*shown)++;
	w->screen.note = arena_printf(w->now, "Hint %d of %zu: %s", *shown,
				      c->n_hints, c->hints[*shown - 1]);
	practice_save(w->now, &w->practice, NULL);
}

static void turn_page(struct watch *w, enum screen_page page)
{
	w->screen.page = w->screen.page == page ? PAGE_MAIN : page;
}

static void press(struct watch *w, char key)
{
	w->screen.note = NULL;
	switch (key) {
	case 'n':
		select_next(w);
		break;
	case 'h':
		give_hint(w);
		break;
	case 'd':
		turn_page(w, PAGE_DETAILS);
		break;
	case 'c':
		turn_page(w, PAGE_CURL);
		break;
	case 'b':
		turn_page(w, PAGE_BRIEF);
		break;
	case 'r':
		w->rerun = true; /* with the terminal as the shell left it */
		return;
	case 'q':
		w->quit = true;
		return;
	}
	draw(w);
}

static void take_keys(struct watch *w)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	for (ssize_t i = 0; i < n && !w->quit; i++)
		press(w, keys[i]);
	if (n <= 0)
		w->quit = true; /* the terminal is gone */
}

/* --- the time box --- */

/* A last grade, kept under a name of its own, and the end. */
static void end_time_box(struct watch *w)
{
	struct span lines;
	struct err err;

	run(w);
	w->quit = true;
	w->status = EXIT_STATUS_TIME_OVER;
	if (file_read(w->now, practice_file(w->now, &w->practice,
					    "last.jsonl"),
		      SNAPSHOT_MAX, &lines, &err) ||
	    file_write(practice_file(w->now, &w->practice, "snapshot.jsonl"),
		       lines, &err))
		cmd_note(w->c, "%s", err.msg);
}

/* --- the loop --- */

static int wait_ms(const struct watch *w)
{
	int64_t left = practice_left_ms(&w->practice);
	int ms = files_fd(w->files) < 0 ? FILES_POLL_MS : -1;

	if (left == INT64_MAX)
		return ms;
	if (left < 0)
		left = 0;
	if (ms < 0 || ms > TICK_MS)
		ms = TICK_MS;
	return left < ms ? (int)left : ms;
}

static void wait_once(struct watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->interrupt_fd, .events = POLLIN },
		{ .fd = files_fd(w->files), .events = POLLIN },
		{ .fd = w->tty ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int n;

	set_keys(w, true);
	n = poll(fds, ARRAY_LEN(fds), wait_ms(w));
	if (n > 0 && fds[2].revents)
		take_keys(w);
	set_keys(w, false);
	if (n < 0 && errno == EINTR)
		draw(w); /* the window changed its size */
	if (n > 0 && fds[0].revents) {
		w->quit = true;
		w->status = EXIT_STATUS_INTERRUPTED;
	} else if (!w->quit && (files_changed(w->files) || w->rerun)) {
		w->rerun = false;
		run(w);
	} else if (practice_left_ms(&w->practice) <= 0) {
		end_time_box(w);
	} else if (n == 0) {
		draw(w); /* the clock */
	}
}

static void say_goodbye(const struct watch *w)
{
	if (w->tty)
		printf("\x1b[?1049l");
	if (w->tty && w->screen.now)
		printf("%s\n", screen_line(w->now, &w->screen));
	if (w->status == EXIT_STATUS_TIME_OVER)
		printf("The time is up; what was graded then is kept in %s\n",
		       practice_file(w->now, &w->practice,
				     "snapshot.jsonl"));
	fflush(stdout);
}

static void loop(struct watch *w)
{
	if (w->tty)
		printf("\x1b[?1049h");
	draw(w);
	run(w);
	while (!w->quit)
		wait_once(w);
	say_goodbye(w);
}

static void on_winch(int sig)
{
	(void)sig; /* poll() returns, and the screen is drawn again */
}

static void notice_resizes(void)
{
	struct sigaction action = { .sa_handler = on_winch };

	sigaction(SIGWINCH, &action, NULL);
}

static int watch_run(const struct command *c)
{
	const struct watch_options *o = c->options;
	struct watch w = { .c = c, .now = arena_new() };
	struct err err;

	if (practice_open(c->arena, &w.practice, &err))
		return cmd_usage(c, "%s", err.msg);
	if (files_new(&w.files, w.practice.root, o->poll, &err) ||
	    interrupt_begin(&w.interrupt_fd, &err))
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	w.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	w.cooked_saved = w.tty && !tcgetattr(STDIN_FILENO, &w.cooked);
	w.screen.practice = &w.practice;
	w.screen.color = console_has_color(stdout);
	w.screen.unicode = console_has_unicode();
	notice_resizes();
	w.warm = session_warm(c->arena);
	loop(&w);
	forkserver_free(w.warm);
	files_free(w.files);
	arena_free(w.now);
	arena_free(w.before);
	return w.status;
}

const struct verb verb_watch = {
	.name = "watch",
	.help = "grade the exercise in this folder again at every save",
	.detail = "What failed last time is asked first. Keys: n next failure, "
		  "h hint, d details, c curl line, b brief, r rerun, q quit. "
		  "Where stdin or stdout is no terminal, prints a line for "
		  "each run. Exits like grade; 124 when the time box is over.",
	.options = options,
	.options_bytes = sizeof(struct watch_options),
	.run = watch_run,
};
