/* value -- what queries find, filters change and predicates judge. */
#ifndef RUNNER_EXPECT_VALUE_H
#define RUNNER_EXPECT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct buf;
struct json;
struct regex;

#define VALUE_SHOW_MAX 400 /* bytes of a value in a message */

enum value_type {
	VALUE_NONE, /* a query found nothing */
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_BYTES,
	VALUE_LIST,
	VALUE_OBJECT,
	VALUE_DATE,
	VALUE_NODES, /* XPath; `count` of them */
	VALUE_REGEX,
	VALUE_HOP,   /* one redirect: `text` is its Location, resolved */
};

struct value {
	enum value_type type;
	bool truth;
	bool nodelist;           /* list: what a non-singular path selected */
	struct span text;        /* number as written, string, bytes, hop */
	size_t count;            /* list, nodes */
	const struct value *items; /* list, unless `json` or `found` holds it */
	const struct json *const *found; /* nodelist */
	const struct json *json; /* object, list */
	const struct regex *regex;
	int64_t seconds;         /* date: since 1970, UTC */
	int32_t nanoseconds;
};

#define VALUE_TEXT(s) ((struct value){ .type = VALUE_STRING, .text = (s) })

struct value value_of_json(const struct json *json);
struct value value_of_int(struct arena *arena, int64_t n);
struct value value_item(const struct value *list, size_t i);

/* All that it points to, in `arena`; -E2BIG when it is JSON that has grown
 * beyond what is read at once. */
int value_copy(struct arena *arena, const struct value *v, struct value *ret);

/* A nodelist of one is its node for whatever wants one value. */
struct value value_single(const struct value *v);

bool value_equal(const struct value *a, const struct value *b);
/* Numbers, strings and dates have an order; false for anything else. */
bool value_compare(const struct value *a, const struct value *b, int *ret);

bool value_is_integer_text(const struct value *v); /* no point, no exponent */
bool value_int(const struct value *v, int64_t *ret);

/* As it is put into a template: strings bare, the rest as JSON. */
struct span value_render(struct arena *arena, const struct value *v);
/* As a message shows it: type and text, shortened, safe. */
char *value_show(struct arena *arena, const struct value *v);
const char *value_type_name(const struct value *v);

#endif
