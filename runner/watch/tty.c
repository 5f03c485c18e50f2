#include "runner/watch/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "runner/base/attr.h"

static struct termios cooked; /* as the shell left it */
static volatile sig_atomic_t begun;
static int ends[2] = { -1, -1 }; /* readable: it changed */

bool tty_is_there(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term &&
	       *term && strcmp(term, "dumb") != 0;
}

/* Straight to the descriptor: stdio is not async-signal-safe. */
static void say(const char *codes)
{
	ssize_t n = write(STDOUT_FILENO, codes, strlen(codes));

	(void)n;
}

/* Ctrl-Z comes as a key: a program that stopped in the middle of a run would
 * let the submission's deadlines pass. */
static void take(void)
{
	struct termios raw = cooked;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	say("\x1b[?1049h\x1b[?25l");
}

static void give_back(void)
{
	say("\x1b[?25h\x1b[?1049l");
	tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
}

/* A flag would be missed by who is about to wait. */
static void on_resize(int sig)
{
	int saved = errno;
	ssize_t n = write(ends[1], "!", 1);

	(void)sig;
	(void)n;
	errno = saved;
}

/* Only what signal-safety(7) lists, as in all that is called from here. */
static void on_continue(int sig)
{
	int saved = errno;

	if (begun)
		take();
	on_resize(sig);
	errno = saved;
}

static void on_stop(int sig)
{
	int saved = errno;

	(void)sig;
	tty_stop();
	errno = saved;
}

/* No SA_RESTART: whoever waits draws again. */
static void handle(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(sig, &action, NULL);
}

void tty_begin(void)
{
	if (tcgetattr(STDIN_FILENO, &cooked) < 0 ||
	    pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	take();
	begun = 1;
	handle(SIGWINCH, on_resize);
	handle(SIGCONT, on_continue);
	handle(SIGTSTP, on_stop);
}

void tty_end(void)
{
	if (!begun)
		return;
	begun = 0;
	give_back();
}

void tty_stop(void)
{
	if (begun)
		give_back();
	raise(SIGSTOP);
}

int tty_fd(void)
{
	return ends[0];
}

bool tty_changed(void)
{
	char marks[64];
	bool was = false;

	while (ends[0] >= 0 && read(ends[0], marks, sizeof(marks)) > 0)
		was = true;
	return was;
}

int tty_next_key(const char **at, const char *end)
{
	static const struct {
		const char *code;
		int key;
	} codes[] = {
		{ "\x1b[A", TTY_KEY_UP },
		{ "\x1bOA", TTY_KEY_UP },
		{ "\x1b[B", TTY_KEY_DOWN },
		{ "\x1bOB", TTY_KEY_DOWN },
		{ "\x1b[5~", TTY_KEY_PAGE_UP },
		{ "\x1b[6~", TTY_KEY_PAGE_DOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		size_t n = strlen(codes[i].code);

		if ((size_t)(end - *at) >= n &&
		    !memcmp(*at, codes[i].code, n)) {
			*at += n;
			return codes[i].key;
		}
	}
	if (**at == '\x1b') {
		bool alone = end - *at == 1;

		*at = end; /* of another key: none of ours */
		return alone ? TTY_KEY_ESCAPE : TTY_KEY_OTHER;
	}
	return *(*at)++;
}
