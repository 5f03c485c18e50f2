/*
 * crud -- what the files of the crud grader share.
 *
 * crud.c creates, reads and lists; crud_write.c replaces, changes, deletes.
 */
#ifndef GRADERS_CRUD_H
#define GRADERS_CRUD_H

#include <stdbool.h>
#include <stddef.h>

#include "graders/ask.h"
#include "graders/listing.h"
#include "graders/option.h"
#include "graders/resource.h"
#include "graders/rule.h"

struct json;
struct prng;

enum crud_rule {
	CRUD_CREATE, CRUD_LOCATION, CRUD_READ, CRUD_LIST, CRUD_PUT,
	CRUD_PUT_AGAIN, CRUD_PUT_MISSING, CRUD_PATCH, CRUD_PATCH_NULL,
	CRUD_PATCH_MISSING, CRUD_DELETE, CRUD_DELETE_AGAIN, CRUD_OTHERS,
	CRUD_SAFE, CRUD_MEDIA_TYPE,
};

struct crud_config {
	const struct resource *resource;
	bool put_creates;
	struct statuses delete_again;
	const struct json *defaults; /* object, or NULL */
	unsigned rules; /* bits of enum crud_rule */
};

struct crud {
	const struct crud_config *c;
	const struct resource *r;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
	struct prng *prng;
};

bool crud_wants(const struct crud *c, enum crud_rule rule);

/* A new row; when there is none the rule is skipped. */
struct row crud_make(struct crud *c, struct rule *rule);

/* The row at `target`, or NULL. */
const struct json *crud_read(struct crud *c, const char *target,
			     const struct exchange **ret_x);

/* GET `target` must show `body`; `after` completes "GET /x ..." if not. */
void crud_shows(struct crud *c, struct rule *rule, const char *target,
		const struct body *body, const char *after);

void crud_put(struct crud *c);
void crud_put_again(struct crud *c);
void crud_put_missing(struct crud *c);
void crud_patch(struct crud *c);
void crud_patch_null(struct crud *c);
void crud_patch_missing(struct crud *c);
void crud_delete(struct crud *c);
void crud_delete_again(struct crud *c);

#endif
