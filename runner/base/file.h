/* file -- whole files in and out, and where the project's own files are. */
#ifndef RUNNER_BASE_FILE_H
#define RUNNER_BASE_FILE_H

#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;

/* Read a regular file of at most `max` bytes: -EFBIG beyond, -EINVAL when it
 * is not a regular file, else the errno of open(2). */
int file_read(struct arena *arena, const char *path, size_t max,
	      struct span *ret, struct err *err);

/* Write a file whole or not at all: temporary name, fsync, rename. */
int file_write(const char *path, struct span bytes, struct err *err);

/* mkdir -p with mode 0777 & ~umask for every missing part. */
int file_make_dirs(const char *path, struct err *err);

/*
 * The folder of one of the project's own parts ("exercises", "env",
 * "sandbox/policy", "runner/session"): under $FUMEHOOD_HOME when set, else
 * beside an uninstalled program (its build/ is a sibling), else under the
 * data directory fixed at build time.  NULL when it is nowhere.
 */
const char *file_home(struct arena *arena, const char *part);

/* $XDG_STATE_HOME/fumehood, else ~/.local/state/fumehood, and where no home can
 * be written to /tmp/fumehood-UID/state, of which the upper one is made with
 * mode 0700 and refused (-EPERM) when others may write there. */
int file_state_dir(struct arena *arena, const char **ret, struct err *err);

/* $XDG_RUNTIME_DIR/fumehood, else /tmp/fumehood-UID: made and refused as
 * above. */
int file_runtime_dir(struct arena *arena, const char **ret, struct err *err);

/* $TMPDIR when it is an absolute path, else /tmp. */
const char *file_temporary_dir(void);

/*
 * What killed runners left in that folder: each folder of this user's whose
 * name begins with `prefix` and in which nothing was made for a minute is
 * given to `remove`, which judges whether anybody still wants it.
 */
void file_sweep(const char *prefix, void (*remove)(const char *path));

#endif
