#include "runner/probe/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "tests/unit/suite.h"

#define PATIENCE_MS 20000 /* of a machine that does much else */

/*
 * A server that says what it is told to, whoever asks: `first` once, then
 * `again` until the client goes away, then close or hold the connection.
 */
struct script {
	struct span first, again;
	bool hold;
	int n_connections; /* accepted so far */
	int fd;
};

static void say(const struct script *script, int fd)
{
	/* The test may be over, and its script gone, before we are. */
	const struct script own = *script, *s = &own;
	char request[65536];
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	if (read(fd, request, sizeof(request)) < 0)
		return;
	send(fd, s->first.data, s->first.len, MSG_NOSIGNAL);
	while (s->again.len &&
	       send(fd, s->again.data, s->again.len, MSG_NOSIGNAL) > 0)
		;
	if (!s->hold)
		shutdown(fd, SHUT_WR);
	poll(&gone, 1, 5000);
}

static void *serve(void *arg)
{
	struct script *s = arg;

	for (;;) {
		int fd = accept(s->fd, NULL, NULL);

		if (fd < 0)
			return NULL;
		s->n_connections++;
		say(s, fd);
		close(fd);
	}
}

static uint16_t start(struct script *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	pthread_t thread;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(s->fd, (void *)&in, len), 0);
	ck_assert_int_eq(listen(s->fd, 300), 0);
	ck_assert_int_eq(getsockname(s->fd, (void *)&in, &len), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, s), 0);
	pthread_detach(thread);
	return ntohs(in.sin_port);
}

static struct http *client(uint16_t port, size_t body_max)
{
	struct http_options options = { .port = port, .body_max = body_max };
	struct http *http;
	struct err err;

	ck_assert_int_eq(http_new(&http, &options, &err), 0);
	return http;
}

#define OK    "HTTP/1.1 200 OK\r\n"
#define BODY2 OK "Content-Length: 2\r\n\r\nhi"
#define A10   "aaaaaaaaaa"
#define A100  A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A1000 A100 A100 A100 A100 A100 A100 A100 A100 A100 A100

static const struct hostile_case {
	const char *what;
	struct span first, again;
	bool hold;
	enum http_end end;
	const char *fault;
	int status;
} hostile_cases[] = {
	{ "a whole answer", SPAN_LIT(BODY2), { 0 }, false, HTTP_ANSWERED,
	  NULL, 200 },
	{ "an answer that ends with the connection", SPAN_LIT(OK "\r\nhi"),
	  { 0 }, false, HTTP_ANSWERED, NULL, 200 },
	{ "interim answers first",
	  SPAN_LIT("HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n" BODY2), { 0 }, false,
	  HTTP_ANSWERED, NULL, 200 },
	{ "interim answers for ever", SPAN_LIT(""),
	  SPAN_LIT("HTTP/1.1 102 Processing\r\nX: " A100 "\r\n\r\n"), false,
	  HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 102 },
	{ "a body without end", SPAN_LIT(OK "\r\n"), SPAN_LIT(A1000), false,
	  HTTP_TOO_LARGE,
	  HTTP_LIMIT_BODY, 200 },
	{ "chunks without end", SPAN_LIT(OK "Transfer-Encoding: chunked\r\n"
					 "\r\n"),
	  SPAN_LIT("64\r\n" A100 "\r\n"), false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_BODY, 200 },
	{ "headers without end", SPAN_LIT(OK), SPAN_LIT("X: " A1000 "\r\n"),
	  false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 200 },
	{ "small headers without end", SPAN_LIT(OK), SPAN_LIT("X:1\r\n"),
	  false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 200 },
	{ "one header line without end", SPAN_LIT(OK "X: "), SPAN_LIT(A1000),
	  false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 200 },
	{ "a status line without end", SPAN_LIT("HTTP/1.1 200 "),
	  SPAN_LIT(A1000), false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 0 },
	{ "trailers without end",
	  SPAN_LIT(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n"),
	  SPAN_LIT("X: " A100 "\r\n"), false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_HEADERS, 200 },
	{ "a chunk extension without end",
	  SPAN_LIT(OK "Transfer-Encoding: chunked\r\n\r\n1;x="),
	  SPAN_LIT(A1000), true, HTTP_TOO_LARGE,
	  HTTP_LIMIT_WIRE, 200 },
	{ "a chunk size that is no number",
	  SPAN_LIT(OK "Transfer-Encoding: chunked\r\n\r\n-5\r\nhi"), { 0 },
	  false, HTTP_NOT_HTTP,
	  HTTP_CHUNK, 200 },
	{ "a chunk size beyond any number",
	  SPAN_LIT(OK "Transfer-Encoding: chunked\r\n\r\n"
		      "fffffffffffffffffffff\r\nhi"),
	  { 0 }, false, HTTP_NOT_HTTP,
	  HTTP_CHUNK, 200 },
	{ "a chunk that is not finished",
	  SPAN_LIT(OK "Transfer-Encoding: chunked\r\n\r\n9\r\nhi"), { 0 },
	  false, HTTP_CUT_SHORT,
	  HTTP_CUT_BODY, 200 },
	{ "a compressed transfer that nobody asked for",
	  SPAN_LIT(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"), { 0 },
	  false, HTTP_NOT_HTTP,
	  HTTP_CODING, 200 },
	{ "a body shorter than its length",
	  SPAN_LIT(OK "Content-Length: 10\r\n\r\nhi"), { 0 }, false,
	  HTTP_CUT_SHORT,
	  HTTP_CUT_BODY, 200 },
	{ "a head that is not finished", SPAN_LIT(OK "X: 1\r\n"), { 0 }, false,
	  HTTP_CUT_SHORT,
	  HTTP_CUT_HEAD, 200 },
	{ "nothing", SPAN_LIT(""), { 0 }, false, HTTP_RESET,
	  HTTP_NO_RESPONSE, 0 },
	{ "silence", SPAN_LIT(""), { 0 }, true, HTTP_TIMED_OUT,
	  HTTP_LIMIT_TIME, 0 },
	{ "silence within the head", SPAN_LIT(OK), { 0 }, true, HTTP_TIMED_OUT,
	  HTTP_LIMIT_TIME, 200 },
	{ "silence within the body",
	  SPAN_LIT(OK "Content-Length: 9\r\n\r\nhi"), { 0 }, true,
	  HTTP_TIMED_OUT,
	  HTTP_LIMIT_TIME, 200 },
	{ "another protocol", SPAN_LIT("SSH-2.0-OpenSSH_9.2\r\n"), { 0 }, false,
	  HTTP_NOT_HTTP,
	  HTTP_STATUS_LINE, 0 },
	{ "a length that is no number",
	  SPAN_LIT(OK "Content-Length: -1\r\n\r\n"), { 0 }, false,
	  HTTP_NOT_HTTP,
	  HTTP_LENGTH, 200 },
	{ "two lengths", SPAN_LIT(OK "Content-Length: 2\r\n"
				     "Content-Length: 3\r\n\r\nhi!"),
	  { 0 }, false, HTTP_NOT_HTTP,
	  HTTP_LENGTH, 200 },
	{ "a length and chunks",
	  SPAN_LIT(OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
		      "\r\n0\r\n\r\n"),
	  { 0 }, false, HTTP_NOT_HTTP,
	  HTTP_LENGTH, 200 },
	{ "a NUL in a header", SPAN_LIT(OK "X: a\0b\r\n\r\n"), { 0 }, false,
	  HTTP_NOT_HTTP,
	  HTTP_HEADER, 200 },
	{ "a header without a colon",
	  SPAN_LIT(OK "Nonsense\r\nContent-Length: 2\r\n\r\nhi"), { 0 }, false,
	  HTTP_NOT_HTTP,
	  HTTP_HEADER, 200 },
	{ "a status beyond 599", SPAN_LIT("HTTP/1.1 999 Odd\r\n\r\n"), { 0 },
	  false, HTTP_NOT_HTTP,
	  HTTP_STATUS_LINE, 0 },
	{ "a redirect to a file",
	  SPAN_LIT("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
		   "Content-Length: 0\r\n\r\n"),
	  { 0 }, false, HTTP_ANSWERED, NULL, 302 },
	{ "another protocol for ever",
	  SPAN_LIT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
	  SPAN_LIT(A1000), false, HTTP_TOO_LARGE,
	  HTTP_LIMIT_BODY, 101 },
};

/* The server's thread outlives the test: what it reads must, too. */
static uint16_t attack(const struct hostile_case *c)
{
	static struct script s;

	s = (struct script){ c->first, c->again, c->hold, 0, -1 };
	return start(&s);
}

START_TEST(whatever_a_server_does_is_a_result_within_the_deadline)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct hostile_case *c = &hostile_cases[_i];
	AUTO(http_free) struct http *http = client(attack(c), 1 << 20);
	/* Only what is to run into it gets a deadline that is soon there. */
	struct http_request req = {
		.target = "/",
		.timeout_ms = c->end == HTTP_TIMED_OUT ? 700 : PATIENCE_MS,
	};
	struct http_response res;
	struct err err = { 0 };
	int64_t began = clock_ns();

	ck_assert_msg(!http_send(http, arena, &req, &res, &err), "%s: %s",
		      c->what, err.msg);
	ck_assert_msg(res.end == c->end, "%s: %s (%s), not %s", c->what,
		      http_end_name(res.end), res.why ? res.why : "-",
		      http_end_name(c->end));
	ck_assert_msg(res.status == c->status, "%s: status %d", c->what,
		      res.status);
	ck_assert_pstr_eq(res.fault, c->fault);
	ck_assert_int_eq(res.why == NULL, res.end == HTTP_ANSWERED);
	ck_assert_int_lt(clock_ns() - began, PATIENCE_MS * 1000000LL);
	ck_assert_uint_le(res.body.len, 1 << 20);
	ck_assert_uint_lt(arena_bytes(arena), 8 << 20);
}
END_TEST

START_TEST(headers_keep_order_spelling_and_duplicates)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = {
		.first = SPAN_LIT("HTTP/1.1 201 All Fine\r\nx-A:  1 \r\n"
				  "Set-Cookie: a\r\nSET-COOKIE: b\r\n"
				  "Fold: one\r\n  two\r\nEmpty:\r\n"
				  "Content-Length: 3\r\n\r\n\0\xff!"),
	};
	AUTO(http_free) struct http *http = client(start(&s), 0);
	struct http_request req = { .target = "/" };
	struct http_response res;

	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_str_eq(res.reason, "All Fine");
	ck_assert_str_eq(res.version, "1.1");
	ck_assert_uint_eq(res.n_headers, 6);
	ck_assert_str_eq(res.headers[0].name, "x-A");
	ck_assert_str_eq(http_value(&res, "X-a"), "1");
	ck_assert_uint_eq(http_count(&res, "set-cookie"), 2);
	ck_assert_str_eq(res.headers[2].value.data, "b");
	ck_assert_str_eq(http_value(&res, "fold"), "one two");
	ck_assert_str_eq(http_value(&res, "empty"), "");
	ck_assert_ptr_null(http_value(&res, "absent"));
	ck_assert(span_equal(res.body, SPAN_LIT("\0\xff!")));
}
END_TEST

static const struct http_header three_headers[] = {
	{ "Content-Type", { "application/json", 16 } },
	{ "User-Agent", { "me", 2 } },
	{ "X-Empty", { "", 0 } },
};
static const struct http_header two_headers[] = {
	{ "Content-Type", { "application/json", 16 } },
	{ "X-Empty", { "", 0 } },
};
static const struct http_header split_value = { "X", { "a\r\nb", 4 } };
static const struct http_header bad_name = { "X Y", { "a", 1 } };

static const struct sent_case {
	struct http_request req;
	const char *want; /* host and User-Agent */
} sent_cases[] = {
	{ { .target = "/a/../b?x=%20" },
	  "GET /a/../b?x=%%20 HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	  "Accept: */*\r\n\r\n" },
	{ { .method = "HEAD", .target = "/" },
	  "HEAD / HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	  "Accept: */*\r\n\r\n" },
	{ { .method = "PATCH", .target = "/p", .has_body = true,
	    .body = SPAN_LIT("{}"), .n_headers = 3,
	    .headers = three_headers },
	  "PATCH /p HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n"
	  "Content-Type: application/json\r\nUser-Agent: me\r\nX-Empty:\r\n"
	  "Content-Length: 2\r\n\r\n{}" },
	{ { .method = "POST", .target = "/", .has_body = true },
	  "POST / HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	  "Accept: */*\r\nContent-Length: 0\r\n\r\n" },
	{ { .method = "OPTIONS", .target = "*" },
	  "OPTIONS * HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n"
	  "Accept: */*\r\n\r\n" },
};

START_TEST(what_is_recorded_is_what_was_sent)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct sent_case *c = &sent_cases[_i];
	static struct script s = {
		.first = SPAN_LIT(OK "Content-Length: 0\r\n\r\n"),
	};
	uint16_t port = start(&s);
	AUTO(http_free) struct http *http = client(port, 0);
	char host[40], want[1000], agent[40] = "curl/";
	struct http_response res;
	const char *named;

	snprintf(host, sizeof(host), "127.0.0.1:%u", port);
	ck_assert_int_eq(http_send(http, arena, &c->req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_ANSWERED);
	/* Its version is the library's. */
	named = strstr(res.sent.data, "curl/");
	if (named)
		snprintf(agent, sizeof(agent), "%.*s",
			 (int)strcspn(named, "\r"), named);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
	snprintf(want, sizeof(want), c->want, host, agent);
#pragma GCC diagnostic pop
	ck_assert_str_eq(res.sent.data, want);
}
END_TEST

static const struct http_request unsendable[] = {
	{ .target = "/a b" },
	{ .target = "/a\nb" },
	{ .target = "" },
	{ .target = "/", .method = "GET /" },
	{ .target = "/", .n_headers = 1,
	  .headers = &split_value },
	{ .target = "/", .n_headers = 1,
	  .headers = &bad_name },
};

START_TEST(a_request_that_would_break_its_own_framing_is_refused)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(http_free) struct http *http = client(9, 0);
	struct http_response res;
	struct err err = { 0 };

	ck_assert_int_eq(http_send(http, arena, &unsendable[_i], &res, &err),
			 -EINVAL);
	ck_assert_str_ne(err.msg, "");
}
END_TEST

START_TEST(nobody_listening_is_refused)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(http_free) struct http *http = client(1, 0);
	struct http_request req = { .target = "/" };
	struct http_response res;

	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_REFUSED);
}
END_TEST

START_TEST(a_burst_overlaps_on_connections_of_its_own)
{
	enum { N = 50 };
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = { .first = SPAN_LIT(BODY2) };
	AUTO(http_free) struct http *http = client(start(&s), 0);
	struct http_request req[N];
	struct http_response res[N];

	for (int i = 0; i < N; i++)
		req[i] = (struct http_request){ .target = "/" };
	ck_assert_int_eq(http_burst(http, arena, req, N, res, NULL), 0);
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(res[i].status, 200);
	ck_assert_int_eq(s.n_connections, N);
	ck_assert_int_eq(http_burst(http, arena, req, HTTP_BURST_MAX + 1, res,
				    NULL),
			 -E2BIG);
}
END_TEST

START_TEST(the_end_of_the_watched_process_cancels)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = { .first = SPAN_LIT(""), .hold = true };
	static struct script answers = { .first = SPAN_LIT(BODY2) };
	AUTO(http_free) struct http *http = client(start(&s), 0);
	AUTO(http_free) struct http *other = client(start(&answers), 0);
	struct http_request req = { .target = "/" };
	struct http_response res;
	int64_t began = clock_ns();
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	close(ends[1]);
	http_watch(http, ends[0]);
	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_CANCELLED);
	ck_assert_int_eq(http_raw(http, arena, SPAN_LIT("GET / HTTP/1.1\r\n"
							"\r\n"),
				  0, &res, NULL),
			 0);
	ck_assert_int_eq(res.end, HTTP_CANCELLED);
	ck_assert_int_lt(clock_ns() - began, 5000000000);
	ck_assert_int_eq(http_send(other, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_ANSWERED);
	close(ends[0]);
}
END_TEST

START_TEST(a_raw_exchange_shows_what_libcurl_hides)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = {
		.first = SPAN_LIT("HTTP/1.1 204 No Content\r\n"
				  "X: 1\r\n\r\nhello"),
	};
	AUTO(http_free) struct http *http = client(start(&s), 0);
	struct http_response res;

	ck_assert_int_eq(http_raw(http, arena,
				  SPAN_LIT("GET / HTTP/1.1\r\n\r\n"), 2000,
				  &res, NULL),
			 0);
	ck_assert_int_eq(res.end, HTTP_ANSWERED);
	ck_assert_int_eq(res.status, 204);
	ck_assert_str_eq(res.body.data, "hello");
	ck_assert_str_eq(http_value(&res, "x"), "1");
}
END_TEST

START_TEST(a_request_is_never_sent_twice)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = { .first = SPAN_LIT(BODY2), .hold = true };
	AUTO(http_free) struct http *http = client(start(&s), 0);
	struct http_request req = { .target = "/" };
	struct http_response res;

	/* One answer for each connection; then the server closes. */
	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_ANSWERED);
	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_RESET);
	ck_assert_int_eq(s.n_connections, 1);
	req.fresh = true;
	ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
	ck_assert_int_eq(res.end, HTTP_ANSWERED);
	ck_assert(!res.timing.reused_connection);
}
END_TEST

START_TEST(bytes_behind_an_answer_never_answer_the_next_request)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static struct script s = {
		.first = SPAN_LIT(BODY2 "HTTP/1.1 404 Evil\r\n"
					"Content-Length: 0\r\n\r\n"),
		.hold = true,
	};
	AUTO(http_free) struct http *http = client(start(&s), 0);
	struct http_request req = { .target = "/" };
	struct http_response res;

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(http_send(http, arena, &req, &res, NULL), 0);
		ck_assert_int_eq(res.status, 200);
	}
}
END_TEST

static const struct line_case {
	struct http_request req;
	const char *want;
} line_cases[] = {
	{ { .target = "/a?b=c&d" },
	  "curl -sS -i -g --path-as-is 'http://127.0.0.1:8000/a?b=c&d'" },
	{ { .method = "HEAD", .target = "/" },
	  "curl -sS -i -g --path-as-is -I http://127.0.0.1:8000/" },
	{ { .method = "POST", .target = "/p", .has_body = true,
	    .body = SPAN_LIT("{\"it's\": 1}"), .n_headers = 2,
	    .headers = two_headers },
	  "curl -sS -i -g --path-as-is -X POST "
	  "-H 'Content-Type: application/json' -H 'X-Empty;' "
	  "--data-raw '{\"it'\\''s\": 1}' http://127.0.0.1:8000/p" },
	{ { .method = "PUT", .target = "/", .has_body = true },
	  "curl -sS -i -g --path-as-is -X PUT -H Content-Type: "
	  "--data-raw '' http://127.0.0.1:8000/" },
};

START_TEST(the_curl_line_reproduces_the_request)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	ck_assert_str_eq(http_curl_line(arena, &line_cases[_i].req, 8000),
			 line_cases[_i].want);
}
END_TEST

SUITE(http)
{
	TEST_LOOP(whatever_a_server_does_is_a_result_within_the_deadline,
		  ARRAY_LEN(hostile_cases));
	TEST(headers_keep_order_spelling_and_duplicates);
	TEST_LOOP(what_is_recorded_is_what_was_sent, ARRAY_LEN(sent_cases));
	TEST_LOOP(a_request_that_would_break_its_own_framing_is_refused,
		  ARRAY_LEN(unsendable));
	TEST(nobody_listening_is_refused);
	TEST(a_burst_overlaps_on_connections_of_its_own);
	TEST(the_end_of_the_watched_process_cancels);
	TEST(a_raw_exchange_shows_what_libcurl_hides);
	TEST(a_request_is_never_sent_twice);
	TEST(bytes_behind_an_answer_never_answer_the_next_request);
	TEST_LOOP(the_curl_line_reproduces_the_request,
		  ARRAY_LEN(line_cases));
}
