/*
 * tty -- the terminal while all of it is drawn on.
 *
 * Between tty_begin() and tty_end() keys come one by one and unseen, Ctrl-Z
 * among them, and what the shell showed is kept aside.  Whoever ends the
 * program in between, a signal handler too, calls tty_end() first.
 */
#ifndef RUNNER_WATCH_TTY_H
#define RUNNER_WATCH_TTY_H

#include <stdbool.h>

#define TTY_KEY_STOP '\x1a' /* Ctrl-Z: for tty_stop() */
enum { /* beyond ASCII */
	TTY_KEY_UP = 256,
	TTY_KEY_DOWN,
	TTY_KEY_PAGE_UP,
	TTY_KEY_PAGE_DOWN,
	TTY_KEY_ESCAPE,
	TTY_KEY_OTHER,
};

/* stdin and stdout are terminals, and TERM is one that moves its cursor. */
bool tty_is_there(void);

void tty_begin(void);
void tty_end(void); /* async-signal-safe; harmless when it is not begun */

/* Give the terminal back and stop, until somebody continues the program. */
void tty_stop(void);

/* It was resized, or given back and taken again, since the last call. */
bool tty_changed(void);
int tty_fd(void); /* readable when it was; -1 before tty_begin() */

/* The key at `*at` of what was read, up to `end`; `*at` is moved behind it. */
int tty_next_key(const char **at, const char *end);

#endif
