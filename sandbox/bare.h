/*
 * bare -- a box where no namespace can be had.
 *
 * Engines of containers refuse namespaces to what runs in them, and some
 * systems refuse them to ordinary users.  Who asked for reduced isolation gets
 * a bare box there: seccomp (policy/bare.policy), Landlock, limits, and no
 * socket but the one that is handed in.  Files, processes and network are the
 * machine's, so all of this stands in for namespaces:
 *
 *   files      a folder of our own below /tmp; "/data" is FOLDER/data.  What
 *              is laid over a folder elsewhere is a copy here.  Landlock lets
 *              a program read /usr and what was bound, and write in there.
 *   network    the listening socket has a port of the kernel's choice
 *   processes  one session and one group: no program can leave it (pretend
 *              setsid), so that one signal ends all; init and the keeper are
 *              subreapers, so that nobody is lost to them
 *
 * DESIGN.md lists what this does not hold.
 */
#ifndef SANDBOX_BARE_H
#define SANDBOX_BARE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/ids.h"
#include "sandbox/root.h"
#include "sandbox/sandbox.h"

/* Keeps TCP inside too. */
#define BARE_LANDLOCK_ABI 4

/* No namespace can be had here, of mounts, processes or network. */
bool bare_is_all(void);

/*
 * What stands in the way of even this: NULL, or why not, and *ret_layer.  What
 * keeps signals inside is version 6 of Landlock, or a uid that has no other
 * processes; root's must not be the program's.
 */
const char *bare_refusal(int landlock_abi, bool root, bool has_ids,
			 enum sandbox_layer *ret_layer);

/* Whether another uid can be given to a program, and its end be ours. */
bool bare_has_ids(void);

/*
 * A fresh folder, root->folder; root->scratch holds it, and its lock.  First
 * those are removed that a crash has left.  0, or -errno and *reterr.
 */
int bare_make_folder(struct root *root, struct sandbox_failure *reterr);

/* Fill it with what the spec asks for; root->ids say for whom. */
int bare_fill(const struct root *root, struct sandbox_failure *reterr);

/* A Landlock ruleset for it, in *ret_fd. */
int bare_landlock(const struct root *root, int *ret_fd,
		  struct sandbox_failure *reterr);

/* Remove what is there; nobody must be at work in it. */
void bare_remove_folder(const char *folder);

/*
 * bare_left.c: note in the folder which session is at work in it; and end the
 * one that was, when its keeper and its init are no more.
 */
void bare_note_session(int folder, pid_t session); /* 0: none yet */
void bare_end_left(int folder);

/*
 * End the group whose leader is `leader`, a child that has not been waited
 * for: its number cannot be another's until then.  For who reaps it.
 */
void bare_end_group(pid_t leader);

/* What a folder holds, looked at until `inodes_max` are found. */
struct bare_usage {
	int64_t bytes;
	int64_t inodes;
};

void bare_measure(const char *folder, int64_t inodes_max,
		  struct bare_usage *ret);

/* What only open descriptors of a box (proc.h) show. */
struct bare_open {
	int64_t unlinked_bytes; /* files in the folder without a name */
	int64_t sockets_bytes;  /* as proc_sockets_bytes() */
};

/*
 * From a line of /proc/PID/maps: a file in `folder` without a name is at least
 * as large as this, and has that inode.  -1: it is no such mapping.
 */
int64_t bare_parse_mapping(const char *line, const char *folder,
			   uint64_t *ret_inode);

struct proc_box;
void bare_look_at_open(const struct proc_box *box, const char *folder,
		       int scratch, struct bare_open *ret);

/* Our rights on files become `ids`' program's, to look at its /proc; back. */
void bare_look_as(const struct ids *ids, bool begin);

#endif
