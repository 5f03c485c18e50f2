#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"
#include "runner/cmd/interrupt.h"
#include "runner/cmd/outcome.h"
#include "runner/cmd/practice.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/report/evidence.h"
#include "runner/report/failure.h"
#include "runner/report/view.h"
#include "runner/session/session.h"
#include "runner/watch/files.h"
#include "runner/watch/order.h"
#include "runner/watch/practice.h"
#include "runner/watch/screen.h"
#include "runner/watch/tty.h"

#define REDRAW_MS   100
#define TICK_MS     1000
#define FOLDER_MS 2000 /* who stands in a folder is not told that it went */
#define EARLY_FDS   2
#define DRAW_BYTES  (64 << 10) /* more than a picture: one write draws it */

struct watch_options {
	bool poll;
	const char *isolation;
};

static const struct option_spec options[] = {
	{ "poll", 0, OPTION_FLAG, offsetof(struct watch_options, poll), NULL,
	  "look for saves by time stamps, where inotify does not tell" },
	{ "isolation", 0, OPTION_CHOICE,
	  offsetof(struct watch_options, isolation), "full|reduced",
	  "reduced accepts a machine that lacks layers of the box" },
	{ 0 },
};
static const struct watch_options defaults = { .isolation = "full" };

struct watch {
	const struct command *c;
	struct practice practice;
	struct files *files;
	const char *warm; /* the fork server of all runs, shared */
	struct screen screen;
	struct arena *now, *before; /* of the two records on the screen */
	int interrupt_fd;
	int early_fd;    /* epoll: that, and more until the app answers */
	bool early_keys; /* a key is a part of it */
	bool tty, rerun, quit, stop;
	bool shown;          /* all of this run is on the screen */
	bool boxed;          /* the time is up: this run is the last */
	const char *parting; /* said behind the last line; may be NULL */
	int64_t drawn_ns, begun_ns;
	int status;
};

/* --- the terminal --- */

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
	tty_changed();
	measure(&w->screen);
	screen_draw(arena, &w->screen, stdout);
	w->drawn_ns = clock_ns();
}

/* --- runs --- */

static void take_keys(struct watch *w);

static void list_early(const struct watch *w, struct pollfd ret[EARLY_FDS])
{
	ret[0] = (struct pollfd){ .fd = files_fd(w->files), .events = POLLIN };
	ret[1] = (struct pollfd){
		.fd = w->tty && w->early_keys ? STDIN_FILENO : -1,
		.events = POLLIN,
	};
}

/*
 * An app that hangs while it is imported is waited for until its limit.  Who
 * has mended it by then, or wants to leave, should not wait too: until the app
 * answers, a save and a key end the run.
 */
static void listen_early(struct watch *w, bool on)
{
	struct epoll_event in = { .events = EPOLLIN };
	struct pollfd fds[EARLY_FDS];

	list_early(w, fds);
	for (size_t i = 0; i < EARLY_FDS; i++)
		if (fds[i].fd >= 0)
			epoll_ctl(w->early_fd,
				  on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
				  fds[i].fd, &in);
	w->screen.starting = on;
}

/* It answers.  False: what came before that has ended a request of ours as
 * well, which says nothing of the app, so that it must end the run. */
static bool has_started(struct watch *w)
{
	struct pollfd fds[EARLY_FDS];

	listen_early(w, false);
	list_early(w, fds);
	if (poll(fds, EARLY_FDS, 0) <= 0)
		return true;
	listen_early(w, true);
	return false;
}

static int new_early(int interrupt_fd, int *ret, struct err *err)
{
	struct epoll_event in = { .events = EPOLLIN };

	*ret = epoll_create1(EPOLL_CLOEXEC);
	if (*ret < 0 ||
	    epoll_ctl(*ret, EPOLL_CTL_ADD, interrupt_fd, &in) < 0)
		return err_set(err, errno, "epoll: %s", strerror(errno));
	return 0;
}

static bool was_signalled(const struct watch *w)
{
	struct pollfd in = { .fd = w->interrupt_fd, .events = POLLIN };

	return poll(&in, 1, 0) > 0;
}

static void show_grade(struct watch *w, const struct record *r)
{
	w->screen.now = view_candidate(w->now, r);
	w->screen.done = w->screen.all = 0;
	w->screen.run = w->practice.runs + 1;
	w->screen.took_ms = (int)((clock_ns() - w->begun_ns) / 1000000);
	w->shown = true;
	draw(w);
}

static void show_part(struct watch *w, const struct record *r, size_t done,
		      size_t all)
{
	w->screen.now = view_candidate(w->now, r);
	w->screen.done = done;
	w->screen.all = all;
	draw(w);
}

/* The whole grade is shown when all is asked: nobody waits for the box. */
static void on_progress(void *ctx, struct transcript *t, size_t done,
			size_t all)
{
	struct watch *w = ctx;
	const struct record *r;
	struct span lines = transcript_lines(t);
	bool asked;

	if (w->screen.starting && !has_started(w))
		return;
	take_keys(w);
	asked = done == all;
	if (clock_ns() - w->drawn_ns < REDRAW_MS * 1000000LL && done > 1 &&
	    !asked && !tty_changed())
		return;
	/* The lines move when the transcript grows. */
	lines.data = arena_memdup(w->now, lines.data, lines.len);
	if ((asked ? record_read_asked : record_read)(w->now, lines, &r, NULL))
		return;
	if (asked)
		show_grade(w, r);
	else
		show_part(w, r, done, all);
}

static void complain(struct watch *w, const char *text)
{
	w->screen.note = arena_strdup(w->now, text);
	if (!w->tty)
		cmd_note(w->c, "%s", text);
	draw(w);
}

static void turn_over(struct watch *w)
{
	arena_free(w->before);
	w->before = w->now;
	w->now = arena_new();
	w->screen.before = w->screen.now;
}

/* What `n` would lead to, for who has no screen. */
static void print_line(struct watch *w)
{
	const struct record_criterion *c = screen_criterion(&w->screen);
	const struct record_check *first = c ? failure_first(c) : NULL;

	printf("run %d: %s\n", w->practice.runs,
	       screen_line(w->now, &w->screen));
	if (first)
		printf("  %s (%s): %s: %s\n",
		       text_visible(w->now, span_of(c->title), 0),
		       text_visible(w->now, span_of(c->id), 0),
		       text_visible(w->now, span_of(first->finding.title), 0),
		       evidence_line(w->now, &first->finding));
	fflush(stdout);
}

/* Drawn before it is kept: nobody waits for a disk. */
static void show_result(struct watch *w, const struct practice_result *result)
{
	struct err err;

	if (!w->shown)
		show_grade(w, result->record);
	w->screen.now = view_candidate(w->now, result->record);
	w->status = outcome_status(w->screen.now->outcome);
	if (practice_keep(w->now, &w->practice, result, &err))
		complain(w, arena_printf(w->now, "not kept: %s", err.msg));
	if (!w->tty)
		print_line(w);
}

/* The run was ended early, or we failed: what was there before stays. */
static void drop_result(struct watch *w, const struct screen *was)
{
	arena_free(w->now);
	w->now = w->before;
	w->before = NULL;
	w->screen.now = w->screen.before;
	w->screen.before = NULL;
	w->screen.note = NULL;
	w->screen.done = w->screen.all = 0;
	w->screen.run = was->run;
	w->screen.took_ms = was->took_ms;
}

static void end_without_folder(struct watch *w)
{
	w->quit = true;
	w->status = EXIT_STATUS_USAGE;
	w->parting = arena_printf(w->c->arena, "%s is gone",
				  w->practice.root);
}

static void keep_snapshot(struct watch *w,
			  const struct practice_result *result)
{
	struct err err;

	if (practice_snapshot(w->now, &w->practice, result, &err))
		w->parting = arena_printf(w->c->arena, "The time is up; not "
						       "kept: %s", err.msg);
	else
		w->parting = arena_printf(w->c->arena,
					  "The time is up; what was graded "
					  "then is kept in %s",
					  practice_file(w->now, &w->practice,
							"snapshot.jsonl"));
}

static void run(struct watch *w)
{
	const struct watch_options *o = w->c->options;
	struct practice_run run = {
		.interrupt_fd = w->boxed ? w->interrupt_fd : w->early_fd,
		.progress = on_progress,
		.ctx = w,
		.reduced = !strcmp(o->isolation, "reduced"),
	};
	const struct screen was = w->screen;
	struct practice_result result;
	struct err err;
	int r;

	if (access(w->practice.root, F_OK)) {
		end_without_folder(w);
		return;
	}
	turn_over(w);
	w->shown = false;
	w->begun_ns = clock_ns();
	run.first = order_first(w->now, w->screen.before,
				&run.n_first);
	listen_early(w, true);
	draw(w);
	r = practice_grade(w->now, &w->practice, &run, &result, &err);
	listen_early(w, false);
	if (r) {
		drop_result(w, &was);
		complain(w, err.msg);
		w->status = EXIT_STATUS_INTERNAL;
	} else if (result.record->outcome == OUTCOME_INTERRUPTED) {
		drop_result(w, &was);
		w->rerun = !was_signalled(w);
		w->early_keys = false; /* until the next save */
	} else {
		show_result(w, &result);
	}
	if (w->boxed && result.whole)
		keep_snapshot(w, &result);
}

/* --- keys --- */

static void select_next(struct watch *w)
{
	const struct record_criterion *next = screen_next(&w->screen);

	w->screen.scroll = 0;
	if (!next)
		w->screen.note = "Nothing failed.";
	else if (next == screen_criterion(&w->screen))
		w->screen.note = "Nothing else failed.";
	else
		w->screen.selected =
			exercise_criterion(w->practice.ex, next->id)->id;
}

static void give_hint(struct watch *w)
{
	const struct record_criterion *at = screen_criterion(&w->screen);
	const struct criterion *c =
		at ? exercise_criterion(w->practice.ex, at->id) : NULL;
	int *shown;

	if (!c || !c->n_hints) {
		w->screen.note = c ? "There is no hint for this one; d shows "
				     "all that came."
				   : "Nothing failed.";
		return;
	}
	shown = &w->practice.hints_shown[c - w->practice.ex->criteria];
	if ((size_t)*shown < c->n_hints)
		(*shown)++;
	w->screen.note = arena_printf(w->now, "Hint %d of %zu (%s): %s",
				      *shown, c->n_hints, c->id,
				      c->hints[*shown - 1]);
	practice_save(w->now, &w->practice, NULL);
}

static void turn_page(struct watch *w, enum screen_page page)
{
	w->screen.page = w->screen.page == page ? PAGE_MAIN : page;
	w->screen.scroll = 0;
}

static void press(struct watch *w, int key)
{
	if (screen_scroll(&w->screen, key)) {
		draw(w);
		return;
	}
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
	case TTY_KEY_ESCAPE:
		turn_page(w, w->screen.page);
		break;
	case 'r':
		w->rerun = true;
		return;
	case TTY_KEY_STOP:
		w->stop = true;
		return;
	case 'q':
		w->quit = true;
		return;
	}
	draw(w);
}

/* What was typed, if anything was; during a run too. */
static void take_keys(struct watch *w)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char keys[64];
	const char *at = keys;
	ssize_t n;

	if (!w->tty || w->quit || poll(&in, 1, 0) <= 0)
		return;
	n = read(STDIN_FILENO, keys, sizeof(keys));
	while (at < keys + n && !w->quit)
		press(w, tty_next_key(&at, keys + n));
	if (n <= 0)
		w->quit = true; /* the terminal is gone */
	if (w->quit)
		interrupt_raise(); /* ends a run that is on */
}

/* --- the time box --- */

/* A last grade, kept under a name of its own, and the end. */
static void end_time_box(struct watch *w)
{
	w->boxed = true;
	run(w);
	w->quit = true;
	w->status = EXIT_STATUS_TIME_OVER;
}

/* Nobody gets a second one by watching again. */
static bool is_over(struct watch *w)
{
	const char *path = practice_file(w->c->arena, &w->practice,
					 "snapshot.jsonl");

	if (practice_left_ms(&w->practice) > 0 || access(path, F_OK))
		return false;
	printf("The time was up; what was graded then is kept in %s\n"
	       "fumehood check goes on without a clock.\n", path);
	return true;
}

/* --- the loop --- */

static int wait_ms(const struct watch *w)
{
	int64_t left = practice_left_ms(&w->practice);
	int ms = files_fd(w->files) < 0 ? FILES_POLL_MS : FOLDER_MS;

	if (left == INT64_MAX)
		return ms;
	if (left < 0)
		left = 0;
	if (ms > TICK_MS)
		ms = TICK_MS;
	return left < ms ? (int)left : ms;
}

static void wait_once(struct watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->interrupt_fd, .events = POLLIN },
		{ .fd = files_fd(w->files), .events = POLLIN },
		{ .fd = w->tty ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = tty_fd(), .events = POLLIN },
	};
	bool saved;
	int n;

	n = poll(fds, ARRAY_LEN(fds), w->rerun || w->stop ? 0 : wait_ms(w));
	take_keys(w);
	if (w->stop) {
		w->stop = false;
		tty_stop();
	}
	if (tty_changed())
		draw(w);
	saved = !w->quit && files_changed(w->files);
	w->early_keys = w->early_keys || saved;
	if (n > 0 && fds[0].revents) {
		w->quit = true;
		w->status = EXIT_STATUS_INTERRUPTED;
	} else if (!w->quit && (saved || w->rerun)) {
		w->rerun = false;
		w->screen.note = NULL;
		run(w);
	} else if (!w->quit && practice_left_ms(&w->practice) <= 0) {
		end_time_box(w);
	} else if (n == 0 && access(w->practice.root, F_OK)) {
		end_without_folder(w);
	} else if (n == 0 && w->practice.minutes) {
		draw(w); /* the clock */
	}
}

static void say_goodbye(struct watch *w)
{
	tty_end();
	w->screen.before = NULL; /* what changed was on the screen */
	if (w->tty && w->screen.now && !w->screen.all)
		printf("%s\n", screen_line(w->now, &w->screen));
	if (w->parting)
		printf("%s\n", w->parting);
	fflush(stdout);
}

static void loop(struct watch *w)
{
	if (w->tty) {
		interrupt_restore(tty_end);
		tty_begin();
		setvbuf(stdout, NULL, _IOFBF, DRAW_BYTES);
	}
	w->screen.starting = true; /* the warm server as well */
	draw(w);
	w->warm = session_share_warm(w->c->arena);
	files_changed(w->files); /* before this run is a part of it */
	run(w);
	while (!w->quit)
		wait_once(w);
	say_goodbye(w);
}

/* Where the last session ended, until this one has graded. */
static void show_last(struct watch *w)
{
	const struct record *r;

	if (!practice_last(w->now, &w->practice, &r, NULL))
		w->screen.now = view_candidate(w->now, r);
	w->screen.note = arena_printf(w->c->arena,
				      "Every save below %s is graded at once. "
				      "b shows the brief.",
				      text_visible(w->c->arena,
						   span_of(w->practice.root),
						   0));
}

static int watch_run(const struct command *c)
{
	const struct watch_options *o = c->options;
	struct watch w = { .c = c, .now = arena_new() };
	AUTO_FD lock = -1;
	struct err err;

	if (practice_open(c->arena, &w.practice, &err) ||
	    practice_lock(c->arena, &w.practice, &lock, &err))
		return cmd_usage(c, "%s", err.msg);
	if (is_over(&w))
		return EXIT_STATUS_TIME_OVER;
	if (files_new(&w.files, w.practice.root, o->poll, &err) ||
	    interrupt_begin(&w.interrupt_fd, &err) ||
	    new_early(w.interrupt_fd, &w.early_fd, &err))
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	w.tty = w.early_keys = tty_is_there();
	w.screen.practice = &w.practice;
	w.screen.color = console_has_color(stdout);
	w.screen.unicode = console_has_unicode();
	show_last(&w);
	loop(&w);
	session_unshare_warm(w.warm);
	close(w.early_fd);
	files_free(w.files);
	arena_free(w.now);
	arena_free(w.before);
	return w.status;
}

const struct verb verb_watch = {
	.name = "watch",
	.help = "grade the exercise in this folder again at every save",
	.detail = "What failed last time is asked first. Keys: n next failure, "
		  "h hint, d details, c curl lines, b brief, r rerun, q quit; "
		  "space, arrows and page keys scroll. Where stdin or stdout "
		  "is no terminal, or a dumb one, prints lines for each run. "
		  "Exits like grade; 124 when the time box is over.",
	.options = options,
	.options_bytes = sizeof(struct watch_options),
	.defaults = &defaults,
	.run = watch_run,
};
