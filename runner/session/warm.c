#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/session/python.h"
#include "runner/session/service.h"
#include "runner/session/session.h"
#include "sandbox/forkserver.h"

#define PREFIX        "fumehood-warm-"
#define WHILE_WE_LIVE (-1) /* and not a moment longer, however we end */

static struct forkserver_spec spec_of(const struct python *python)
{
	return (struct forkserver_spec){
		.python = python->exe,
		.script = python->warm,
		.packages = python->packages,
		.program = python->serve,
	};
}

static struct forkserver *connect_there(struct arena *arena,
					const struct python *python)
{
	const char *path = python_warm_socket(arena);
	struct forkserver *fs = NULL;
	struct sandbox_failure f;

	if (!path || forkserver_connect(&fs, path, python_build(arena, python),
					&f) < 0)
		return NULL;
	return fs;
}

struct forkserver *service_warm_there(struct arena *arena)
{
	struct python python;

	return python_find(arena, &python, NULL) < 0
		       ? NULL
		       : connect_there(arena, &python);
}

struct forkserver *service_warm(struct arena *arena, const char *imports,
				bool *ret_reused)
{
	struct forkserver *fs;
	struct forkserver_spec spec;
	struct sandbox_failure f;
	struct python python;

	*ret_reused = false;
	if (python_find(arena, &python, NULL) < 0)
		return NULL;
	fs = connect_there(arena, &python);
	if (fs) {
		*ret_reused = true;
		return fs;
	}
	spec = spec_of(&python);
	spec.imports = imports;
	return forkserver_spawn(&fs, &spec, &f) < 0 ? NULL : fs;
}

struct forkserver *session_warm(struct arena *arena)
{
	bool reused;

	return service_warm(arena, NULL, &reused);
}

/* Of runners that were killed before a server was theirs. */
static void remove_empty(const char *dir)
{
	rmdir(dir);
}

static const char *start_shared(struct arena *arena,
				const struct python *python, char *dir)
{
	const char *path = arena_printf(arena, "%s/warm.sock", dir);
	const char *build = python_build(arena, python);
	struct forkserver_spec spec = spec_of(python);
	struct forkserver_info info;
	struct sandbox_failure f;

	/* Its first answer comes when it has imported everything. */
	if (forkserver_daemon(&spec, path, build, WHILE_WE_LIVE, &f) < 0 ||
	    forkserver_ask(path, &info, &f) < 0) {
		rmdir(dir);
		return NULL;
	}
	setenv(PYTHON_WARM_SOCKET, path, 1);
	return path;
}

const char *session_share_warm(struct arena *arena)
{
	struct forkserver *there;
	struct python python;
	char *dir;

	if (python_find(arena, &python, NULL) < 0)
		return NULL;
	there = connect_there(arena, &python);
	if (there) {
		forkserver_free(there);
		return NULL;
	}
	file_sweep(PREFIX, remove_empty);
	dir = arena_printf(arena, "%s/" PREFIX "XXXXXX",
			   file_temporary_dir());
	return mkdtemp(dir) ? start_shared(arena, &python, dir) : NULL;
}

void session_unshare_warm(const char *path)
{
	struct sandbox_failure f;
	char *dir;

	if (!path)
		return;
	forkserver_stop(path, &f);
	unlink(path);
	dir = strdup(path);
	if (dir) {
		*strrchr(dir, '/') = '\0';
		rmdir(dir);
	}
	free(dir);
	unsetenv(PYTHON_WARM_SOCKET);
}
