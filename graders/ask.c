/* ask -- requests and their answers, for graders. */
#include "graders/ask.h"

#include <string.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/grader.h"

#define TARGET_SHOWN_MAX 120
#define FRESH_BODY_BYTES (16u << 10)

static const struct exchange nothing = {
	.res = { .end = HTTP_CANCELLED, .why = "the run ended" },
};

static bool has_header(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (!strcasecmp(req->headers[i].name, name))
			return true;
	return false;
}

/* "{uuid}" in a header of the manifest is another one in each request. */
static struct span fresh_value(struct asking *a, struct span value)
{
	struct arena *arena = grading_arena(a->g);
	size_t at = span_find(value, SPAN_LIT("{uuid}"));

	if (at == value.len)
		return value;
	return span_of(arena_printf(arena, "%.*s%s%.*s", (int)at, value.data,
				    ask_uuid(arena, grading_prng(a->g)),
				    (int)(value.len - at - 6),
				    value.data + at + 6));
}

/* The asker's headers, but for those that the request has itself. */
static void add_headers(struct asking *a, struct http_request *req)
{
	struct http_header *all;
	size_t n = req->n_headers;

	if (!a->n_headers)
		return;
	all = arena_array(grading_arena(a->g), n + a->n_headers,
			  sizeof(*all));
	if (n)
		memcpy(all, req->headers, n * sizeof(*all));
	for (size_t i = 0; i < a->n_headers; i++) {
		if (has_header(req, a->headers[i].name))
			continue;
		all[n].name = a->headers[i].name;
		all[n++].value = fresh_value(a, a->headers[i].value);
	}
	req->headers = all;
	req->n_headers = n;
}

const char *ask_uuid(struct arena *arena, struct prng *prng)
{
	uint64_t a = prng_next(prng), b = prng_next(prng);

	return arena_printf(arena, "%08x-%04x-4%03x-a%03x-%012llx",
			    (unsigned)a, (unsigned)(a >> 32) & 0xffff,
			    (unsigned)(a >> 48) & 0xfff, (unsigned)b & 0xfff,
			    (unsigned long long)(b >> 16));
}

/*
 * The server closed an idle connection just when it was used again: no fault
 * of the app's (RFC 9112, 9.3.1 lets a client repeat what is safe).
 */
static bool was_stale(const struct exchange *x)
{
	const char *method = x->req.method ? x->req.method : "GET";

	return x->res.end == HTTP_RESET && x->res.timing.reused_connection &&
	       (!strcmp(method, "GET") || !strcmp(method, "HEAD") ||
		!strcmp(method, "OPTIONS"));
}

const struct exchange *ask_request(struct asking *a, struct http_request req)
{
	const struct exchange *x = &nothing;

	if (a->code)
		return &nothing;
	add_headers(a, &req);
	/* A server that does not read all of a body closes the connection. */
	req.fresh |= req.body.len > FRESH_BODY_BYTES;
	a->code = grading_send(a->g, &req, &x, a->err);
	if (!a->code && was_stale(x)) {
		req.fresh = true;
		a->code = grading_send(a->g, &req, &x, a->err);
	}
	if (a->code)
		return &nothing;
	if (ask_refused(x))
		a->gone = true;
	return x;
}

const struct exchange *ask(struct asking *a, const char *method,
			   const char *target)
{
	return ask_request(a, (struct http_request){ .method = method,
						     .target = target });
}

const struct exchange *ask_with(struct asking *a, const char *method,
				const char *target, const char *type,
				struct span body)
{
	struct http_request req = {
		.method = method, .target = target,
		.body = body, .has_body = true,
	};
	struct http_header *header;

	if (type) {
		header = arena_alloc(grading_arena(a->g), sizeof(*header));
		*header = (struct http_header){ "Content-Type",
						span_of(type) };
		req.headers = header;
		req.n_headers = 1;
	}
	return ask_request(a, req);
}

const struct exchange *ask_json(struct asking *a, const char *method,
				const char *target, const char *json)
{
	return ask_with(a, method, target, "application/json", span_of(json));
}

const struct exchange *const *ask_burst(struct asking *a,
					const struct http_request *req,
					size_t n, bool same)
{
	struct http_request *all = arena_array(grading_arena(a->g), n + 1,
					       sizeof(*all));
	const struct exchange *const *list = NULL;

	if (a->code)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		all[i] = req[same ? 0 : i];
		add_headers(a, &all[i]);
	}
	a->code = grading_burst(a->g, all, n, &list, a->err);
	return a->code ? NULL : list;
}

bool ask_answered(const struct exchange *x)
{
	return x->res.end == HTTP_ANSWERED;
}

bool ask_refused(const struct exchange *x)
{
	return x->res.end == HTTP_REFUSED || x->res.end == HTTP_CANCELLED;
}

bool ask_ok(const struct exchange *x)
{
	return ask_answered(x) && x->res.status >= 200 && x->res.status < 300;
}

const char *ask_answer(struct arena *arena, const struct exchange *x)
{
	const char *type = http_value(&x->res, "Content-Type");

	if (!ask_answered(x))
		return arena_printf(arena, "no answer: %s",
				    x->res.why ? x->res.why :
						 http_end_name(x->res.end));
	if (!type)
		return arena_printf(arena, "%d", x->res.status);
	return arena_printf(arena, "%d %s", x->res.status,
			    text_visible(arena, span_of(type), 60));
}

const char *ask_what(struct arena *arena, const struct exchange *x)
{
	const char *method = x->req.method ? x->req.method : "GET";
	const char *target = x->req.target ? x->req.target : "";

	return arena_printf(arena, "%s %s", method,
			    text_visible(arena, span_of(target),
					 TARGET_SHOWN_MAX));
}
