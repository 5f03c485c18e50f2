/*
 * reader -- a cursor over a script, and how the parts of its parser meet.
 *
 * The grammar needs little look-ahead, so nothing is parsed twice; what looks
 * ahead copies the reader and throws the copy away.  A function that parses
 * returns 0, or -EINVAL with "FILE:LINE:COLUMN: what" in reader->err.
 */
#ifndef RUNNER_EXPECT_READER_H
#define RUNNER_EXPECT_READER_H

#include "runner/base/attr.h"
#include "runner/expect/ast.h"

struct arena;
struct err;

struct reader {
	struct arena *arena;
	const char *file;
	struct span text;
	size_t at;
	struct place place;
	struct err *err;
	int depth; /* of templates within arguments of templates */
	struct marks pending;  /* `#!` lines that wait for their item */
	bool has_pending;
};

int reader_fail(struct reader *r, struct place at, const char *fmt, ...)
	PRINTF(3, 4);
#ifdef ANALYSED /* as with err_set() */
#define reader_fail(...) ((reader_fail)(__VA_ARGS__), -1)
#endif
/* "expecting WHAT", and the name that the word at `at` may be meant for. */
int reader_unknown(struct reader *r, struct place at, const char *what,
		   struct span word, const char *const *names);
/* "not supported: what (why)", the one form of every refusal. */
int reader_refuse(struct reader *r, struct place at, const char *what,
		  const char *why);

bool reader_at_end(const struct reader *r);
int reader_peek(const struct reader *r);           /* byte, or -1 */
int reader_peek_at(const struct reader *r, size_t offset);
void reader_skip(struct reader *r, size_t bytes);  /* tracks the place */
bool reader_sees(const struct reader *r, const char *literal);
bool reader_take(struct reader *r, const char *literal);
int reader_expect(struct reader *r, const char *literal);
void reader_blanks(struct reader *r);              /* space and tab */
int reader_space(struct reader *r);                /* at least one */
/* A run of bytes of `set`; may be empty. */
struct span reader_run(struct reader *r, const char *set);
struct span reader_since(const struct reader *r, size_t start);
bool reader_char_in(int c, const char *set);

#define READER_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define READER_DIGITS  "0123456789"

/* The rest of a line: blanks, a comment, a line break or the end.  A `#!`
 * comment goes to `marks`, or is an error when that is NULL. */
int reader_line_end(struct reader *r, struct marks *marks);
/* Empty lines and comments; `#!` lines become pending. */
int reader_skip_lines(struct reader *r);
/* What is pending goes to `marks`, which is initialised. */
int reader_take_marks(struct reader *r, struct marks *marks);
/* Nothing may be pending: what follows takes no directives. */
int reader_no_marks(struct reader *r);

/* directive.c */
void marks_init(struct marks *marks);
int directive_parse(struct reader *r, struct marks *marks);

/* jsonpath of Hurl: RFC 9535, and "$.[" for "$[". */
struct jsonpath;
int compile_jsonpath(struct arena *arena, struct span text,
		     const struct jsonpath **ret, struct err *err);

/* A growing array in the arena. */
struct list {
	void *items;
	size_t n, cap;
};
void *list_add(struct arena *arena, struct list *list, size_t size);

/* template.c */
int parse_expr(struct reader *r, const struct expr **ret); /* behind "{{" */
int parse_quoted(struct reader *r, struct template *ret);  /* "..." */
int parse_key(struct reader *r, struct template *ret);
int parse_unquoted(struct reader *r, struct template *ret); /* to line end */
int parse_filename(struct reader *r, struct template *ret); /* to ';' */
int parse_url(struct reader *r, struct template *ret);
/* Text up to `end`, which is taken; `escapes`: backslashes mean something. */
int parse_until(struct reader *r, const char *end, bool templates,
		bool escapes, struct template *ret);
int parse_template_text(struct reader *r, struct span text, struct place at,
			struct template *ret);
bool template_is_plain(const struct template *t, struct span *ret);

/* operand.c */
int parse_operand(struct reader *r, struct operand *ret);
int parse_bytes_literal(struct reader *r, struct operand *ret);
int parse_regex_literal(struct reader *r, struct operand *ret);
int compile_pattern(struct reader *r, struct operand *o);
int parse_number_literal(struct reader *r, struct span *ret);

/* query.c, filter.c, predicate.c */
int parse_query(struct reader *r, struct query *ret);
#define FILTER_NAMES 40
size_t filter_names(const char *ret[FILTER_NAMES]);
int parse_filters(struct reader *r, const struct filter **ret, size_t *ret_n);
int parse_predicate(struct reader *r, struct predicate *ret);

/* body.c, bodyjson.c */
bool body_starts(const struct reader *r);
int parse_body(struct reader *r, struct body *ret);
int parse_json_body(struct reader *r, struct template *ret);

/* option.c */
int parse_option(struct reader *r, struct option *ret);

/* weigh.c: share the points among the checks. */
int script_weigh(struct reader *r, struct script *script);

/* section.c */
int parse_request_sections(struct reader *r, struct entry *entry);
int parse_response_sections(struct reader *r, struct expectation *expect);
int parse_headers(struct reader *r, struct pairs *ret, bool expected);
bool section_starts(const struct reader *r);

#endif
