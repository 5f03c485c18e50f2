#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/bundle.h"
#include "runner/exercise/exercise.h"
#include "runner/report/paper.h"

struct list_options {
	const char *report;
	bool names, bundles;
};

static const struct option_spec options[] = {
	{ "report", 0, OPTION_CHOICE, offsetof(struct list_options, report),
	  "terminal|json", "for people, or one JSON array" },
	{ "names", 0, OPTION_FLAG, offsetof(struct list_options, names), NULL,
	  "names only, one a line" },
	{ "bundles", 0, OPTION_FLAG, offsetof(struct list_options, bundles),
	  NULL, "the bundles alone" },
	{ 0 },
};
static const struct list_options defaults = { .report = "terminal" };

static const struct exercise *load(const struct command *c, const char *slug)
{
	const struct exercise *ex;
	const char *dir;
	struct err err;

	if (exercise_find(c->arena, slug, &dir, &err) ||
	    exercise_load(c->arena, dir, &ex, &err)) {
		cmd_note(c, "%s: %s", slug, err.msg);
		return NULL;
	}
	return ex;
}

static void print_line(struct paper *p, const struct exercise *ex, int width)
{
	char points[TEXT_POINTS_BYTES];
	int column;

	text_points(ex->max_points, points);
	column = paper_ink(p, INK_BOLD, ex->slug);
	column += printf("%*s  %-6s  %3d min  %2s points  ", width - column,
			 "", ex->level, ex->minutes, points);
	paper_wrap(p, INK_PLAIN, column, column, ex->title);
}

/* The easiest first, where somebody begins; the names of the levels happen to
 * be in that order. */
static int by_level(const void *a, const void *b)
{
	const struct exercise *x = *(const struct exercise *const *)a;
	const struct exercise *y = *(const struct exercise *const *)b;
	int order = strcmp(x->level, y->level);

	if (!order)
		order = x->minutes - y->minutes;
	return order ? order : strcmp(x->slug, y->slug);
}

static struct jsonout *object_of(const struct exercise *ex)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *skills = jsonout_array();

	jsonout_str(out, "slug", ex->slug);
	jsonout_str(out, "title", ex->title);
	jsonout_str(out, "level", ex->level);
	jsonout_int(out, "minutes", ex->minutes);
	jsonout_hundredths(out, "max_points", ex->max_points);
	for (size_t i = 0; i < ex->n_skills; i++)
		jsonout_str(skills, NULL, ex->skills[i]);
	jsonout_add(out, "skills", skills);
	return out;
}

static int widest(const char *const *slugs, size_t n)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if ((int)strlen(slugs[i]) > width)
			width = (int)strlen(slugs[i]);
	return width;
}

static int print_names(const char *const *slugs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%s\n", slugs[i]);
	return EXIT_STATUS_OK;
}

/* --- bundles --- */

static struct jsonout *bundle_object(const struct bundle *bundle)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *slugs = jsonout_array();

	jsonout_str(out, "slug", bundle->slug);
	jsonout_str(out, "title", bundle->title);
	jsonout_str(out, "level", bundle->level);
	for (size_t i = 0; i < bundle->n_exercises; i++)
		jsonout_str(slugs, NULL, bundle->exercises[i]);
	jsonout_add(out, "exercises", slugs);
	return out;
}

static void print_bundle(struct paper *p, const struct bundle *bundle,
			 int width)
{
	const char *text = arena_printf(p->arena, "%s:", bundle->title);
	int column = paper_ink(p, INK_BOLD, bundle->slug);

	for (size_t i = 0; i < bundle->n_exercises; i++)
		text = arena_printf(p->arena, "%s%s %s", text, i ? "," : "",
				    bundle->exercises[i]);
	column += printf("%*s  ", width - column, "");
	paper_wrap(p, INK_PLAIN, column, column, text);
}

/* How many are wrong. */
static size_t list_bundles(const struct command *c, const char *const *slugs,
			   size_t n, struct jsonout *to)
{
	struct paper paper = console_paper(c->arena);
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		const struct bundle *bundle;
		struct err err;

		if (bundle_load(c->arena, slugs[i], &bundle, &err) < 0) {
			cmd_note(c, "%s", err.msg);
			wrong++;
		} else if (to) {
			jsonout_add(to, NULL, bundle_object(bundle));
		} else {
			print_bundle(&paper, bundle, widest(slugs, n));
		}
	}
	return wrong;
}

/* --- exercises --- */

static size_t list_exercises(const struct command *c,
			     const char *const *slugs, size_t n,
			     struct jsonout *to)
{
	const struct exercise **all = arena_array(c->arena, n + 1,
						  sizeof(*all));
	struct paper paper = console_paper(c->arena);
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if ((all[found] = load(c, slugs[i])))
			found++;
	if (!to)
		qsort(all, found, sizeof(*all), by_level);
	for (size_t i = 0; i < found; i++)
		if (to)
			jsonout_add(to, NULL, object_of(all[i]));
		else
			print_line(&paper, all[i], widest(slugs, n));
	return n - found;
}

/* --- the verb --- */

static size_t list_json(const struct command *c, bool bundles,
			const char *const *slugs, size_t n)
{
	AUTO(jsonout_free) struct jsonout *all = jsonout_array();
	size_t wrong = bundles ? list_bundles(c, slugs, n, all)
			       : list_exercises(c, slugs, n, all);
	char *text = jsonout_pretty(all);

	printf("%s\n", text);
	free(text);
	return wrong;
}

static size_t list_people(const struct command *c, bool bundles_only,
			  const char *const *slugs, size_t n)
{
	size_t n_bundles, wrong;
	const char *const *bundles = bundle_list(c->arena, &n_bundles);

	if (bundles_only)
		return list_bundles(c, bundles, n_bundles, NULL);
	wrong = list_exercises(c, slugs, n, NULL);
	if (n_bundles)
		printf("\nBundles, for fumehood grade --bundle:\n\n");
	wrong += list_bundles(c, bundles, n_bundles, NULL);
	if (n)
		printf("\nfumehood show EXERCISE  prints what is asked\n"
		       "fumehood new EXERCISE   begins it in a folder of your "
		       "own\n");
	else
		cmd_note(c, "no exercise was found; FUMEHOOD_HOME names the "
			    "folder that holds exercises/");
	return wrong;
}

static int list_run(const struct command *c)
{
	const struct list_options *o = c->options;
	size_t n, wrong;
	const char *const *slugs = o->bundles ? bundle_list(c->arena, &n)
					      : exercise_list(c->arena, &n);

	if (o->names)
		return print_names(slugs, n);
	wrong = !strcmp(o->report, "json")
			? list_json(c, o->bundles, slugs, n)
			: list_people(c, o->bundles, slugs, n);
	return wrong ? EXIT_STATUS_EXERCISE : EXIT_STATUS_OK;
}

const struct verb verb_list = {
	.name = "list",
	.help = "list the exercises and the bundles of them",
	.options = options,
	.options_bytes = sizeof(struct list_options),
	.defaults = &defaults,
	.run = list_run,
};
