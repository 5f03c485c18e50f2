#include "runner/session/python.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/digest.h"
#include "runner/base/attr.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/span.h"

/* Never one under a home folder: a box sees /usr and the environment. */
#define PYTHON "/usr/bin/python3"

/* Boxes see folders at the same place as here, so it must be the real one. */
static const char *real_home(struct arena *arena, const char *part)
{
	const char *path = file_home(arena, part);
	char *real = path ? realpath(path, NULL) : NULL;

	path = real ? arena_strdup(arena, real) : NULL;
	free(real);
	return path;
}

static const char *find_packages(struct arena *arena, const char *env)
{
	const char *pattern = arena_printf(arena, "%s/lib/python3*/"
						  "site-packages", env);
	const char *found = NULL;
	glob_t paths;

	if (glob(pattern, GLOB_ONLYDIR, NULL, &paths) == 0) {
		found = arena_strdup(arena, paths.gl_pathv[0]);
		globfree(&paths);
	}
	return found;
}

int python_find(struct arena *arena, struct python *ret, struct err *err)
{
	struct python p = { .exe = PYTHON };
	const char *sandbox = real_home(arena, "sandbox");

	if (access(PYTHON, X_OK) < 0)
		return err_set(err, ENOENT, PYTHON " is missing: install "
						   "python3");
	p.env = real_home(arena, "env");
	p.packages = p.env ? find_packages(arena, p.env) : NULL;
	if (!p.packages)
		return err_set(err, ENOENT, "the Python environment is "
					    "missing: run `make env`");
	p.session = real_home(arena, "runner/session");
	if (!p.session || !sandbox)
		return err_set(err, ENOENT, "serve.py is missing: install "
					    "fumehood again");
	p.serve = arena_printf(arena, "%s/serve.py", p.session);
	p.warm = arena_printf(arena, "%s/forkserver.py", sandbox);
	*ret = p;
	return 0;
}

const char *python_warm_socket(struct arena *arena)
{
	const char *named = getenv(PYTHON_WARM_SOCKET);
	const char *dir;

	if (named && *named == '/')
		return arena_strdup(arena, named);
	if (file_runtime_dir(arena, &dir, NULL) < 0)
		return NULL;
	return arena_printf(arena, "%s/warm.sock", dir);
}

/* Made at the same moment: the size and time of a file, "" when it is gone. */
static const char *identity(struct arena *arena, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return "";
	return arena_printf(arena, "%s %lld %lld.%09ld\n", path,
			    (long long)st.st_size, (long long)st.st_mtim.tv_sec,
			    st.st_mtim.tv_nsec);
}

const char *python_build(struct arena *arena, const struct python *p)
{
	const char *stamp = arena_printf(arena, "%s/.stamp", p->env);
	const char *const parts[] = {
		FUMEHOOD_VERSION, p->session, identity(arena, stamp),
		identity(arena, p->serve), identity(arena, p->warm),
		identity(arena, "/proc/self/exe"),
	};
	struct digest *digest = digest_new();
	char *hex = arena_alloc(arena, DIGEST_SHA256_HEX);

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		digest_add(digest, span_of(parts[i]));
	digest_finish(digest, hex);
	return hex;
}
