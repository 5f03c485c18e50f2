/*
 * transfer -- one exchange under way, shared by http.c, burst.c and wire.c.
 *
 * The handles are libcurl's; they are `void *` here because only those three
 * files may know libcurl.
 */
#ifndef RUNNER_PROBE_TRANSFER_H
#define RUNNER_PROBE_TRANSFER_H

#include "runner/base/buf.h"
#include "runner/probe/http.h"

#define TRANSFER_WHY_BYTES  256
#define TRANSFER_HOST_BYTES 80
#define TRANSFER_URL_BYTES  80

struct http {
	struct http_options options;
	char host[TRANSFER_HOST_BYTES];
	char url[TRANSFER_URL_BYTES];
	void *easy, *multi;
	void *resolve; /* struct curl_slist: the run's own host name */
	int watch_fd;
	int idle_fd; /* of the connection that is kept, or -1 */
};

struct transfer {
	struct http *http;
	struct arena *arena;
	const struct http_request *req;
	size_t sharers; /* that use the arena at once; 0 is one */
	void *easy;
	void *slist; /* struct curl_slist: the request's headers */
	struct buf head, body, sent;
	size_t head_bytes; /* of all heads and trailers, for the ceiling */
	int64_t body_bytes;
	bool head_done;		    /* a final head is complete */
	bool done;		    /* libcurl says so, with `code` */
	int code;		    /* CURLcode */
	int socket_error;	    /* errno of the socket function, or 0 */
	bool socket_again;	    /* a second connection was asked for */
	int64_t wire_bytes;	    /* of the body, with its framing */
	const char *fault, *broken; /* why a callback ended the transfer */
	char why[TRANSFER_WHY_BYTES];
};

/* Prepare `t->easy` for `t->req`; the rest of `t` is zero but http, arena. */
int transfer_begin(struct transfer *t, struct err *err);
/* What came of it, into `ret`; frees all but the easy handle. */
int transfer_end(struct transfer *t, struct http_response *ret,
		 struct err *err);

/* How long a body may be that goes to `arena`, one of `sharers` of them. */
size_t transfer_body_room(const struct http *http, const struct arena *arena,
			  size_t sharers);

/* Options that every connection has: where to, through which sockets. */
void transfer_connect_options(struct transfer *t);

/* Drive the multi handle until all of `t` are done or cancelled. */
int transfer_run(struct http *http, struct transfer *t, size_t n,
		 struct err *err);

long transfer_timeout_ms(const struct transfer *t);

/* What the server did wrong, NULL when nothing; and that in a sentence. */
const char *transfer_fault(const struct transfer *t);
const char *transfer_why(const struct transfer *t, enum http_end end);

/* How an exchange with that fault (NULL: none) ended. */
enum http_end transfer_end_of(const char *fault);

const char *transfer_library_version(void); /* of libcurl: "8.5.0" */

/* request.c: what would break the framing of the request is refused. */
int request_check(const struct http_request *req, struct err *err);
bool request_header(const struct http_request *req, const char *name);
/* Ours first; a header of the caller replaces the one of that name. */
const struct http_header *request_headers(struct arena *arena,
					  const struct http_request *req,
					  const char *host, size_t *ret_n);

bool transfer_cancelled(const struct http *http); /* watch_fd is readable */

/*
 * Fill status, version, reason and headers from the bytes of a head.  False:
 * ret->fault and ret->why say what is wrong with it.
 */
bool head_parse(struct arena *arena, struct span head,
		struct http_response *ret);
/* A Transfer-Encoding line that is not just `chunked`. */
bool head_bad_coding(struct span line);
/* 1xx, but not 101: after that one no other head comes. */
bool head_is_interim(struct span head);
/* A Content-Length: digits alone, no more than can be a length. */
bool head_length(struct span value, int64_t *ret);
/* Do its headers say one thing about where the body ends?  As above. */
bool head_frames(struct http_response *ret);

#endif
