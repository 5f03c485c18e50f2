/* The request as a line for a shell: what a person reproduces a finding by. */
#include <stdint.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/probe/http.h"

#define LINE_BODY_MAX (8u << 10) /* a longer one is named, not shown */

static void add_word(struct arena *arena, struct buf *out, struct span word)
{
	buf_add_char(out, ' ');
	buf_add_str(out, text_shell_quote(arena, word));
}

/* curl drops "Name:" without a value; "Name;" sends it empty. */
static void add_header(struct arena *arena, struct buf *out,
		       const struct http_header *h)
{
	char *text = h->value.len
			     ? arena_printf(arena, "%s: %.*s", h->name,
					    (int)h->value.len, h->value.data)
			     : arena_printf(arena, "%s;", h->name);

	buf_add_str(out, " -H");
	add_word(arena, out, span_of(text));
}

static void add_body(struct arena *arena, struct buf *out, struct span body)
{
	if (body.len > LINE_BODY_MAX) {
		buf_printf(out, " --data-binary @BODY_OF_%zu_BYTES", body.len);
		return;
	}
	buf_add_str(out, " --data-raw");
	add_word(arena, out, body);
}

static bool has_header(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (!strcasecmp(req->headers[i].name, name))
			return true;
	return false;
}

char *http_curl_line(struct arena *arena, const struct http_request *req,
		     uint16_t port)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);
	const char *method = req->method ? req->method : "GET";

	buf_add_str(&out, "curl -sS -i -g --path-as-is");
	if (req->http10)
		buf_add_str(&out, " -0");
	if (!strcmp(method, "HEAD"))
		buf_add_str(&out, " -I");
	else if (strcmp(method, "GET") || req->has_body)
		buf_printf(&out, " -X %s", method);
	for (size_t i = 0; i < req->n_headers; i++)
		add_header(arena, &out, &req->headers[i]);
	if (req->has_body && !has_header(req, "Content-Type"))
		buf_add_str(&out, " -H Content-Type:");
	if (req->has_body)
		add_body(arena, &out, req->body);
	add_word(arena, &out,
		 span_of(arena_printf(arena, "http://127.0.0.1:%u%s", port,
				      req->target)));
	return arena_memdup(arena, buf_str(&out), out.len);
}
