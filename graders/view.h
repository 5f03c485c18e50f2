/*
 * view -- find things in a JSON answer whose shape nobody fixed.
 *
 * With a pointer the place is fixed; without one it is found, so that
 * {"id": 1}, {"data": {"id": 1}} and [..], {"items": [..]} are all right.
 */
#ifndef GRADERS_VIEW_H
#define GRADERS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct exchange;
struct json;

/* The answer's body as JSON, or NULL when it is none. */
const struct json *view_body(struct arena *arena, const struct exchange *x);

/* The value at an RFC 6901 pointer, or NULL. */
const struct json *view_at(const struct json *v, const char *pointer);

/* The object that has a member `id`: at `pointer`, or found. */
const struct json *view_item(const struct json *body, const char *pointer,
			     const char *id);

/* The array of rows: at `pointer`, or found. */
const struct json *view_list(const struct json *body, const char *pointer);

/* A string or number as text for a URL, or NULL. */
const char *view_id(struct arena *arena, const struct json *v);

/* `word` is a member name, or stands as a word in some string of `v`. */
bool view_names(const struct json *v, struct span word);
/* It stands as a word in the text. */
bool view_text_names(struct span text, struct span word);

/* The value as one line of JSON, cut for people. */
const char *view_show(struct arena *arena, const struct json *v);

#endif
