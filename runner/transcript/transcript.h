/*
 * transcript -- everything that happened in one run, in order.
 *
 *   transcript_new(), transcript_*() as things happen, transcript_free().
 *
 * Append-only JSON Lines: one event a line, flushed as it happens, each with
 * its number `n` (from 0), `at_ns` since the first, `kind`, and `prev`, the
 * SHA-256 of the line before it without its line feed.  Findings are events
 * too, so a report needs a transcript and nothing else (record.h reads it).
 * The format is "fumehood-transcript/1"; its page is exercises/FORMAT.md.
 *
 * A line that cannot be written (disk full) is the file's last, which stays
 * valid as far as it goes, and transcript_error() tells why; memory has all.
 */
#ifndef RUNNER_TRANSCRIPT_TRANSCRIPT_H
#define RUNNER_TRANSCRIPT_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct err;
struct http_request;
struct http_response;
struct jsonout;
struct transcript;

#define TRANSCRIPT_BODY_MAX    (1u << 20)  /* response body; more is not read */
#define TRANSCRIPT_REQUEST_MAX (64u << 10) /* recorded bytes of what we sent */
#define TRANSCRIPT_LOG_MAX     (16u << 10) /* app output of one slice */
/* Beyond these, exchanges and logs are counted and not kept. */
#define TRANSCRIPT_EVENTS_MAX  20000
#define TRANSCRIPT_BYTES_MAX   (64u << 20)
#define TRANSCRIPT_FORMAT      "fumehood-transcript/1"

/* What a check came to, and by that whom it blames. */
enum status {
	STATUS_PASS,
	STATUS_PARTIAL,      /* criteria only */
	STATUS_FAIL,         /* the candidate */
	STATUS_SKIP,         /* could not be asked: a needed thing failed */
	STATUS_NOT_MEASURED, /* could not be asked, nobody's fault */
	STATUS_BROKEN,       /* ours: costs nothing, always shown */
	STATUS_FLAKY,        /* undecided */
};

const char *status_name(enum status status); /* "pass", "not-measured" ... */
bool status_parse(const char *name, enum status *ret);

struct finding {
	const char *criterion; /* id */
	const char *check;     /* id within the criterion; may be NULL */
	const char *title;     /* "limit is honoured" */
	const char *name;      /* the same in every run; NULL: the title is */
	enum status status;
	int weight;            /* share of the criterion's points */
	const char *expected;  /* may be NULL, as all below */
	const char *actual;
	const char *message;   /* one line for the candidate */
	const char *cause;     /* root cause; charged once in a run */
	const char *spec;      /* "R2.3" */
	const char *hint;
	const char *source;    /* "probes/20-create.hurl:14" */
	const size_t *evidence; /* event numbers of requests, best one first */
	size_t n_evidence;
	bool hidden;
	bool vital; /* when it fails, the criterion does */
};

/* Keep the lines in memory, and in the file `path` unless it is NULL; the
 * name must live as long. */
int transcript_new(struct transcript **ret, const char *path, struct err *err)
	MUST_USE;
void transcript_free(struct transcript *t); /* NULL is allowed */
DEFINE_AUTO(struct transcript *, transcript_free)

/*
 * Append an event of `kind` with the members of `body`, which is freed.
 * Returns its number.
 */
size_t transcript_event(struct transcript *t, const char *kind,
			struct jsonout *body);

/* What was sent, by which criterion; `res` for the bytes on the wire. */
size_t transcript_request(struct transcript *t, const char *criterion,
			  const struct http_request *req,
			  const struct http_response *res, const char *curl);
/* Bytes that were sent as they are; method and target are for people. */
size_t transcript_raw(struct transcript *t, const char *criterion,
		      const struct http_request *shown, struct span bytes);
/* `request` is the number of the request event it answers. */
size_t transcript_response(struct transcript *t, size_t request,
			   const struct http_response *res);
/* App output that came while `request` was under way (SIZE_MAX: none). */
size_t transcript_log(struct transcript *t, size_t request, struct span text,
		      bool cut);
size_t transcript_finding(struct transcript *t, const struct finding *f);

/* True once a ceiling was reached and something was left out. */
bool transcript_full(const struct transcript *t);

/* All lines so far, each with its line feed; valid until the next event. */
struct span transcript_lines(const struct transcript *t);
size_t transcript_count(const struct transcript *t);
/* A moment of clock_ns(), on its clock. */
int64_t transcript_at_ns(const struct transcript *t, int64_t moment_ns);

/* 0, or the negative errno of the write that failed, with the reason. */
int transcript_error(const struct transcript *t, struct err *err);

#endif
