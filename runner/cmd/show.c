#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/exercise.h"
#include "runner/report/paper.h"
#include "runner/report/prose.h"

#define PAGE_MAX (1u << 20) /* brief.md, interviewer.md */

struct show_options {
	const char *view;
};

static const struct option_spec options[] = {
	{ "view", 0, OPTION_CHOICE, offsetof(struct show_options, view),
	  "candidate|interviewer",
	  "the interviewer's adds hidden criteria and interviewer.md" },
	{ 0 },
};
static const struct show_options defaults = { .view = "candidate" };

/* An exercise is not written by a stranger, but it may be downloaded. */
static int print_page(const struct command *c, struct paper *p,
		      const struct exercise *ex, const char *name)
{
	const char *path = arena_printf(c->arena, "%s/%s", ex->dir, name);
	struct span text;
	struct err err;

	if (file_read(c->arena, path, PAGE_MAX, &text, &err))
		return cmd_fail(c, EXIT_STATUS_EXERCISE, &err);
	if (p->columns == CONSOLE_ENDLESS)
		printf("%s", text_visible_lines(c->arena, text, 0));
	else
		prose_print(p, text);
	printf("\n");
	return EXIT_STATUS_OK;
}

static const char *joined(struct arena *arena, const char *const *items,
			  size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
				    items[i]);
	return text;
}

static void print_head(struct paper *p, const struct exercise *ex)
{
	paper_wrap(p, INK_BOLD, 0, 0, ex->title);
	paper_wrap(p, INK_PLAIN, 0, 0,
		   arena_printf(p->arena, "%s, %d minutes; %s", ex->level,
				ex->minutes,
				joined(p->arena, ex->skills, ex->n_skills)));
	printf("\n");
}

static void print_criterion(struct paper *p, const struct criterion *criterion)
{
	char points[TEXT_POINTS_BYTES];
	int column;

	text_points(criterion->points, points);
	column = printf("%6s  ", points);
	paper_wrap(p, INK_PLAIN, column, column,
		   arena_printf(p->arena, "%s (%s%s%s)%s", criterion->title,
				criterion->id, criterion->n_spec ? ": " : "",
				joined(p->arena, criterion->spec,
				       criterion->n_spec),
				criterion->visibility == VISIBILITY_HIDDEN
					? ", hidden"
					: ""));
}

static void print_criteria(struct paper *p, const struct exercise *ex,
			   bool all)
{
	printf("Points:\n");
	for (size_t i = 0; i < ex->n_criteria; i++)
		if (all || ex->criteria[i].visibility == VISIBILITY_PUBLIC)
			print_criterion(p, &ex->criteria[i]);
	printf("\n");
	paper_wrap(p, INK_PLAIN, 2, 0,
		   arena_printf(p->arena, "fumehood new %s           begins it "
				"in a folder of your own", ex->slug));
	paper_wrap(p, INK_PLAIN, 2, 0,
		   arena_printf(p->arena, "fumehood grade %s FOLDER  grades "
				"what somebody handed in", ex->slug));
}

static int show_run(const struct command *c)
{
	const struct show_options *o = c->options;
	bool all = !strcmp(o->view, "interviewer");
	const struct exercise *ex;
	struct paper p = console_paper(c->arena);
	const char *dir;
	struct err err;
	int status;

	if (exercise_find(c->arena, c->args[0], &dir, &err))
		return cmd_usage(c, "%s", err.msg);
	if (exercise_load(c->arena, dir, &ex, &err))
		return cmd_fail(c, EXIT_STATUS_EXERCISE, &err);
	print_head(&p, ex);
	status = print_page(c, &p, ex, "brief.md");
	print_criteria(&p, ex, all);
	if (all && !status) {
		printf("\n");
		status = print_page(c, &p, ex, "interviewer.md");
	}
	return status;
}

const struct verb verb_show = {
	.name = "show",
	.synopsis = "EXERCISE",
	.help = "print an exercise's brief and what its points are for",
	.options = options,
	.options_bytes = sizeof(struct show_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1,
	.run = show_run,
};
