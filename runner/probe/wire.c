/* Raw bytes out and in, over the same sockets that libcurl would use. */
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/probe/transfer.h"

#define READ_BYTES 16384

/* Wait for `events`; false when time is over or the server's process ended. */
static bool wait_for(struct transfer *t, short events, int64_t deadline_ns)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct pollfd p[2] = {{.events = events},
			      {.fd = t->http->watch_fd, .events = POLLIN}};
	int n;

	curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
	p[0].fd = fd;
	n = poll(p, 2, clock_left_ms(deadline_ns));
	if (n > 0 && p[0].revents)
		return true;
	t->done = n <= 0;
	t->fault = n > 0 ? NULL : HTTP_LIMIT_TIME;
	return false;
}

/* A server may answer and close before it read all: that is no failure. */
static bool send_all(struct transfer *t, struct span bytes, int64_t deadline_ns)
{
	size_t n;

	while (bytes.len) {
		CURLcode c = curl_easy_send(t->easy, bytes.data, bytes.len, &n);

		if (c == CURLE_OK) {
			bytes.data += n;
			bytes.len -= n;
		} else if (c != CURLE_AGAIN) {
			return true;
		} else if (!wait_for(t, POLLOUT | POLLIN, deadline_ns)) {
			return false;
		}
	}
	return true;
}

/* Everything up to the first empty line, with it; all when there is none. */
static size_t head_bytes(struct span all)
{
	size_t crlf = span_find(all, SPAN_LIT("\r\n\r\n"));
	size_t lf = span_find(all, SPAN_LIT("\n\n"));

	if (crlf < all.len && crlf < lf)
		return crlf + 4;
	return lf < all.len ? lf + 2 : all.len;
}

/* No empty line where the longest head would have ended. */
static bool is_endless_head(struct transfer *t)
{
	struct span all = buf_span(&t->body);

	if (t->head_done || all.len <= HTTP_HEAD_MAX)
		return false;
	all.len = HTTP_HEAD_MAX;
	t->head_done = head_bytes(all) < all.len;
	return !t->head_done;
}

/* Until the server closes. */
static void receive_all(struct transfer *t, int64_t deadline_ns)
{
	char chunk[READ_BYTES];
	size_t n;

	for (;;) {
		CURLcode c = curl_easy_recv(t->easy, chunk, sizeof(chunk), &n);

		if (c == CURLE_AGAIN) {
			if (!wait_for(t, POLLIN, deadline_ns))
				return;
		} else if (c != CURLE_OK || !n) {
			if (!t->body.len)
				t->fault = HTTP_NO_RESPONSE;
			else if (c != CURLE_OK)
				t->fault = HTTP_CUT_BODY;
			return;
		} else if (buf_add(&t->body, chunk, n) < 0) {
			t->fault = HTTP_LIMIT_BODY;
			return;
		} else if (is_endless_head(t)) {
			t->fault = HTTP_LIMIT_HEADERS;
			return;
		}
	}
}

/* Does the server have to wait for more of the request? */
static bool is_unfinished(struct span bytes)
{
	size_t head = head_bytes(bytes);
	struct span rest = {bytes.data, head};
	static const char name[] = "content-length:";
	const char *end = bytes.data + bytes.len;

	if (!head || bytes.data[head - 1] != '\n')
		return true;
	while (rest.len) {
		size_t n = span_find(rest, SPAN_LIT("\n"));

		if (n >= sizeof(name) &&
		    !strncasecmp(rest.data, name, sizeof(name) - 1))
			return strtoll(rest.data + sizeof(name) - 1, NULL, 10) >
			       end - bytes.data - (ptrdiff_t)head;
		n += n < rest.len;
		rest = (struct span){rest.data + n, rest.len - n};
	}
	return false;
}

/*
 * A request that stops in the middle is told to have stopped: else the server
 * would wait for the rest, and what it says would depend on its patience.
 */
static void end_sending(struct transfer *t, struct span bytes)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (is_unfinished(bytes))
		shutdown(fd, SHUT_WR);
}

static void fill(struct transfer *t, struct span sent,
		 struct http_response *ret)
{
	struct span all = {
		arena_memdup(t->arena, buf_str(&t->body), t->body.len),
		t->body.len};
	size_t head = head_bytes(all);

	*ret = (struct http_response){.version = "", .reason = ""};
	ret->head = (struct span){all.data, head};
	ret->body = (struct span){all.data + head, all.len - head};
	ret->body_bytes = (int64_t)ret->body.len;
	ret->sent = (struct span){arena_memdup(t->arena, sent.data, sent.len),
				  sent.len};
	if (all.len)
		head_parse(t->arena, ret->head, ret);
	if (ret->n_headers > HTTP_HEADERS_MAX) {
		ret->n_headers = HTTP_HEADERS_MAX;
		t->fault = t->fault ? t->fault : HTTP_LIMIT_COUNT;
	}
	if (t->fault) {
		ret->fault = t->fault;
		ret->why = http_end_name(transfer_end_of(t->fault));
	}
	ret->end = t->done ? transfer_end_of(ret->fault) : HTTP_CANCELLED;
}

static int exchange(struct transfer *t, struct span bytes, int64_t timeout_ms,
		    struct http_response *ret, struct err *err)
{
	int64_t start = clock_ns(), deadline = start + timeout_ms * 1000000;
	CURLcode c;

	transfer_connect_options(t);
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	c = curl_easy_perform(t->easy);
	if (t->socket_error && !transfer_cancelled(t->http))
		return err_set(err, t->socket_error,
			       "no socket for the client");
	t->done = true;
	if (c == CURLE_OPERATION_TIMEDOUT)
		t->fault = HTTP_LIMIT_TIME;
	if (c == CURLE_OK && send_all(t, bytes, deadline)) {
		end_sending(t, bytes);
		receive_all(t, deadline);
	}
	fill(t, bytes, ret);
	if (c != CURLE_OK && !t->fault) {
		ret->end = HTTP_REFUSED;
		ret->fault = NULL;
		ret->why = http_end_name(ret->end);
	} else if (ret->end == HTTP_CANCELLED) {
		ret->why = http_end_name(ret->end);
	}
	ret->timing.total_us = (clock_ns() - start) / 1000;
	return 0;
}

int http_raw(struct http *http, struct arena *arena, struct span bytes,
	     int64_t timeout_ms, struct http_response *ret, struct err *err)
{
	struct transfer t = {.http = http, .arena = arena};
	int r;

	t.body.limit = transfer_body_room(http, arena, 1) + HTTP_HEAD_MAX;
	t.easy = curl_easy_init();
	if (!t.easy)
		return err_set(err, ENOMEM, "no memory for an exchange");
	r = exchange(&t, bytes, timeout_ms ? timeout_ms : HTTP_TIMEOUT_MS, ret,
		     err);
	curl_easy_cleanup(t.easy);
	buf_release(&t.body);
	return r;
}
