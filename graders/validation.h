/*
 * validation -- what the files of the validation grader share.
 *
 * validation_fields.c sends wrong fields, validation_accept.c right ones,
 * validation_body.c wrong bodies; validation_rows.c looks at the rows before
 * and after.
 */
#ifndef GRADERS_VALIDATION_H
#define GRADERS_VALIDATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"

struct listing;

enum validation_rule {
	RULE_ACCEPT, RULE_MISSING, RULE_NULL, RULE_TYPE, RULE_RANGE,
	RULE_ENUM, RULE_FORMAT, RULE_UNKNOWN, RULE_READONLY, RULE_BODY,
	RULE_MEDIA_TYPE, RULE_DEEP, RULE_TOO_LARGE, RULE_UNIQUE, RULE_NAMED,
	RULE_ALL_NAMED, RULE_UNCHANGED, RULE_SURROGATE,
};
extern const char *const validation_rules[]; /* names; NULL-terminated */

struct validation_config {
	const struct resource *resource;
	unsigned methods; /* bits of enum route_method */
	const char *const *fields; /* NULL: all */
	size_t n_fields;
	unsigned rules; /* bits of enum validation_rule */
	int64_t max_body_bytes; /* 0: not asked */
	const char *named_at;   /* pointer, or NULL: anywhere */
};

#define REFUSALS_MAX  40
#define ACCEPTED_MAX  400

/* The first refusal of one field's value, kept for the rule `named`. */
struct refusal {
	const struct field *field;
	const struct exchange *x;
};

struct validation {
	const struct validation_config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
	const char *method; /* "POST", ... of this round */
	struct row row;     /* that PUT and PATCH are sent to */
	struct refusal refusals[REFUSALS_MAX];
	size_t n_refusals;
	const struct listing *before;
	size_t n_accepted;  /* answers of 2xx: rows that may be new */
	size_t n_sent;      /* that had to be refused */
	bool touched;       /* a PUT or PATCH that had to be refused was not */
};

bool validation_wants(const struct validation *v, enum validation_rule rule);
bool validation_wants_field(const struct validation *v,
			    const struct field *f);

/* A valid object for the round's method. */
struct body validation_good(struct validation *v);
/* Where the round's method is sent to; NULL: no row could be made. */
const char *validation_target(struct validation *v);

/* Send what has to be refused, and remember when it is not. */
const struct exchange *validation_send(struct validation *v,
				       const char *target, const char *type,
				       struct span body);

/*
 * Send `body` and judge: it must be refused with `accepted`.  `label` names
 * the case, as in `"price": true`; `why` says what makes it wrong.
 */
const struct exchange *validation_refuse(struct validation *v,
					 struct rule *rule, struct span body,
					 const char *type,
					 const struct statuses *accepted,
					 const char *label, const char *why);

/* `"price": true`, cut for people */
const char *validation_label(struct validation *v, const struct field *f,
			     const char *json);
/* Does an answer name this field, where the exercise says it must? */
bool validation_names(struct validation *v, const struct exchange *x,
		      const struct field *f);

/* "input:product:price:type" */
const char *validation_cause(struct validation *v, const char *field,
			     enum validation_rule rule);

void validation_fields(struct validation *v);   /* validation_fields.c */
void validation_accept(struct validation *v);   /* validation_accept.c */
void validation_bodies(struct validation *v);   /* validation_body.c */
void validation_remember(struct validation *v); /* validation_rows.c */
void validation_unchanged(struct validation *v);
void validation_named(struct validation *v);
void validation_all_named(struct validation *v);
void validation_readonly(struct validation *v);

#endif
