/* bundle_summary -- what the exercises of a bundle came to together. */
#ifndef RUNNER_CMD_BUNDLE_SUMMARY_H
#define RUNNER_CMD_BUNDLE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct bundle;
struct exercise;
struct jsonout;
struct record;

struct bundle_part {
	const struct exercise *ex;
	const char *outcome;    /* "passed", "not-submitted", ... */
	const char *reason;     /* "" when there is none to give */
	const char *transcript; /* NULL when not submitted */
	const struct record *r; /* as its reader may see it; or NULL */
	int status;             /* exit status of its grade */
	int points, max_points; /* hundredths */
	int64_t took_ms;
};

struct bundle_skill {
	const char *name;
	int points, max_points; /* hundredths */
};

struct bundle_summary {
	const struct bundle *bundle;
	const char *submission;
	const struct bundle_part *parts;
	size_t n_parts;
	struct bundle_skill *skills; /* in the order of the exercises */
	size_t n_skills;
	int points, max_points, percent; /* percent in hundredths */
};

/* Sum up: an exercise without a record earns nothing of all its points, and
 * of them those of hidden criteria count only when `hidden` is true. */
struct bundle_summary bundle_sum(struct arena *arena,
				 const struct bundle *bundle,
				 const char *submission,
				 struct bundle_part *parts, size_t n,
				 bool hidden);

void bundle_print(struct arena *arena, const struct bundle_summary *s);

/* The fumehood-bundle/1 object; the caller frees it. */
struct jsonout *bundle_json(const struct bundle_summary *s);

#endif
