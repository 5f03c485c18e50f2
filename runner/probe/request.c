/* A request before it is sent: what it may hold and be answered with. */
#include <errno.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/probe/transfer.h"

#define BYTES_MAX (64u << 20)
#define WORD_MAX  200 /* of a raw request's method and target */

static bool is_token(const char *s)
{
	return *s && s[strspn(s, "!#$%&'*+-.^_`|~0123456789"
				 "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

/* What would break the framing of the request; http_raw() is for that. */
int request_check(const struct http_request *req, struct err *err)
{
	if (req->method && !is_token(req->method))
		return err_set(err, EINVAL, "`%s` is no method", req->method);
	if (!req->target || !*req->target)
		return err_set(err, EINVAL, "the request has no target");
	for (const char *p = req->target; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(err, EINVAL,
				       "a blank or control byte in target `%s`",
				       req->target);
	for (size_t i = 0; i < req->n_headers; i++) {
		const struct http_header *h = &req->headers[i];

		if (!is_token(h->name))
			return err_set(err, EINVAL, "`%s` is no header name",
				       h->name);
		for (size_t j = 0; j < h->value.len; j++)
			if (strchr("\r\n", h->value.data[j]))
				return err_set(err, EINVAL,
					       "a line break in header `%s`",
					       h->name);
	}
	return 0;
}

size_t transfer_body_room(const struct http *http, const struct arena *arena,
			  size_t sharers)
{
	size_t held = arena_bytes(arena), most = http->options.arena_max;
	size_t room = held < most ? most - held : 0;

	room /= sharers ? sharers : 1;
	if (room < HTTP_BODY_MIN)
		room = HTTP_BODY_MIN;
	return room < http->options.body_max ? room : http->options.body_max;
}

bool request_header(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (!strcasecmp(req->headers[i].name, name))
			return true;
	return false;
}

const struct http_header *request_headers(struct arena *arena,
					  const struct http_request *req,
					  const char *host, size_t *ret_n)
{
	/*
	 * What the printed curl line would say of itself: an app cannot be
	 * one thing to the prober and another to who repeats its request.
	 */
	const char *agent = arena_printf(arena, "curl/%s",
					 transfer_library_version());
	const struct http_header ours[] = {
		{"Host", span_of(host)},
		{"User-Agent", span_of(agent)},
		{"Accept", SPAN_LIT("*/*")},
	};
	struct http_header *list = arena_array(
		arena, ARRAY_LEN(ours) + req->n_headers, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!request_header(req, ours[i].name))
			list[n++] = ours[i];
	for (size_t i = 0; i < req->n_headers; i++)
		list[n++] = req->headers[i];
	*ret_n = n;
	return list;
}

int http_request_bytes(struct arena *arena, const struct http_request *req,
		       const char *host, bool body, struct span *ret,
		       struct err *err)
{
	AUTO_BUF out = BUF_INIT(BYTES_MAX);
	size_t n;
	const struct http_header *h = request_headers(arena, req, host, &n);
	int r = request_check(req, err);

	if (r < 0)
		return r;
	buf_printf(&out, "%s %s HTTP/1.%d\r\n",
		   req->method ? req->method : "GET", req->target,
		   !req->http10);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s: %.*s\r\n", h[i].name,
			   (int)h[i].value.len, h[i].value.data);
	if (req->has_body && !request_header(req, "Content-Length") &&
	    !request_header(req, "Transfer-Encoding"))
		buf_printf(&out, "Content-Length: %zu\r\n", req->body.len);
	if (!request_header(req, "Connection"))
		buf_add_str(&out, "Connection: close\r\n");
	r = buf_add_str(&out, "\r\n");
	if (!r && body)
		r = buf_add_span(&out, req->body);
	if (r < 0)
		return err_set(err, -r, "the request is too large");
	*ret = (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
	return 0;
}

/* The next word of a raw request, made safe to show. */
static const char *next_word(struct arena *arena, struct span *bytes)
{
	size_t n = 0;
	const char *word;

	while (n < bytes->len && n < WORD_MAX && bytes->data[n] != ' ' &&
	       bytes->data[n] != '\r' && bytes->data[n] != '\n')
		n++;
	word = text_visible(arena, (struct span){bytes->data, n}, 0);
	n += n < bytes->len && bytes->data[n] == ' ';
	bytes->data += n;
	bytes->len -= n;
	return word;
}

struct http_request http_raw_shown(struct arena *arena, struct span bytes)
{
	struct http_request shown = {.method = next_word(arena, &bytes)};

	shown.target = next_word(arena, &bytes);
	return shown;
}
