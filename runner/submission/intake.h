/*
 * intake -- where a submission's files land: our copy, with its ceilings.
 *
 *   intake_new(), then for each file intake_begin(), intake_write() as often
 *   as needed, intake_end(); intake_finish() sorts and digests.
 *
 * The one gate that both folders and archives go through: a path is relative
 * and plain, or it does not get in.
 */
#ifndef RUNNER_SUBMISSION_INTAKE_H
#define RUNNER_SUBMISSION_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"
#include "runner/submission/submission.h"

struct intake;

/* Makes the temporary folder. */
int intake_new(struct intake **ret, struct arena *arena, struct err *err);
/* Removes the copy as well, unless intake_finish() gave it away. */
void intake_free(struct intake *in);
DEFINE_AUTO(struct intake *, intake_free)

/*
 * True for a path with a part that is never copied: version control, caches,
 * virtual environments.  Notes the part, once.
 */
bool intake_skips(struct intake *in, const char *path);

/* Is that file in the copy already? */
bool intake_has(const struct intake *in, const char *path);

/* Remember something that was left out, for the transcript. */
void intake_note(struct intake *in, const char *fmt, ...) PRINTF(2, 3);

/* -EINVAL for a path that is absolute, has "..", or is there already; -EFBIG,
 * -E2BIG when a ceiling is reached. */
int intake_begin(struct intake *in, const char *path, struct err *err);
int intake_write(struct intake *in, struct span bytes, struct err *err);
void intake_end(struct intake *in);

/*
 * The finished copy, of which *ret is filled but `path` and `label`.  When
 * `lift` and all is inside one folder, that folder becomes the top: archives
 * made of a folder hold it.  -EINVAL when there is no file.
 */
int intake_finish(struct intake *in, bool lift, struct submission *ret,
		  struct err *err);

/* Remove the folder of a finished copy and all below it. */
void intake_remove(const char *dir);

#endif
