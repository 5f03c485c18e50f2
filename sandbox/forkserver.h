/*
 * forkserver -- a warm Python that joins a box instead of starting in one.
 *
 * One trusted python3 has imported the framework (forkserver.py).  For each
 * start it forks; the child joins the box's namespaces through a pidfd, forks
 * into its pid namespace, gives everything up, locks Landlock and seccomp
 * (confine.h) and returns into Python, which serves.  A start costs a fork
 * and not an import.  The server never runs submitted code and holds no
 * secret, no probe, no stray descriptor and one thread.
 *
 *   forkserver_spawn() for one of our own, forkserver_connect() for the one
 *   that forkserver_daemon() left running; then forkserver_start() as often as
 *   wanted instead of sandbox_start().
 */
#ifndef SANDBOX_FORKSERVER_H
#define SANDBOX_FORKSERVER_H

#include <sys/types.h>

#include "sandbox/sandbox.h"

struct forkserver;

struct forkserver_spec { /* all absolute paths */
	const char *python;
	const char *script;   /* forkserver.py */
	const char *packages; /* the folder of installed packages */
	const char *program;  /* the script that starts will run */
	/* What it will import, "flask_cors,sqlalchemy"; names that
	 * forkserver.py does not know are passed over.  NULL: everything. */
	const char *imports;
};

/*
 * Start one of our own.  It ends when forkserver_free() is called or this
 * process dies.  Returns at once; it imports meanwhile.
 */
int forkserver_spawn(struct forkserver **ret,
		     const struct forkserver_spec *spec,
		     struct sandbox_failure *reterr);

/*
 * Leave one running for this user's later commands.  It listens on
 * `socket_path` (mode 0600, other users are refused) and ends after `idle_ms`
 * without a client.  `build` tells clients whether it is theirs.  With an
 * `idle_ms` below 0 it is for this process and its children alone: it ends
 * when this process does, and removes the socket and its folder.
 */
int forkserver_daemon(const struct forkserver_spec *spec,
		      const char *socket_path, const char *build, int idle_ms,
		      struct sandbox_failure *reterr);

/*
 * Connect to a running one.  -ENOENT: none there; -ESTALE: it belongs to
 * another build (`build` is compared) or another user.
 */
int forkserver_connect(struct forkserver **ret, const char *socket_path,
		       const char *build, struct sandbox_failure *reterr);

/* As sandbox_start(); program->argv is what Python would see in sys.argv,
 * argv[0] the script that it runs as __main__. */
int forkserver_start(struct forkserver *fs, struct sandbox *sb,
		     const struct sandbox_program *program,
		     struct sandbox_failure *reterr);

void forkserver_free(struct forkserver *fs); /* NULL is fine */

#define FORKSERVER_BUILD_BYTES 80 /* longer ones are cut */

struct forkserver_info {
	pid_t pid;
	uint32_t starts;
	int64_t up_ms;
	char build[FORKSERVER_BUILD_BYTES];
};

/* About the one at `socket_path`, of whatever build; errors as above. */
int forkserver_ask(const char *socket_path, struct forkserver_info *ret,
		   struct sandbox_failure *reterr);
/* Make it end; what it has started goes on. */
int forkserver_stop(const char *socket_path, struct sandbox_failure *reterr);

#endif
