#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/formats.h"
#include "runner/report/wall.h"
#include "runner/transcript/record.h"

/* HTTP Archive 1.2: what went over the wire, for a browser's tools. */

#define ORIGIN "http://127.0.0.1:8000"

static void add_headers(struct arena *arena, struct jsonout *to,
			const struct header_view *headers, size_t n)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < n; i++) {
		struct jsonout *one = jsonout_object();

		jsonout_str(one, "name",
			    text_visible(arena, headers[i].name, 0));
		jsonout_str(one, "value",
			    text_visible(arena, headers[i].value, 0));
		jsonout_add(list, NULL, one);
	}
	jsonout_add(to, "cookies", jsonout_array());
	jsonout_add(to, "headers", list);
	jsonout_int(to, "headersSize", -1);
}

static struct jsonout *query_pair(struct span pair)
{
	struct jsonout *out = jsonout_object();
	size_t equals = span_find(pair, SPAN_LIT("="));
	struct span name = { pair.data, equals };
	struct span value = { pair.data + equals, pair.len - equals };

	if (value.len)
		value = (struct span){ value.data + 1, value.len - 1 };
	jsonout_span(out, "name", name);
	jsonout_span(out, "value", value);
	return out;
}

static struct jsonout *query_of(const char *target)
{
	struct jsonout *list = jsonout_array();
	const char *at = strchr(target, '?');

	while (at && at[0] && at[1]) {
		size_t n;

		at++;
		n = strcspn(at, "&");
		jsonout_add(list, NULL,
			    query_pair((struct span){ at, n }));
		at = at[n] ? at + n : NULL;
	}
	return list;
}

static const char *media_type(struct arena *arena,
			      const struct header_view *headers, size_t n)
{
	struct span type = exchange_header(headers, n, "Content-Type");

	return type.len ? text_visible(arena, type, 0) : "";
}

static struct jsonout *request_object(struct arena *arena,
				      const struct exchange_view *x)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, "method", x->method);
	jsonout_str(out, "url", arena_printf(arena, ORIGIN "%s", x->target));
	jsonout_str(out, "httpVersion", "HTTP/1.1");
	add_headers(arena, out, x->sent_headers, x->n_sent_headers);
	jsonout_add(out, "queryString", query_of(x->target));
	jsonout_int(out, "bodySize", x->sent.all_bytes);
	if (x->sent.given) {
		struct jsonout *data = jsonout_object();

		jsonout_str(data, "mimeType",
			    media_type(arena, x->sent_headers,
				       x->n_sent_headers));
		jsonout_span(data, "text", x->sent.bytes);
		jsonout_add(out, "postData", data);
	}
	return out;
}

static struct jsonout *content_object(struct arena *arena,
				      const struct exchange_view *x)
{
	struct jsonout *out = jsonout_object();

	jsonout_int(out, "size", x->came.all_bytes);
	jsonout_str(out, "mimeType",
		    media_type(arena, x->headers, x->n_headers));
	jsonout_span(out, "text", x->came.bytes);
	return out;
}

static struct jsonout *response_object(struct arena *arena,
				       const struct exchange_view *x)
{
	struct jsonout *out = jsonout_object();
	struct span location =
		exchange_header(x->headers, x->n_headers, "Location");

	jsonout_int(out, "status", x->status);
	jsonout_str(out, "statusText", x->answered ? x->reason
						   : exchange_outcome(arena,
								      x));
	jsonout_str(out, "httpVersion", "HTTP/1.1");
	add_headers(arena, out, x->headers, x->n_headers);
	jsonout_add(out, "content", content_object(arena, x));
	jsonout_str(out, "redirectURL",
		    location.len ? text_visible(arena, location, 0) : "");
	jsonout_int(out, "bodySize", x->came.all_bytes);
	return out;
}

static struct jsonout *entry(struct arena *arena, const struct record *r,
			     const struct exchange_view *x)
{
	struct jsonout *out = jsonout_object();
	struct jsonout *timings = jsonout_object();
	int64_t ms = x->total_us / 1000;

	jsonout_str(out, "startedDateTime",
		    wall_text(arena, wall_begin_ms(r) +
					     x->sent_at_ns / 1000000));
	jsonout_int(out, "time", ms);
	jsonout_add(out, "request", request_object(arena, x));
	jsonout_add(out, "response", response_object(arena, x));
	jsonout_add(out, "cache", jsonout_object());
	jsonout_int(timings, "send", 0);
	jsonout_int(timings, "wait", ms);
	jsonout_int(timings, "receive", 0);
	jsonout_add(out, "timings", timings);
	if (x->criterion)
		jsonout_str(out, "comment", x->criterion);
	return out;
}

static int write_har(struct arena *arena, FILE *out, const struct record *r,
		     const struct report_options *options, struct err *err)
{
	AUTO(jsonout_free) struct jsonout *doc = jsonout_object();
	struct jsonout *log = jsonout_object();
	struct jsonout *creator = jsonout_object();
	struct jsonout *entries = jsonout_array();
	struct exchange_view x;
	char *text;

	(void)options;
	jsonout_str(creator, "name", "fumehood");
	jsonout_str(creator, "version", FUMEHOOD_VERSION);
	jsonout_str(log, "version", "1.2");
	jsonout_add(log, "creator", creator);
	for (size_t i = 0; i < r->n_events; i++)
		if (exchange_view(arena, r, i, &x))
			jsonout_add(entries, NULL, entry(arena, r, &x));
	jsonout_add(log, "entries", entries);
	jsonout_add(doc, "log", log);
	text = jsonout_pretty(doc);
	fprintf(out, "%s\n", text);
	free(text);
	return report_flush(out, err);
}

const struct report_format report_har = {
	.name = "har",
	.help = "HTTP Archive 1.2: every exchange, for a browser's tools",
	.write = write_har,
};
