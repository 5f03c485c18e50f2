/* send -- requests of the manifest, filled and sent. */
#include "graders/send.h"

#include <string.h>
#include <strings.h>

#include "graders/field.h"
#include "graders/target.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/grader.h"

#define SEND_MAX (256u << 10)

enum escaping { ESCAPE_NOT, ESCAPE_URL, ESCAPE_JSON };

static const char *const send_names[] = { "method", "path", "json", "form",
					  "headers", NULL };

void option_headers(struct options *o, const struct json *v, const char *name,
		    const struct http_header **ret, size_t *ret_n)
{
	const struct json *all = o->code ? NULL : json_get(v, name);
	struct http_header *headers;

	if (!all)
		return;
	if (all->type != JSON_OBJECT) {
		option_wrong(o, all, "\"%s\" must be an object", name);
		return;
	}
	headers = arena_array(o->arena, all->count + 1, sizeof(*headers));
	for (size_t i = 0; i < all->count; i++) {
		const struct json_member *m = &all->members[i];

		headers[i].name = arena_memdup(o->arena, m->name.data,
					       m->name.len);
		headers[i].value = span_of(json_str(&m->value));
		if (!headers[i].value.data)
			option_wrong(o, &m->value, "a header is a string");
	}
	*ret = headers;
	*ret_n = all->count;
}

void option_send(struct options *o, const struct json *v, const char *name,
		 const char *method, const struct send **ret)
{
	const struct json *what = o->code ? NULL : json_get(v, name);
	struct send *send = arena_alloc(o->arena, sizeof(*send));

	if (!what)
		return;
	send->method = method;
	option_object(o, what, send_names);
	option_required(o, what, "path");
	option_str(o, what, "method", &send->method);
	option_str(o, what, "path", &send->path);
	option_headers(o, what, "headers", &send->headers, &send->n_headers);
	if (o->code)
		return;
	send->json = json_get(what, "json");
	send->form = json_get(what, "form");
	if (*send->path != '/')
		option_wrong(o, what, "\"path\" must start with /");
	if (send->form && (send->json || send->form->type != JSON_OBJECT))
		option_wrong(o, what, "\"form\" is an object, and there is no "
			     "\"json\" beside it");
	*ret = send;
}

static const char *escape(struct arena *arena, const char *value,
			  enum escaping escaping)
{
	const char *quoted;

	switch (escaping) {
	case ESCAPE_NOT:
		break;
	case ESCAPE_URL:
		return target_encode(arena, span_of(value));
	case ESCAPE_JSON:
		quoted = field_quote(arena, value);
		return arena_memdup(arena, quoted + 1, strlen(quoted) - 2);
	}
	return value;
}

static const char *fill(struct arena *arena, const char *text,
			const struct send_values *values,
			enum escaping escaping)
{
	const struct {
		const char *place, *value;
	} places[] = { { "{id}", values->id },
		       { "{word}", values->word },
		       { "{text}", values->text } };
	AUTO_BUF out = BUF_INIT(SEND_MAX);

	while (*text) {
		size_t i = 0;

		while (i < ARRAY_LEN(places) &&
		       (!places[i].value ||
			strncmp(text, places[i].place,
				strlen(places[i].place))))
			i++;
		if (i == ARRAY_LEN(places)) {
			buf_add_char(&out, *text++);
			continue;
		}
		buf_add_str(&out, escape(arena, places[i].value, escaping));
		text += strlen(places[i].place);
	}
	return arena_memdup(arena, buf_str(&out), buf_span(&out).len);
}

const char *send_fill(struct arena *arena, const char *text,
		      const struct send_values *values, bool url)
{
	return fill(arena, text, values, url ? ESCAPE_URL : ESCAPE_NOT);
}

static const char *json_body(struct arena *arena, const struct send *send,
			     const struct send_values *values)
{
	AUTO_BUF text = BUF_INIT(SEND_MAX);

	json_print(send->json, &text);
	return fill(arena, buf_str(&text), values, ESCAPE_JSON);
}

static const char *form_body(struct arena *arena, const struct send *send,
			     const struct send_values *values)
{
	const char *body = "";

	for (size_t i = 0; i < send->form->count; i++) {
		const struct json_member *m = &send->form->members[i];
		const char *value = json_str(&m->value);

		value = fill(arena, value ? value : "", values, ESCAPE_NOT);
		body = arena_printf(arena, "%s%s%s=%s", body, i ? "&" : "",
				    target_encode(arena, m->name),
				    target_encode(arena, span_of(value)));
	}
	return body;
}

struct http_request send_request(struct arena *arena, const struct send *send,
				 const struct send_values *values)
{
	struct http_request req = {
		.method = send->method, .headers = send->headers,
		.n_headers = send->n_headers,
		.target = fill(arena, send->path, values, ESCAPE_URL),
	};
	struct http_header *headers;

	if (!send->json && !send->form)
		return req;
	headers = arena_array(arena, send->n_headers + 1, sizeof(*headers));
	if (send->n_headers)
		memcpy(headers, send->headers,
		       send->n_headers * sizeof(*headers));
	headers[req.n_headers++] = (struct http_header){
		"Content-Type",
		send->json ? SPAN_LIT("application/json") :
			     SPAN_LIT("application/x-www-form-urlencoded"),
	};
	req.headers = headers;
	req.body = span_of(send->json ? json_body(arena, send, values) :
					form_body(arena, send, values));
	req.has_body = true;
	return req;
}

const struct exchange *send_now(struct asking *a, const struct send *send,
				const struct send_values *values)
{
	return ask_request(a, send_request(grading_arena(a->g), send,
					   values));
}

const struct http_header *send_cookies(struct arena *arena,
				       const struct exchange *x)
{
	struct http_header *cookie = arena_alloc(arena, sizeof(*cookie));
	const char *all = "";

	for (size_t i = 0; i < x->res.n_headers; i++) {
		const struct http_header *h = &x->res.headers[i];
		size_t len = 0;

		if (strcasecmp(h->name, "Set-Cookie"))
			continue;
		while (len < h->value.len && h->value.data[len] != ';')
			len++;
		all = arena_printf(arena, "%s%s%.*s", all, *all ? "; " : "",
				   (int)len, h->value.data);
	}
	*cookie = (struct http_header){ "Cookie", span_of(all) };
	return *all ? cookie : NULL;
}
