/* Hosts that take a grade as one JSON document: Gradescope and Exercism. */
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/transcript/record.h"

#define GRADESCOPE_OUTPUT_MAX (64 << 10) /* of one criterion, to be read */
#define EXERCISM_OUTPUT_MAX  480   /* of 500 characters */
#define EXERCISM_MESSAGE_MAX 60000 /* of 65535 */

static int write_document(FILE *out, const struct jsonout *doc,
			  struct err *err)
{
	char *text = jsonout_pretty(doc);

	fprintf(out, "%s\n", text);
	free(text);
	return report_flush(out, err);
}

/* Why a criterion is not passed: its failed checks, the first ones whole. */
static const char *criterion_text(struct arena *arena, const struct record *r,
				  const struct record_criterion *c)
{
	AUTO_BUF out = BUF_INIT(GRADESCOPE_OUTPUT_MAX + 100);
	size_t left_out = 0;

	for (size_t i = 0; i < c->n_checks; i++) {
		const struct finding *f = &c->checks[i].finding;

		if (f->status == STATUS_PASS)
			continue;
		if (left_out ||
		    buf_printf(&out, "%s: %s\n%s\n", status_name(f->status),
			       text_visible(arena, span_of(f->title), 0),
			       evidence_text(arena, r, f)) < 0)
			left_out++;
	}
	if (left_out)
		return arena_printf(arena, "%sand %zu more\n", buf_str(&out),
				    left_out);
	return arena_strdup(arena, buf_str(&out));
}

static const char *no_grade_text(struct arena *arena, const struct record *r)
{
	struct span log = span_last_lines(record_startup_log(r), 20);

	return arena_printf(arena, "%s: %s\n%s", outcome_name(r->outcome),
			    r->reason ? text_visible(arena,
						     span_of(r->reason), 0)
				      : "",
			    text_visible_lines(arena, log, 4000));
}

static struct jsonout *gradescope_test(struct arena *arena,
				       const struct record *r, size_t i)
{
	const struct record_criterion *c = &r->criteria[i];
	struct jsonout *out = jsonout_object();
	struct jsonout *tags = jsonout_array();

	if (criterion_is_measured(c)) {
		jsonout_hundredths(out, "score", c->points);
		jsonout_hundredths(out, "max_score", c->max_points);
		jsonout_str(out, "status",
			    c->status == STATUS_PASS ? "passed" : "failed");
	}
	jsonout_str(out, "name", c->title);
	jsonout_str(out, "name_format", "text");
	jsonout_str(out, "number", arena_printf(arena, "%zu", i + 1));
	jsonout_str(out, "output", criterion_text(arena, r, c));
	jsonout_str(out, "output_format", "text");
	jsonout_str(tags, NULL, c->skill);
	jsonout_add(out, "tags", tags);
	jsonout_str(out, "visibility", c->hidden ? "hidden" : "visible");
	return out;
}

static int write_gradescope(struct arena *arena, FILE *out,
			    const struct record *r,
			    const struct report_options *options,
			    struct err *err)
{
	AUTO(jsonout_free) struct jsonout *doc = jsonout_object();
	struct jsonout *tests = jsonout_array();
	int64_t ms = r->n_events ? r->events[r->n_events - 1].at_ns / 1000000
				 : 0;

	(void)options;
	jsonout_hundredths(doc, "score", r->points);
	jsonout_hundredths(doc, "execution_time", ms / 10);
	jsonout_str(doc, "output", r->max_points ? outcome_name(r->outcome)
						 : no_grade_text(arena, r));
	jsonout_str(doc, "output_format", "text");
	jsonout_str(doc, "visibility", "visible");
	jsonout_str(doc, "stdout_visibility", "hidden");
	for (size_t i = 0; i < r->n_criteria; i++)
		jsonout_add(tests, NULL, gradescope_test(arena, r, i));
	jsonout_add(doc, "tests", tests);
	return write_document(out, doc, err);
}

static const char *exercism_status(enum status status)
{
	switch (status) {
	case STATUS_PASS:
		return "pass";
	case STATUS_FAIL:
	case STATUS_PARTIAL:
		return "fail";
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
	return "error";
}

/* The brief's section, "R2.3" is 2: Exercism's task of an exercise. */
static void add_task(struct jsonout *to, const struct record_criterion *c,
		     const struct finding *f)
{
	const char *spec = f->spec ? f->spec : c->n_spec ? c->spec[0] : "";
	size_t digits = strcspn(spec, "0123456789");
	long task = strtol(spec + digits, NULL, 10);

	if (task > 0)
		jsonout_int(to, "task_id", task);
}

static struct jsonout *exercism_test(struct arena *arena,
				     const struct record *r,
				     const struct record_criterion *c,
				     const struct finding *f)
{
	struct jsonout *out = jsonout_object();
	const char *curl = evidence_curl(arena, r, f);

	jsonout_str(out, "name",
		    arena_printf(arena, "%s: %s", c->title, f->name));
	jsonout_str(out, "status", exercism_status(f->status));
	if (f->status != STATUS_PASS) {
		const char *text = evidence_text(arena, r, f);

		jsonout_str(out, "message", *text ? text
						  : status_name(f->status));
		jsonout_str(out, "output",
			    text_visible(arena,
					 span_of(evidence_line(arena, f)),
					 EXERCISM_OUTPUT_MAX));
	}
	if (curl)
		jsonout_str(out, "test_code", curl);
	add_task(out, c, f);
	return out;
}

static int write_exercism(struct arena *arena, FILE *out,
			  const struct record *r,
			  const struct report_options *options,
			  struct err *err)
{
	AUTO(jsonout_free) struct jsonout *doc = jsonout_object();
	struct jsonout *tests;

	(void)options;
	jsonout_int(doc, "version", 3);
	if (!r->max_points) {
		const char *text = no_grade_text(arena, r);

		jsonout_str(doc, "status", "error");
		jsonout_str(doc, "message",
			    text_visible_lines(arena, span_of(text),
					       EXERCISM_MESSAGE_MAX));
		return write_document(out, doc, err);
	}
	jsonout_str(doc, "status", r->points == r->max_points ? "pass"
							      : "fail");
	tests = jsonout_array();
	for (size_t i = 0; i < r->n_criteria; i++)
		for (size_t k = 0; k < r->criteria[i].n_checks; k++)
			jsonout_add(tests, NULL,
				    exercism_test(arena, r, &r->criteria[i],
						  &r->criteria[i].checks[k]
							   .finding));
	jsonout_add(doc, "tests", tests);
	return write_document(out, doc, err);
}

const struct report_format report_gradescope = {
	.name = "gradescope",
	.help = "results.json of a Gradescope autograder",
	.write = write_gradescope,
};

const struct report_format report_exercism = {
	.name = "exercism",
	.help = "results.json of an Exercism test runner, version 3",
	.write = write_exercism,
};
