#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/facts.h"
#include "runner/report/formats.h"
#include "runner/transcript/record.h"

/*
 * Version 13 is the default: TAP::Harness up to 3.44 fails every stream that
 * says 14, even where it could read the rest.
 */
struct tap {
	struct arena *arena;
	FILE *out;
	const struct record *r;
	const char *indent;
	size_t n; /* of the last test point at this level */
};

/* `#` would begin a directive. */
static const char *description(struct tap *t, const char *text)
{
	AUTO_BUF out = BUF_INIT(16 << 10);

	for (text = text_visible(t->arena, span_of(text), 2000); *text;
	     text++) {
		if (*text == '#' || *text == '\\')
			buf_add_char(&out, '\\');
		buf_add_char(&out, *text);
	}
	return arena_strdup(t->arena, buf_str(&out));
}

/* A double-quoted YAML scalar. */
static void yaml(struct tap *t, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(t->out, "%s  %s: \"", t->indent, name);
	for (value = text_visible_lines(t->arena, span_of(value), 8000);
	     *value; value++) {
		if (*value == '\n') {
			fputs("\\n", t->out);
			continue;
		}
		if (*value == '"' || *value == '\\')
			putc('\\', t->out);
		putc(*value, t->out);
	}
	fprintf(t->out, "\"\n");
}

static void diagnosis(struct tap *t, const struct finding *f)
{
	fprintf(t->out, "%s  ---\n", t->indent);
	yaml(t, "message", evidence_line(t->arena, f));
	yaml(t, "severity", status_name(f->status));
	yaml(t, "wanted", f->expected);
	yaml(t, "found", f->actual);
	yaml(t, "at", f->source);
	yaml(t, "evidence", evidence_text(t->arena, t->r, f));
	fprintf(t->out, "%s  ...\n", t->indent);
}

static void point(struct tap *t, bool ok, const char *title,
		  const char *directive, const char *reason)
{
	fprintf(t->out, "%s%sok %zu - %s", t->indent, ok ? "" : "not ",
		++t->n, title);
	if (directive)
		fprintf(t->out, " # %s %s", directive,
			description(t, reason ? reason : ""));
	fprintf(t->out, "\n");
}

static void check_point(struct tap *t, const char *title,
			const struct finding *f)
{
	const char *line = evidence_line(t->arena, f);

	switch (f->status) {
	case STATUS_PASS:
	case STATUS_PARTIAL:
		point(t, true, title, NULL, NULL);
		break;
	case STATUS_FAIL:
		point(t, false, title, NULL, NULL);
		diagnosis(t, f);
		break;
	case STATUS_FLAKY:
		point(t, false, title, "TODO",
		      arena_printf(t->arena, "flaky: %s", line));
		break;
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		point(t, true, title, "SKIP", line);
		break;
	case STATUS_BROKEN:
		point(t, true, title, "SKIP",
		      arena_printf(t->arena, "broken, not the submission's "
					     "fault: %s", line));
		break;
	}
}

static size_t count_checks(const struct record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_criteria; i++)
		n += r->criteria[i].n_checks;
	return n;
}

/* True when there is nothing to report point by point. */
static bool bailed_out(struct tap *t)
{
	const char *reason = t->r->reason ? t->r->reason : "";
	const char *text = arena_printf(t->arena, "%s: %s",
					outcome_name(t->r->outcome), reason);

	if (t->r->max_points)
		return false;
	fprintf(t->out, "1..1\n");
	if (t->r->outcome == OUTCOME_NOT_GRADABLE)
		point(t, false,
		      description(t, arena_printf(t->arena, "can be graded, "
							    "%s", text)),
		      NULL, NULL);
	else
		fprintf(t->out, "Bail out! %s\n", description(t, text));
	return true;
}

static int write_13(struct arena *arena, FILE *out, const struct record *r,
		    const struct report_options *options, struct err *err)
{
	struct tap t = { arena, out, r, "", 0 };

	(void)options;
	fprintf(out, "TAP version 13\n");
	if (bailed_out(&t))
		return report_flush(out, err);
	fprintf(out, "1..%zu\n", count_checks(r));
	for (size_t i = 0; i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];

		for (size_t k = 0; k < c->n_checks; k++) {
			const struct finding *f = &c->checks[k].finding;

			check_point(&t,
				    description(&t, arena_printf(
							    arena, "%s: %s",
							    c->title,
							    f->name)),
				    f);
		}
	}
	return report_flush(out, err);
}

static void subtest(struct tap *t, const struct record_criterion *c)
{
	struct tap inner = *t;
	const char *title = description(t, c->title);
	bool ok = true, asked = false;

	inner.indent = "    ";
	inner.n = 0;
	fprintf(t->out, "# Subtest: %s\n    1..%zu\n", title, c->n_checks);
	for (size_t i = 0; i < c->n_checks; i++) {
		const struct finding *f = &c->checks[i].finding;

		check_point(&inner, description(t, f->name), f);
		ok = ok && f->status != STATUS_FAIL;
		asked = asked || (f->status != STATUS_SKIP &&
				  f->status != STATUS_NOT_MEASURED);
	}
	point(t, ok, title, asked ? NULL : "SKIP",
	      c->n_checks ? evidence_line(t->arena, &c->checks[0].finding)
			  : "not measured");
}

static int write_14(struct arena *arena, FILE *out, const struct record *r,
		    const struct report_options *options, struct err *err)
{
	struct tap t = { arena, out, r, "", 0 };

	(void)options;
	fprintf(out, "TAP version 14\n");
	if (bailed_out(&t))
		return report_flush(out, err);
	fprintf(out, "1..%zu\n", r->n_criteria);
	for (size_t i = 0; i < r->n_criteria; i++)
		subtest(&t, &r->criteria[i]);
	return report_flush(out, err);
}

const struct report_format report_tap = {
	.name = "tap",
	.help = "Test Anything Protocol 13, as prove(1) reads it",
	.write = write_13,
};

const struct report_format report_tap14 = {
	.name = "tap14",
	.help = "version 14: each criterion a subtest",
	.write = write_14,
};
