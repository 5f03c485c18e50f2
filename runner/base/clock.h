/* clock -- monotonic time and deadlines; wall time only for people. */
#ifndef RUNNER_BASE_CLOCK_H
#define RUNNER_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_ns(void); /* CLOCK_MONOTONIC */

/* Milliseconds until `deadline_ns`, rounded up, never negative. */
int clock_left_ms(int64_t deadline_ns);

#define CLOCK_UTC_BYTES 32
/* "2026-11-22T18:54:10Z", RFC 3339 section 5.6. */
void clock_utc(char ret[CLOCK_UTC_BYTES]);

#endif
