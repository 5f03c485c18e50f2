#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/report.h"
#include "runner/transcript/record.h"
#include "tests/unit/sample.h"
#include "tests/unit/suite.h"

static struct arena *arena;

static const char *render(const char *format, const struct record *r,
			  struct report_options options)
{
	const struct report_format *f = report_find(format);
	char *text, *kept;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(report_write(f, arena, out, r, &options, NULL), 0);
	fclose(out);
	kept = arena_memdup(arena, text, len);
	free(text);
	return kept;
}

static const char *terminal(struct report_options options)
{
	arena_free(arena); /* of an earlier call in the same test */
	arena = arena_new();
	return render("terminal", sample_record(arena), options);
}

static void says(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what), "'%s' is not in:\n%s", what, text);
}

static void silent(const char *text, const char *what)
{
	ck_assert_msg(!strstr(text, what), "'%s' is in:\n%s", what, text);
}

static const char *const evidence[] = {
	"Product catalogue", "Creating", "a name is needed",
	"an empty name was not refused", "R2.3: A name is never empty.",
	"status 422", "status 500",
	"POST /items?x=\\x1b[31m", "{\"price\":1}",
	"500 INTERNAL SERVER ERROR", "Content-Type: application/json",
	"\\x1b[2J</script>", "KeyError: 'name'", "probes/20-create.hurl:14",
	"curl -i http://127.0.0.1:8000/items", "refused   connect 8.8.8.8:53",
	"6 of 10 points, 60 %", "failed", "seed 42", "transcript /t.jsonl",
};

START_TEST(a_failure_is_shown_with_all_its_evidence)
{
	says(terminal((struct report_options){ .transcript_path = "/t.jsonl" }),
	     evidence[_i]);
}
END_TEST

START_TEST(no_control_byte_of_the_candidate_reaches_a_terminal)
{
	const char *text = terminal((struct report_options){ .unicode = true });

	for (; *text; text++)
		ck_assert_msg((unsigned char)*text >= 0x20 || *text == '\n',
			      "byte %02x", (unsigned char)*text);
}
END_TEST

START_TEST(colors_come_only_when_they_are_asked_for)
{
	says(terminal((struct report_options){ .color = true }), "\x1b[31m");
	silent(terminal((struct report_options){ .color = false }), "\x1b");
}
END_TEST

START_TEST(without_unicode_every_symbol_is_ascii)
{
	const char *text = terminal((struct report_options){ 0 });

	for (; *text; text++)
		ck_assert_int_lt((unsigned char)*text, 0x80);
}
END_TEST

static const int widths[] = { 20, 40, 80, 120 };

START_TEST(lines_keep_to_the_width_but_for_what_is_to_be_copied)
{
	const char *text = terminal(
		(struct report_options){ .columns = widths[_i] });

	while (*text) {
		size_t n = strcspn(text, "\n");

		/* A narrow page still gives its fields ten columns. */
		if (!memmem(text, n, "curl", 4) &&
		    !memmem(text, n, "next:", 5))
			ck_assert_msg((int)n <= (widths[_i] < 26
							 ? 26
							 : widths[_i]),
				      "%zu columns: %.*s", n, (int)n, text);
		text += n + (text[n] == '\n');
	}
}
END_TEST

START_TEST(the_score_stands_behind_the_evidence)
{
	const char *text = terminal((struct report_options){ 0 });

	ck_assert(strstr(text, "6 of 10") > strstr(text, "KeyError"));
}
END_TEST

START_TEST(an_app_that_did_not_start_shows_its_last_words)
{
	const char *text;

	arena = arena_new();
	text = render("terminal", sample_not_gradable(arena),
		      (struct report_options){ 0 });
	says(text, "not-gradable: the app ended before it was ready");
	says(text, "KeyError: 'name'");
	silent(text, "points");
}
END_TEST

START_TEST(the_json_document_tells_the_same)
{
	const struct json *v, *criteria;
	const char *text;
	int64_t n;

	arena = arena_new();
	text = render("json", sample_record(arena),
		      (struct report_options){ 0 });
	ck_assert_int_eq(json_parse(arena, span_of(text), &v, NULL), 0);
	ck_assert_str_eq(json_str(json_get(v, "outcome")), "failed");
	ck_assert(json_int(json_get(json_get(v, "score"), "percent"), &n));
	ck_assert_int_eq(n, 60);
	criteria = json_get(v, "criteria");
	ck_assert_uint_eq(criteria->count, 4);
	ck_assert_str_eq(json_str(json_get(&criteria->items[1], "status")),
			 "partial");
	ck_assert_uint_eq(json_get(json_get(v, "box"), "denied")->count, 1);
}
END_TEST

START_TEST(an_exchange_is_read_back_with_its_bytes_and_its_log)
{
	const struct record *r;
	struct exchange_view x;
	struct span traceback;

	arena = arena_new();
	r = sample_record(arena);
	ck_assert(!exchange_view(arena, r, 0, &x));
	ck_assert(exchange_view(arena, r, r->criteria[1].checks[0]
						  .finding.evidence[0], &x));
	ck_assert(span_is(x.came.bytes, SAMPLE_HOSTILE));
	ck_assert(span_is(exchange_header(x.headers, x.n_headers,
					  "content-type"),
			  "application/json"));
	traceback = exchange_traceback(&x);
	ck_assert(span_starts(traceback, SPAN_LIT("Traceback")));
	ck_assert_str_eq(exchange_outcome(arena, &x),
			 "500 INTERNAL SERVER ERROR");
}
END_TEST

static int n_formats(void)
{
	int n = 0;

	while (report_formats[n])
		n++;
	return n;
}

START_TEST(a_candidate_sees_nothing_hidden_in_any_format)
{
	const char *name = report_formats[_i]->name, *text;

	arena = arena_new();
	text = render(name, sample_record(arena),
		      (struct report_options){ .view = VIEW_CANDIDATE,
					       .transcript_path =
						       SAMPLE_HIDDEN });
	silent(text, SAMPLE_HIDDEN);
	silent(text, "secret");
	text = render(name, sample_record(arena),
		      (struct report_options){ .view = VIEW_INTERVIEWER });
	says(text, SAMPLE_HIDDEN);
}
END_TEST

START_TEST(no_format_lets_control_bytes_or_broken_text_through)
{
	const char *text;

	arena = arena_new();
	text = render(report_formats[_i]->name, sample_record(arena),
		      (struct report_options){ .unicode = true });
	ck_assert(text_is_utf8(span_of(text)));
	silent(text, "\x1b");
	silent(text, "\x01");
	silent(text, "\x7f");
}
END_TEST

START_TEST(every_format_says_why_nothing_was_graded)
{
	const char *name = report_formats[_i]->name, *text;

	arena = arena_new();
	text = render(name, sample_not_gradable(arena),
		      (struct report_options){ 0 });
	if (strcmp(name, "har") != 0)
		says(text, "ended before it was ready");
}
END_TEST

static const struct {
	const char *format, *never;
} markup_formats[] = {
	{ "html", "<script" },	{ "html", "</script" },
	{ "junit", "<script" },	{ "junit", "]]>" },
	{ "github-summary", "<script" }, { "har", "<script>alert(1)\n" },
};

START_TEST(what_a_parser_would_obey_is_escaped)
{
	arena = arena_new();
	silent(render(markup_formats[_i].format, sample_record(arena),
		      (struct report_options){ 0 }),
	       markup_formats[_i].never);
}
END_TEST

START_TEST(the_candidates_points_are_those_of_what_is_shown)
{
	arena = arena_new();
	says(render("terminal", sample_record(arena),
		    (struct report_options){ .view = VIEW_CANDIDATE }),
	     "6 of 9 points");
}
END_TEST

START_TEST(github_obeys_nothing_between_the_fences)
{
	const char *text, *token, *body, *end;

	arena = arena_new();
	text = render("github", sample_record(arena),
		      (struct report_options){ 0 });
	token = strstr(text, "::stop-commands::");
	ck_assert_ptr_nonnull(token);
	token = arena_memdup(arena, token + 17, strcspn(token + 17, "\n"));
	ck_assert_uint_eq(strlen(token), 24);
	body = strstr(text, token) + 24;
	end = strstr(body, token);
	ck_assert_ptr_nonnull(end);
	ck_assert_ptr_null(strstr(end + 1, token));
	says(end, "::error title=Creating%3A a name is needed::");
	silent(end, "\n{");
}
END_TEST

static const struct {
	const char *text, *last_two;
} tails[] = {
	{ "", "" }, { "a", "a" }, { "a\n", "a\n" }, { "a\nb", "a\nb" },
	{ "a\nb\nc\n", "b\nc\n" }, { "a\nb\nc", "b\nc" }, { "\n\n\n", "\n\n" },
};

START_TEST(the_last_lines_are_whole_lines)
{
	ck_assert(span_is(span_last_lines(span_of(tails[_i].text), 2),
			  tails[_i].last_two));
}
END_TEST

SUITE(report)
{
	TEST_LOOP(a_failure_is_shown_with_all_its_evidence,
		  ARRAY_LEN(evidence));
	TEST(no_control_byte_of_the_candidate_reaches_a_terminal);
	TEST(colors_come_only_when_they_are_asked_for);
	TEST(without_unicode_every_symbol_is_ascii);
	TEST_LOOP(lines_keep_to_the_width_but_for_what_is_to_be_copied,
		  ARRAY_LEN(widths));
	TEST(the_score_stands_behind_the_evidence);
	TEST(an_app_that_did_not_start_shows_its_last_words);
	TEST(the_json_document_tells_the_same);
	TEST(an_exchange_is_read_back_with_its_bytes_and_its_log);
	TEST_LOOP(a_candidate_sees_nothing_hidden_in_any_format, n_formats());
	TEST_LOOP(no_format_lets_control_bytes_or_broken_text_through,
		  n_formats());
	TEST_LOOP(every_format_says_why_nothing_was_graded, n_formats());
	TEST_LOOP(what_a_parser_would_obey_is_escaped,
		  ARRAY_LEN(markup_formats));
	TEST(the_candidates_points_are_those_of_what_is_shown);
	TEST(github_obeys_nothing_between_the_fences);
	TEST_LOOP(the_last_lines_are_whole_lines, ARRAY_LEN(tails));
}
