/*
 * ast -- a compiled probe script, as the parser builds and play.c reads it.
 *
 * Nothing in it changes after script_parse(): what depends on a run
 * (variables, responses) lives in play.c.  Every node knows its place.
 */
#ifndef RUNNER_EXPECT_AST_H
#define RUNNER_EXPECT_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"
#include "runner/expect/script.h"

struct regex;
struct jsonpath;
struct json;
struct schema;

struct place {
	int line, column; /* 1-based; the column counts code points */
};

/* --- templates: text with {{expressions}} in it --- */

enum expr_kind { EXPR_VARIABLE, EXPR_NEW_DATE, EXPR_NEW_UUID, EXPR_GET_ENV };

struct expr {
	enum expr_kind kind;
	struct span name; /* of the variable */
	const struct filter *filters;
	size_t n_filters;
	struct place at;
};

struct piece {
	struct span text;        /* decoded; used when `expr` is NULL */
	const struct expr *expr; /* its value as text is put in */
	bool in_string;          /* JSON body: escape what is put in */
};

struct template {
	const struct piece *pieces;
	size_t n;
	struct span source; /* as written, for titles */
	struct place at;
};

/* --- values written in a script --- */

enum operand_kind {
	OPERAND_NONE,
	OPERAND_NULL,
	OPERAND_BOOL,
	OPERAND_NUMBER,   /* `text` as written */
	OPERAND_STRING,   /* `template` */
	OPERAND_BYTES,    /* `text`: base64,...; or hex,...; decoded */
	OPERAND_FILE,     /* `template`: its name */
	OPERAND_REGEX,    /* `regex` */
	OPERAND_EXPR,     /* `expr`: {{x}} alone, which keeps its type */
};

struct operand {
	enum operand_kind kind;
	bool truth;
	struct span text;
	struct template template;
	const struct regex *regex;
	const struct expr *expr;
	struct place at;
};

/* --- queries, filters, predicates --- */

enum query_kind {
	QUERY_STATUS,
	QUERY_VERSION,
	QUERY_URL,
	QUERY_REDIRECTS,
	QUERY_IP,
	QUERY_HEADER,
	QUERY_COOKIE,
	QUERY_BODY,
	QUERY_BYTES,
	QUERY_RAWBYTES,
	QUERY_XPATH,
	QUERY_JSONPATH,
	QUERY_REGEX,
	QUERY_VARIABLE,
	QUERY_DURATION,
	QUERY_SHA256,
	QUERY_MD5,
};

struct query {
	enum query_kind kind;
	struct operand arg;
	const char *attribute;           /* cookie "name[Attribute]", or NULL */
	const struct jsonpath *jsonpath; /* when `arg` holds no template */
	const struct filter *filters;
	size_t n_filters;
	int structured; /* of `header`: 1 + enum sfv_kind; 0: as it stands */
	struct place at;
};

enum filter_kind {
	FILTER_BASE64_DECODE,
	FILTER_BASE64_ENCODE,
	FILTER_BASE64_URL_SAFE_DECODE,
	FILTER_BASE64_URL_SAFE_ENCODE,
	FILTER_CHARSET_DECODE,
	FILTER_CHARSET_ENCODE,
	FILTER_COUNT,
	FILTER_DATE_FORMAT,
	FILTER_DAYS_AFTER_NOW,
	FILTER_DAYS_BEFORE_NOW,
	FILTER_FIRST,
	FILTER_HTML_ESCAPE,
	FILTER_HTML_UNESCAPE,
	FILTER_JSONPATH,
	FILTER_LAST,
	FILTER_LOCATION,
	FILTER_NTH,
	FILTER_REGEX,
	FILTER_REPLACE,
	FILTER_REPLACE_REGEX,
	FILTER_SPLIT,
	FILTER_TO_DATE,
	FILTER_TO_FLOAT,
	FILTER_TO_HEX,
	FILTER_TO_INT,
	FILTER_TO_STRING,
	FILTER_URL_DECODE,
	FILTER_URL_ENCODE,
	FILTER_URL_QUERY_PARAM,
	FILTER_UTF8_DECODE,
	FILTER_UTF8_ENCODE,
	FILTER_XPATH,
};

struct filter {
	enum filter_kind kind;
	struct operand args[2];
	const struct jsonpath *jsonpath;
	struct place at;
};

enum predicate_kind {
	PREDICATE_EQUAL,
	PREDICATE_NOT_EQUAL,
	PREDICATE_GREATER,
	PREDICATE_GREATER_EQUAL,
	PREDICATE_LESS,
	PREDICATE_LESS_EQUAL,
	PREDICATE_STARTS_WITH,
	PREDICATE_ENDS_WITH,
	PREDICATE_CONTAINS,
	PREDICATE_INCLUDES,
	PREDICATE_MATCHES,
	PREDICATE_EXISTS,
	PREDICATE_IS_BOOLEAN,
	PREDICATE_IS_COLLECTION,
	PREDICATE_IS_DATE,
	PREDICATE_IS_EMPTY,
	PREDICATE_IS_FLOAT,
	PREDICATE_IS_INTEGER,
	PREDICATE_IS_IPV4,
	PREDICATE_IS_IPV6,
	PREDICATE_IS_ISO_DATE,
	PREDICATE_IS_LIST,
	PREDICATE_IS_NUMBER,
	PREDICATE_IS_OBJECT,
	PREDICATE_IS_STRING,
	PREDICATE_IS_UUID,
};

struct predicate {
	enum predicate_kind kind;
	bool negated;
	struct operand operand;
	struct place at;
	struct span source; /* "not == 3", as written */
};

/* --- what `#!` says about an item --- */

/* The checks that Hurl does not have; each is one, of the whole request. */
enum extra_kind {
	EXTRA_SCHEMA,    /* the body is valid against a JSON Schema file */
	EXTRA_PROBLEM,   /* the answer is an RFC 9457 problem */
	EXTRA_LINK,      /* Link has, or lacks, relations */
	EXTRA_UNCHANGED, /* a resource is the same before and after */
	EXTRA_SAME_AS,   /* the body equals the JSON of a variable */
	EXTRA_BURST,     /* many at once, and how often which status */
	EXTRA_WALK,      /* pages, to the end, and what holds over all */
	EXTRA_FRAMING,   /* the bytes of the answer are framed as they must */
	EXTRA_N_KINDS
};

/* What goes over the wire when the answer is wanted to the byte. */
enum extra_raw {
	RAW_NONE,  /* an ordinary exchange */
	RAW_WHOLE, /* the request */
	RAW_HEAD,  /* its head alone; the body never comes */
	RAW_BODY,  /* its body alone, whatever that is */
};

struct names {
	const char *const *items;
	size_t n;
};

struct extra {
	unsigned has;                /* 1 << enum extra_kind */
	int weights[EXTRA_N_KINDS];
	const struct schema *schema;
	struct names links;          /* "next", "!prev" */
	struct template unchanged;   /* its URL */
	struct span same_as;         /* the variable */
	struct names ignore;         /* member names */
	bool any_order;              /* of arrays */
	enum extra_raw raw;
	int burst;                   /* requests at once */
	struct names expect;         /* "201:1", "409:*" */
	int walk;                    /* pages at most */
	const struct jsonpath *next; /* of the next page's URL; NULL: Link */
	const struct jsonpath *items, *unique, *total;
	const struct json *table;    /* rows of `repeat`; NULL: none */
};

struct marks {
	const char *id, *title, *spec, *hint, *tag; /* NULL when not given */
	const char *cause; /* requests only: root cause when the first fails */
	const char *const *needs;
	size_t n_needs;
	int points;      /* hundredths; -1 when not given */
	int weight;      /* hundredths, once the script is whole */
	bool hidden, vital, restart;
	int structured;  /* as in struct query */
	bool joined;     /* asserts on a header: its lines are one list */
	struct extra *extra; /* requests only; NULL: none */
	struct place at;
};

/* --- requests and responses --- */

struct pair {
	struct template key, value;
	bool is_file;          /* [Multipart]: `value` names a file */
	struct template type;  /* its media type; n 0: guessed */
	struct place at;
	struct marks marks;    /* expected headers */
};

struct pairs {
	struct pair *items;
	size_t n;
};

enum body_kind { BODY_NONE, BODY_TEXT, BODY_BYTES, BODY_FILE };
enum body_type { BODY_PLAIN, BODY_JSON, BODY_XML };

struct body {
	enum body_kind kind;
	enum body_type type;
	struct template text;  /* BODY_TEXT; BODY_FILE: its name */
	struct span bytes;     /* BODY_BYTES */
	struct place at;
	struct marks marks;    /* expected bodies */
};

enum option_kind_hurl {
	HURL_COMPRESSED,
	HURL_DELAY,
	HURL_DIGEST,
	HURL_HTTP10,
	HURL_HTTP11,
	HURL_LIMIT_RATE,
	HURL_LOCATION,
	HURL_MAX_REDIRS,
	HURL_MAX_TIME,
	HURL_NO_COOKIE_STORE,
	HURL_REPEAT,
	HURL_RETRY,
	HURL_RETRY_INTERVAL,
	HURL_SKIP,
	HURL_VARIABLE,
	HURL_HEADER,
	HURL_USER,
	HURL_IGNORED, /* accepted, and means nothing here */
};

struct option {
	enum option_kind_hurl kind;
	struct operand value;  /* durations are milliseconds */
	struct span name;      /* of the variable */
	struct template text;  /* header, user */
	struct place at;
};

struct capture {
	struct template name;
	struct query query;
	bool redact;
	struct place at;
	struct marks marks;
};

struct assert {
	struct query query;
	struct predicate predicate;
	struct span source;    /* the whole line, for titles */
	struct template title; /* the same; n 0: no variable is in it */
	struct place at;
	struct marks marks;
};

struct expectation {
	bool present;
	struct span version;  /* "1.1", or empty for any */
	int status;           /* 0: `*` */
	struct pairs headers;
	const struct capture *captures;
	size_t n_captures;
	struct assert *asserts;
	size_t n_asserts;
	struct body body;
	struct place at, status_at;
	struct marks marks;   /* of the status line */
};

struct entry {
	struct marks marks;
	const char *method;
	struct template url;
	struct pairs headers, query, form, multipart, cookies, basic_auth;
	const struct option *options;
	size_t n_options;
	struct body body;
	struct expectation expect;
	struct place at;
};

struct script {
	const char *file;
	struct entry *entries;
	size_t n_entries;
	int points;
	size_t n_checks;
};

#endif
