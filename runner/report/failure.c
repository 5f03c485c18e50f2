#include "runner/report/failure.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/paper.h"
#include "runner/transcript/record.h"

#define BODY_LINES      6
#define TRACEBACK_LINES 8
#define EXCEPTION_BYTES 600 /* of the line that names it */

/* Headers that explain an answer; the rest is in the transcript. */
static const char *const telling_headers[] = {
	"Content-Type", "Allow", "Location", "Link", "WWW-Authenticate",
	"Retry-After", "ETag", "Vary", NULL,
};

static void print_headers(struct paper *p, const struct header_view *headers,
			  size_t n)
{
	for (size_t i = 0; telling_headers[i]; i++) {
		struct span value =
			exchange_header(headers, n, telling_headers[i]);

		if (!value.data)
			continue;
		paper_field(p, INK_PLAIN, "",
			    arena_printf(p->arena, "%s: %s",
					 telling_headers[i],
					 text_visible(p->arena, value, 300)));
	}
}

static void print_request(struct paper *p, const struct exchange_view *x)
{
	paper_field(p, INK_PLAIN, "sent",
		    arena_printf(p->arena, "%s %s", paper_safe(p, x->method),
				 text_visible(p->arena, span_of(x->target),
					      600)));
	print_headers(p, x->sent_headers, x->n_sent_headers);
	if (x->sent.bytes.len)
		paper_excerpt(p, "", x->sent.bytes, BODY_LINES,
			      x->sent.all_bytes);
}

static void print_answer(struct paper *p, const struct exchange_view *x,
			 bool with_body)
{
	const char *outcome = exchange_outcome(p->arena, x);

	if (x->answered)
		outcome = arena_printf(p->arena, "%s, %lld bytes, %lld ms",
				       paper_safe(p, outcome),
				       (long long)x->came.all_bytes,
				       (long long)x->total_us / 1000);
	paper_field(p, INK_PLAIN, "came", outcome);
	print_headers(p, x->headers, x->n_headers);
	if (with_body && x->came.bytes.len)
		paper_excerpt(p, "", x->came.bytes, BODY_LINES,
			      x->came.all_bytes);
}

/* The line that names the exception is never cut: it is the one to read. */
static void print_traceback(struct paper *p, const struct exchange_view *x,
			    struct span traceback)
{
	struct span tail = span_last_lines(traceback, TRACEBACK_LINES);
	struct span last = span_last_lines(traceback, 1);

	tail.len -= last.len;
	paper_excerpt(p, "app said", tail, TRACEBACK_LINES,
		      (int64_t)x->log.len);
	while (last.len && last.data[last.len - 1] == '\n')
		last.len--;
	paper_field(p, INK_PLAIN, "",
		    text_visible(p->arena, last, EXCEPTION_BYTES));
}

/* One exception that nothing handles answers many requests with the same page
 * of excuses: both are shown the first time. */
static void print_exchange(struct paper *p, const struct exchange_view *x)
{
	struct span traceback = exchange_traceback(x);
	bool again = traceback.len && span_equal(traceback, p->said);

	print_request(p, x);
	print_answer(p, x, !again);
	if (again)
		paper_field(p, INK_DIM, "app said",
			    "the same traceback as before");
	else if (traceback.len)
		print_traceback(p, x, traceback);
	if (traceback.len)
		p->said = traceback;
}

static void optional_field(struct paper *p, enum ink ink, const char *label,
			   const char *text)
{
	if (text && *text)
		paper_field(p, ink, label, paper_safe(p, text));
}

/* Not wrapped, line feeds kept: it is there to be copied. */
static void print_curl(struct paper *p, const char *curl)
{
	if (!curl)
		return;
	fprintf(p->out, "    ");
	paper_ink(p, INK_DIM, "try");
	fprintf(p->out, "       %s\n",
		text_visible_lines(p->arena, span_of(curl), 0));
}

static bool is_same_request(const struct record_check *a,
			    const struct record_check *b)
{
	return a && a->finding.n_evidence && b->finding.n_evidence &&
	       a->finding.evidence[0] == b->finding.evidence[0];
}

static void print_heading(struct paper *p, const struct finding *f,
			  const char *text)
{
	fprintf(p->out, "  ");
	paper_ink(p, paper_status_ink(f->status), paper_symbol(p, f->status));
	fprintf(p->out, " ");
	paper_wrap(p, INK_PLAIN, 4, 4, paper_safe(p, text));
}

/* Of an answer that is shown already, something that was not even there (the
 * page of a 404 has no members): a line is enough. */
static bool is_aftermath(const struct finding *f, bool again)
{
	return again && f->message && !f->hint &&
	       (!f->actual || !strcmp(f->actual, f->message) ||
		!strcmp(f->actual, "nothing"));
}

static void print_charge(struct paper *p, const struct record_check *check)
{
	if (check->charged_by)
		optional_field(p, INK_DIM, "points",
			       arena_printf(p->arena,
					    "not charged again: the same "
					    "cause cost points in %s",
					    check->charged_by));
}

void failure_print(struct paper *p, const struct record *r,
		   const struct record_criterion *c,
		   const struct record_check *check,
		   const struct record_check *before)
{
	const struct finding *f = &check->finding;
	bool again = is_same_request(before, check);
	struct exchange_view x;
	bool seen = !again && f->n_evidence &&
		    exchange_view(p->arena, r, f->evidence[0], &x);

	if (is_aftermath(f, again)) {
		print_heading(p, f, arena_printf(p->arena, "%s: %s", f->title,
						 f->message));
		print_charge(p, check);
		return;
	}
	print_heading(p, f, f->title);
	optional_field(p, INK_PLAIN, "why", f->message);
	if (!again)
		optional_field(p, INK_PLAIN, "brief",
			       criterion_clause(p->arena, c, f));
	optional_field(p, INK_GREEN, "expected", f->expected);
	if (!f->message || !f->actual || strcmp(f->message, f->actual) != 0)
		optional_field(p, INK_RED, "actual", f->actual);
	if (again)
		optional_field(p, INK_DIM, "sent", "the same request");
	if (seen)
		print_exchange(p, &x);
	optional_field(p, INK_PLAIN, "hint", f->hint);
	optional_field(p, INK_DIM, "asked in", f->source);
	if (seen)
		print_curl(p, x.curl);
	print_charge(p, check);
}

bool failure_is_one(const struct record_check *check)
{
	switch (check->finding.status) {
	case STATUS_FAIL:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		return true;
	case STATUS_PASS:
	case STATUS_PARTIAL:
	case STATUS_SKIP:
	case STATUS_NOT_MEASURED:
		break;
	}
	return false;
}

const struct record_check *failure_first(const struct record_criterion *c)
{
	const struct record_check *first = NULL;

	for (size_t i = 0; i < c->n_checks; i++) {
		const struct record_check *check = &c->checks[i];

		if (!failure_is_one(check))
			continue;
		if (!first)
			first = check;
		if (is_same_request(first, check) &&
		    strstr(check->finding.title, "status "))
			return check;
	}
	return first;
}

static bool is_skip(const struct finding *f)
{
	return f->status == STATUS_SKIP || f->status == STATUS_NOT_MEASURED;
}

/* How many checks from the i-th on could not be asked for one reason. */
static size_t same_skips(const struct record_criterion *c, size_t i)
{
	const char *why = c->checks[i].finding.message;
	size_t n = 1;

	for (; i + n < c->n_checks; n++) {
		const struct finding *f = &c->checks[i + n].finding;

		if (!is_skip(f) || !f->message || !why ||
		    strcmp(f->message, why) != 0)
			break;
	}
	return n;
}

static void print_skip(struct paper *p, const struct finding *f, size_t n)
{
	const char *more =
		n > 1 ? arena_printf(p->arena, " (and %zu more)", n - 1) : "";

	fprintf(p->out, "  ");
	paper_ink(p, INK_DIM, paper_symbol(p, f->status));
	fprintf(p->out, " ");
	paper_wrap(p, INK_DIM, 4, 4,
		   arena_printf(p->arena, "%s%s%s%s", paper_safe(p, f->title),
				more, f->message ? ": " : "",
				f->message ? paper_safe(p, f->message) : ""));
}

void failure_print_skips(struct paper *p, const struct record_criterion *c)
{
	for (size_t i = 0; i < c->n_checks;) {
		size_t n = 1;

		if (is_skip(&c->checks[i].finding)) {
			n = same_skips(c, i);
			print_skip(p, &c->checks[i].finding, n);
		}
		i += n;
	}
}
