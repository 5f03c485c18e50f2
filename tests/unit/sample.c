#include "tests/unit/sample.h"

#include <check.h>
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/jsonout.h"
#include "runner/probe/http.h"
#include "runner/transcript/record.h"

static const char traceback[] =
	"Traceback (most recent call last):\n"
	"  File \"/submission/app.py\", line 27, in create\n"
	"    return item['name']\n"
	"KeyError: 'name'\n";

static struct jsonout *named(const char *a, const char *x, const char *b,
			     const char *y)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, a, x);
	jsonout_str(out, b, y);
	return out;
}

static void begin(struct transcript *t)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *layers = jsonout_array();
	struct jsonout *only = jsonout_array();

	jsonout_str(body, "format", TRANSCRIPT_FORMAT);
	jsonout_str(body, "tool", "fumehood 0.1.0");
	jsonout_str(body, "time", "2026-11-22T18:54:10Z");
	jsonout_add(body, "exercise", named("slug", "catalogue", "title",
					    "Product catalogue"));
	jsonout_add(body, "submission", named("path", "./answer", "digest",
					      "sha256:00"));
	jsonout_int(body, "seed", 42);
	jsonout_str(layers, NULL, "userns");
	jsonout_str(layers, NULL, "seccomp");
	jsonout_add(body, "layers", layers);
	jsonout_str(only, NULL, "secret " SAMPLE_HIDDEN);
	jsonout_add(body, "only", only);
	transcript_event(t, "begin", body);
}

static void criterion(struct transcript *t, const char *id, const char *title,
		      int points, bool hidden)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *spec = jsonout_array();
	struct jsonout *clauses = jsonout_array();
	struct jsonout *hints = jsonout_array();
	struct jsonout *followup = jsonout_array();

	jsonout_str(body, "id", id);
	jsonout_str(body, "title", title);
	jsonout_str(body, "skill", hidden ? "safety" : "crud");
	jsonout_str(body, "grader", "script");
	jsonout_hundredths(body, "points", points);
	jsonout_str(spec, NULL, "R2.3");
	jsonout_add(body, "spec", spec);
	jsonout_str(clauses, NULL, "A name is never empty.");
	jsonout_add(body, "clauses", clauses);
	jsonout_str(body, "visibility", hidden ? "hidden" : "public");
	jsonout_str(hints, NULL, "hint " SAMPLE_HIDDEN);
	jsonout_add(body, "hints", hints);
	jsonout_str(followup, NULL, "Why? " SAMPLE_HIDDEN);
	jsonout_add(body, "followup", followup);
	transcript_event(t, "criterion", body);
}

static size_t exchange(struct transcript *t, const char *id,
		       const char *target, int status, const char *body,
		       const char *log)
{
	static const struct http_header type[] = {
		{ "Content-Type", { "application/json", 16 } },
	};
	struct http_request req = {
		.method = "POST", .target = target, .headers = type,
		.n_headers = 1, .body = SPAN_LIT("{\"price\":1}"),
		.has_body = true,
	};
	struct http_response res = {
		.end = HTTP_ANSWERED, .status = status, .version = "1.1",
		.reason = status == 200 ? "OK" : "INTERNAL SERVER ERROR",
		.headers = type, .n_headers = 1, .body = span_of(body),
		.body_bytes = (int64_t)span_of(body).len,
		.timing = { .total_us = 12345 },
	};
	size_t n = transcript_request(t, id, &req, &res,
				      "curl -i http://127.0.0.1:8000/items");

	transcript_response(t, n, &res);
	if (log)
		transcript_log(t, n, span_of(log), false);
	return n;
}

static void finding(struct transcript *t, const char *id, const char *title,
		    enum status status, const size_t *evidence)
{
	struct finding f = {
		.criterion = id, .title = title, .status = status,
		.weight = 1, .evidence = evidence, .n_evidence = !!evidence,
	};

	if (status == STATUS_FAIL) {
		f.expected = "status 422";
		f.actual = "status 500";
		f.message = "an empty name was not refused";
		f.source = "probes/20-create.hurl:14";
		f.hint = "hint " SAMPLE_HIDDEN;
	}
	transcript_finding(t, &f);
}

static void end(struct transcript *t, const char *outcome, const char *reason)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *denied = named("call", "connect", "detail",
				       "8.8.8.8:53");

	jsonout_int(denied, "count", 3);
	transcript_event(t, "denied", denied);
	transcript_event(t, "box-ended", named("reason", "stopped", "cgroup",
					       "v1"));
	jsonout_str(body, "outcome", outcome);
	if (reason)
		jsonout_str(body, "reason", reason);
	transcript_event(t, "end", body);
}

static const struct record *read_back(struct arena *arena,
				      const struct transcript *t)
{
	struct span lines = transcript_lines(t);
	const struct record *r;
	struct err err;

	lines.data = arena_memdup(arena, lines.data, lines.len);
	ck_assert_msg(!record_read(arena, lines, &r, &err), "%s", err.msg);
	return r;
}

const struct record *sample_record(struct arena *arena)
{
	AUTO(transcript_free) struct transcript *t = NULL;
	size_t ok, bad, secret;

	ck_assert_int_eq(transcript_new(&t, NULL, NULL), 0);
	begin(t);
	criterion(t, "list", "The list", 400, false);
	criterion(t, "create", "Creating", 400, false);
	criterion(t, "secret", SAMPLE_HIDDEN, 100, true);
	criterion(t, "delete", "Deleting", 100, false);
	ok = exchange(t, "list", "/items", 200, "[]", NULL);
	finding(t, "list", "all of them", STATUS_PASS, &ok);
	bad = exchange(t, "create", "/items?x=\x1b[31m", 500, SAMPLE_HOSTILE,
		       traceback);
	finding(t, "create", "a name is needed", STATUS_FAIL, &bad);
	finding(t, "create", "a price is enough", STATUS_PASS, &ok);
	secret = exchange(t, "secret", "/" SAMPLE_HIDDEN, 200, SAMPLE_HIDDEN,
			  SAMPLE_HIDDEN);
	finding(t, "secret", SAMPLE_HIDDEN, STATUS_FAIL, &secret);
	finding(t, "delete", "gone", STATUS_SKIP, NULL);
	end(t, "graded", NULL);
	return read_back(arena, t);
}

const struct record *sample_not_gradable(struct arena *arena)
{
	AUTO(transcript_free) struct transcript *t = NULL;

	ck_assert_int_eq(transcript_new(&t, NULL, NULL), 0);
	begin(t);
	criterion(t, "list", "The list", 400, false);
	transcript_log(t, SIZE_MAX, span_of(traceback), false);
	end(t, "not-gradable", "the app ended before it was ready");
	return read_back(arena, t);
}
