/*
 * http -- what is sent to a server and what came back.
 *
 *   1. http_new() with a function that makes sockets (inside a box, or here).
 *   2. http_send() / http_burst() / http_raw(), as often as wanted.
 *   3. http_free() with the run: no connection of one run can answer another.
 *
 * The only libcurl users are http.c, burst.c and wire.c beside this header.
 * Nothing is followed, decoded, retried or asked for behind the caller's back:
 * no redirects, no compression, no proxy, no cookies, no Expect header.
 * Every exchange has one total deadline and ceilings on all it can receive:
 * a body may have what its arena has left of options.arena_max, at most
 * body_max and at least HTTP_BODY_MIN, so that a server which answers
 * everything with its worst is no worse than one that does so once.
 */
#ifndef RUNNER_PROBE_HTTP_H
#define RUNNER_PROBE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"

struct arena;
struct err;
struct http; /* a client bound to one server; opaque */

#define HTTP_BODY_MAX       (11u << 20)  /* default ceiling of one body */
#define HTTP_BODY_MIN       (64u << 10)  /* whatever the arena holds */
#define HTTP_ARENA_MAX      (24u << 20)  /* default: with all its bodies */
#define HTTP_HEAD_MAX       (256u << 10) /* all header bytes of a response */
#define HTTP_HEADERS_MAX    1000
#define HTTP_TIMEOUT_MS     10000 /* default total deadline of an exchange */
#define HTTP_BURST_MAX      200

struct http_header {
	const char *name; /* as spelled on the wire */
	struct span value;
};

struct http_request {
	const char *method; /* "GET", "PATCH", ... any token; NULL is GET */
	const char *target; /* "/todos?limit=2", sent as written */
	const struct http_header *headers;
	size_t n_headers;
	struct span body;
	bool has_body;      /* an empty body sends Content-Length: 0 */
	bool fresh;         /* a connection of its own, closed afterwards */
	bool http10;        /* says HTTP/1.0, whatever the answer says */
	int64_t timeout_ms; /* 0: HTTP_TIMEOUT_MS */
	int64_t rate_max;   /* bytes per second, each way; 0: no limit */
};

/* How the exchange ended.  Only HTTP_ANSWERED has a whole response. */
enum http_end {
	HTTP_ANSWERED,
	HTTP_REFUSED,    /* nobody accepts connections */
	HTTP_RESET,      /* closed before a status line came */
	HTTP_TIMED_OUT,  /* the total deadline passed */
	HTTP_CUT_SHORT,  /* ended inside the response */
	HTTP_NOT_HTTP,   /* what came is no HTTP/1.x response */
	HTTP_TOO_LARGE,  /* a ceiling was reached; `fault` says which */
	HTTP_CANCELLED,  /* http_watch()'s descriptor became readable */
};

/*
 * What a server did to the client: a closed list, as it stands in transcripts
 * and reports.  None for HTTP_REFUSED and HTTP_CANCELLED: nothing was said.
 */
#define HTTP_LIMIT(kind)    "http-limit(" kind ")"
#define HTTP_PROTOCOL(kind) "http-protocol(" kind ")"
#define HTTP_LIMIT_BODY	    HTTP_LIMIT("body")	  /* its bytes */
#define HTTP_LIMIT_WIRE	    HTTP_LIMIT("wire")	  /* framing of chunks */
#define HTTP_LIMIT_HEADERS  HTTP_LIMIT("headers") /* 1xx heads, trailers too */
#define HTTP_LIMIT_COUNT    HTTP_LIMIT("header-count")
#define HTTP_LIMIT_TIME	    HTTP_LIMIT("time")    /* the total deadline */
#define HTTP_NO_RESPONSE    HTTP_PROTOCOL("no-response") /* closed before it */
#define HTTP_STATUS_LINE    HTTP_PROTOCOL("status-line")
#define HTTP_HEADER	    HTTP_PROTOCOL("header")   /* a line of the head */
#define HTTP_LENGTH	    HTTP_PROTOCOL("length")   /* Content-Length */
#define HTTP_CODING	    HTTP_PROTOCOL("transfer-coding")
#define HTTP_CHUNK	    HTTP_PROTOCOL("chunk")
#define HTTP_CUT_HEAD	    HTTP_PROTOCOL("cut-head") /* closed within it */
#define HTTP_CUT_BODY	    HTTP_PROTOCOL("cut-body")

struct http_timing { /* microseconds from the start of the exchange */
	int64_t connect_us, first_byte_us, total_us;
	int64_t sent_ns; /* clock_ns() at that start; 0: total_us ago */
	bool reused_connection;
};

struct http_response {
	enum http_end end;
	const char *fault;   /* one of those above, or NULL */
	const char *why;     /* one line for people when not HTTP_ANSWERED */
	int status;          /* 100..599, or 0 when no status line came */
	const char *version; /* "1.1" */
	const char *reason;  /* may be "" */
	const struct http_header *headers; /* in order, duplicates kept */
	size_t n_headers;
	struct span body;       /* as received, never decompressed */
	struct span head;       /* status line and headers, as received */
	struct span sent;       /* the request's bytes, as sent */
	int64_t body_bytes;     /* received in all, also beyond a ceiling */
	struct http_timing timing;
};

/* Makes a socket for the client: a descriptor or a negative errno. */
typedef int http_socket_fn(void *ctx, int domain, int type);

struct http_options {
	uint16_t port;          /* the server's, on 127.0.0.1 */
	uint16_t real_port;     /* where that is reached; 0: there */
	const char *host;       /* Host header; NULL: "127.0.0.1:PORT" */
	size_t body_max;        /* 0: HTTP_BODY_MAX */
	size_t arena_max;       /* 0: HTTP_ARENA_MAX */
	http_socket_fn *socket; /* NULL: socket(2) in this network */
	void *ctx;
};

int http_new(struct http **ret, const struct http_options *options,
	     struct err *err) MUST_USE;
void http_free(struct http *http); /* NULL is allowed */
DEFINE_AUTO(struct http *, http_free)

/* End exchanges with HTTP_CANCELLED once `fd` is readable; -1: never. */
void http_watch(struct http *http, int fd);

/* Forget open connections, so that the next exchange makes a new one. */
void http_disconnect(struct http *http);

/*
 * Send one request.  A server that misbehaves is a result, not an error:
 * 0 is returned and ret->end says so.  Negative errno only when *we* failed.
 * Everything in *ret lives in `arena`.
 */
int http_send(struct http *http, struct arena *arena,
	      const struct http_request *req, struct http_response *ret,
	      struct err *err);

/*
 * Send `n` (at most HTTP_BURST_MAX) requests so that they overlap in time,
 * each on a connection of its own; ret[i] answers req[i].
 */
int http_burst(struct http *http, struct arena *arena,
	       const struct http_request *req, size_t n,
	       struct http_response *ret, struct err *err);

/*
 * Write `bytes` to a fresh connection as they are and collect what comes
 * until the server closes, `timeout_ms` passes or the ceiling is reached:
 * ret->head and ret->body are split at the first empty line, nothing else is
 * interpreted.  Shows what libcurl hides: a body on 204 or HEAD, a wrong
 * Content-Length, a response before the request.
 */
int http_raw(struct http *http, struct arena *arena, struct span bytes,
	     int64_t timeout_ms, struct http_response *ret, struct err *err);

/*
 * The bytes that http_raw() takes: `req` as http_send() would send it, but
 * for `Connection: close`.  Without `body` it ends behind the head, which
 * still says how long the body would be.
 */
int http_request_bytes(struct arena *arena, const struct http_request *req,
		       const char *host, bool body, struct span *ret,
		       struct err *err) MUST_USE;

/* The method and target of such bytes, made safe to show. */
struct http_request http_raw_shown(struct arena *arena, struct span bytes);

/*
 * What is wrong with the framing of an answer to `method` that http_raw()
 * got, or NULL: a body where none may be, a length that is not what came,
 * chunks that do not add up, a header of one value given twice.
 */
const char *http_framing(struct arena *arena, const char *method,
			 const struct http_response *res);

/* First header of that name (case-insensitive), or NULL. */
const struct http_header *http_header(const struct http_response *res,
				      const char *name);
/* Its value as a C string, or NULL; the value ends at a NUL byte. */
const char *http_value(const struct http_response *res, const char *name);
/* How many headers of that name. */
size_t http_count(const struct http_response *res, const char *name);

const char *http_end_name(enum http_end end); /* "answered", "refused", ... */

/* A shell line that sends the same request to http://127.0.0.1:PORT. */
char *http_curl_line(struct arena *arena, const struct http_request *req,
		     uint16_t port);

#endif
