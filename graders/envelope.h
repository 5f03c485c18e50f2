/*
 * envelope -- the declared shape of error answers, and one answer held
 * against it.
 */
#ifndef GRADERS_ENVELOPE_H
#define GRADERS_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "graders/option.h"
#include "runner/base/span.h"

struct arena;
struct exchange;
struct json;
struct regex;

#define ENVELOPE_MEMBERS_MAX 24
#define ENVELOPE_TYPES_MAX   4

enum envelope_equals { EQUALS_NOTHING, EQUALS_STATUS, EQUALS_REASON,
		       EQUALS_VALUE };

struct envelope_member {
	const char *at;
	unsigned type; /* index in envelope.c's table; 0: any */
	bool required;
	enum envelope_equals equals;
	const struct json *value;
	const struct regex *pattern; /* or NULL */
	struct statuses only;        /* n 0: all */
};

struct envelope {
	bool rfc9457;
	const char *types[ENVELOPE_TYPES_MAX]; /* media types */
	size_t n_types;                        /* 0: any JSON type */
	struct envelope_member members[ENVELOPE_MEMBERS_MAX];
	size_t n_members;
};

/* What an answer breaks first. */
struct envelope_fault {
	const char *cause; /* "envelope:html", "envelope:member:/code" ... */
	const char *what;  /* for people; NULL: nothing is broken */
};

void envelope_read(struct options *o, const struct json *v,
		   struct envelope *ret);

/* Which parts are judged. */
enum envelope_part {
	ENVELOPE_MEDIA_TYPE = 1 << 0,
	ENVELOPE_JSON = 1 << 1,
	ENVELOPE_MEMBERS = 1 << 2,
	ENVELOPE_RFC9457 = 1 << 3,
	ENVELOPE_LEAK = 1 << 4,   /* envelope_leak() */
	ENVELOPE_SHOULD = 1 << 5, /* what RFC 9457 only recommends */
};

struct envelope_fault envelope_judge(struct arena *arena,
				     const struct envelope *e, unsigned parts,
				     const struct exchange *x);

/* Something internal that an error answer shows, or NULL. */
const char *envelope_leak(struct arena *arena, const struct exchange *x);

/* The titles that each type had so far. */
#define ENVELOPE_TITLES_MAX 40
struct envelope_titles {
	struct span types[ENVELOPE_TITLES_MAX], titles[ENVELOPE_TITLES_MAX];
	size_t n;
};

/* Note an answer's title; when its type had another before, what to say. */
const char *envelope_title(struct arena *arena, struct envelope_titles *titles,
			   const struct exchange *x);

#endif
