#include "runner/report/talk.h"

#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/report/interview.h"
#include "runner/report/paper.h"
#include "runner/transcript/record.h"

#define QUESTIONS_MAX 8

static void print_heading(struct paper *p, const char *text)
{
	fprintf(p->out, "\n");
	paper_wrap(p, INK_BOLD, 0, 0, text);
}

static const char *pointers(struct paper *p, const struct red_flag *flag)
{
	const char *text = "";

	for (size_t i = 0; i < flag->n_evidence; i++)
		text = arena_printf(p->arena, "%s%s%zu", text,
				    i ? ", " : flag->n_evidence > 1
						  ? "events "
						  : "event ",
				    flag->evidence[i]);
	if (flag->count > flag->n_evidence && flag->n_evidence)
		text = arena_printf(p->arena, "%s, %zu in all", text,
				    flag->count);
	if (flag->criterion)
		text = arena_printf(p->arena, "%s%s%s", text,
				    *text ? ", asked by " : "asked by ",
				    paper_safe(p, flag->criterion));
	return text;
}

static void print_flags(struct paper *p, const struct record *r)
{
	size_t n;
	const struct red_flag *flags = interview_flags(p->arena, r, &n);

	if (n)
		print_heading(p, "Red flags, for the interviewer");
	for (size_t i = 0; i < n; i++) {
		const char *where = pointers(p, &flags[i]);

		fprintf(p->out, "  ");
		paper_ink(p, INK_RED, "!");
		fprintf(p->out, " ");
		paper_wrap(p, INK_PLAIN, 4, 4,
			   *where ? arena_printf(p->arena, "%s (%s)",
						 paper_safe(p, flags[i].text),
						 where)
				  : paper_safe(p, flags[i].text));
	}
}

static void print_questions(struct paper *p, const struct record *r)
{
	size_t n;
	const struct question *questions =
		interview_questions(p->arena, r, &n);
	bool deeper = false;

	/* Where nothing was asked, they would be the manifest's. */
	if (!n || !r->max_points)
		return;
	print_heading(p, "To talk about");
	for (size_t i = 0; i < n && i < QUESTIONS_MAX; i++) {
		if (!questions[i].is_about_loss && !deeper) {
			deeper = true;
			paper_wrap(p, INK_DIM, 2, 0, "  to go deeper, on what "
						     "passed:");
		}
		fprintf(p->out, "  ? ");
		paper_wrap(p, INK_PLAIN, 4, 4,
			   arena_printf(p->arena, "%s (%s)",
					paper_safe(p, questions[i].text),
					paper_safe(p, questions[i].criterion)));
		if (deeper)
			continue;
		fprintf(p->out, "    ");
		paper_wrap(p, INK_DIM, 4, 4, paper_safe(p, questions[i].why));
	}
	if (n > QUESTIONS_MAX)
		paper_wrap(p, INK_DIM, 2, 0,
			   arena_printf(p->arena, "and %zu more in the html "
						  "and json reports",
					n - QUESTIONS_MAX));
}

static void print_practice(struct paper *p, const struct record *r)
{
	struct claimed_practice practice;
	const char *passes = "";

	if (!interview_practice(p->arena, r, &practice))
		return;
	print_heading(p, "Practice, as the submission's folder claims");
	for (size_t i = 0; i < practice.n_passes; i++)
		passes = arena_printf(
			p->arena, "%s%s%s %s", passes, i ? ", " : "",
			paper_safe(p, practice.passes[i].criterion),
			interview_time(p->arena, practice.passes[i].after_s));
	fprintf(p->out, "  ");
	paper_wrap(p, INK_PLAIN, 4, 2,
		   arena_printf(p->arena, "%lld grades in %s; first passed: "
					  "%s",
				(long long)practice.runs,
				interview_time(p->arena, practice.took_s),
				*passes ? passes : "nothing"));
}

void talk_print(struct paper *p, const struct record *r, const char *notes)
{
	print_flags(p, r);
	print_questions(p, r);
	print_practice(p, r);
	if (!notes || !*notes)
		return;
	print_heading(p, "Notes, beside the record");
	fprintf(p->out, "%s%s", notes,
		notes[strlen(notes) - 1] == '\n' ? "" : "\n");
}
