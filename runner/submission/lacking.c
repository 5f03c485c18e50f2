#include "runner/submission/lacking.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/submission/installed.h"
#include "runner/submission/submission.h"

#define LIST_BYTES_MAX (256u << 10)

/* Modules that Python 2 had: no package brings them back. */
static const char *const gone[] = {
	"ConfigParser", "Cookie", "HTMLParser", "Queue", "SocketServer",
	"StringIO", "Tkinter", "__builtin__", "cPickle", "cStringIO",
	"commands", "httplib", "md5", "sets", "urllib2", "urlparse", NULL
};

/* Projects that are called quite otherwise than what is imported. */
static const struct {
	const char *module, *project;
} aliases[] = {
	{ "PIL", "pillow" },	   { "bs4", "beautifulsoup" },
	{ "cv2", "opencv" },	   { "MySQLdb", "mysqlclient" },
	{ "sklearn", "scikit" },   { "attr", "attrs" },
};

const char *lacking_module(struct arena *arena, struct span line)
{
	size_t at = span_find(line, SPAN_LIT("No module named '")) + 17, n = 0;

	if (at >= line.len)
		return NULL;
	while (at + n < line.len && line.data[at + n] != '\'')
		n++;
	return text_visible(arena, (struct span){ line.data + at, n }, 80);
}

static bool is_python(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".py") == 0;
}

/* A folder of that name is a module where Python lies in it. */
static bool brings(const struct submission *sub, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sub->n_files; i++) {
		const char *p = sub->files[i].path;

		for (; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
			if (strncmp(p, name, n) == 0 &&
			    ((p[n] == '/' && is_python(p)) ||
			     strcmp(p + n, ".py") == 0))
				return true;
	}
	return false;
}

/* requirements.txt, requirements/dev.txt; but requirements.py is a program */
static bool is_list(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return (strcasestr(path, "requirement") && !is_python(path)) ||
	       !strcmp(name, "setup.py") || !strcmp(name, "METADATA") ||
	       !strcmp(name, "setup.cfg") || !strcmp(name, "Pipfile") ||
	       !strcmp(name, "pyproject.toml") ||
	       !strcmp(name, "environment.yml");
}

/* Anywhere in the text, as PEP 503 compares names, NULs (UTF-16) left out. */
static bool mentions(struct arena *arena, struct span text, const char *name)
{
	char *plain = arena_alloc(arena, text.len + 1), *wanted;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.data[i])
			plain[n++] = text.data[i] == '_' ? '-' : text.data[i];
	wanted = arena_strdup(arena, name);
	for (char *c = wanted; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return strcasestr(plain, wanted);
}

/* -1: it has no list at all. */
static int declares(struct arena *arena, const struct submission *sub,
		    const char *name)
{
	int found = -1;
	struct span text;

	for (size_t i = 0; i < sub->n_files && found < 1; i++) {
		const char *path = sub->files[i].path;

		if (is_list(path) &&
		    !file_read(arena, arena_printf(arena, "%s/%s", sub->dir,
						   path),
			       LIST_BYTES_MAX, &text, NULL))
			found = mentions(arena, text, name);
	}
	return found;
}

enum lacking lacking_judge(struct arena *arena, const struct submission *sub,
			   const char *name)
{
	const char *top = arena_memdup(arena, name, strcspn(name, "."));
	const char *project = top;
	struct installed installed;

	if (brings(sub, top))
		return LACKING_OWN;
	if (installed_find(arena, &installed) &&
	    installed_has_module(&installed, top))
		return LACKING_PART;
	for (size_t i = 0; gone[i]; i++)
		if (!strcmp(gone[i], top))
			return LACKING_UNDECLARED;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].module, top))
			project = aliases[i].project;
	return declares(arena, sub, project) == 0 ? LACKING_UNDECLARED
						  : LACKING_PACKAGE;
}
