#include "runner/report/exchange.h"

#include <stdint.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '/')
		return c == '+' ? 62 : 63;
	return -1;
}

/* RFC 4648 section 4; stops at the padding. */
static struct span decode_base64(struct arena *arena, struct span text)
{
	char *out = arena_alloc(arena, text.len / 4 * 3 + 4);
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.data[i]);

		if (digit < 0)
			break;
		bits = bits << 6 | (unsigned)digit;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (char)(bits >> n_bits & 0xff);
		}
	}
	return (struct span){ out, n };
}

struct body_view body_view(struct arena *arena, const struct json *v)
{
	const struct json *text = json_get(v, "text");
	const struct json *base64 = json_get(v, "base64");
	struct body_view ret = { .bytes = { "", 0 } };

	if (text && text->type == JSON_STRING)
		ret.bytes = text->text;
	else if (base64 && base64->type == JSON_STRING)
		ret.bytes = decode_base64(arena, base64->text);
	ret.given = text || base64;
	ret.all_bytes = fact_int(v, "bytes", (int64_t)ret.bytes.len);
	return ret;
}

static const struct header_view *
headers_of(struct arena *arena, const struct json *list, size_t *ret_n)
{
	size_t count = list && list->type == JSON_ARRAY ? list->count : 0;
	struct header_view *headers =
		arena_array(arena, count + 1, sizeof(*headers));

	*ret_n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct json *pair = &list->items[i];

		if (pair->type != JSON_ARRAY || pair->count != 2)
			continue;
		headers[(*ret_n)++] = (struct header_view){
			pair->items[0].text, pair->items[1].text
		};
	}
	return headers;
}

static void read_response(struct arena *arena, const struct json *v,
			  struct exchange_view *x)
{
	x->end = fact_str(v, "end", "none");
	x->fault = fact_str(v, "fault", NULL);
	x->why = fact_str(v, "why", NULL);
	x->status = (int)fact_int(v, "status", 0);
	x->answered = x->status != 0;
	x->reason = fact_str(v, "reason", "");
	x->headers = headers_of(arena, json_get(v, "headers"), &x->n_headers);
	x->came = body_view(arena, json_get(v, "body"));
	x->came.all_bytes = fact_int(v, "body_bytes", x->came.all_bytes);
	x->total_us = fact_int(v, "total_us", 0);
}

bool exchange_view(struct arena *arena, const struct record *r, size_t n,
		   struct exchange_view *ret)
{
	const struct record_event *request = record_event(r, n);
	const struct record_event *response = record_response(r, n);
	const struct record_event *log = record_log(r, n);
	const struct json *v = request ? request->body : NULL;
	const struct json *text;

	if (!request || strcmp(request->kind, "request") != 0)
		return false;
	*ret = (struct exchange_view){ .event = n };
	ret->criterion = fact_str(v, "criterion", NULL);
	ret->method = fact_str(v, "method", "GET");
	ret->target = fact_str(v, "target", "");
	ret->curl = fact_str(v, "curl", NULL);
	ret->sent_at_ns = fact_int(v, "sent_at_ns", request->at_ns);
	ret->sent_headers = headers_of(arena, json_get(v, "headers"),
				       &ret->n_sent_headers);
	ret->sent = body_view(arena, json_get(v, "body"));
	read_response(arena, response ? response->body : NULL, ret);
	text = log ? json_get(log->body, "text") : NULL;
	if (text && text->type == JSON_STRING)
		ret->log = text->text;
	return true;
}

struct span exchange_header(const struct header_view *headers, size_t n,
			    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (headers[i].name.len == strlen(name) &&
		    !strncasecmp(headers[i].name.data, name, strlen(name)))
			return headers[i].value;
	return (struct span){ NULL, 0 };
}

const char *exchange_outcome(struct arena *arena,
			     const struct exchange_view *x)
{
	const char *fault = "";

	if (x->fault)
		fault = arena_printf(arena, "%s: %s", x->fault,
				     x->why ? x->why : x->end);
	if (!x->answered)
		return *fault ? fault
		       : x->why
			       ? x->why
			       : arena_printf(arena, "no answer (%s)", x->end);
	return arena_printf(arena, "%d%s%s%s%s", x->status,
			    *x->reason ? " " : "", x->reason,
			    *fault ? ", " : "", fault);
}

static struct span from(struct span s, size_t at)
{
	return (struct span){ s.data + at, s.len - at };
}

/* Length of the traceback that begins `s`: its frames are indented, the
 * first line that is not is the error. */
static size_t traceback_length(struct span s)
{
	size_t at = span_find(s, SPAN_LIT("\n"));

	while (at < s.len && at + 1 < s.len && s.data[at + 1] == ' ')
		at += 1 + span_find(from(s, at + 1), SPAN_LIT("\n"));
	if (at >= s.len)
		return s.len;
	at += 1 + span_find(from(s, at + 1), SPAN_LIT("\n"));
	return at > s.len ? s.len : at;
}

struct span exchange_traceback(const struct exchange_view *x)
{
	static const struct span start =
		SPAN_LIT("Traceback (most recent call last):");
	struct span rest = x->log, found = { NULL, 0 };

	for (;;) {
		size_t at = span_find(rest, start);

		if (at >= rest.len)
			break;
		rest = from(rest, at);
		found = (struct span){ rest.data, traceback_length(rest) };
		rest = from(rest, start.len);
	}
	return found;
}
