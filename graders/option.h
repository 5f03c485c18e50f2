/*
 * option -- a criterion's options, read strictly.
 *
 * Every call checks one member; the first that is wrong is kept in `err` as
 * `line L: what` and later calls do nothing.  A member that is absent leaves
 * *ret as it was, so that defaults are set before reading.
 */
#ifndef GRADERS_OPTION_H
#define GRADERS_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"

struct arena;
struct err;
struct json;

struct options {
	struct arena *arena;
	struct err *err;
	int code; /* 0, or the negative errno of the first mistake */
};

/* A set of accepted status codes, in the author's order. */
#define STATUSES_MAX 12
struct statuses {
	int codes[STATUSES_MAX];
	size_t n;
};
#define STATUSES(...)                                                          \
	((struct statuses){ { __VA_ARGS__ },                                   \
			    sizeof((int[]){ __VA_ARGS__ }) / sizeof(int) })

bool statuses_have(const struct statuses *set, int status);
/* "400 or 422"; "400, 404 or 422". */
const char *statuses_text(struct arena *arena, const struct statuses *set);
/* Both sets as one. */
struct statuses statuses_join(struct statuses a, const struct statuses *b);

/* Say that `v` is wrong; its line is put before the message. */
void option_wrong(struct options *o, const struct json *v, const char *fmt,
		  ...) PRINTF(3, 4);

/* `v` is NULL, or an object without repeated members and without any that
 * `names` (NULL-terminated) does not list. */
void option_object(struct options *o, const struct json *v,
		   const char *const *names);

/* The member, or NULL with the mistake noted: it must be there. */
const struct json *option_required(struct options *o, const struct json *v,
				   const char *name);

void option_str(struct options *o, const struct json *v, const char *name,
		const char **ret);
void option_bool(struct options *o, const struct json *v, const char *name,
		 bool *ret);
void option_int(struct options *o, const struct json *v, const char *name,
		int64_t low, int64_t high, int64_t *ret);
void option_pointer(struct options *o, const struct json *v, const char *name,
		    const char **ret);
void option_path(struct options *o, const struct json *v, const char *name,
		 const char **ret);
void option_statuses(struct options *o, const struct json *v,
		     const char *name, struct statuses *ret);
/* The index of the string in `words` (NULL-terminated). */
void option_word(struct options *o, const struct json *v, const char *name,
		 const char *const *words, unsigned *ret);
/* An array of strings. */
void option_strs(struct options *o, const struct json *v, const char *name,
		 const char *const **ret, size_t *ret_n);
/* An array of words of `words`, as bits of their indexes. */
void option_words(struct options *o, const struct json *v, const char *name,
		  const char *const *words, unsigned *ret);

#endif
