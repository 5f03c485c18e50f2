/*
 * sfv -- structured field values, RFC 9651: items, lists and dictionaries.
 *
 * For RateLimit, Idempotency-Key, Deprecation and the like.  Several header
 * lines of one name are joined with ", " before they are parsed (section 4.2).
 */
#ifndef RUNNER_EXPECT_SFV_H
#define RUNNER_EXPECT_SFV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"

struct arena;
struct err;

#define SFV_MEMBERS_MAX 2048 /* of a list, dictionary or parameters */

enum sfv_kind { SFV_ITEM, SFV_LIST, SFV_DICTIONARY };

enum sfv_type {
	SFV_INTEGER,
	SFV_DECIMAL,
	SFV_STRING,
	SFV_TOKEN,
	SFV_BYTES,
	SFV_BOOLEAN,
	SFV_DATE,
	SFV_DISPLAY_STRING,
	SFV_INNER_LIST,
};

struct sfv_value {
	enum sfv_type type;
	int64_t number;   /* integer; date: seconds; decimal: thousandths */
	bool truth;       /* boolean */
	struct span text; /* string, token, bytes, display string: decoded */
};

struct sfv_param {
	struct span name;
	struct sfv_value value;
};

struct sfv_member {
	struct span key; /* dictionaries only */
	struct sfv_value value;
	struct sfv_member *items; /* inner list */
	size_t n_items;
	struct sfv_param *params;
	size_t n_params;
};

struct sfv {
	struct sfv_member *members; /* an item has one */
	size_t n_members;
};

/* -EINVAL with "column C: what" when `text` is no field of that kind. */
int sfv_parse(struct arena *arena, enum sfv_kind kind, struct span text,
	      const struct sfv **ret, struct err *err);

/* The member of a dictionary, or NULL. */
const struct sfv_member *sfv_get(const struct sfv *field, const char *key);
const struct sfv_value *sfv_param(const struct sfv_member *member,
				  const char *name);

#endif
