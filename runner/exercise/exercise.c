#include "runner/exercise/exercise.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/exercise/manifest.h"
#include "runner/expect/script.h"

#define MANIFEST_BYTES_MAX ((size_t)1 << 20)
#define BRIEF_BYTES_MAX    ((size_t)1 << 20)
#define NAMES_MAX          1000 /* entries of one folder that we look at */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entries of a folder that do not start with a dot, sorted; none when it
 * cannot be read. */
static const char **names_in(struct arena *arena, const char *dir,
			     size_t *ret_n)
{
	const char **names = arena_array(arena, NAMES_MAX, sizeof(*names));
	DIR *d = opendir(dir);
	struct dirent *entry;

	*ret_n = 0;
	while (d && (entry = readdir(d)) && *ret_n < NAMES_MAX - 1)
		if (entry->d_name[0] != '.')
			names[(*ret_n)++] = arena_strdup(arena, entry->d_name);
	if (d)
		closedir(d);
	qsort(names, *ret_n, sizeof(*names), compare_names);
	return names;
}

/* A script's path must stay below the exercise's folder. */
static bool stays_below(const char *path)
{
	return *path != '/' && strcmp(path, "..") != 0 &&
	       strncmp(path, "../", 3) != 0 && !strstr(path, "/../");
}

static int load_script(struct arena *arena, const struct exercise *ex,
		       const char *manifest, struct criterion *c,
		       struct err *err)
{
	const char *path = arena_printf(arena, "%s/%s", ex->dir,
					c->script_file);
	struct span text;
	int points, r;

	if (!stays_below(c->script_file))
		return err_set(err, EINVAL, "%s:%d: `%s` leaves the exercise",
			       manifest, c->line, c->script_file);
	r = file_read(arena, path, SCRIPT_BYTES_MAX, &text, err);
	if (r < 0) {
		err_wrap(err, "%s:%d", manifest, c->line);
		err->code = EINVAL;
		return -EINVAL;
	}
	r = script_parse(arena, path, text, &c->script, err);
	if (r < 0)
		return r;
	points = script_points(c->script);
	if (points && points != c->points)
		return err_set(err, EINVAL,
			       "%s: its points come to %d.%02d, those of "
			       "criterion `%s` (%s:%d) to %d.%02d",
			       path, points / 100, points % 100, c->id,
			       manifest, c->line, c->points / 100,
			       c->points % 100);
	return 0;
}

static int load_scripts(struct arena *arena, struct exercise *ex,
			const char *manifest, struct err *err)
{
	/* Ours until the exercise is handed out. */
	struct criterion *criteria = (struct criterion *)(uintptr_t)
					     ex->criteria;

	for (size_t i = 0; i < ex->n_criteria; i++) {
		int r = criteria[i].script_file
				? load_script(arena, ex, manifest,
					      &criteria[i], err)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static void add_to_digest(struct digest *digest, const char *name,
			  struct span bytes)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *head = arena_printf(arena, "%s %zu\n", name, bytes.len);

	digest_add(digest, span_of(head));
	digest_add(digest, bytes);
}

/* Of what decides a grade: manifest, brief, everything in probes/. */
static void digest_exercise(struct arena *arena, struct exercise *ex,
			    struct span manifest, struct span brief)
{
	struct digest *digest = digest_new();
	const char *dir = arena_printf(arena, "%s/probes", ex->dir);
	size_t n;
	const char **names = names_in(arena, dir, &n);

	add_to_digest(digest, "exercise.json", manifest);
	add_to_digest(digest, "brief.md", brief);
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(arena, "%s/%s", dir, names[i]);
		struct span bytes;

		if (file_read(arena, path, SCRIPT_BYTES_MAX, &bytes, NULL) == 0)
			add_to_digest(digest, names[i], bytes);
	}
	digest_finish(digest, ex->digest);
}

int exercise_load(struct arena *arena, const char *dir,
		  const struct exercise **ret, struct err *err)
{
	struct exercise *ex = arena_alloc(arena, sizeof(*ex));
	const char *file = arena_printf(arena, "%s/exercise.json", dir);
	const char *brief_file = arena_printf(arena, "%s/brief.md", dir);
	struct span text, brief = { NULL, 0 };
	int r;

	ex->dir = arena_strdup(arena, dir);
	r = file_read(arena, file, MANIFEST_BYTES_MAX, &text, err);
	if (r < 0)
		return r;
	r = file_read(arena, brief_file, BRIEF_BYTES_MAX, &brief, err);
	if (r < 0) {
		if (err)
			err->code = EINVAL;
		return -EINVAL;
	}
	r = manifest_read(arena, file, text, brief, ex, err);
	if (r == 0)
		r = load_scripts(arena, ex, file, err);
	if (r < 0)
		return r;
	digest_exercise(arena, ex, text, brief);
	*ret = ex;
	return 0;
}

static bool has_manifest(struct arena *arena, const char *dir)
{
	return access(arena_printf(arena, "%s/exercise.json", dir), F_OK) == 0;
}

static int no_exercise(struct arena *arena, const char *name, struct err *err)
{
	size_t n;
	const char *const *slugs = exercise_list(arena, &n);
	const char *meant = text_suggest(name, slugs);
	const char *shown = text_visible(arena, span_of(name), 200);

	/* A name is one of ours; a folder of somebody's own has a slash. */
	if (*name && has_manifest(arena, name))
		return err_set(err, ENOENT, "no exercise `%s`; the folder here "
					    "is `./%s`", shown, shown);
	if (*name && !access(name, F_OK))
		return err_set(err, ENOENT, "no exercise `%s`; what is here by "
					    "that name has no exercise.json",
			       shown);
	if (meant)
		return err_set(err, ENOENT,
			       "no exercise `%s`; did you mean `%s`?", shown,
			       meant);
	return err_set(err, ENOENT, "no exercise `%s`; `fumehood list` shows "
				    "%zu", shown, n);
}

int exercise_find(struct arena *arena, const char *name, const char **ret_dir,
		  struct err *err)
{
	const char *home = file_home(arena, "exercises");
	const char *base = strrchr(name, '/');

	if (base && strcmp(base, "/exercise.json") == 0)
		name = arena_memdup(arena, name, (size_t)(base - name));
	if (base || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		if (!has_manifest(arena, name))
			return err_set(err, ENOENT,
				       "%s: no exercise.json there", name);
		*ret_dir = arena_strdup(arena, name);
		return 0;
	}
	if (home && *name) {
		const char *dir = arena_printf(arena, "%s/%s", home, name);

		if (has_manifest(arena, dir)) {
			*ret_dir = dir;
			return 0;
		}
	}
	return no_exercise(arena, name, err);
}

const char *const *exercise_list(struct arena *arena, size_t *ret_n)
{
	const char *home = file_home(arena, "exercises");
	const char **slugs;
	size_t n = 0, k = 0;

	slugs = names_in(arena, home ? home : "", &n);
	for (size_t i = 0; i < n; i++)
		if (has_manifest(arena, arena_printf(arena, "%s/%s", home,
						     slugs[i])))
			slugs[k++] = slugs[i];
	slugs[k] = NULL;
	*ret_n = k;
	return slugs;
}

const struct criterion *exercise_criterion(const struct exercise *ex,
					   const char *id)
{
	for (size_t i = 0; i < ex->n_criteria; i++)
		if (strcmp(ex->criteria[i].id, id) == 0)
			return &ex->criteria[i];
	return NULL;
}

static bool is_public(const struct exercise *ex, const char *id)
{
	const struct criterion *c = exercise_criterion(ex, id);

	return c && c->visibility == VISIBILITY_PUBLIC;
}

static struct criterion public_criterion(struct arena *arena,
					 const struct exercise *ex,
					 const struct criterion *from)
{
	const char **needs =
		arena_array(arena, from->n_needs + 1, sizeof(*needs));
	struct criterion c = *from;

	c.n_needs = c.n_followup = 0;
	for (size_t i = 0; i < from->n_needs; i++)
		if (is_public(ex, from->needs[i]))
			needs[c.n_needs++] = from->needs[i];
	c.needs = needs;
	return c;
}

const struct exercise *exercise_public(struct arena *arena,
				       const struct exercise *ex)
{
	struct exercise *ret = arena_alloc(arena, sizeof(*ret));
	struct criterion *criteria =
		arena_array(arena, ex->n_criteria + 1, sizeof(*criteria));

	*ret = *ex;
	ret->n_criteria = 0;
	ret->max_points = 0;
	for (size_t i = 0; i < ex->n_criteria; i++) {
		if (ex->criteria[i].visibility != VISIBILITY_PUBLIC)
			continue;
		criteria[ret->n_criteria++] =
			public_criterion(arena, ex, &ex->criteria[i]);
		ret->max_points += ex->criteria[i].points;
	}
	ret->criteria = criteria;
	return ret;
}
