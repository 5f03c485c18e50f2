/*
 * root -- the file tree of a box, built from nothing.
 *
 * A small tmpfs is the root; /usr and what else a program needs is bound into
 * it read-only; one limited tmpfs holds everything that can be written.  The
 * old root is detached at the end, and the new one made read-only.
 */
#ifndef SANDBOX_ROOT_H
#define SANDBOX_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/ids.h"
#include "sandbox/sandbox.h"

#define ROOT_MOUNTS_MAX 32 /* of the spec */
#define ROOT_BINDS_MAX  16 /* of our own */

struct root {
	const struct sandbox_spec *spec;
	const struct ids *ids;
	int binds[ROOT_BINDS_MAX];    /* detached copies; -1: not there */
	int sources[ROOT_MOUNTS_MAX]; /* likewise, of spec->mounts */
	bool is_dir[ROOT_MOUNTS_MAX];
	bool taken;                   /* sources are open already */
	int scratch;                  /* the writable tmpfs, once built */
	int decoys;                   /* inotify: see root_decoy(); or -1 */
	/* Where there is no root of its own (bare.h): a folder instead, which
	 * `scratch` holds.  Else "". */
	char folder[SANDBOX_FOLDER_BYTES];
};

/*
 * Empty folders where people look for secrets.  There is nothing to read, and
 * no call to refuse; but that somebody looked is worth knowing.  The name of
 * the i-th, as inotify counts: from 1.  NULL: no such.
 */
const char *root_decoy(int watch);

void root_init(struct root *root, const struct sandbox_spec *spec,
	       const struct ids *ids);

/*
 * Take detached copies of everything that is to be bound.  Root does this
 * before the box exists, with rights that the box will not have (a checkout
 * under a home folder of mode 0700); an ordinary user inside of it.
 */
int root_open_sources(struct root *root, struct sandbox_failure *reterr);
void root_close_sources(struct root *root);

/* Build and enter the tree; the caller is in the box's namespaces. */
int root_build(struct root *root, struct sandbox_failure *reterr);

/* A Landlock ruleset for that tree, in *ret_fd. */
int root_landlock(const struct root *root, int *ret_fd,
		  struct sandbox_failure *reterr);

#endif
