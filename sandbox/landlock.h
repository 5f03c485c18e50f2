/*
 * landlock -- the second lock on files: what may be read, run and written,
 * independent of mounts, ids and capabilities.
 */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

/* From this version on signals and abstract sockets are kept inside. */
#define LANDLOCK_ABI_SCOPED 6

/* The newest version that this kernel and this file know; 0: none. */
int landlock_abi(void);

/* What a path may be used for. */
enum landlock_use {
	LANDLOCK_READ,       /* read and execute it, and what is below it */
	LANDLOCK_READ_WRITE, /* a folder: everything below but device nodes */
	LANDLOCK_WRITE_FILE, /* a file or device: read and write */
};

/*
 * A ruleset that allows nothing yet but what landlock_allow() adds, and with
 * version 6 keeps signals and abstract sockets inside.  With `no_tcp` and
 * version 4 no TCP socket may be bound or connected.  Or -errno.
 */
int landlock_new(bool no_tcp);
int landlock_allow(int ruleset, const char *path, enum landlock_use use);

/* Lock the calling thread and its children; needs no_new_privs. */
int landlock_enforce(int ruleset);

#endif
