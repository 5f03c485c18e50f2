#include "runner/submission/shadow.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/submission/installed.h"
#include "runner/submission/submission.h"

#define REQUIREMENTS_BYTES_MAX (256u << 10)

struct shadow {
	struct arena *arena;
	const struct submission *sub;
	const char *dir;
	struct installed installed;
};

/* --- modules of the same name ------------------------------------------------
 */

static bool is_identifier(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* The module that `path` is when it lies in the start folder: a.py, a/...;
 * NULL for others, and for folders that are no package (those shadow none). */
static const char *module_of(const struct shadow *s, const char *path)
{
	size_t n = strlen(s->dir);
	const char *slash, *name;

	if (n && (strncmp(path, s->dir, n) != 0 || path[n] != '/'))
		return NULL;
	path += n ? n + 1 : 0;
	slash = strchr(path, '/');
	n = slash ? (size_t)(slash - path) : strlen(path);
	if (slash ? strcmp(slash, "/__init__.py") != 0
		  : n <= 3 || strcmp(path + n - 3, ".py") != 0)
		return NULL;
	name = arena_memdup(s->arena, path, slash ? n : n - 3);
	return is_identifier(name) ? name : NULL;
}

static const char *shadowed(const struct shadow *s)
{
	for (size_t i = 0; i < s->sub->n_files; i++) {
		const char *name = module_of(s, s->sub->files[i].path);

		if (name && installed_has_module(&s->installed, name))
			return arena_printf(s->arena, "shadows %s", name);
	}
	return NULL;
}

/* --- versions ----------------------------------------------------------------
 */

struct version {
	long part[3];
	int n;
};

static struct version version_of(const char *s)
{
	struct version v = { 0 };

	while (v.n < 3 && isdigit((unsigned char)*s)) {
		char *end;

		v.part[v.n++] = strtol(s, &end, 10);
		if (*end != '.')
			break;
		s = end + 1;
	}
	return v;
}

static int compare(const struct version *a, const struct version *b)
{
	for (int i = 0; i < 3; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

/*
 * A pin of another major version is another program; within one, the
 * environment's is newer and meant to be compatible.
 */
static bool contradicts(const char *op, const char *wanted, const char *here)
{
	struct version want = version_of(wanted), have = version_of(here);

	if (!want.n || !have.n)
		return false;
	if (strcmp(op, "==") == 0 || strcmp(op, "~=") == 0 ||
	    strcmp(op, "===") == 0)
		return want.part[0] != have.part[0];
	if (strcmp(op, "<") == 0)
		return compare(&have, &want) >= 0;
	if (strcmp(op, "<=") == 0)
		return compare(&have, &want) > 0 &&
		       have.part[0] != want.part[0];
	return false;
}

static const char *contradicted(const struct shadow *s, const char *line)
{
	char op[4] = "", version[32] = "";
	const char *at = line, *here;
	struct span project;

	while (isalnum((unsigned char)*at) || strchr("-_.", *at)) {
		if (!*at)
			return NULL;
		at++;
	}
	project = (struct span){ line, (size_t)(at - line) };
	if (*at == '[')
		at += strcspn(at, "]") + (strchr(at, ']') != NULL);
	for (; *at && *at != ';' && *at != '#'; at += strcspn(at, ",;#")) {
		at += *at == ',';
		if (sscanf(at, " %3[=~<>!] %31[0-9.]", op, version) == 2)
			break;
	}
	if (!project.len || !*version)
		return NULL;
	here = installed_version(&s->installed, project);
	if (!here || !contradicts(op, version, here))
		return NULL;
	return arena_printf(s->arena, "pins %.*s%s%s (here %s)",
			    (int)project.len, project.data, op, version, here);
}

/* UTF-16, as some editors write it, is read by leaving the NULs out. */
static char *plain(struct arena *arena, struct span text)
{
	char *s = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c && c < 0x80)
			s[n++] = (char)c;
	}
	return s;
}

static const char *contradiction_in(const struct shadow *s, const char *file)
{
	const char *path = arena_printf(s->arena, "%s/%s", s->sub->dir, file);
	const char *reason = NULL;
	struct span text;
	char *line, *rest;

	if (access(path, R_OK) ||
	    file_read(s->arena, path, REQUIREMENTS_BYTES_MAX, &text, NULL) < 0)
		return NULL;
	rest = plain(s->arena, text);
	while (!reason && (line = strsep(&rest, "\r\n")) != NULL)
		reason = contradicted(s, line + strspn(line, " \t"));
	return reason;
}

const char *shadow_reason(struct arena *arena, const struct submission *sub,
			  const char *dir)
{
	struct shadow s = { .arena = arena, .sub = sub, .dir = dir };
	const char *reason;

	if (!installed_find(arena, &s.installed))
		return NULL;
	reason = shadowed(&s);
	if (!reason && *dir)
		reason = contradiction_in(&s, arena_printf(
			arena, "%s/requirements.txt", dir));
	return reason ? reason : contradiction_in(&s, "requirements.txt");
}
