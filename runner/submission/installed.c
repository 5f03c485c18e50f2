#include "runner/submission/installed.h"

#include <ctype.h>
#include <dirent.h>
#include <glob.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"

/* Compiled into the interpreter; no file tells. */
static const char *const builtins[] = {
	"array", "binascii", "builtins", "cmath", "errno", "faulthandler",
	"fcntl", "gc", "grp", "itertools", "marshal", "math", "posix", "pwd",
	"pyexpat", "select", "spwd", "sys", "syslog", "time", "unicodedata",
	"zlib", NULL
};

bool installed_find(struct arena *arena, struct installed *ret)
{
	const char *env = file_home(arena, "env");
	const char *version;
	glob_t found;

	*ret = (struct installed){ .arena = arena };
	if (!env || glob(arena_printf(arena, "%s/lib/python3*/site-packages",
				      env), 0, NULL, &found) != 0)
		return false;
	ret->packages = arena_strdup(arena, found.gl_pathv[0]);
	globfree(&found);
	version = strstr(ret->packages, "/lib/python3");
	version = version ? version + 5 : "python3";
	ret->stdlib = arena_printf(arena, "/usr/lib/%.*s",
				   (int)strcspn(version, "/"), version);
	return true;
}

static bool matches(struct arena *arena, const char *dir, const char *name,
		    const char *end)
{
	glob_t found;
	bool any = glob(arena_printf(arena, "%s/%s%s", dir, name, end), 0, NULL,
			&found) == 0;

	if (any)
		globfree(&found);
	return any;
}

static bool is_module_in(struct arena *arena, const char *dir, const char *name)
{
	return matches(arena, dir, name, ".py") ||
	       matches(arena, dir, name, "/__init__.py") ||
	       matches(arena, dir, name, ".*.so");
}

bool installed_has_module(const struct installed *in, const char *name)
{
	for (size_t i = 0; builtins[i]; i++)
		if (strcmp(builtins[i], name) == 0)
			return true;
	return is_module_in(in->arena, in->packages, name) ||
	       is_module_in(in->arena, in->stdlib, name) ||
	       is_module_in(in->arena,
			    arena_printf(in->arena, "%s/lib-dynload",
					 in->stdlib), name);
}

bool installed_same_project(struct span a, const char *b, size_t n)
{
	if (a.len != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char x = (char)tolower((unsigned char)a.data[i]);
		char y = (char)tolower((unsigned char)b[i]);

		if (x != y && !(strchr("-_.", x) && strchr("-_.", y)))
			return false;
	}
	return n > 0;
}

/* From the name of its .dist-info. */
const char *installed_version(const struct installed *in, struct span project)
{
	DIR *dir = opendir(in->packages);
	const char *version = NULL;
	struct dirent *e;

	while (dir && !version && (e = readdir(dir)) != NULL) {
		const char *end = strstr(e->d_name, ".dist-info");
		const char *dash = strchr(e->d_name, '-');

		if (end && dash && dash < end &&
		    installed_same_project(project, e->d_name,
				 (size_t)(dash - e->d_name)))
			version = arena_memdup(in->arena, dash + 1,
					       (size_t)(end - dash - 1));
	}
	if (dir)
		closedir(dir);
	return version;
}
