#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/report/wall.h"
#include "runner/transcript/record.h"

/* The Common Test Report Format forbids members it does not know nearly
 * everywhere: points go into `labels`. */

static const char *state(enum status status)
{
	switch (status) {
	case STATUS_PASS:
		return "passed";
	case STATUS_FAIL:
		return "failed";
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		return "skipped";
	case STATUS_PARTIAL:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
	return "other";
}

static void add_labels(struct jsonout *to, const struct record_criterion *c)
{
	struct jsonout *labels = jsonout_object();

	jsonout_str(labels, "criterion", c->id);
	jsonout_hundredths(labels, "criterionPoints", c->points);
	jsonout_hundredths(labels, "criterionMaxPoints", c->max_points);
	jsonout_add(to, "labels", labels);
}

static void add_trace(struct arena *arena, const struct record *r,
		      const struct finding *f, struct jsonout *to)
{
	struct exchange_view x;
	struct span trace;

	if (!f->n_evidence || !exchange_view(arena, r, f->evidence[0], &x))
		return;
	trace = exchange_traceback(&x);
	if (trace.len)
		jsonout_str(to, "trace",
			    text_visible_lines(arena, trace, 4000));
	if (x.curl)
		jsonout_str(to, "snippet", x.curl);
}

static struct jsonout *test(struct arena *arena, const struct record *r,
			    const struct record_criterion *c,
			    const struct finding *f)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *suite = jsonout_array();
	struct jsonout *tags = jsonout_array();

	jsonout_str(out, "name", text_visible(arena, span_of(f->name), 0));
	jsonout_str(out, "status", state(f->status));
	jsonout_str(out, "rawStatus", status_name(f->status));
	jsonout_int(out, "duration", evidence_us(arena, r, f) / 1000);
	jsonout_str(suite, NULL, c->title);
	jsonout_add(out, "suite", suite);
	jsonout_str(tags, NULL, c->skill);
	jsonout_add(out, "tags", tags);
	jsonout_bool(out, "flaky", f->status == STATUS_FLAKY);
	if (f->status != STATUS_PASS) {
		jsonout_str(out, "message", evidence_text(arena, r, f));
		add_trace(arena, r, f, out);
	}
	add_labels(out, c);
	return out;
}

static struct jsonout *no_grade(struct arena *arena, const struct record *r)
{
	struct jsonout *out = jsonout_object();
	const char *reason = r->reason ? r->reason : "";

	jsonout_str(out, "name", "can be graded");
	jsonout_str(out, "status",
		    r->outcome == OUTCOME_NOT_GRADABLE ? "failed" : "other");
	jsonout_str(out, "rawStatus", outcome_name(r->outcome));
	jsonout_int(out, "duration", 0);
	jsonout_str(out, "message", text_visible(arena, span_of(reason), 0));
	return out;
}

struct sums {
	int passed, failed, skipped, other;
};

static void count(struct sums *sums, const char *name)
{
	sums->passed += *name == 'p';
	sums->failed += *name == 'f';
	sums->skipped += *name == 's';
	sums->other += *name == 'o';
}

static struct jsonout *summary(const struct record *r,
			       const struct sums *sums)
{
	struct jsonout *out = jsonout_object();
	int64_t start = wall_begin_ms(r);
	int64_t ms = r->n_events ? r->events[r->n_events - 1].at_ns / 1000000
				 : 0;

	jsonout_int(out, "tests", sums->passed + sums->failed +
					  sums->skipped + sums->other);
	jsonout_int(out, "passed", sums->passed);
	jsonout_int(out, "failed", sums->failed);
	jsonout_int(out, "skipped", sums->skipped);
	jsonout_int(out, "pending", 0);
	jsonout_int(out, "other", sums->other);
	jsonout_int(out, "start", start);
	jsonout_int(out, "stop", start + ms);
	return out;
}

static struct jsonout *results(struct arena *arena, const struct record *r)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *tool = jsonout_object();
	struct jsonout *tests = jsonout_array();
	struct sums sums = { 0 };

	if (!r->max_points) {
		jsonout_add(tests, NULL, no_grade(arena, r));
		count(&sums, r->outcome == OUTCOME_NOT_GRADABLE ? "f" : "o");
	}
	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];

		for (size_t k = 0; k < c->n_checks; k++) {
			const struct finding *f = &c->checks[k].finding;

			jsonout_add(tests, NULL, test(arena, r, c, f));
			count(&sums, state(f->status));
		}
	}
	jsonout_str(tool, "name", "fumehood");
	jsonout_add(out, "tool", tool);
	jsonout_add(out, "summary", summary(r, &sums));
	jsonout_add(out, "tests", tests);
	return out;
}

static int write_ctrf(struct arena *arena, FILE *out, const struct record *r,
		      const struct report_options *options, struct err *err)
{
	AUTO(jsonout_free) struct jsonout *doc = jsonout_object();
	char *text;

	(void)options;
	jsonout_str(doc, "reportFormat", "CTRF");
	jsonout_str(doc, "specVersion", "0.0.0");
	jsonout_add(doc, "results", results(arena, r));
	text = jsonout_pretty(doc);
	fprintf(out, "%s\n", text);
	free(text);
	return report_flush(out, err);
}

const struct report_format report_ctrf = {
	.name = "ctrf",
	.help = "Common Test Report Format, JSON",
	.write = write_ctrf,
};
