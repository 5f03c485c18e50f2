/*
 * field -- one line of a resource's field table, and values for it.
 *
 * From a line come a random valid value, values at its boundaries, and values
 * that a right answer refuses.  A value is JSON text, so that what no JSON
 * writer would write (NaN) can be sent as well.
 */
#ifndef GRADERS_FIELD_H
#define GRADERS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json;
struct options;
struct pattern;
struct prng;

enum field_type {
	FIELD_STRING,
	FIELD_INTEGER,
	FIELD_NUMBER,
	FIELD_BOOLEAN,
	FIELD_ARRAY,
	FIELD_OBJECT,
};

enum field_format {
	FORMAT_NONE,
	FORMAT_EMAIL,
	FORMAT_URL,
	FORMAT_DATE,
	FORMAT_DATE_TIME,
	FORMAT_UUID,
};

struct field {
	const char *name;
	unsigned type;   /* enum field_type */
	unsigned format; /* enum field_format */
	bool required, null_allowed, unique, readonly, coerce;
	bool blank_refused, has_min, has_max, has_decimals;
	int64_t min, max;     /* a number's are scaled by 10^decimals */
	int64_t decimals;     /* of a number; 2 unless said */
	const struct pattern *pattern;
	const struct json *choices; /* `enum`, or NULL */
	const struct json *valid, *invalid;
	const struct field *items;
};

/* Why a value is refused, or which kind of value is asked for. */
enum field_rule {
	FIELD_RULE_BOUNDARY, /* right values at the edge */
	FIELD_RULE_TYPE,
	FIELD_RULE_RANGE,
	FIELD_RULE_ENUM,
	FIELD_RULE_FORMAT,
};

#define FIELD_VALUES_MAX 24

struct field_values {
	const char *json[FIELD_VALUES_MAX];
	size_t n;
};

/* Read one entry of `fields`; an array's `items` has no name. */
void field_read(struct options *o, const struct json *v, bool named,
		struct field *ret);

/* A random valid value. */
const char *field_draw(const struct field *f, struct prng *prng,
		       struct arena *arena);

/* Two valid numbers, the lesser one first, that as text come in the other
 * order: 9 and 10; false where the field has none. */
bool field_draw_lengths(const struct field *f, struct arena *arena,
			const char *ret[2]);

/* The values of a rule; none when it does not apply to the field. */
void field_values(const struct field *f, enum field_rule rule,
		  struct prng *prng, struct arena *arena,
		  struct field_values *ret);

/* `text` as a JSON string. */
const char *field_quote(struct arena *arena, const char *text);

#endif
