#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/report/markup.h"
#include "runner/transcript/record.h"

/*
 * The default dialect is the intersection of what Jenkins' strict schema
 * takes and what GitLab reads: no file attribute, no properties in a case,
 * three decimals, the message both as attribute and as text.  GitLab's adds
 * `file`, which Jenkins refuses.
 */
struct junit {
	struct arena *arena;
	FILE *out;
	const struct record *r;
	bool gitlab;
};

struct counts {
	int tests, failures, errors, skipped;
};

static struct counts count(const struct record *r)
{
	struct counts n = { 0 };

	for (size_t i = 0; i < r->n_criteria; i++) {
		for (size_t k = 0; k < r->criteria[i].n_checks; k++) {
			enum status s = r->criteria[i].checks[k]
						.finding.status;

			n.tests++;
			n.failures += s == STATUS_FAIL;
			n.errors += s == STATUS_BROKEN;
			n.skipped += s == STATUS_SKIP ||
				     s == STATUS_NOT_MEASURED;
		}
	}
	if (!r->max_points) {
		n.tests++;
		n.errors++;
	}
	return n;
}

static const char *seconds(struct junit *j, int64_t us)
{
	return arena_printf(j->arena, "%lld.%03lld",
			    (long long)(us / 1000000),
			    (long long)(us / 1000 % 1000));
}

static int64_t run_us(const struct record *r)
{
	return r->n_events ? r->events[r->n_events - 1].at_ns / 1000 : 0;
}

static const char *slug(const struct record *r)
{
	return fact_str(json_get(r->begin, "exercise"), "slug", "exercise");
}

static void suite_attributes(struct junit *j, const struct counts *n)
{
	markup(j->out, j->arena, "tests=\"%d\" failures=\"%d\" "
				 "errors=\"%d\" time=\"%s\"",
	       n->tests, n->failures, n->errors,
	       seconds(j, run_us(j->r)));
}

static void property(struct junit *j, const char *name, const char *value)
{
	markup(j->out, j->arena,
	       "<property name=\"%s\" value=\"%s\"/>\n", name, value);
}

static void properties(struct junit *j)
{
	char points[TEXT_POINTS_BYTES], max_points[TEXT_POINTS_BYTES];

	text_points(j->r->points, points);
	text_points(j->r->max_points, max_points);
	fprintf(j->out, "<properties>\n");
	property(j, "points", points);
	property(j, "max_points", max_points);
	property(j, "outcome", outcome_name(j->r->outcome));
	for (size_t i = 0; i < j->r->n_criteria; i++) {
		const struct record_criterion *c = &j->r->criteria[i];

		if (!criterion_is_measured(c))
			continue;
		text_points(c->points, points);
		property(j, arena_printf(j->arena, "points.%s", c->id),
			 points);
	}
	fprintf(j->out, "</properties>\n");
}

/* Readers drop cases of equal name: later ones are numbered. */
static int same_before(const struct record_criterion *c, size_t check)
{
	int n = 0;

	for (size_t i = 0; i < check; i++)
		n += !strcmp(c->checks[i].finding.name,
			     c->checks[check].finding.name);
	return n;
}

/* "probes/20-create.hurl:14" without its line. */
static const char *source_file(struct junit *j, const struct finding *f)
{
	const char *colon = f->source ? strchr(f->source, ':') : NULL;

	if (!f->source)
		return "exercise.json";
	return colon ? arena_memdup(j->arena, f->source,
				    (size_t)(colon - f->source))
		     : f->source;
}

static void outcome_element(struct junit *j, const char *element,
			    const struct finding *f)
{
	const char *line = evidence_line(j->arena, f);

	markup(j->out, j->arena, "<%s message=\"%s\"", element, line);
	if (strcmp(element, "skipped") != 0)
		markup(j->out, j->arena, " type=\"%s\"",
		       status_name(f->status));
	markup(j->out, j->arena, ">%s\n%s</%s>\n", line,
	       evidence_text(j->arena, j->r, f), element);
}

static const char *element_of(enum status status)
{
	switch (status) {
	case STATUS_FAIL:
		return "failure";
	case STATUS_BROKEN:
		return "error";
	case STATUS_FLAKY:
		return "flakyFailure";
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		return "skipped";
	case STATUS_PASS:
	case STATUS_PARTIAL:
		break;
	}
	return NULL;
}

static void test_case(struct junit *j, const struct record_criterion *c,
		      size_t check)
{
	const struct finding *f = &c->checks[check].finding;
	const char *element = element_of(f->status);
	int same = same_before(c, check);

	markup(j->out, j->arena, "<testcase classname=\"%s.%s\" name=\"%s",
	       slug(j->r), c->id, f->name);
	if (same)
		fprintf(j->out, " (%d)", same + 1);
	markup(j->out, j->arena, "\" time=\"%s\"",
	       seconds(j, evidence_us(j->arena, j->r, f)));
	if (j->gitlab)
		markup(j->out, j->arena, " file=\"%s\"", source_file(j, f));
	fprintf(j->out, ">");
	if (element)
		outcome_element(j, element, f);
	fprintf(j->out, "</testcase>\n");
}

/* A build server must see that nothing was graded, and why. */
static void no_grade(struct junit *j)
{
	const char *reason = j->r->reason ? j->r->reason : "";

	markup(j->out, j->arena,
	       "<testcase classname=\"%s\" name=\"can be graded\" "
	       "time=\"0.000\"><error message=\"%s: %s\" type=\"%s\">",
	       slug(j->r), outcome_name(j->r->outcome), reason,
	       outcome_name(j->r->outcome));
	markup_span(j->out, j->arena,
		    span_last_lines(record_startup_log(j->r), 20), 4000);
	fprintf(j->out, "</error></testcase>\n");
}

static int write_suite(struct junit *j, struct err *err)
{
	struct counts n = count(j->r);

	fprintf(j->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<testsuites name=\"fumehood\" ");
	suite_attributes(j, &n);
	markup(j->out, j->arena, ">\n<testsuite name=\"%s\" skipped=\"%d\" ",
	       slug(j->r), n.skipped);
	suite_attributes(j, &n);
	fprintf(j->out, ">\n");
	properties(j);
	if (!j->r->max_points)
		no_grade(j);
	for (size_t i = 0; i < j->r->n_criteria; i++)
		for (size_t k = 0; k < j->r->criteria[i].n_checks; k++)
			test_case(j, &j->r->criteria[i], k);
	fprintf(j->out, "</testsuite>\n</testsuites>\n");
	return report_flush(j->out, err);
}

static int write_junit(struct arena *arena, FILE *out, const struct record *r,
		       const struct report_options *options, struct err *err)
{
	struct junit j = { arena, out, r, false };

	(void)options;
	return write_suite(&j, err);
}

static int write_gitlab(struct arena *arena, FILE *out,
			const struct record *r,
			const struct report_options *options, struct err *err)
{
	struct junit j = { arena, out, r, true };

	(void)options;
	return write_suite(&j, err);
}

const struct report_format report_junit = {
	.name = "junit",
	.help = "XML for build servers, also by Jenkins' strict schema",
	.write = write_junit,
};

const struct report_format report_junit_gitlab = {
	.name = "junit:gitlab",
	.help = "the same with the file of each case, for GitLab",
	.write = write_gitlab,
};
