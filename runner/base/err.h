/*
 * err -- why an operation failed, in one fixed-size value.
 *
 * Convention of the whole tree: a function that can fail takes `struct err *`
 * last, returns 0 on success and a negative errno on failure, writes its
 * `ret` outputs on success only and `err` on failure only.  `err` may be NULL.
 *
 * A struct err never allocates, so it can live on the caller's stack and
 * cross a pipe in one write: its size is below PIPE_BUF.
 */
#ifndef RUNNER_BASE_ERR_H
#define RUNNER_BASE_ERR_H

#include "runner/base/attr.h"

#define ERR_MSG_BYTES 500

struct err {
	int code;                /* an errno value, never 0 once set */
	char msg[ERR_MSG_BYTES]; /* always NUL-terminated */
};

/* Fill `err` and return -code, so callers can `return err_set(...)`. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);
#ifdef ANALYSED /* by what looks at one file at a time: make analyse */
#define err_set(...) ((err_set)(__VA_ARGS__), -1)
#endif

/* Put more context and ": " before the message; returns -code again. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

#endif
