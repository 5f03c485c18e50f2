/* jsonpath_ast -- a compiled query, between its parser and its evaluator. */
#ifndef RUNNER_EXPECT_JSONPATH_AST_H
#define RUNNER_EXPECT_JSONPATH_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/json.h"
#include "runner/base/span.h"

struct arena;
struct err;
struct regex;

struct jsonpath_expr;

enum jsonpath_kind { /* of selectors */
	SELECT_NAME,
	SELECT_WILDCARD,
	SELECT_INDEX,
	SELECT_SLICE,
	SELECT_FILTER,
};

struct jsonpath_selector {
	enum jsonpath_kind kind;
	struct span name;
	int64_t start, end, step; /* SELECT_INDEX: start */
	bool has_start, has_end;
	const struct jsonpath_expr *filter;
};

struct jsonpath_segment {
	bool descendant;
	struct jsonpath_selector *selectors;
	size_t n_selectors;
};

struct jsonpath {
	bool relative; /* starts with @ */
	struct jsonpath_segment *segments;
	size_t n_segments;
};

enum jsonpath_op {
	EXPR_OR,
	EXPR_AND,
	EXPR_NOT,
	EXPR_EQ,
	EXPR_NE,
	EXPR_LT,
	EXPR_LE,
	EXPR_GT,
	EXPR_GE,
	EXPR_LITERAL,
	EXPR_QUERY, /* existence, or a value where a value is asked for */
	EXPR_LENGTH,
	EXPR_COUNT,
	EXPR_VALUE,
	EXPR_MATCH,
	EXPR_SEARCH,
};

struct jsonpath_expr {
	enum jsonpath_op op;
	const struct jsonpath_expr *left, *right; /* operands or arguments */
	const struct jsonpath *query;
	struct json literal;
	const struct regex *regex; /* of a literal second argument, or NULL */
	bool bad_regex;
};

/* A query inside a filter starts at *at; moves it to the query's end. */
struct jsonpath_parser {
	struct arena *arena;
	const char *start, *p, *end;
	struct err *err;
	int depth;
};

int jsonpath_fail(struct jsonpath_parser *p, const char *what);
#ifdef ANALYSED /* as with err_set() */
#define jsonpath_fail(...) ((jsonpath_fail)(__VA_ARGS__), -1)
#endif
void jsonpath_blanks(struct jsonpath_parser *p);
bool jsonpath_take(struct jsonpath_parser *p, const char *text);
/* The segments behind $ or @. */
int jsonpath_parse_query(struct jsonpath_parser *p,
			 const struct jsonpath **ret);
int jsonpath_parse_string(struct jsonpath_parser *p, struct span *ret);
/* The logical expression behind `?`. */
int jsonpath_parse_filter(struct jsonpath_parser *p,
			  const struct jsonpath_expr **ret);

/* An I-Regexp, compiled; NULL when it is none. */
const struct regex *jsonpath_regex(struct arena *arena, struct span text,
				   bool whole);

#endif
