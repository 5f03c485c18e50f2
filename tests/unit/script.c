#include "runner/expect/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "tests/unit/conformance.h"
#include "tests/unit/suite.h"

static int parse(struct arena *arena, const char *text,
		 const struct script **ret, struct err *err)
{
	return script_parse(arena, "x.hurl", span_of(text), ret, err);
}

/* "file:LINE:COLUMN" of a message, or of the arrow in an expected error. */
static void read_place(const char *text, int *line, int *column)
{
	const char *p = strstr(text, ".hurl:");

	ck_assert_msg(p && sscanf(p, ".hurl:%d:%d", line, column) == 2,
		      "no place in: %s", text);
}

START_TEST(what_hurl_refuses_is_refused_at_the_same_place)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *dir =
		conformance_path(arena, "hurl/tests_error_parser", 29);
	const char **files;
	int good = 0;
	size_t n;

	if (!dir)
		return;
	files = conformance_files(arena, dir, ".hurl", &n);
	for (size_t i = 0; i < n; i++) {
		const char *expected = arena_printf(
			arena, "%.*s.err", (int)strlen(files[i]) - 5, files[i]);
		int line, column, want_line, want_column;
		const struct script *script;
		struct err err = {0};
		struct stat st;
		int r = script_parse(arena, files[i],
				     conformance_read(arena, files[i]), &script,
				     &err);

		ck_assert_msg(r == -EINVAL, "%s is accepted", files[i]);
		read_place(err.msg, &line, &column);
		if (stat(expected, &st)) {
			good++;
			continue;
		}
		read_place(conformance_read(arena, expected).data, &want_line,
			   &want_column);
		if (line == want_line && column == want_column)
			good++;
		else
			printf("%s, not %d:%d\n", err.msg, want_line,
			       want_column);
	}
	conformance_count("hurl/tests_error_parser", good, (int)n);
	ck_assert_int_eq(good, n);
}
END_TEST

/* Of Hurl's own scripts, those that do not compile, and what is said then. */
static const struct refused_case {
	const char *name, *message;
} refused_cases[] = {
	{"connect_to_option", "not supported: the option connect-to"},
	{"options_template", "not supported: the option resolve"},
	{"body_json", "not supported: https"},
	{"ip_query", "not supported: https"},
	{"invalid_url", "not supported: https"},
	{"http_version_option", "not supported: https"},
	{"output_option", "not supported: the option output"},
	{"output_unauthorized", "not supported: the option output"},
	{"repeat_option", "not supported: the option output"},
	{"resolve_option", "not supported: the option resolve"},
	/* Scripts that Hurl does not take either, or only until they run. */
	{"parse_ko", "the HTTP method <xxx> is not valid"},
	{"assert_query_invalid_regex", "invalid Regex expression"},
	{"invalid_jsonpath", "invalid JSONPath"},
};

static const char *expected_refusal(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_LEN(refused_cases); i++)
		if (strlen(name) == strlen(refused_cases[i].name) + 5 &&
		    !strncmp(name, refused_cases[i].name, strlen(name) - 5))
			return refused_cases[i].message;
	return NULL;
}

static void try_folder(struct arena *arena, const char *dir, int *good,
		       int *refused)
{
	size_t n;
	const char **files = conformance_files(arena, dir, ".hurl", &n);

	for (size_t i = 0; i < n; i++) {
		const char *message = expected_refusal(files[i]);
		const struct script *script;
		struct err err = {0};
		int r = script_parse(arena, files[i],
				     conformance_read(arena, files[i]), &script,
				     &err);

		*good += !r;
		*refused += !!r;
		ck_assert_msg(message ? r && strstr(err.msg, message) : !r,
			      "%s: %s", files[i], err.msg);
		if (r)
			printf("conformance hurl, left out: %s\n", err.msg);
	}
}

START_TEST(hurls_own_scripts_compile_or_are_refused_for_a_reason)
{
	static const char *const folders[] = {
		"tests_ok/*",
		"tests_ok_not_linted",
		"mt/*",
		"tests_failed",
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	const char *root = conformance_path(arena, "hurl", 80);
	int good = 0, refused = 0;

	if (!root)
		return;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		size_t len = strcspn(folders[i], "*"), n;
		const char *dir = arena_printf(arena, "%s/%.*s", root, (int)len,
					       folders[i]);
		const char **below = conformance_files(arena, dir, "", &n);

		if (!folders[i][len])
			try_folder(arena, dir, &good, &refused);
		for (size_t k = 0; folders[i][len] && k < n; k++)
			if (strrchr(below[k], '/')[1] != '.')
				try_folder(arena, below[k], &good, &refused);
	}
	conformance_count("hurl scripts compiled", good, good + refused);
	ck_assert_int_eq(refused, ARRAY_LEN(refused_cases));
	ck_assert_int_gt(good, 60);
}
END_TEST

START_TEST(templates_within_templates_have_an_end)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF text = BUF_INIT(SCRIPT_BYTES_MAX);
	const struct script *script;
	struct err err = {0};

	buf_add_str(&text, "GET http://a/\nHTTP 200\n[Asserts]\nheader \"");
	for (int i = 0; i < 200000; i++)
		buf_add_str(&text, "{{a replace \"");
	ck_assert_int_eq(parse(arena, buf_str(&text), &script, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "nested deeper than 50"));
}
END_TEST

static const struct message_case {
	const char *text, *message;
} message_cases[] = {
	{"#! idd=x\nGET http://a/\n",
	 "x.hurl:1:4: `idd` is no directive; did you mean `id`?"},
	{"GET http://a/ #! points=x\n",
	 "x.hurl:1:25: points are a number with at most two decimals, not "
	 "`x`"},
	{"GET http://a/ #! points=1e99\n",
	 "x.hurl:1:25: points are a number with at most two decimals, not "
	 "`1e99`"},
	{"GET http://a/\n#! id=a\nX: 1\n",
	 "x.hurl:2:1: a directive stands above a request, a HTTP line, a "
	 "capture or an assert"},
	{"GET http://a/\nHTTP 200\n[Asserts]\nstatus = 1\n",
	 "x.hurl:4:8: expecting a predicate; did you mean `==`?"},
	{"GET http://a/\nHTTP 200\n[Asserts]\njsonpath \"$[\" exists\n",
	 "x.hurl:4:10: invalid JSONPath: column 3: "},
	{"#! points=2\nGET http://a/\nHTTP *\n",
	 "x.hurl:1:1: these points have no check to be earned with"},
	{"GET http://a/\n[Options]\nproxy: x\n",
	 "x.hurl:3:1: not supported: the option proxy (there is one server, "
	 "reached directly)"},
	{"GET /things\n",
	 "x.hurl:1:5: a URL is whole: did you mean `{{base}}/things`?"},
	{"GET https://a/\n", "x.hurl:1:5: not supported: https"},
	{"GET http://a/\nAccept a/b\nHTTP 200\n",
	 "x.hurl:2:1: the HTTP method <Accept> is not valid. A header, "
	 "parameter or capture is `name: value`"},
	{"GET http://a/\nHTTP 200 OK\n",
	 "x.hurl:2:10: a status stands without its text"},
	{"GET http://a/\nHTTP 200\n[Assert]\n",
	 "x.hurl:3:1: the section name is not valid. Did you mean [Asserts]?"},
	{"#! id=last\n",
	 "x.hurl:1:1: a directive stands above a request, a HTTP line, a "
	 "capture or an assert"},
};

START_TEST(an_error_names_its_place_and_what_was_expected)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct message_case *c = &message_cases[_i];
	const struct script *script;
	struct err err = {0};

	ck_assert_int_eq(parse(arena, c->text, &script, &err), -EINVAL);
	ck_assert_msg(!strncmp(err.msg, c->message, strlen(c->message)),
		      "%s\nnot %s", err.msg, c->message);
}
END_TEST

START_TEST(points_and_checks_are_counted)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct script *script;
	struct err err = {0};

	ck_assert_msg(!parse(arena,
			     "#! id=a points=2.5\nPOST {{base}}/x\n{\"a\": 1}\n"
			     "HTTP 201\nX-Y: 1\n[Asserts]\n"
			     "status == 201 #! points=0.25\n"
			     "jsonpath \"$.a\" == 1\n`body`\n"
			     "GET {{base}}/y\nHTTP *\n",
			     &script, &err),
		      "%s", err.msg);
	ck_assert_int_eq(script_points(script), 275);
	ck_assert_uint_eq(script_checks(script), 5);
}
END_TEST

/* Each script, and the names that nothing above their use defines. */
static const struct {
	const char *text, *names;
} undefined_cases[] = {
	{"GET {{base}}/{{a}}\nX: {{b}}\n{ \"c\": {{c}}, \"d\": \"{{d}}\" }\n",
	 "a b c d "},
	{"GET {{base}}/{{seed}}\n[Options]\nvariable: a=1\ndelay: {{d}}\n"
	 "[Query]\n{{a}}: {{b urlEncode}}\nHTTP 200\n[Captures]\n"
	 "b: jsonpath \"$.{{c}}\"\n[Asserts]\nheader \"{{b}}\" == {{e}}\n",
	 "d b c e "},
	{"GET {{base}}/{{rand_word}}/{{rand_int_a}}/{{rand_words}}\n"
	 "{{newUuid}}: {{newDate}}\nHTTP 200\n[Asserts]\n"
	 "variable \"x\" not exists\n",
	 "rand_words "},
	{"GET {{base}}/\nHTTP 200\n[Captures]\na: body\n#! same-as=a\n"
	 "GET {{base}}/{{a}}\n#! same-as=b unchanged=\"{{base}}/{{c}}\"\n"
	 "GET {{base}}/{{walk_items}}\n#! walk=3\nGET {{base}}/\n"
	 "GET {{base}}/{{walk_items}}\n",
	 "walk_items c b "},
	/* A name that is made at run time may be any. */
	{"GET {{base}}/{{a}}\n[Options]\nvariable: k=x\nHTTP 200\n"
	 "[Captures]\n{{k}}: body\nGET {{base}}/{{b}}\n",
	 "a "},
};

START_TEST(a_variable_that_nothing_defines_is_found)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct script_use *uses;
	const struct script *script;
	const char *names = "";
	struct err err = {0};
	size_t n;

	ck_assert_msg(!parse(arena, undefined_cases[_i].text, &script, &err),
		      "%s", err.msg);
	uses = script_undefined(arena, script, &n);
	for (size_t i = 0; i < n; i++)
		names = arena_printf(arena, "%s%s ", names, uses[i].name);
	ck_assert_str_eq(names, undefined_cases[_i].names);
}
END_TEST

SUITE(script)
{
	TEST_LOOP(a_variable_that_nothing_defines_is_found,
		  ARRAY_LEN(undefined_cases));
	TEST(what_hurl_refuses_is_refused_at_the_same_place);
	TEST(hurls_own_scripts_compile_or_are_refused_for_a_reason);
	TEST_LOOP(an_error_names_its_place_and_what_was_expected,
		  ARRAY_LEN(message_cases));
	TEST(templates_within_templates_have_an_end);
	TEST(points_and_checks_are_counted);
}
