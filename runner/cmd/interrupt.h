/*
 * interrupt -- Ctrl-C once: stop asking and end well.  Twice: end.
 *
 * The first SIGINT, SIGTERM or SIGHUP makes a descriptor readable, for
 * session_options.interrupt_fd; the second ends the program with 130 at once,
 * which ends the box too, because its keeper holds a lifeline to us.
 */
#ifndef RUNNER_CMD_INTERRUPT_H
#define RUNNER_CMD_INTERRUPT_H

struct err;

/* Take the signals; *ret_fd is readable after the first. */
int interrupt_begin(int *ret_fd, struct err *err);

/* For who draws on the terminal: nothing is said there, and before the
 * program ends at once `restore` is called, in a signal handler. */
void interrupt_restore(void (*restore)(void));

/* As if the first signal had come. */
void interrupt_raise(void);

#endif
