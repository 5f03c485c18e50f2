#include "runner/cmd/practice.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/cmd.h"
#include "runner/exercise/exercise.h"
#include "runner/report/facts.h"
#include "runner/report/view.h"
#include "runner/transcript/record.h"
#include "runner/watch/practice.h"

static const char *suggest(const struct command *c, const struct exercise *ex,
			   const char *id)
{
	const char **ids = arena_array(c->arena, ex->n_criteria + 1,
				       sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < ex->n_criteria; i++)
		if (ex->criteria[i].visibility == VISIBILITY_PUBLIC)
			ids[n++] = ex->criteria[i].id;
	return text_suggest(id, ids);
}

const struct criterion *practice_criterion(const struct command *c,
					   const struct practice *p,
					   const char *id)
{
	const struct criterion *found = exercise_criterion(p->ex, id);
	const char *meant;

	if (found && found->visibility == VISIBILITY_PUBLIC)
		return found;
	meant = suggest(c, p->ex, id);
	cmd_usage(c, "there is no criterion '%s' in %s%s%s%s",
		  text_visible(c->arena, span_of(id), 80), p->ex->slug,
		  meant ? "; did you mean '" : "", meant ? meant : "",
		  meant ? "'?" : "");
	return NULL;
}

/* Without an argument: what fails first in the last grade. */
const struct criterion *practice_chosen(const struct command *c,
					const struct practice *p)
{
	const struct record_criterion *next;
	const struct record *r;
	struct err err;

	if (c->n_args)
		return practice_criterion(c, p, c->args[0]);
	if (practice_last(c->arena, p, &r, &err)) {
		cmd_usage(c, "%s", err.msg);
		return NULL;
	}
	next = practice_next(view_candidate(c->arena, r));
	if (next)
		return practice_criterion(c, p, next->id);
	cmd_usage(c, "nothing failed in the last grade: name a criterion");
	return NULL;
}

const struct record_criterion *practice_result(const struct record *r,
					       const char *id)
{
	for (size_t i = 0; i < r->n_criteria; i++)
		if (!strcmp(r->criteria[i].id, id))
			return &r->criteria[i];
	return NULL;
}

const struct record_criterion *practice_next(const struct record *r)
{
	const struct record_criterion *next = NULL;

	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];

		if (c->status != STATUS_FAIL && c->status != STATUS_PARTIAL)
			continue;
		if (!next || criterion_lost(c) > criterion_lost(next))
			next = c;
	}
	return next;
}
