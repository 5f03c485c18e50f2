/*
 * jsonout -- JSON that we write: transcript lines, reports, listings.
 *
 * A tree is built and printed once.  Adding a child hands it over: free the
 * root only.  Strings may be any bytes: what is not UTF-8 is replaced by
 * U+FFFD unless jsonout_add_bytes() is used, which says how it is encoded.
 * Running out of memory ends the program.
 */
#ifndef RUNNER_BASE_JSONOUT_H
#define RUNNER_BASE_JSONOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct jsonout; /* an object or array under construction */

struct jsonout *jsonout_object(void) __attribute__((returns_nonnull));
struct jsonout *jsonout_array(void) __attribute__((returns_nonnull));
void jsonout_free(struct jsonout *out); /* the root; NULL is allowed */
DEFINE_AUTO(struct jsonout *, jsonout_free)

/* `name` is NULL when `to` is an array. */
void jsonout_add(struct jsonout *to, const char *name, struct jsonout *child);
void jsonout_str(struct jsonout *to, const char *name, const char *value);
void jsonout_span(struct jsonout *to, const char *name, struct span value);
void jsonout_int(struct jsonout *to, const char *name, int64_t value);
void jsonout_bool(struct jsonout *to, const char *name, bool value);
void jsonout_null(struct jsonout *to, const char *name);
/* Hundredths as a decimal without trailing zeros: 350 is 3.5. */
void jsonout_hundredths(struct jsonout *to, const char *name, int64_t value);
/* A parsed value, unchanged. */
struct json;
void jsonout_json(struct jsonout *to, const char *name, const struct json *v);

/* {"text": ...} when UTF-8, else {"base64": ...}; first `cap` bytes, and
 * "bytes" and "sha256" of the whole where it was cut. */
void jsonout_bytes(struct jsonout *to, const char *name, struct span value,
		   size_t cap);

/* Compact, no line breaks; to be freed with free(). */
char *jsonout_print(const struct jsonout *out) __attribute__((returns_nonnull));
/* For people: indented, ends without a line break. */
char *jsonout_pretty(const struct jsonout *out)
	__attribute__((returns_nonnull));

#endif
