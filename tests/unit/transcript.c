#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/probe/http.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"
#include "runner/transcript/transcript.h"
#include "runner/transcript/verdict.h"
#include "tests/unit/suite.h"

/* Like a session would: begin, criteria "a", "b" ... of 10 points each. */
static struct transcript *begin(size_t n_criteria, const char *path)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	struct transcript *t;
	struct jsonout *body = jsonout_object();

	ck_assert_int_eq(transcript_new(&t, path, NULL), 0);
	jsonout_str(body, "format", TRANSCRIPT_FORMAT);
	transcript_event(t, "begin", body);
	for (size_t i = 0; i < n_criteria; i++) {
		body = jsonout_object();
		jsonout_str(body, "id", ids[i]);
		jsonout_hundredths(body, "points", 1000);
		jsonout_bool(body, "gate", i == 3);
		transcript_event(t, "criterion", body);
	}
	return t;
}

static void end(struct transcript *t, const char *outcome)
{
	struct jsonout *body = jsonout_object();

	jsonout_str(body, "outcome", outcome);
	transcript_event(t, "end", body);
}

static const struct record *read_back(struct arena *arena,
				      struct transcript *t)
{
	const struct record *r;
	struct err err;

	if (record_read(arena, transcript_lines(t), &r, &err) < 0)
		ck_abort_msg("%s", err.msg);
	return r;
}

/* Findings of one run, and what they must come to. */
struct one_finding {
	const char *criterion;
	enum status status;
	int weight;
	const char *cause;
	bool vital;
};

struct score_case {
	const char *what;
	struct one_finding findings[6];
	int points, max_points;
	enum outcome outcome;
	enum status a;
};

static const struct score_case score_cases[] = {
	{ "all passed", { { "a", STATUS_PASS, 1, NULL, 0 } }, 1000, 1000,
	  OUTCOME_PASSED, STATUS_PASS },
	{ "a share by weight",
	  { { "a", STATUS_PASS, 3, NULL, 0 },
	   { "a", STATUS_FAIL, 1, NULL, 0 } },
	  750, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "nothing passed", { { "a", STATUS_FAIL, 1, NULL, 0 } }, 0, 1000,
	  OUTCOME_FAILED, STATUS_FAIL },
	{ "a needed thing failed", { { "a", STATUS_SKIP, 1, NULL, 0 } },
	  0, 1000,
	  OUTCOME_FAILED, STATUS_SKIP },
	{ "what was not measured leaves the sums",
	  { { "a", STATUS_NOT_MEASURED, 1, NULL, 0 },
	    { "b", STATUS_PASS, 1, NULL, 0 } },
	  1000, 1000, OUTCOME_PASSED, STATUS_NOT_MEASURED },
	{ "a check that was not measured leaves its criterion's",
	  { { "a", STATUS_NOT_MEASURED, 9, NULL, 0 },
	    { "a", STATUS_PASS, 1, NULL, 0 } },
	  1000, 1000, OUTCOME_PASSED, STATUS_PASS },
	{ "what broke costs nothing, and nobody passes by it",
	  { { "a", STATUS_FAIL, 1, NULL, 0 },
	   { "a", STATUS_BROKEN, 1, NULL, 0 },
	    { "b", STATUS_PASS, 1, NULL, 0 } },
	  1000, 1000, OUTCOME_BROKEN, STATUS_BROKEN },
	{ "nothing was measured", { { "a", STATUS_BROKEN, 1, NULL, 0 } }, 0, 0,
	  OUTCOME_BROKEN, STATUS_BROKEN },
	{ "a criterion does not agree with itself",
	  { { "a", STATUS_FLAKY, 1, NULL, 0 },
	   { "b", STATUS_PASS, 1, NULL, 0 } },
	  1000, 1000, OUTCOME_FLAKY, STATUS_FLAKY },
	{ "a root cause is charged to the first that reports it",
	  { { "b", STATUS_FAIL, 1, "html", 0 },
	   { "a", STATUS_FAIL, 1, "html", 0 },
	    { "a", STATUS_PASS, 1, NULL, 0 } },
	  1000, 2000, OUTCOME_FAILED, STATUS_PASS },
	{ "other root causes are charged beside it",
	  { { "b", STATUS_FAIL, 1, "html", 0 },
	   { "a", STATUS_FAIL, 1, "html", 0 },
	    { "a", STATUS_FAIL, 1, "500", 0 } },
	  0, 2000, OUTCOME_FAILED, STATUS_FAIL },
	{ "what another pays for earns nothing beside a failure",
	  { { "b", STATUS_FAIL, 1, "html", 0 },
	   { "a", STATUS_FAIL, 8, "html", 0 },
	    { "a", STATUS_PASS, 1, NULL, 0 },
	    { "a", STATUS_FAIL, 1, NULL, 0 } },
	  500, 2000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "who has nothing left to answer for loses nothing",
	  { { "b", STATUS_FAIL, 1, "html", 0 },
	   { "a", STATUS_FAIL, 1, "html", 0 } },
	  1000, 2000, OUTCOME_FAILED, STATUS_PASS },
	{ "a criterion pays for all its own checks of one cause",
	  { { "a", STATUS_FAIL, 1, "x", 0 }, { "a", STATUS_FAIL, 1, "x", 0 },
	    { "a", STATUS_PASS, 2, NULL, 0 } },
	  500, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "a broken criterion pays for nothing",
	  { { "b", STATUS_FAIL, 1, "x", 0 }, { "b", STATUS_BROKEN, 1, NULL, 0 },
	    { "a", STATUS_FAIL, 1, "x", 0 } },
	  0, 1000, OUTCOME_FAILED, STATUS_FAIL },
	{ "a gate that fails caps the whole",
	  { { "a", STATUS_PASS, 1, NULL, 0 }, { "b", STATUS_PASS, 1, NULL, 0 },
	    { "c", STATUS_PASS, 1, NULL, 0 },
	   { "d", STATUS_FAIL, 1, NULL, 0 } },
	  1600, 4000, OUTCOME_FAILED, STATUS_PASS },
	{ "a gate that passes in part does not",
	  { { "a", STATUS_PASS, 1, NULL, 0 }, { "d", STATUS_FAIL, 1, NULL, 0 },
	    { "d", STATUS_PASS, 1, NULL, 0 } },
	  1500, 2000, OUTCOME_FAILED, STATUS_PASS },
	{ "one failed check keeps it below the maximum",
	  { { "a", STATUS_PASS, 100000, NULL, 0 },
	    { "a", STATUS_FAIL, 1, NULL, 0 } },
	  999, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "also a check without weight",
	  { { "a", STATUS_PASS, 1, NULL, 0 },
	   { "a", STATUS_FAIL, 0, NULL, 0 } },
	  999, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "without what is vital nothing is earned",
	  { { "a", STATUS_PASS, 9, NULL, 0 },
	    { "a", STATUS_FAIL, 1, NULL, true } },
	  0, 1000, OUTCOME_FAILED, STATUS_FAIL },
	{ "what is vital and passes is a check like others",
	  { { "a", STATUS_FAIL, 1, NULL, 0 },
	    { "a", STATUS_PASS, 1, NULL, true } },
	  500, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
	{ "thirds are rounded to hundredths",
	  { { "a", STATUS_PASS, 2, NULL, 0 },
	   { "a", STATUS_FAIL, 1, NULL, 0 } },
	  667, 1000, OUTCOME_FAILED, STATUS_PARTIAL },
};

START_TEST(findings_come_to_the_points_of_the_case)
{
	const struct score_case *c = &score_cases[_i];
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(4, NULL);
	const struct record *r, *asked;
	int lost = 0;

	for (size_t i = 0; i < 6 && c->findings[i].criterion; i++)
		transcript_finding(t, &(struct finding){
			.criterion = c->findings[i].criterion,
			.title = "it holds",
			.vital = c->findings[i].vital,
			.status = c->findings[i].status,
			.weight = c->findings[i].weight,
			.cause = c->findings[i].cause,
		});
	r = read_back(arena, t);
	ck_assert(r->cut && r->outcome == OUTCOME_INTERRUPTED);
	ck_assert_int_eq(record_read_asked(arena, transcript_lines(t), &asked,
					   NULL), 0);
	end(t, "graded");
	r = read_back(arena, t);
	ck_assert_msg(asked->outcome == r->outcome &&
			      asked->points == r->points && !asked->cut,
		      "%s: %s before the end", c->what,
		      outcome_name(asked->outcome));
	ck_assert_msg(r->points == c->points &&
			      r->max_points == c->max_points,
		      "%s: %d of %d", c->what, r->points, r->max_points);
	ck_assert_msg(r->outcome == c->outcome, "%s: %s", c->what,
		      outcome_name(r->outcome));
	ck_assert_msg(r->criteria[0].status == c->a, "%s: a is %s", c->what,
		      status_name(r->criteria[0].status));
	for (size_t i = 0; i < r->n_criteria; i++)
		lost += criterion_lost(&r->criteria[i]);
	ck_assert_msg(lost == r->max_points - r->points,
		      "%s: the criteria lost %d", c->what, lost);
	ck_assert(r->chain_holds && !r->cut);
}
END_TEST

START_TEST(a_finding_is_read_back_as_it_was_written)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(1, NULL);
	const size_t evidence[] = { 1, SIZE_MAX };
	const struct finding f = {
		"a", "limit", "limit is honoured \xff", "limit",
		STATUS_FAIL, 3, "2 items", "3 items", "got \x1b[31m",
		"no-limit", "R2", "read",
		"probes/1.hurl:4", evidence, 2, true, true,
	};
	const struct record_check *c;

	transcript_finding(t, &f);
	end(t, "graded");
	c = &read_back(arena, t)->criteria[0].checks[0];
	ck_assert_str_eq(c->finding.check, "limit");
	ck_assert_str_eq(c->finding.title, "limit is honoured \xef\xbf\xbd");
	ck_assert_str_eq(c->finding.name, "limit");
	ck_assert_int_eq(c->finding.status, STATUS_FAIL);
	ck_assert_int_eq(c->finding.weight, 3);
	ck_assert_str_eq(c->finding.message, "got \x1b[31m");
	ck_assert_str_eq(c->finding.cause, "no-limit");
	ck_assert_str_eq(c->finding.source, "probes/1.hurl:4");
	ck_assert_uint_eq(c->finding.n_evidence, 1);
	ck_assert_uint_eq(c->finding.evidence[0], 1);
	ck_assert(c->finding.hidden);
	ck_assert(c->finding.vital);
}
END_TEST

START_TEST(an_exchange_is_found_by_the_number_of_its_request)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(1, NULL);
	const struct http_header header = { "X-A", SPAN_LIT("\xff") };
	const struct http_request req = { .method = "POST", .target = "/x",
					  .body = SPAN_LIT("a\0b"),
					  .has_body = true };
	const struct http_response res = {
		.end = HTTP_ANSWERED, .status = 201, .version = "1.1",
		.headers = &header, .n_headers = 1,
		.body = SPAN_LIT("\xfe\xff"),
		.sent = SPAN_LIT("POST /x HTTP/1.1\r\n\r\na"),
	};
	size_t n = transcript_request(t, "a", &req, &res, "curl ...");
	const struct record *r;
	const struct json *body;

	transcript_response(t, n, &res);
	transcript_log(t, n, SPAN_LIT("Traceback"), false);
	end(t, "graded");
	r = read_back(arena, t);
	ck_assert_str_eq(record_event(r, n)->kind, "request");
	body = json_get(record_event(r, n)->body, "body");
	ck_assert(span_equal(json_get(body, "text")->text, SPAN_LIT("a\0b")));
	body = json_get(record_response(r, n)->body, "body");
	ck_assert_str_eq(json_str(json_get(body, "base64")), "/v8=");
	ck_assert_str_eq(json_str(json_get(record_log(r, n)->body, "text")),
			 "Traceback");
	ck_assert_ptr_null(record_response(r, 0));
}
END_TEST

START_TEST(a_changed_byte_breaks_the_chain)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(2, NULL);
	const struct record *r;
	struct span lines;
	char *copy;

	end(t, "graded");
	lines = transcript_lines(t);
	copy = arena_memdup(arena, lines.data, lines.len);
	*strstr(copy, "\"id\":\"a\"") = '\'';
	ck_assert_int_eq(record_read(arena, (struct span){ copy, lines.len },
				     &r, NULL), -EINVAL);
	copy = arena_memdup(arena, lines.data, lines.len);
	strstr(copy, "\"id\":\"a\"")[6] = 'z';
	ck_assert_int_eq(record_read(arena, (struct span){ copy, lines.len },
				     &r, NULL), 0);
	ck_assert(!r->chain_holds);
}
END_TEST

START_TEST(a_transcript_that_was_cut_off_anywhere_is_read_up_to_there)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(2, NULL);
	struct span lines;
	size_t first;

	end(t, "graded");
	lines = transcript_lines(t);
	first = span_find(lines, SPAN_LIT("\n")) + 1;
	for (size_t n = first; n < lines.len; n++) {
		const struct record *r;

		ck_assert_int_eq(record_read(arena,
					     (struct span){ lines.data, n },
					     &r, NULL), 0);
		ck_assert(r->cut && r->chain_holds);
		ck_assert_int_eq(r->outcome, OUTCOME_INTERRUPTED);
	}
}
END_TEST

START_TEST(a_newer_format_is_refused_as_such)
{
	static const char line[] =
		"{\"n\":0,\"at_ns\":0,\"kind\":\"begin\",\"prev\":\"\","
		"\"format\":\"fumehood-transcript/2\"}\n";
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct record *r;

	ck_assert_int_eq(record_read(arena, SPAN_LIT(line), &r, NULL),
			 -EPROTONOSUPPORT);
	ck_assert_int_eq(record_read(arena, SPAN_LIT(""), &r, NULL), -EINVAL);
	ck_assert_int_eq(record_read(arena, SPAN_LIT("{}\n"), &r, NULL),
			 -EINVAL);
}
END_TEST

START_TEST(a_finding_before_its_criterion_is_read_too)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(0, NULL);
	struct jsonout *body = jsonout_object();
	const struct record *r;

	for (int i = 0; i < 50; i++)
		transcript_finding(t, &(struct finding){ .criterion = "x",
							 .title = "t",
							 .weight = 1 });
	jsonout_str(body, "id", "x");
	jsonout_hundredths(body, "points", 100);
	transcript_event(t, "criterion", body);
	r = read_back(arena, t);
	ck_assert_uint_eq(r->criteria[0].n_checks, 50);
	ck_assert_int_eq(r->criteria[0].points, 100);
}
END_TEST

START_TEST(every_event_is_in_the_file_as_soon_as_it_is_known)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	char path[] = "/tmp/fumehood-unit-XXXXXX";
	AUTO_FD fd = mkstemp(path);
	AUTO(transcript_free) struct transcript *t = begin(3, path);
	struct span on_disk;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_read(arena, path, 1 << 20, &on_disk, NULL), 0);
	ck_assert(span_equal(on_disk, transcript_lines(t)));
	unlink(path);
}
END_TEST

START_TEST(a_full_disk_keeps_what_was_recorded_and_is_told)
{
	struct transcript *t = begin(1, "/dev/full");
	struct err err;
	size_t n = transcript_count(t);

	ck_assert_int_eq(transcript_error(t, &err), -ENOSPC);
	transcript_finding(t, &(struct finding){ .criterion = "a",
						 .title = "t" });
	/* Memory has what the file did not take. */
	ck_assert_uint_eq(transcript_count(t), n + 1);
	ck_assert_int_eq(transcript_error(t, &err), -ENOSPC);
	transcript_free(t);
}
END_TEST

START_TEST(exchanges_stop_at_the_ceiling_and_findings_do_not)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(transcript_free) struct transcript *t = begin(1, NULL);
	const struct http_request req = { .target = "/" };
	const struct http_response res = { .status = 200 };
	const struct record *r;

	for (int i = 0; i < TRANSCRIPT_EVENTS_MAX; i++)
		transcript_request(t, "a", &req, &res, NULL);
	ck_assert(transcript_full(t));
	ck_assert_uint_eq(transcript_request(t, "a", &req, &res, NULL),
			  SIZE_MAX);
	transcript_finding(t, &(struct finding){ .criterion = "a",
						 .title = "t", .weight = 1 });
	end(t, "graded");
	r = read_back(arena, t);
	ck_assert_int_eq(r->outcome, OUTCOME_PASSED);
}
END_TEST

SUITE(transcript)
{
	TEST_LOOP(findings_come_to_the_points_of_the_case,
		  ARRAY_LEN(score_cases));
	TEST(a_finding_is_read_back_as_it_was_written);
	TEST(an_exchange_is_found_by_the_number_of_its_request);
	TEST(a_changed_byte_breaks_the_chain);
	TEST(a_transcript_that_was_cut_off_anywhere_is_read_up_to_there);
	TEST(a_newer_format_is_refused_as_such);
	TEST(a_finding_before_its_criterion_is_read_too);
	TEST(every_event_is_in_the_file_as_soon_as_it_is_known);
	TEST(a_full_disk_keeps_what_was_recorded_and_is_told);
	TEST(exchanges_stop_at_the_ceiling_and_findings_do_not);
}
