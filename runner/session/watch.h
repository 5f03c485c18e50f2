/*
 * watch -- one descriptor that is readable when one of several is.
 *
 * An epoll instance can be polled itself; so what waits for one descriptor
 * (http_watch()) waits for a person's Ctrl-C, a deadline and the end of the
 * app at once.
 */
#ifndef RUNNER_SESSION_WATCH_H
#define RUNNER_SESSION_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ones that are -1 are left out.  A descriptor, or -errno. */
int watch_open(const int *fds, size_t n);

/* Readable `ms` milliseconds from now.  A descriptor, or -errno. */
int watch_timer(int64_t ms);

bool watch_is_readable(int fd); /* false for -1 */

#endif
