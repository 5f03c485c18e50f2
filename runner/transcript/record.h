/*
 * record -- a transcript read back: what every report is made from.
 *
 * record_read() parses the lines, checks numbers and the hash chain, and
 * computes the verdict from the findings alone.  A file that was cut off in
 * the middle of a line is read up to its last whole line and marked so.
 */
#ifndef RUNNER_TRANSCRIPT_RECORD_H
#define RUNNER_TRANSCRIPT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/span.h"
#include "runner/transcript/transcript.h"

struct arena;
struct err;
struct json;

struct record_event {
	size_t n;
	int64_t at_ns;
	const char *kind;
	const struct json *body; /* the whole line */
};

struct record_check {
	struct finding finding;  /* its name is never NULL */
	size_t event;            /* of the finding */
	const char *charged_by;  /* the criterion that paid for this cause */
};

struct record_criterion {
	const char *id, *title, *skill, *grader;
	const char *const *clauses; /* of spec[], "" where unknown; or NULL */
	const char *const *spec, *const *needs, *const *hints, *const *followup;
	size_t n_spec, n_needs, n_hints, n_followup;
	bool hidden, gate;
	enum status status;
	int points, max_points;  /* hundredths */
	int capped;              /* of the others' points, by its failure */
	const struct record_check *checks;
	size_t n_checks;
};

enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_FLAKY,
	OUTCOME_NOT_GRADABLE,
	OUTCOME_TIME_OVER,
	OUTCOME_INTERRUPTED,
	OUTCOME_ISOLATION,
	OUTCOME_BROKEN,
};

const char *outcome_name(enum outcome outcome); /* "passed", "not-gradable" */

struct record {
	const struct record_event *events;
	size_t n_events;
	bool cut;                  /* no `end` event, or half a line there */
	bool chain_holds;
	const struct json *begin;  /* body of the begin event */
	const struct json *end;    /* of the end event, or NULL */
	const struct json *box;    /* of the box-ended event, or NULL */
	const struct record_criterion *criteria;
	size_t n_criteria;
	int points, max_points;    /* hundredths; gates applied */
	enum outcome outcome;
	const char *reason;        /* one line when nothing was graded */
	int threshold;             /* hundredths of a percent; 10000: all */
	/* By event number: the event that answers a request, its app log. */
	const size_t *response_of, *log_of; /* RECORD_NONE: there is none */
};

#define RECORD_NONE SIZE_MAX

/* -EINVAL with the line's number when a line is no event; -EPROTONOSUPPORT
 * when the format is newer than this program. */
int record_read(struct arena *arena, struct span lines,
		const struct record **ret, struct err *err);
/* The same of a run that has asked everything and has not ended yet: what it
 * will be when it has. */
int record_read_asked(struct arena *arena, struct span lines,
		      const struct record **ret, struct err *err);

const struct record_event *record_event(const struct record *r, size_t n);
/* The response / app log that belongs to request event `n`, or NULL. */
const struct record_event *record_response(const struct record *r, size_t n);
const struct record_event *record_log(const struct record *r, size_t n);

#endif
