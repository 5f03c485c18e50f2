/* The framing of one raw answer: RFC 9112, sections 5 to 7; RFC 9110, 8.6. */
#include <stdlib.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/probe/transfer.h"

/* Headers of one value: given twice, two readers may take one each. */
static const char *const single[] = {
	"Content-Length", "Content-Type", "Date",	  "ETag",
	"Last-Modified",  "Location",	  "Retry-After", "Server",
};

static bool has_no_body(const char *method, int status)
{
	return !strcmp(method, "HEAD") || status < 200 || status == 204 ||
	       status == 205 || status == 304;
}

static const char *wrong_headers(struct arena *arena,
				 const struct http_response *res)
{
	struct http_response copy = *res;

	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		if (http_count(res, single[i]) > 1)
			return arena_printf(arena, "%s is given %zu times",
					    single[i],
					    http_count(res, single[i]));
	if (span_find(res->head, SPAN_LIT("\n ")) < res->head.len ||
	    span_find(res->head, SPAN_LIT("\n\t")) < res->head.len)
		return "a header is folded over two lines";
	return head_frames(&copy) ? NULL : copy.why;
}

static const char *wrong_no_body(struct arena *arena,
				 const struct http_response *res)
{
	static const char *const names[] = {"Content-Length",
					    "Transfer-Encoding"};
	bool bare = res->status < 200 || res->status == 204;

	for (size_t i = 0; i < ARRAY_LEN(names) && bare; i++)
		if (http_header(res, names[i]))
			return arena_printf(arena, "a %d has no %s",
					    res->status, names[i]);
	if (!res->body.len)
		return NULL;
	return arena_printf(arena, "%zu bytes follow the head, where no body "
				   "may be",
			    res->body.len);
}

/* One chunk-size line: bytes it takes, or 0; its size in *ret. */
static size_t chunk_line(struct span s, size_t *ret)
{
	size_t n = span_find(s, SPAN_LIT("\r\n")), digits = 0;

	*ret = 0;
	while (digits < n && digits < 8) {
		const char *hex = "0123456789abcdef";
		const char *at = strchr(hex, s.data[digits] | 0x20);

		if (!s.data[digits] || !at)
			break;
		*ret = *ret * 16 + (size_t)(at - hex);
		digits++;
	}
	if (n == s.len || !digits)
		return 0;
	return digits == n || strchr("; \t", s.data[digits]) ? n + 2 : 0;
}

static const char *wrong_trailers(struct arena *arena, struct span s)
{
	size_t n = 0;

	while (s.len && (n = span_find(s, SPAN_LIT("\r\n"))) && n < s.len)
		s = (struct span){s.data + n + 2, s.len - n - 2};
	if (n || s.len < 2)
		return "the end is missing behind the last chunk";
	if (s.len > 2)
		return arena_printf(arena,
				    "%zu bytes follow the last "
				    "chunk",
				    s.len - 2);
	return NULL;
}

static const char *wrong_chunks(struct arena *arena, struct span s)
{
	size_t size, n;

	for (;;) {
		n = chunk_line(s, &size);
		if (!n)
			return s.len ? "a chunk does not begin with its size"
				     : "the last chunk is missing";
		s = (struct span){s.data + n, s.len - n};
		if (!size)
			return wrong_trailers(arena, s);
		if (s.len < size + 2 || memcmp(s.data + size, "\r\n", 2))
			return "a chunk is not as long as it says";
		s = (struct span){s.data + size + 2, s.len - size - 2};
	}
}

static const char *wrong_length(struct arena *arena,
				const struct http_response *res)
{
	const struct http_header *h = http_header(res, "Content-Length");
	int64_t length = 0;

	if (!h)
		return NULL; /* the body ends with the connection */
	head_length(h->value, &length);
	if (length == (int64_t)res->body.len)
		return NULL;
	return arena_printf(arena,
			    "Content-Length is %lld, but %zu bytes came",
			    (long long)length, res->body.len);
}

const char *http_framing(struct arena *arena, const char *method,
			 const struct http_response *res)
{
	const char *wrong = wrong_headers(arena, res);

	if (wrong)
		return wrong;
	if (has_no_body(method, res->status))
		return wrong_no_body(arena, res);
	if (http_header(res, "Transfer-Encoding"))
		return wrong_chunks(arena, res->body);
	return wrong_length(arena, res);
}
