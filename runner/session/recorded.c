#include "runner/session/recorded.h"

#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/base64.h"
#include "runner/base/digest.h"
#include "runner/base/json.h"
#include "runner/transcript/record.h"

struct recorded {
	struct arena *arena;
	const struct record *r;
	bool *used;         /* by event number */
	size_t since;
	size_t next_restart;
	int64_t begin_ns;   /* 0: on a clock that is gone */
};

struct recorded *recorded_new(struct arena *arena, const struct record *r)
{
	struct recorded *rec = arena_alloc(arena, sizeof(*rec));

	*rec = (struct recorded){ .arena = arena, .r = r,
				  .since = RECORD_NONE };
	rec->used = arena_array(arena, r->n_events + 1, sizeof(bool));
	return rec;
}

void recorded_place(struct recorded *rec, int64_t begin_ns)
{
	rec->begin_ns = begin_ns;
}

size_t recorded_since(struct recorded *rec)
{
	size_t since = rec->since;

	rec->since = RECORD_NONE;
	return since;
}

bool recorded_is_cut(const struct recorded *rec)
{
	return rec->r->cut;
}

static int64_t int_of(const struct json *v, const char *name)
{
	int64_t value;

	return json_int(json_get(v, name), &value) ? value : 0;
}

static const char *str_of(const struct json *v, const char *name)
{
	const char *s = json_str(json_get(v, name));

	return s ? s : "";
}

static bool is_true(const struct json *v, const char *name)
{
	const struct json *member = json_get(v, name);

	return member && member->type == JSON_BOOL && member->truth;
}

/* {"text"} or {"base64"}; false when some of it was left out. */
static bool bytes_of(struct arena *arena, const struct json *v,
		     const char *name, struct span *ret)
{
	const struct json *member = json_get(v, name);
	const struct json *text = json_get(member, "text");
	const struct json *base64 = json_get(member, "base64");

	*ret = (struct span){ "", 0 };
	if (text && text->type == JSON_STRING)
		*ret = text->text;
	else if (base64 && base64->type == JSON_STRING &&
		 !base64_decode(arena, base64->text, ret))
		return false;
	return !json_get(member, "sha256");
}

static const struct http_header *headers_of(struct arena *arena,
					    const struct json *v,
					    size_t *ret_n)
{
	const struct json *list = json_get(v, "headers");
	size_t n = list && list->type == JSON_ARRAY ? list->count : 0;
	struct http_header *headers = arena_array(arena, n + 1,
						  sizeof(*headers));

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct json *pair = &list->items[i];
		const char *name = pair->type == JSON_ARRAY &&
						   pair->count == 2
					   ? json_str(&pair->items[0])
					   : NULL;

		if (name && pair->items[1].type == JSON_STRING)
			headers[(*ret_n)++] = (struct http_header){
				name, pair->items[1].text
			};
	}
	return headers;
}

bool recorded_request(struct arena *arena, const struct record *r, size_t n,
		      struct recorded_request *ret)
{
	const struct record_event *e = record_event(r, n);

	if (!e || strcmp(e->kind, "request") != 0)
		return false;
	*ret = (struct recorded_request){
		.criterion = str_of(e->body, "criterion"),
		.raw = is_true(e->body, "raw"),
		.req = { .method = str_of(e->body, "method"),
			 .target = str_of(e->body, "target"),
			 .has_body = json_get(e->body, "body") != NULL },
	};
	if (ret->raw)
		return bytes_of(arena, e->body, "head", &ret->bytes);
	ret->req.headers = headers_of(arena, e->body, &ret->req.n_headers);
	return bytes_of(arena, e->body, "body", &ret->req.body);
}

static enum http_end end_of(const struct json *v)
{
	const char *name = str_of(v, "end");

	for (int end = HTTP_ANSWERED; end <= HTTP_CANCELLED; end++)
		if (strcmp(http_end_name((enum http_end)end), name) == 0)
			return (enum http_end)end;
	return HTTP_NOT_HTTP;
}

/* The head as it came, but for what header values lost in being recorded. */
static struct span head_again(struct arena *arena,
			      const struct http_response *res)
{
	char *head = arena_printf(arena, "HTTP/%s %d %s\r\n", res->version,
				  res->status, res->reason);

	for (size_t i = 0; i < res->n_headers; i++)
		head = arena_printf(arena, "%s%s: %.*s\r\n", head,
				    res->headers[i].name,
				    (int)res->headers[i].value.len,
				    res->headers[i].value.data);
	return span_of(arena_printf(arena, "%s\r\n", head));
}

bool recorded_response(struct arena *arena, const struct record *r, size_t n,
		       struct http_response *ret)
{
	const struct record_event *e = record_response(r, n);
	const char *fault, *why;

	if (!e)
		return false;
	fault = json_str(json_get(e->body, "fault"));
	why = json_str(json_get(e->body, "why"));
	*ret = (struct http_response){
		.end = end_of(e->body),
		.fault = fault,
		.why = why,
		.status = (int)int_of(e->body, "status"),
		.version = str_of(e->body, "version"),
		.reason = str_of(e->body, "reason"),
		.body_bytes = int_of(e->body, "body_bytes"),
		.timing = { .connect_us = int_of(e->body, "connect_us"),
			    .first_byte_us = int_of(e->body, "first_byte_us"),
			    .total_us = int_of(e->body, "total_us"),
			    .reused_connection = is_true(e->body, "reused") },
	};
	ret->headers = headers_of(arena, e->body, &ret->n_headers);
	if (ret->status)
		ret->head = head_again(arena, ret);
	else
		bytes_of(arena, e->body, "head", &ret->head);
	bytes_of(arena, record_event(r, n)->body, "head", &ret->sent);
	return bytes_of(arena, e->body, "body", &ret->body);
}

/* Equal bytes; where only a part was recorded, by its digest. */
static bool same_bytes(struct arena *arena, const struct json *v,
		       const char *name, struct span bytes)
{
	const char *sha256 = json_str(json_get(json_get(v, name), "sha256"));
	char hex[DIGEST_SHA256_HEX];
	struct span recorded;

	if (!sha256)
		return bytes_of(arena, v, name, &recorded) &&
		       span_equal(recorded, bytes);
	digest_sha256(bytes, hex);
	return strcmp(hex, sha256) == 0;
}

static bool same_headers(struct arena *arena, const struct json *v,
			 const struct http_request *req)
{
	size_t n;
	const struct http_header *headers = headers_of(arena, v, &n);

	if (n != req->n_headers)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(headers[i].name, req->headers[i].name) != 0 ||
		    !span_equal(headers[i].value, req->headers[i].value))
			return false;
	return true;
}

static bool is_request_of(const struct record_event *e, const char *criterion,
			  bool raw)
{
	return strcmp(e->kind, "request") == 0 &&
	       strcmp(str_of(e->body, "criterion"), criterion) == 0 &&
	       is_true(e->body, "raw") == raw;
}

static bool take(struct recorded *rec, size_t n, struct http_response *ret)
{
	rec->used[n] = true;
	if (rec->since == RECORD_NONE)
		rec->since = n;
	if (!recorded_response(rec->arena, rec->r, n, ret))
		return false;
	if (rec->begin_ns)
		ret->timing.sent_ns = rec->begin_ns +
				      int_of(record_event(rec->r, n)->body,
					     "sent_at_ns");
	return true;
}

bool recorded_find(struct recorded *rec, const char *criterion,
		   const struct http_request *req, struct http_response *ret)
{
	for (size_t i = 0; i < rec->r->n_events; i++) {
		const struct record_event *e = &rec->r->events[i];

		if (rec->used[i] || !is_request_of(e, criterion, false) ||
		    strcmp(str_of(e->body, "method"), req->method) != 0 ||
		    strcmp(str_of(e->body, "target"), req->target) != 0)
			continue;
		if (same_headers(rec->arena, e->body, req) &&
		    same_bytes(rec->arena, e->body, "body", req->body))
			return take(rec, i, ret);
	}
	return false;
}

bool recorded_find_raw(struct recorded *rec, const char *criterion,
		       struct span bytes, struct http_response *ret)
{
	for (size_t i = 0; i < rec->r->n_events; i++) {
		const struct record_event *e = &rec->r->events[i];

		if (!rec->used[i] && is_request_of(e, criterion, true) &&
		    same_bytes(rec->arena, e->body, "head", bytes))
			return take(rec, i, ret);
	}
	return false;
}

struct recorded_restart recorded_restart(struct recorded *rec)
{
	for (size_t i = rec->next_restart; i < rec->r->n_events; i++) {
		const struct record_event *e = &rec->r->events[i];

		if (strcmp(e->kind, "restart") != 0)
			continue;
		rec->next_restart = i + 1;
		return (struct recorded_restart){
			.ready = is_true(e->body, "ready"),
			.start_ms = int_of(e->body, "start_ms"),
			.done_ns = rec->begin_ns ? rec->begin_ns + e->at_ns
						 : 0,
			.reason = json_str(json_get(e->body, "reason")),
		};
	}
	return (struct recorded_restart){ .ready = false };
}
