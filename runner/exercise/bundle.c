#include "runner/exercise/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/exercise/fields.h"

#define BUNDLE_BYTES_MAX ((size_t)64 << 10)
#define SUFFIX           ".json"

static const char *const levels[] = { "junior", "mid", "senior", NULL };

struct raw_bundle {
	struct bundle b;
	int format;
};

#define AT(m) .offset = offsetof(struct raw_bundle, m)
static const struct field bundle_fields[] = {
	{ "$schema", FIELD_IGNORED, .required = false },
	{ "format", FIELD_INT, AT(format), .required = true, .min = 1,
	  .max = 1 },
	{ "slug", FIELD_STR, AT(b.slug), .required = true },
	{ "title", FIELD_STR, AT(b.title), .required = true },
	{ "level", FIELD_STR, AT(b.level), .required = true,
	  .choices = levels },
	{ "exercises", FIELD_STRINGS, AT(b.exercises),
	  .offset_n = offsetof(struct raw_bundle, b.n_exercises),
	  .required = true },
	{ 0 },
};

/* --- one file --- */

static int check_exercise(const struct fields *in, const struct bundle *b,
			  const struct json *list, size_t i, struct err *err)
{
	const char *dir, *slug = b->exercises[i];
	struct err why;

	if (!fields_is_id(slug))
		return fields_wrong(in, &list->items[i], err,
				    "`%.60s` is no slug", slug);
	for (size_t k = 0; k < i; k++)
		if (strcmp(b->exercises[k], slug) == 0)
			return fields_wrong(in, &list->items[i], err,
					    "`%s` is named twice", slug);
	if (exercise_find(in->arena, slug, &dir, &why) < 0)
		return fields_wrong(in, &list->items[i], err, "%s", why.msg);
	return 0;
}

static int check(const struct fields *in, const struct bundle *b,
		 const struct json *v, struct err *err)
{
	const struct json *list = json_get(v, "exercises");
	int r = 0;

	if (!fields_is_id(b->slug))
		return fields_wrong(in, json_get(v, "slug"), err,
				    "`slug` must be lower-case letters, "
				    "digits and single hyphens");
	if (!b->n_exercises || b->n_exercises > BUNDLE_EXERCISES_MAX)
		return fields_wrong(in, list, err,
				    "`exercises` must name 1 to %d",
				    BUNDLE_EXERCISES_MAX);
	for (size_t i = 0; i < b->n_exercises && r == 0; i++)
		r = check_exercise(in, b, list, i, err);
	return r;
}

static int load_file(struct arena *arena, const char *file,
		     const struct bundle **ret, struct err *err)
{
	const struct fields in = { arena, file };
	struct raw_bundle *raw = arena_alloc(arena, sizeof(*raw));
	const struct json *v;
	struct span text;
	int r = file_read(arena, file, BUNDLE_BYTES_MAX, &text, err);

	if (r < 0)
		return r;
	r = fields_parse(&in, text, &v, err);
	if (r == 0)
		r = fields_read(&in, v, "a bundle", bundle_fields, raw, err);
	if (r == 0)
		r = check(&in, &raw->b, v, err);
	raw->b.file = file;
	*ret = &raw->b;
	return r;
}

/* --- by name --- */

static const char *home(struct arena *arena)
{
	return file_home(arena, "exercises/bundles");
}

static int no_bundle(struct arena *arena, const char *name, struct err *err)
{
	size_t n;
	const char *const *slugs = bundle_list(arena, &n);
	const char *meant = text_suggest(name, slugs);
	const char *shown = text_visible(arena, span_of(name), 200);

	if (meant)
		return err_set(err, ENOENT,
			       "no bundle `%s`; did you mean `%s`?", shown,
			       meant);
	return err_set(err, ENOENT,
		       "no bundle `%s`; `fumehood list` shows %zu", shown, n);
}

int bundle_load(struct arena *arena, const char *name,
		const struct bundle **ret, struct err *err)
{
	const char *folder = home(arena);
	const char *file;

	if (strchr(name, '/'))
		return load_file(arena, arena_strdup(arena, name), ret, err);
	file = arena_printf(arena, "%s/%s" SUFFIX, folder ? folder : "", name);
	if (!folder || !fields_is_id(name) || access(file, F_OK) < 0)
		return no_bundle(arena, name, err);
	return load_file(arena, file, ret, err);
}

static int is_bundle(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return entry->d_name[0] != '.' && n > suffix &&
	       strcmp(entry->d_name + n - suffix, SUFFIX) == 0;
}

const char *const *bundle_list(struct arena *arena, size_t *ret_n)
{
	const char *folder = home(arena);
	struct dirent **found = NULL;
	int n = folder ? scandir(folder, &found, is_bundle, alphasort) : 0;
	const char **slugs = arena_array(arena, (n > 0 ? (size_t)n : 0) + 1,
					 sizeof(*slugs));

	*ret_n = 0;
	for (int i = 0; i < n; i++) {
		slugs[(*ret_n)++] = arena_memdup(
			arena, found[i]->d_name,
			strlen(found[i]->d_name) - strlen(SUFFIX));
		free(found[i]);
	}
	free(found);
	return slugs;
}
