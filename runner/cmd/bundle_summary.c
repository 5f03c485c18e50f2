#include "runner/cmd/bundle_summary.h"

#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/base/width.h"
#include "runner/exercise/bundle.h"
#include "runner/exercise/exercise.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"

#define SHOWN_MAX 160

/* --- sums --- */

static void add_skill(struct bundle_summary *s, const char *name, int points,
		      int max_points)
{
	struct bundle_skill *skill = s->skills;

	while (skill < s->skills + s->n_skills && strcmp(skill->name, name))
		skill++;
	if (skill == s->skills + s->n_skills) {
		skill->name = name;
		s->n_skills++;
	}
	skill->points += points;
	skill->max_points += max_points;
}

static void add_graded(struct bundle_summary *s, struct bundle_part *part)
{
	const struct record *r = part->r;

	part->points = r->points;
	part->max_points = r->max_points;
	for (size_t i = 0; i < r->n_criteria; i++)
		if (criterion_is_measured(&r->criteria[i]))
			add_skill(s, r->criteria[i].skill,
				  r->criteria[i].points,
				  r->criteria[i].max_points);
}

static void add_ungraded(struct bundle_summary *s, struct bundle_part *part,
			 bool hidden)
{
	const struct exercise *ex = part->ex;

	part->points = part->max_points = 0;
	for (size_t i = 0; i < ex->n_criteria; i++) {
		const struct criterion *c = &ex->criteria[i];

		if (c->visibility == VISIBILITY_HIDDEN && !hidden)
			continue;
		part->max_points += c->points;
		add_skill(s, c->skill, 0, c->points);
	}
}

static size_t count_criteria(const struct bundle_part *parts, size_t n)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += parts[i].ex->n_criteria;
	return all;
}

struct bundle_summary bundle_sum(struct arena *arena,
				 const struct bundle *bundle,
				 const char *submission,
				 struct bundle_part *parts, size_t n,
				 bool hidden)
{
	struct bundle_summary s = {
		.bundle = bundle,
		.submission = submission,
		.parts = parts,
		.n_parts = n,
		.skills = arena_array(arena, count_criteria(parts, n) + 1,
				      sizeof(*s.skills)),
	};

	for (size_t i = 0; i < n; i++) {
		if (parts[i].r && parts[i].r->max_points)
			add_graded(&s, &parts[i]);
		else
			add_ungraded(&s, &parts[i], hidden);
		s.points += parts[i].points;
		s.max_points += parts[i].max_points;
	}
	if (s.max_points)
		s.percent = (int)((int64_t)s.points * 10000 / s.max_points);
	return s;
}

/* --- for people --- */

static void print_points(int points, int max_points)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	text_points(points, a);
	text_points(max_points, b);
	printf("%6s of %-5s", a, b);
}

static int columns(const char *text)
{
	return width_columns(span_of(text));
}

static int width_of(const struct bundle_summary *s)
{
	int width = 0;

	for (size_t i = 0; i < s->n_parts; i++)
		if (columns(s->parts[i].ex->slug) > width)
			width = columns(s->parts[i].ex->slug);
	for (size_t i = 0; i < s->n_skills; i++)
		if (columns(s->skills[i].name) > width)
			width = columns(s->skills[i].name);
	return width;
}

static void print_part(struct arena *arena, const struct bundle_part *part,
		       int width)
{
	const char *reason = text_visible(arena, span_of(part->reason),
					  SHOWN_MAX);

	printf("%-*s  ", width, part->ex->slug);
	print_points(part->points, part->max_points);
	printf("  %s%s%s\n", part->outcome, *reason ? ": " : "", reason);
	if (part->transcript)
		printf("%-*s  %s\n", width, "",
		       text_visible(arena, span_of(part->transcript), 0));
}

void bundle_print(struct arena *arena, const struct bundle_summary *s)
{
	char percent[TEXT_POINTS_BYTES];
	int width = width_of(s);

	printf("%s\n%s, graded over HTTP from outside\n\n", s->bundle->title,
	       text_visible(arena, span_of(s->submission), 0));
	for (size_t i = 0; i < s->n_parts; i++)
		print_part(arena, &s->parts[i], width);
	printf("\nskills\n");
	for (size_t i = 0; i < s->n_skills; i++) {
		printf("%s  ", width_padded(arena, s->skills[i].name, width));
		print_points(s->skills[i].points, s->skills[i].max_points);
		printf("\n");
	}
	text_points(s->percent, percent);
	printf("\n%-*s  ", width, "total");
	print_points(s->points, s->max_points);
	printf("  %s %%\n", percent);
}

/* --- for programs --- */

static void add_points(struct jsonout *to, int points, int max_points)
{
	jsonout_hundredths(to, "points", points);
	jsonout_hundredths(to, "max_points", max_points);
}

static struct jsonout *part_json(const struct bundle_part *part)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, "slug", part->ex->slug);
	jsonout_str(out, "title", part->ex->title);
	jsonout_str(out, "outcome", part->outcome);
	jsonout_int(out, "status", part->status);
	add_points(out, part->points, part->max_points);
	jsonout_int(out, "took_ms", part->took_ms);
	jsonout_str(out, "reason", part->reason);
	if (part->transcript)
		jsonout_str(out, "transcript", part->transcript);
	return out;
}

static struct jsonout *skills_json(const struct bundle_summary *s)
{
	struct jsonout *out = jsonout_object();

	for (size_t i = 0; i < s->n_skills; i++) {
		struct jsonout *sums = jsonout_object();

		add_points(sums, s->skills[i].points, s->skills[i].max_points);
		jsonout_add(out, s->skills[i].name, sums);
	}
	return out;
}

struct jsonout *bundle_json(const struct bundle_summary *s)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *score = jsonout_object();
	struct jsonout *parts = jsonout_array();

	jsonout_str(out, "format", "fumehood-bundle/1");
	jsonout_str(out, "bundle", s->bundle->slug);
	jsonout_str(out, "title", s->bundle->title);
	jsonout_str(out, "submission", s->submission);
	add_points(score, s->points, s->max_points);
	jsonout_hundredths(score, "percent", s->percent);
	jsonout_add(out, "score", score);
	jsonout_add(out, "skills", skills_json(s));
	for (size_t i = 0; i < s->n_parts; i++)
		jsonout_add(parts, NULL, part_json(&s->parts[i]));
	jsonout_add(out, "exercises", parts);
	return out;
}
