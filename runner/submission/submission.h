/*
 * submission -- the candidate's files, copied once and never changed.
 *
 * A folder, one .py file, or an archive (.zip, .tar, .tar.gz, .tgz, .tar.xz
 * through libarchive) becomes a read-only copy of ours under a temporary
 * folder.  Everything is read by descriptor below the root: no symlink is
 * followed out, no hard link, fifo or device is copied, sizes, entries and
 * depth are capped.  Nothing in it is ever executed outside a box.
 */
#ifndef RUNNER_SUBMISSION_SUBMISSION_H
#define RUNNER_SUBMISSION_SUBMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/digest.h"

struct arena;
struct err;

#define SUBMISSION_BYTES_MAX (64u << 20)
#define SUBMISSION_FILES_MAX 4000
#define SUBMISSION_DEPTH_MAX 32

struct submission_file {
	const char *path; /* relative, no "..", sorted by bytes */
	int64_t size_bytes;
};

struct submission {
	const char *path;  /* as given */
	const char *dir;   /* our copy, which nothing changes */
	const char *base;  /* the temporary folder around it */
	int lock;          /* says that the copy is in use */
	const char *label; /* --label, may be NULL */
	char digest[DIGEST_SHA256_HEX]; /* of sorted paths and contents */
	const struct submission_file *files;
	size_t n_files;
	const char *const *notes; /* what was left out, for the transcript */
	size_t n_notes;
};

/*
 * -ENOENT / -EACCES: the path cannot be read (usage).  -EINVAL, -EFBIG,
 * -ELOOP ...: it can, but is no gradable submission (the candidate's).
 */
int submission_open(struct arena *arena, const char *path,
		    const struct submission **ret, struct err *err);

/*
 * The folder `path` laid over the folder `base`: what is in both is taken from
 * `path`.  An exercise's flawed answers are told that way.
 */
int submission_open_over(struct arena *arena, const char *base,
			 const char *path, const struct submission **ret,
			 struct err *err);

void submission_close(const struct submission *sub); /* removes the copy */

static inline void submission_close_p(const struct submission **sub)
{
	if (*sub)
		submission_close(*sub);
}

#endif
