/*
 * files -- tell when somebody saved a file below a folder.
 *
 * inotify where it can be had, else a look at all times and sizes every
 * FILES_POLL_MS.  Editors that write a new file and rename it are seen; hidden
 * files, backups and what Python caches are not.
 */
#ifndef RUNNER_WATCH_FILES_H
#define RUNNER_WATCH_FILES_H

#include <stdbool.h>

#include "runner/base/attr.h"

struct err;
struct files;

#define FILES_POLL_MS  300
#define FILES_QUIET_MS 2   /* a burst of saves is over after this */
#define FILES_BURST_MS 200 /* and is not waited for longer than this */

/* `poll`: do not even try inotify. */
int files_new(struct files **ret, const char *root, bool poll,
	      struct err *err);
void files_free(struct files *files); /* NULL is allowed */
DEFINE_AUTO(struct files *, files_free)

/* Readable when something may have changed; -1: look every FILES_POLL_MS. */
int files_fd(const struct files *files);

/* True when something was saved since the last call; waits out a burst. */
bool files_changed(struct files *files);

/* A name that no editor or interpreter makes by itself. */
bool files_is_source(const char *name);

#endif
