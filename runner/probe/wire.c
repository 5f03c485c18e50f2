/* Raw bytes out and in, over the same sockets that libcurl would use. */
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/probe/transfer.h"

#define READ_BYTES 16384

/* Wait for `events`; false when time is over or the server's process ended. */
static bool wait_for(struct transfer *t, short events, int64_t deadline_ns,
		     enum http_end *end)
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
	*end = n > 0 ? HTTP_CANCELLED : HTTP_TIMED_OUT;
	return false;
}

/* False: `end` is set.  A server may answer and close before it read all. */
static bool send_all(struct transfer *t, struct span bytes, int64_t deadline_ns,
		     enum http_end *end)
{
	size_t n;

	while (bytes.len) {
		CURLcode c = curl_easy_send(t->easy, bytes.data, bytes.len, &n);

		if (c == CURLE_OK) {
			bytes.data += n;
			bytes.len -= n;
		} else if (c != CURLE_AGAIN) {
			return true;
		} else if (!wait_for(t, POLLOUT | POLLIN, deadline_ns, end)) {
			return false;
		}
	}
	return true;
}

static enum http_end receive_all(struct transfer *t, int64_t deadline_ns)
{
	enum http_end end = HTTP_ANSWERED;
	char chunk[READ_BYTES];
	size_t n;

	for (;;) {
		CURLcode c = curl_easy_recv(t->easy, chunk, sizeof(chunk), &n);

		if (c == CURLE_AGAIN) {
			if (!wait_for(t, POLLIN, deadline_ns, &end))
				return end;
		} else if (c != CURLE_OK) {
			return t->body.len ? HTTP_CUT_SHORT : HTTP_RESET;
		} else if (!n) {
			return t->body.len ? HTTP_ANSWERED : HTTP_RESET;
		} else if (buf_add(&t->body, chunk, n) < 0) {
			t->limit = "body";
			return HTTP_TOO_LARGE;
		}
	}
}

/* Everything up to the first empty line, with it; all when there is none. */
static size_t head_length(struct span all)
{
	size_t crlf = span_find(all, SPAN_LIT("\r\n\r\n"));
	size_t lf = span_find(all, SPAN_LIT("\n\n"));

	if (crlf < all.len && crlf < lf)
		return crlf + 4;
	return lf < all.len ? lf + 2 : all.len;
}

static void fill(struct transfer *t, struct span sent, enum http_end end,
		 struct http_response *ret)
{
	struct span all = {
		arena_memdup(t->arena, buf_str(&t->body), t->body.len),
		t->body.len};
	size_t head = head_length(all);
	const char *wrong;

	*ret = (struct http_response){
		.end = end, .version = "", .reason = "", .limit = t->limit};
	ret->head = (struct span){all.data, head};
	ret->body = (struct span){all.data + head, all.len - head};
	ret->body_bytes = (int64_t)ret->body.len;
	ret->sent = (struct span){arena_memdup(t->arena, sent.data, sent.len),
				  sent.len};
	wrong = all.len ? head_parse(t->arena, ret->head, ret) : NULL;
	if (end != HTTP_ANSWERED)
		ret->why = http_end_name(end);
	else if (wrong) {
		ret->end = HTTP_NOT_HTTP;
		ret->why = wrong;
	}
}

static int exchange(struct transfer *t, struct span bytes, int64_t timeout_ms,
		    struct http_response *ret, struct err *err)
{
	int64_t start = clock_ns(), deadline = start + timeout_ms * 1000000;
	enum http_end end = HTTP_REFUSED;
	CURLcode c;

	transfer_connect_options(t);
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	c = curl_easy_perform(t->easy);
	if (t->socket_error && !transfer_cancelled(t->http))
		return err_set(err, t->socket_error,
			       "no socket for the client");
	if (c == CURLE_OPERATION_TIMEDOUT)
		end = HTTP_TIMED_OUT;
	if (c == CURLE_OK && send_all(t, bytes, deadline, &end))
		end = receive_all(t, deadline);
	fill(t, bytes, end, ret);
	ret->timing.total_us = (clock_ns() - start) / 1000;
	return 0;
}

int http_raw(struct http *http, struct arena *arena, struct span bytes,
	     int64_t timeout_ms, struct http_response *ret, struct err *err)
{
	struct transfer t = {.http = http, .arena = arena};
	int r;

	t.body.limit = http->options.body_max + HTTP_HEAD_MAX;
	t.easy = curl_easy_init();
	if (!t.easy)
		return err_set(err, ENOMEM, "no memory for an exchange");
	r = exchange(&t, bytes, timeout_ms ? timeout_ms : HTTP_TIMEOUT_MS, ret,
		     err);
	curl_easy_cleanup(t.easy);
	buf_release(&t.body);
	return r;
}
