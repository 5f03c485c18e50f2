/*
 * One libcurl client for one run of one server.
 *
 * What is set here, and why it is set, was measured against hostile servers:
 * a write callback is the only ceiling that holds for chunked bodies, only a
 * total timeout ends a header drip, and a second connection within one
 * transfer means that libcurl is about to send the request again.
 */
#include "runner/probe/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/probe/transfer.h"

#define SENT_MAX (HTTP_BODY_MAX + HTTP_HEAD_MAX) /* recorded of a request */

static int socket_here(void *ctx, int domain, int type)
{
	int fd;

	(void)ctx;
	fd = socket(domain, type | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static bool is_the_server(const struct http *http,
			  const struct curl_sockaddr *address)
{
	const struct sockaddr_in *in = (const void *)&address->addr;

	return address->family == AF_INET &&
	       in->sin_addr.s_addr == htonl(INADDR_LOOPBACK) &&
	       in->sin_port == htons(http->options.port);
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	struct transfer *t = ctx;
	struct http *http = t->http;
	int fd;

	if (purpose != CURLSOCKTYPE_IPCXN || !is_the_server(http, address))
		return CURL_SOCKET_BAD;
	if (t->sent.len) {
		t->socket_again = true;
		return CURL_SOCKET_BAD;
	}
	fd = http->options.socket(http->options.ctx, address->family,
				  address->socktype);
	if (fd < 0)
		t->socket_error = -fd;
	else if (http->options.real_port)
		((struct sockaddr_in *)(void *)&address->addr)->sin_port =
			htons(http->options.real_port);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t room = t->body.limit - t->body.len;

	n *= size;
	t->body_bytes += (int64_t)n;
	if (buf_add(&t->body, data, n < room ? n : room) < 0 || n > room) {
		t->fault = HTTP_LIMIT_BODY;
		return 0;
	}
	return n;
}

/* Called line by line, for interim heads and trailers too. */
static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct span line = {data, n * size};
	bool trailer = t->head_done;

	t->head_bytes += line.len;
	if (t->head_bytes > HTTP_HEAD_MAX) {
		t->fault = HTTP_LIMIT_HEADERS;
		return 0;
	}
	if (head_bad_coding(line)) {
		t->fault = HTTP_CODING;
		t->broken = "a Transfer-Encoding other than chunked";
		return 0;
	}
	if (trailer)
		return line.len;
	if (span_starts(line, SPAN_LIT("HTTP/")))
		buf_clear(&t->head);
	if (buf_add_span(&t->head, line) < 0)
		return 0;
	if (line.len <= 2)
		t->head_done = !head_is_interim(buf_span(&t->head));
	return line.len;
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t n,
		    void *ctx)
{
	struct transfer *t = ctx;
	size_t room = t->sent.limit - t->sent.len;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
		buf_add(&t->sent, data, n < room ? n : room);
	if (type == CURLINFO_DATA_IN)
		t->wire_bytes += (int64_t)n;
	return 0;
}

/* Chunk sizes and their extensions are no body: they have a ceiling too. */
static int on_progress(void *ctx, curl_off_t all, curl_off_t now,
		       curl_off_t up_all, curl_off_t up_now)
{
	struct transfer *t = ctx;
	size_t ceiling = 2 * t->body.limit + HTTP_HEAD_MAX;

	(void)all, (void)now, (void)up_all, (void)up_now;
	if (t->wire_bytes <= (int64_t)ceiling)
		return 0;
	t->fault = HTTP_LIMIT_WIRE;
	return 1;
}

void transfer_connect_options(struct transfer *t)
{
	CURL *easy = t->easy;

	curl_easy_setopt(easy, CURLOPT_URL, t->http->url);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, t->http->resolve);
	curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
	/* Servers close idle connections after two seconds or later. */
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 1L);
}

static void set_limits(struct transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, transfer_timeout_ms(t));
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION,
			 t->req->http10 ? (long)CURL_HTTP_VERSION_1_0
					: (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->easy, CURLOPT_MAX_RECV_SPEED_LARGE,
			 (curl_off_t)t->req->rate_max);
	curl_easy_setopt(t->easy, CURLOPT_MAX_SEND_SPEED_LARGE,
			 (curl_off_t)t->req->rate_max);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
}

static void set_method(struct transfer *t)
{
	const struct http_request *req = t->req;
	const char *method = req->method ? req->method : "GET";
	CURL *easy = t->easy;

	curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, req->target);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)req->fresh);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)req->fresh);
	if (!strcmp(method, "HEAD")) {
		/* Any other way would wait for a body that never comes. */
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (req->has_body) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)req->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 req->body.len ? req->body.data : "");
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool add_line(struct transfer *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->slist, line);

	if (more)
		t->slist = more;
	return more;
}

const char *transfer_library_version(void)
{
	static const char *version; /* asked for with every request */

	if (!version)
		version = curl_version_info(CURLVERSION_NOW)->version;
	return version;
}

static const char *header_line(struct arena *arena, const struct http_header *h)
{
	if (!h->value.len)
		return arena_printf(arena, "%s;", h->name);
	return arena_printf(arena, "%s: %.*s", h->name, (int)h->value.len,
			    h->value.data);
}

static int set_headers(struct transfer *t, struct err *err)
{
	/* libcurl adds these itself unless it is told not to. */
	static const char *const none[] = {"Content-Type", "Expect"};
	const struct http_request *req = t->req;
	bool ok = true;
	size_t n;
	const struct http_header *h =
		request_headers(t->arena, req, t->http->host, &n);

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (!request_header(req, none[i]))
			ok = ok && add_line(t, arena_printf(t->arena, "%s:",
							    none[i]));
	for (size_t i = 0; i < n && ok; i++)
		ok = add_line(t, header_line(t->arena, &h[i]));
	if (!ok)
		return err_set(err, ENOMEM, "no memory for the headers");
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->slist);
	return 0;
}

int transfer_begin(struct transfer *t, struct err *err)
{
	int r = request_check(t->req, err);

	if (r < 0)
		return r;
	t->head.limit = HTTP_HEAD_MAX;
	t->body.limit = transfer_body_room(t->http, t->arena, t->sharers);
	t->sent.limit = SENT_MAX;
	curl_easy_reset(t->easy);
	transfer_connect_options(t);
	set_limits(t);
	set_method(t);
	return set_headers(t, err);
}

static int64_t info_us(const struct transfer *t, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, info, &us);
	return us;
}

static void read_timing(const struct transfer *t, struct http_timing *ret)
{
	long connects = 0;

	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
	ret->connect_us = info_us(t, CURLINFO_CONNECT_TIME_T);
	ret->first_byte_us = info_us(t, CURLINFO_STARTTRANSFER_TIME_T);
	ret->total_us = info_us(t, CURLINFO_TOTAL_TIME_T);
	ret->reused_connection = !connects;
}

static struct span keep(struct arena *arena, const struct buf *buf)
{
	return (struct span){arena_memdup(arena, buf_str(buf), buf->len),
			     buf->len};
}

/* A body is not copied: it may be most of the memory that there is. */
static struct span keep_large(struct arena *arena, struct buf *buf)
{
	struct span all = buf_take(buf);

	if (!all.data)
		return (struct span){"", 0};
	arena_adopt(arena, (void *)(uintptr_t)all.data, all.len + 1);
	return all;
}

static void read_response(struct transfer *t, struct http_response *ret)
{
	*ret = (struct http_response){.version = "", .reason = ""};
	ret->head = keep(t->arena, &t->head);
	ret->body = keep_large(t->arena, &t->body);
	ret->sent = keep(t->arena, &t->sent);
	ret->body_bytes = t->body_bytes;
	read_timing(t, &ret->timing);
	if (t->head.len && head_parse(t->arena, ret->head, ret))
		head_frames(ret);
	if (!t->done) {
		ret->end = HTTP_CANCELLED;
		ret->fault = NULL;
	} else if (t->code == CURLE_COULDNT_CONNECT && !t->socket_again) {
		ret->end = HTTP_REFUSED;
	} else {
		const char *fault = transfer_fault(t);

		/* What ended the exchange comes before what its head says. */
		if (fault)
			ret->why = NULL;
		ret->fault = fault ? fault : ret->fault;
		if (!ret->fault && ret->n_headers > HTTP_HEADERS_MAX)
			ret->fault = HTTP_LIMIT_COUNT;
		ret->end = transfer_end_of(ret->fault);
	}
	if (ret->n_headers > HTTP_HEADERS_MAX)
		ret->n_headers = HTTP_HEADERS_MAX;
	if (ret->end != HTTP_ANSWERED && !ret->why)
		ret->why = transfer_why(t, ret->end);
}

int transfer_end(struct transfer *t, struct http_response *ret, struct err *err)
{
	int r = 0;

	if (t->socket_error && !transfer_cancelled(t->http))
		r = err_set(err, t->socket_error, "no socket for the client");
	else if (t->socket_error)
		t->done = false;
	if (!r)
		read_response(t, ret);
	curl_slist_free_all(t->slist);
	buf_release(&t->head);
	buf_release(&t->body);
	buf_release(&t->sent);
	return r;
}

bool transfer_cancelled(const struct http *http)
{
	struct pollfd p = {.fd = http->watch_fd, .events = POLLIN};

	return http->watch_fd >= 0 && poll(&p, 1, 0) > 0;
}

static void collect_done(struct http *http)
{
	CURLMsg *msg;
	char *owner;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left))) {
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &owner);
		struct transfer *t = (struct transfer *)(void *)owner;

		t->done = true;
		t->code = msg->data.result;
	}
}

/*
 * An answer that is already in our socket counts, also when its sender died
 * right behind it: after the watched descriptor woke us, go on for as long as
 * bytes are waiting, and not longer.
 */
static int drive(struct http *http, struct err *err)
{
	struct curl_waitfd watch = {.fd = http->watch_fd,
				    .events = CURL_WAIT_POLLIN};
	bool ending = false;
	CURLMcode m = CURLM_OK;
	int running = 1, ready;

	while (m == CURLM_OK) {
		m = curl_multi_perform(http->multi, &running);
		if (m != CURLM_OK || !running)
			break;
		m = curl_multi_poll(http->multi, &watch,
				    http->watch_fd >= 0 && !ending,
				    ending ? 0 : 1000, &ready);
		if (ending && !ready)
			break;
		ending = ending || watch.revents;
	}
	if (m != CURLM_OK)
		return err_set(err, EIO, "libcurl: %s", curl_multi_strerror(m));
	return 0;
}

/* libcurl only tells while the handle is with the others. */
static void remember_connection(struct http *http, const struct transfer *t)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
	http->idle_fd = fd == CURL_SOCKET_BAD ? -1 : fd;
}

int transfer_run(struct http *http, struct transfer *t, size_t n,
		 struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		curl_easy_setopt(t[i].easy, CURLOPT_PRIVATE, &t[i]);
		curl_multi_add_handle(http->multi, t[i].easy);
	}
	r = drive(http, err);
	collect_done(http);
	if (n == 1)
		remember_connection(http, t);
	for (size_t i = 0; i < n; i++)
		curl_multi_remove_handle(http->multi, t[i].easy);
	return r;
}

/*
 * What came over an idle connection answers nothing that was asked: libcurl
 * would take it for the answer to the next request.
 */
static void drop_if_it_speaks(struct http *http)
{
	struct pollfd p = {.fd = http->idle_fd, .events = POLLIN};

	if (http->idle_fd >= 0 && poll(&p, 1, 0) > 0)
		http_disconnect(http);
}

int http_send(struct http *http, struct arena *arena,
	      const struct http_request *req, struct http_response *ret,
	      struct err *err)
{
	struct transfer t = {
		.http = http, .arena = arena, .req = req, .easy = http->easy};
	int r, r_end;

	drop_if_it_speaks(http);
	r = transfer_begin(&t, err);
	if (!r)
		r = transfer_run(http, &t, 1, err);
	r_end = transfer_end(&t, ret, r ? NULL : err);
	return r ? r : r_end;
}

/*
 * A name that no other client of this process has: even if connections were
 * ever shared, one run could not reach another's server.
 */
static int name_the_server(struct http *http)
{
	static unsigned long clients;
	unsigned long n = __atomic_add_fetch(&clients, 1, __ATOMIC_RELAXED);
	char entry[TRANSFER_URL_BYTES];

	snprintf(http->url, sizeof(http->url), "http://run-%lu.invalid:%u/", n,
		 http->options.port);
	snprintf(entry, sizeof(entry), "run-%lu.invalid:%u:127.0.0.1", n,
		 http->options.port);
	http->resolve = curl_slist_append(NULL, entry);
	return http->resolve ? 0 : -ENOMEM;
}

int http_new(struct http **ret, const struct http_options *options,
	     struct err *err)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT))
		goto fail;
	http->options = *options;
	http->watch_fd = http->idle_fd = -1;
	if (!http->options.body_max)
		http->options.body_max = HTTP_BODY_MAX;
	if (!http->options.arena_max)
		http->options.arena_max = HTTP_ARENA_MAX;
	if (!http->options.socket)
		http->options.socket = socket_here;
	snprintf(http->host, sizeof(http->host), "127.0.0.1:%u", options->port);
	if (options->host)
		snprintf(http->host, sizeof(http->host), "%s", options->host);
	http->easy = curl_easy_init();
	http->multi = curl_multi_init();
	if (!http->easy || !http->multi || name_the_server(http) < 0)
		goto fail;
	*ret = http;
	return 0;
fail:
	http_free(http);
	return err_set(err, ENOMEM, "no memory for an HTTP client");
}

void http_free(struct http *http)
{
	if (!http)
		return;
	if (http->easy)
		curl_easy_cleanup(http->easy);
	if (http->multi)
		curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->resolve);
	free(http);
}

void http_watch(struct http *http, int fd)
{
	http->watch_fd = fd;
}

void http_disconnect(struct http *http)
{
	CURLM *fresh = curl_multi_init();

	/* Without memory for a new one the old connections stay, which a
	 * closed server then refuses anyway. */
	if (!fresh)
		return;
	curl_multi_cleanup(http->multi);
	http->multi = fresh;
	http->idle_fd = -1;
}
