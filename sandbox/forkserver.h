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
 *   that `fumehood warm start` left running; then forkserver_start() as often
 *   as wanted instead of sandbox_start().
 */
#ifndef SANDBOX_FORKSERVER_H
#define SANDBOX_FORKSERVER_H

#include "sandbox/sandbox.h"

struct forkserver;

/*
 * Start a fork server: `python` (absolute) with `script` (forkserver.py) and
 * the folder of installed packages.  It ends when forkserver_free() is called
 * or this process dies.  Returns at once; it imports meanwhile.
 */
int forkserver_spawn(struct forkserver **ret, const char *python,
		     const char *script, const char *packages,
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

#endif
