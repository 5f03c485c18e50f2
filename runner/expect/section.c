#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/reader.h"

enum section {
	SECTION_BASIC_AUTH,
	SECTION_QUERY,
	SECTION_FORM,
	SECTION_MULTIPART,
	SECTION_COOKIES,
	SECTION_OPTIONS,
	SECTION_CAPTURES,
	SECTION_ASSERTS,
};

static const struct {
	const char *name;
	enum section section;
	bool request;
} sections[] = {
	{"BasicAuth", SECTION_BASIC_AUTH, true},
	{"Query", SECTION_QUERY, true},
	{"QueryStringParams", SECTION_QUERY, true},
	{"Form", SECTION_FORM, true},
	{"FormParams", SECTION_FORM, true},
	{"Multipart", SECTION_MULTIPART, true},
	{"MultipartFormData", SECTION_MULTIPART, true},
	{"Cookies", SECTION_COOKIES, true},
	{"Options", SECTION_OPTIONS, true},
	{"Captures", SECTION_CAPTURES, false},
	{"Asserts", SECTION_ASSERTS, false},
};

bool section_starts(const struct reader *r)
{
	struct reader ahead = *r;

	return reader_take(&ahead, "[") &&
	       reader_run(&ahead, READER_LETTERS).len &&
	       reader_peek(&ahead) == ']';
}

/* A key string and its colon: looked at, not taken. */
static bool pair_starts(const struct reader *r)
{
	struct reader ahead = *r;
	size_t start = ahead.at;

	for (;;) {
		int c = reader_peek(&ahead);

		if (reader_sees(&ahead, "{{")) {
			while (!reader_at_end(&ahead) &&
			       !reader_sees(&ahead, "}}"))
				reader_skip(&ahead, 1);
			reader_skip(&ahead, 2);
		} else if (c == '\\') {
			reader_skip(&ahead, 2);
		} else if (c >= 0x80 ||
			   reader_char_in(c, READER_LETTERS READER_DIGITS
					  "_-.[]@$/~!%'*+^|&()}{")) {
			reader_skip(&ahead, 1);
		} else {
			break;
		}
	}
	reader_blanks(&ahead);
	return ahead.at > start && reader_peek(&ahead) == ':';
}

static int parse_colon(struct reader *r)
{
	reader_blanks(r);
	if (reader_expect(r, ":"))
		return -EINVAL;
	reader_blanks(r);
	return 0;
}

static int parse_pair(struct reader *r, struct pair *ret)
{
	*ret = (struct pair){.at = r->place};
	marks_init(&ret->marks);
	if (parse_key(r, &ret->key) || parse_colon(r))
		return -EINVAL;
	return parse_unquoted(r, &ret->value);
}

/* Behind "file,NAME;": nothing, or a media type up to the line's end. */
static int parse_media_type(struct reader *r, struct template *ret)
{
	struct place at;

	reader_blanks(r);
	at = r->place;
	if (reader_at_end(r) || reader_char_in(reader_peek(r), "\r\n#"))
		return 0;
	if (!reader_char_in(reader_peek(r), READER_LETTERS))
		return reader_fail(r, at, "expecting a content type");
	return parse_unquoted(r, ret);
}

static int parse_multipart_pair(struct reader *r, struct pair *ret)
{
	*ret = (struct pair){.at = r->place};
	marks_init(&ret->marks);
	if (parse_key(r, &ret->key) || parse_colon(r))
		return -EINVAL;
	if (!reader_take(r, "file,"))
		return parse_unquoted(r, &ret->value);
	ret->is_file = true;
	reader_blanks(r);
	if (parse_filename(r, &ret->value))
		return -EINVAL;
	reader_blanks(r);
	if (reader_expect(r, ";"))
		return -EINVAL;
	return parse_media_type(r, &ret->type);
}

typedef int parse_pair_fn(struct reader *r, struct pair *ret);

static int parse_pairs(struct reader *r, parse_pair_fn *parse,
		       struct pairs *ret)
{
	struct list list = {0};
	struct pair pair;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!pair_starts(r) || section_starts(r))
			break;
		if (reader_no_marks(r) || parse(r, &pair) ||
		    reader_line_end(r, NULL))
			return -EINVAL;
		*(struct pair *)list_add(r->arena, &list, sizeof(pair)) = pair;
	}
	*ret = (struct pairs){list.items, list.n};
	return 0;
}

int parse_headers(struct reader *r, struct pairs *ret, bool expected)
{
	struct list list = {0};
	struct marks marks;
	struct pair pair;

	if (!expected)
		return parse_pairs(r, parse_pair, ret);
	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!pair_starts(r) || section_starts(r))
			break;
		reader_take_marks(r, &marks);
		if (parse_pair(r, &pair) || reader_line_end(r, &marks))
			return -EINVAL;
		pair.marks = marks;
		*(struct pair *)list_add(r->arena, &list, sizeof(pair)) = pair;
	}
	*ret = (struct pairs){list.items, list.n};
	return 0;
}

static int parse_options(struct reader *r, struct entry *entry)
{
	struct list list = {0};
	struct option option;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!pair_starts(r) || section_starts(r))
			break;
		if (reader_no_marks(r) || parse_option(r, &option) ||
		    reader_line_end(r, NULL))
			return -EINVAL;
		*(struct option *)list_add(r->arena, &list, sizeof(option)) =
			option;
	}
	entry->options = list.items;
	entry->n_options = list.n;
	return 0;
}

static int parse_line_marks(struct reader *r, struct marks *marks,
			    struct query *query)
{
	if (reader_line_end(r, marks))
		return -EINVAL;
	query->structured = marks->structured;
	if (!marks->structured || query->kind == QUERY_HEADER)
		return 0;
	return reader_fail(r, marks->at,
			   "`structured` is for the query header");
}

static int parse_capture(struct reader *r, struct capture *ret)
{
	struct reader ahead;

	*ret = (struct capture){.at = r->place};
	reader_take_marks(r, &ret->marks);
	if (parse_key(r, &ret->name) || parse_colon(r) ||
	    parse_query(r, &ret->query))
		return -EINVAL;
	ahead = *r;
	reader_blanks(&ahead);
	if (reader_take(&ahead, "redact")) {
		*r = ahead;
		ret->redact = true;
	}
	return parse_line_marks(r, &ret->marks, &ret->query);
}

static int parse_captures(struct reader *r, struct expectation *expect)
{
	struct list list = {0};
	struct capture capture;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!pair_starts(r) || section_starts(r))
			break;
		if (parse_capture(r, &capture))
			return -EINVAL;
		*(struct capture *)list_add(r->arena, &list, sizeof(capture)) =
			capture;
	}
	expect->captures = list.items;
	expect->n_captures = list.n;
	return 0;
}

/* What looks like a variable and is none (in a regex) stays as written. */
static void assert_title(const struct reader *r, struct assert *a)
{
	struct reader inner = *r;
	struct err ignored;

	inner.err = &ignored;
	if (span_find(a->source, SPAN_LIT("{{")) == a->source.len ||
	    parse_template_text(&inner, a->source, a->at, &a->title))
		a->title = (struct template){0};
}

static int parse_assert(struct reader *r, struct assert *ret)
{
	size_t start = r->at;

	*ret = (struct assert){.at = r->place};
	reader_take_marks(r, &ret->marks);
	if (parse_query(r, &ret->query) || reader_space(r) ||
	    parse_predicate(r, &ret->predicate))
		return -EINVAL;
	ret->source = reader_since(r, start);
	assert_title(r, ret);
	return parse_line_marks(r, &ret->marks, &ret->query);
}

/* Queries are lower case, methods upper case, bodies in parse_body(). */
static bool assert_starts(const struct reader *r)
{
	return reader_char_in(reader_peek(r), "abcdefghijklmnopqrstuvwxyz") &&
	       !reader_sees(r, "base64,") && !reader_sees(r, "hex,") &&
	       !reader_sees(r, "file,");
}

static int parse_asserts(struct reader *r, struct expectation *expect)
{
	struct list list = {0};
	struct assert item;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!assert_starts(r))
			break;
		if (parse_assert(r, &item))
			return -EINVAL;
		*(struct assert *)list_add(r->arena, &list, sizeof(item)) =
			item;
	}
	expect->asserts = list.items;
	expect->n_asserts = list.n;
	return 0;
}

static int unknown_section(struct reader *r, struct place at, struct span name,
			   bool request)
{
	const char *names[ARRAY_LEN(sections) + 1] = {0}, *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (sections[i].request == request)
			names[n++] = sections[i].name;
	near = text_suggest(arena_memdup(r->arena, name.data, name.len), names);
	if (near)
		return reader_fail(r, at,
				   "the section name is not valid. Did you "
				   "mean [%s]?",
				   near);
	return reader_fail(
		r, at, "the section name is not valid. Valid values are %s",
		request ? "BasicAuth, Query, Form, Multipart, Cookies, "
			  "Options"
			: "Captures, Asserts");
}

/* "[Name]" and the end of its line. */
static int parse_section_name(struct reader *r, bool request, unsigned *seen,
			      enum section *ret)
{
	struct place at = r->place;
	struct span name;

	reader_skip(r, 1);
	name = reader_run(r, READER_LETTERS);
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		if (sections[i].request != request ||
		    !span_is(name, sections[i].name))
			continue;
		*ret = sections[i].section;
		if (*seen & 1u << *ret)
			return reader_fail(r, at,
					   "the section is already "
					   "defined");
		*seen |= 1u << *ret;
		if (reader_no_marks(r) || reader_expect(r, "]"))
			return -EINVAL;
		return reader_line_end(r, NULL);
	}
	return unknown_section(r, at, name, request);
}

static int parse_request_section(struct reader *r, enum section section,
				 struct entry *entry)
{
	switch (section) {
	case SECTION_BASIC_AUTH:
		return parse_pairs(r, parse_pair, &entry->basic_auth);
	case SECTION_QUERY: return parse_pairs(r, parse_pair, &entry->query);
	case SECTION_FORM: return parse_pairs(r, parse_pair, &entry->form);
	case SECTION_MULTIPART:
		return parse_pairs(r, parse_multipart_pair, &entry->multipart);
	case SECTION_COOKIES:
		return parse_pairs(r, parse_pair, &entry->cookies);
	case SECTION_OPTIONS: return parse_options(r, entry);
	case SECTION_CAPTURES:
	case SECTION_ASSERTS: break;
	}
	return -EINVAL;
}

int parse_request_sections(struct reader *r, struct entry *entry)
{
	enum section section;
	unsigned seen = 0;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!section_starts(r))
			return 0;
		if (parse_section_name(r, true, &seen, &section) ||
		    parse_request_section(r, section, entry))
			return -EINVAL;
	}
}

int parse_response_sections(struct reader *r, struct expectation *expect)
{
	enum section section;
	unsigned seen = 0;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (!section_starts(r))
			return 0;
		if (parse_section_name(r, false, &seen, &section))
			return -EINVAL;
		if (section == SECTION_CAPTURES ? parse_captures(r, expect)
						: parse_asserts(r, expect))
			return -EINVAL;
	}
}
