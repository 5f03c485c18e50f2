#include <stdlib.h>
#include <string.h>

#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/report/interview.h"
#include "runner/transcript/record.h"

static void add_optional(struct jsonout *to, const char *name,
			 const char *value)
{
	if (value)
		jsonout_str(to, name, value);
}

static void add_copy(struct jsonout *to, const char *name,
		     const struct json *from)
{
	const struct json *v = json_get(from, name);

	if (v)
		jsonout_json(to, name, v);
}

static void add_strings(struct jsonout *to, const char *name,
			const char *const *items, size_t n)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < n; i++)
		jsonout_str(list, NULL, items[i]);
	jsonout_add(to, name, list);
}

static void add_points(struct jsonout *to, int points, int max_points)
{
	jsonout_hundredths(to, "points", points);
	jsonout_hundredths(to, "max_points", max_points);
}

static struct jsonout *check_object(const struct record_check *check)
{
	const struct finding *f = &check->finding;
	struct jsonout *out = jsonout_object();

	add_optional(out, "id", f->check);
	jsonout_str(out, "title", f->title);
	jsonout_str(out, "name", f->name);
	jsonout_str(out, "status", status_name(f->status));
	jsonout_int(out, "weight", f->weight);
	if (f->vital)
		jsonout_bool(out, "vital", true);
	add_optional(out, "expected", f->expected);
	add_optional(out, "actual", f->actual);
	add_optional(out, "message", f->message);
	add_optional(out, "cause", f->cause);
	add_optional(out, "charged_by", check->charged_by);
	add_optional(out, "spec", f->spec);
	add_optional(out, "hint", f->hint);
	add_optional(out, "source", f->source);
	if (f->n_evidence)
		jsonout_int(out, "request", (int64_t)f->evidence[0]);
	return out;
}

static struct jsonout *criterion_object(const struct record_criterion *c)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *checks = jsonout_array();

	jsonout_str(out, "id", c->id);
	jsonout_str(out, "title", c->title);
	jsonout_str(out, "skill", c->skill);
	jsonout_str(out, "status", status_name(c->status));
	add_points(out, c->points, c->max_points);
	add_strings(out, "spec", c->spec, c->n_spec);
	jsonout_str(out, "visibility", c->hidden ? "hidden" : "public");
	if (c->n_followup)
		add_strings(out, "followup", c->followup, c->n_followup);
	for (size_t i = 0; i < c->n_checks; i++)
		jsonout_add(checks, NULL, check_object(&c->checks[i]));
	jsonout_add(out, "checks", checks);
	return out;
}

/* The first of its skill prints the sum of all. */
static void add_skill(struct jsonout *to, const struct record *r, size_t i)
{
	const char *skill = r->criteria[i].skill;
	struct jsonout *sums;
	int points = 0, max_points = 0;

	for (size_t k = 0; k < r->n_criteria; k++) {
		const struct record_criterion *c = &r->criteria[k];

		if (strcmp(c->skill, skill) != 0)
			continue;
		if (k < i)
			return;
		points += criterion_is_measured(c) ? c->points : 0;
		max_points += criterion_is_measured(c) ? c->max_points : 0;
	}
	sums = jsonout_object();
	add_points(sums, points, max_points);
	jsonout_add(to, skill, sums);
}

static struct jsonout *score_object(const struct record *r)
{
	struct jsonout *out = jsonout_object();

	add_points(out, r->points, r->max_points);
	jsonout_hundredths(out, "percent", record_percent(r));
	return out;
}

static struct jsonout *lacks_array(const char *const *names)
{
	struct jsonout *out = jsonout_array();

	for (; *names; names++)
		jsonout_str(out, NULL, *names);
	return out;
}

/* Numbers of the box-ended event, and the calls that were refused. */
static struct jsonout *box_object(struct arena *arena, const struct record *r)
{
	static const char *const members[] = {
		"reason", "code", "signal", "sampled", "output_cut",
		"limits_hit", "denied_lost", "layers", "missing_layers",
		"landlock_abi", "cgroup", "wall_ms", "cpu_ms",
		"peak_memory_bytes", "peak_disk_bytes",
		"peak_processes", "output_bytes", NULL,
	};
	struct jsonout *out = jsonout_object();
	struct jsonout *denied = jsonout_array();
	size_t n;
	const struct denied_kind *kinds = record_denied(arena, r, &n);
	const char *const *lacks = record_lacks(arena, r);

	for (size_t i = 0; members[i]; i++)
		add_copy(out, members[i], r->box);
	for (size_t i = 0; i < n; i++) {
		struct jsonout *one = jsonout_object();

		jsonout_str(one, "call", kinds[i].call);
		jsonout_str(one, "detail", kinds[i].detail);
		jsonout_int(one, "count", kinds[i].count);
		jsonout_add(denied, NULL, one);
	}
	jsonout_add(out, "denied", denied);
	if (*lacks)
		jsonout_add(out, "lacks", lacks_array(lacks));
	return out;
}

static struct jsonout *timing_object(const struct record *r)
{
	struct jsonout *out = jsonout_object();
	int64_t start_ns = 0, probe_us = 0, requests = 0, us;

	for (size_t i = 0; i < r->n_events; i++) {
		const struct record_event *e = &r->events[i];

		if (!strcmp(e->kind, "ready") && !start_ns)
			start_ns = e->at_ns;
		if (!strcmp(e->kind, "request"))
			requests++;
		if (!strcmp(e->kind, "response") &&
		    json_int(json_get(e->body, "total_us"), &us))
			probe_us += us;
	}
	jsonout_int(out, "start_ms", start_ns / 1000000);
	jsonout_int(out, "probes", requests);
	jsonout_int(out, "probe_ms", probe_us / 1000);
	jsonout_int(out, "total_ms", r->n_events ? r->events[r->n_events - 1]
							.at_ns / 1000000
						 : 0);
	return out;
}

static struct jsonout *document(struct arena *arena, const struct record *r)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *criteria = jsonout_array();
	struct jsonout *skills = jsonout_object();

	jsonout_str(out, "format", "fumehood-transcript/1");
	add_copy(out, "tool", r->begin);
	add_copy(out, "exercise", r->begin);
	add_copy(out, "submission", r->begin);
	add_copy(out, "seed", r->begin);
	jsonout_str(out, "outcome", outcome_name(r->outcome));
	add_optional(out, "reason", r->reason);
	jsonout_bool(out, "complete", !r->cut && r->chain_holds);
	jsonout_add(out, "score", score_object(r));
	for (size_t i = 0; i < r->n_criteria; i++) {
		jsonout_add(criteria, NULL, criterion_object(&r->criteria[i]));
		add_skill(skills, r, i);
	}
	jsonout_add(out, "criteria", criteria);
	jsonout_add(out, "skills", skills);
	jsonout_add(out, "box", box_object(arena, r));
	jsonout_add(out, "timing", timing_object(r));
	return out;
}

static struct jsonout *flag_object(const struct red_flag *flag)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *evidence = jsonout_array();

	jsonout_str(out, "id", flag->id);
	jsonout_str(out, "text", flag->text);
	jsonout_int(out, "count", (int64_t)flag->count);
	add_optional(out, "criterion", flag->criterion);
	for (size_t i = 0; i < flag->n_evidence; i++)
		jsonout_int(evidence, NULL, (int64_t)flag->evidence[i]);
	jsonout_add(out, "evidence", evidence);
	return out;
}

static void add_questions(struct jsonout *to, struct arena *arena,
			  const struct record *r)
{
	struct jsonout *list = jsonout_array();
	size_t n;
	const struct question *questions = interview_questions(arena, r, &n);

	for (size_t i = 0; i < n; i++) {
		struct jsonout *out = jsonout_object();

		jsonout_str(out, "criterion", questions[i].criterion);
		jsonout_str(out, "text", questions[i].text);
		if (questions[i].check)
			add_optional(out, "check",
				     questions[i].check->finding.check);
		jsonout_str(out, "why", questions[i].why);
		jsonout_hundredths(out, "lost", questions[i].lost);
		jsonout_add(list, NULL, out);
	}
	jsonout_add(to, "questions", list);
}

static void add_practice(struct jsonout *to, struct arena *arena,
			 const struct record *r)
{
	struct claimed_practice practice;
	struct jsonout *out, *first;

	if (!interview_practice(arena, r, &practice))
		return;
	out = jsonout_object();
	first = jsonout_object();
	jsonout_str(out, "source", "submission");
	jsonout_int(out, "runs", practice.runs);
	jsonout_int(out, "minutes", practice.minutes);
	jsonout_int(out, "took_s", practice.took_s);
	for (size_t i = 0; i < practice.n_passes; i++)
		jsonout_int(first, practice.passes[i].criterion,
			    practice.passes[i].after_s);
	jsonout_add(out, "first_pass_s", first);
	jsonout_add(to, "practice", out);
}

/* What a candidate's document has none of. */
static void add_interview(struct jsonout *to, struct arena *arena,
			  const struct record *r, const char *notes)
{
	struct jsonout *list = jsonout_array();
	size_t n;
	const struct red_flag *flags = interview_flags(arena, r, &n);

	for (size_t i = 0; i < n; i++)
		jsonout_add(list, NULL, flag_object(&flags[i]));
	jsonout_add(to, "red_flags", list);
	add_questions(to, arena, r);
	add_practice(to, arena, r);
	add_optional(to, "interviewer_notes", notes);
}

static int write_json(struct arena *arena, FILE *out, const struct record *r,
		      const struct report_options *options, struct err *err)
{
	AUTO(jsonout_free) struct jsonout *doc = document(arena, r);
	char *text;

	if (options->view == VIEW_INTERVIEWER)
		add_interview(doc, arena, r, options->notes);
	text = jsonout_pretty(doc);
	fprintf(out, "%s\n", text);
	free(text);
	return report_flush(out, err);
}

const struct report_format report_json = {
	.name = "json",
	.help = "one document for programs; its JSON Schema is installed",
	.write = write_json,
};
