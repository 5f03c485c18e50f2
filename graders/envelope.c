/* envelope -- an error answer held against the declared shape. */
#include "graders/envelope.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/regex.h"
#include "runner/expect/uri.h"
#include "runner/grader.h"

enum member_type { TYPE_ANY, TYPE_NONEMPTY, TYPE_INTEGER, TYPE_STRING,
		   TYPE_NUMBER, TYPE_BOOLEAN, TYPE_ARRAY, TYPE_OBJECT,
		   TYPE_NULL };
static const char *const type_names[] = {
	"any", "nonempty", "integer", "string", "number", "boolean", "array",
	"object", "null", NULL,
};
static const char *const member_names[] = { "at", "type", "required",
					    "equals", "pattern", "only",
					    NULL };
static const char *const shape_names[] = { "rfc9457", "media_type", "members",
					   NULL };

/* --------------------------------------------------------------- options */

static void read_equals(struct options *o, const struct json *v,
			struct envelope_member *m)
{
	const struct json *equals = o->code ? NULL : json_get(v, "equals");

	if (!equals)
		return;
	m->value = equals;
	m->equals = EQUALS_VALUE;
	if (equals->type == JSON_STRING && span_is(equals->text, "status"))
		m->equals = EQUALS_STATUS;
	if (equals->type == JSON_STRING && span_is(equals->text, "reason"))
		m->equals = EQUALS_REASON;
}

static void read_member(struct options *o, const struct json *v,
			struct envelope_member *m)
{
	const char *pattern = NULL;
	struct err err;

	m->required = true;
	option_object(o, v, member_names);
	option_required(o, v, "at");
	option_pointer(o, v, "at", &m->at);
	option_word(o, v, "type", type_names, &m->type);
	option_bool(o, v, "required", &m->required);
	option_statuses(o, v, "only", &m->only);
	option_str(o, v, "pattern", &pattern);
	read_equals(o, v, m);
	if (pattern && regex_compile(o->arena, span_of(pattern), 0,
				     &m->pattern, &err) < 0)
		option_wrong(o, json_get(v, "pattern"), "\"pattern\": %s",
			     err.msg);
}

static void read_members(struct options *o, const struct json *v,
			 struct envelope *e)
{
	if (!v || o->code)
		return;
	if (v->type != JSON_ARRAY || v->count > ENVELOPE_MEMBERS_MAX) {
		option_wrong(o, v, "\"members\" must be a list of at most %d",
			     ENVELOPE_MEMBERS_MAX);
		return;
	}
	for (size_t i = 0; i < v->count; i++)
		read_member(o, &v->items[i], &e->members[e->n_members++]);
}

static void read_types(struct options *o, const struct json *v,
		       struct envelope *e)
{
	const char *const *list = NULL;
	const struct json *types = o->code ? NULL : json_get(v, "media_type");

	if (types && types->type == JSON_STRING) {
		option_str(o, v, "media_type", &e->types[0]);
		e->n_types = 1;
		return;
	}
	option_strs(o, v, "media_type", &list, &e->n_types);
	if (e->n_types > ENVELOPE_TYPES_MAX)
		option_wrong(o, types, "more than %d media types",
			     ENVELOPE_TYPES_MAX);
	for (size_t i = 0; i < e->n_types && !o->code; i++)
		e->types[i] = list[i];
}

void envelope_read(struct options *o, const struct json *v,
		   struct envelope *e)
{
	option_object(o, v, shape_names);
	option_bool(o, v, "rfc9457", &e->rfc9457);
	read_types(o, v, e);
	read_members(o, json_get(v, "members"), e);
}

/* ------------------------------------------------------------ media type */

static bool type_is(struct span type, const char *name)
{
	size_t len = strlen(name);

	return type.len == len && !strncasecmp(type.data, name, len);
}

static bool is_json_type(struct span type)
{
	return type_is(type, "application/json") ||
	       (type.len > 5 &&
		!strncasecmp(type.data + type.len - 5, "+json", 5));
}

/* The type without parameters. */
static struct span media_type(const struct exchange *x)
{
	const struct http_header *h = http_header(&x->res, "Content-Type");
	struct span type = h ? h->value : (struct span){ "", 0 };
	size_t len = 0;

	while (len < type.len && !strchr("; \t", type.data[len]))
		len++;
	return (struct span){ type.data, len };
}

static struct envelope_fault judge_type(struct arena *arena,
					const struct envelope *e,
					const struct exchange *x)
{
	struct span type = media_type(x);
	bool good = !e->n_types && is_json_type(type);

	for (size_t i = 0; i < e->n_types; i++)
		good |= type_is(type, e->types[i]);
	if (good)
		return (struct envelope_fault){ NULL, NULL };
	return (struct envelope_fault){
		.cause = type_is(type, "text/html") ? "envelope:html" :
						      "envelope:media-type",
		.what = arena_printf(
			arena, "it is %s and must be %s",
			type.len ? text_visible(arena, type, 60) :
				   "without Content-Type",
			e->n_types ? e->types[0] : "application/json"),
	};
}

/* --------------------------------------------------------------- members */

static bool has_type(const struct json *v, unsigned type)
{
	switch ((enum member_type)type) {
	case TYPE_ANY:
		return true;
	case TYPE_NONEMPTY:
		return v->type == JSON_STRING && v->text.len;
	case TYPE_INTEGER:
		return v->type == JSON_NUMBER && json_is_integer(v);
	case TYPE_STRING:
		return v->type == JSON_STRING;
	case TYPE_NUMBER:
		return v->type == JSON_NUMBER;
	case TYPE_BOOLEAN:
		return v->type == JSON_BOOL;
	case TYPE_ARRAY:
		return v->type == JSON_ARRAY;
	case TYPE_OBJECT:
		return v->type == JSON_OBJECT;
	case TYPE_NULL:
		break;
	}
	return v->type == JSON_NULL;
}

static const char *reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" },
		{ 409, "Conflict" }, { 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return NULL;
}

/* RFC 9110 renamed two phrases; frameworks still use those of before. */
static bool is_phrase(struct span text, int status)
{
	const char *phrase = reason_phrase(status);

	if (!phrase || (text.len == strlen(phrase) &&
			!strncasecmp(text.data, phrase, text.len)))
		return true;
	return (status == 413 && (span_is(text, "Request Entity Too Large") ||
				  span_is(text, "Payload Too Large"))) ||
	       (status == 422 && span_is(text, "Unprocessable Entity"));
}

static bool is_status(const struct json *v, int status)
{
	int64_t number;

	return json_int(v, &number) && number == status;
}

/* What is wrong with the member, or NULL. */
static const char *member_fault(struct arena *arena,
				const struct envelope_member *m,
				const struct json *v, int status)
{
	if (!v)
		return m->required ? "is missing" : NULL;
	if (!has_type(v, m->type))
		return arena_printf(arena, "is %s and must be of type %s",
				    view_show(arena, v), type_names[m->type]);
	if ((m->equals == EQUALS_STATUS && !is_status(v, status)) ||
	    (m->equals == EQUALS_REASON &&
	     (v->type != JSON_STRING || !is_phrase(v->text, status))) ||
	    (m->equals == EQUALS_VALUE && !json_equal(v, m->value)))
		return arena_printf(arena, "is %s and must be %s",
				    view_show(arena, v),
				    m->equals == EQUALS_STATUS ?
					    "the number of the status line" :
				    m->equals == EQUALS_REASON ?
					    "the status's phrase" :
					    view_show(arena, m->value));
	if (m->pattern && (v->type != JSON_STRING ||
			   !regex_match(m->pattern, v->text, NULL, 0)))
		return arena_printf(arena, "is %s and does not match the "
				    "pattern", view_show(arena, v));
	return NULL;
}

static struct envelope_fault judge_members(struct arena *arena,
					   const struct envelope *e,
					   const struct json *body, int status)
{
	for (size_t i = 0; i < e->n_members; i++) {
		const struct envelope_member *m = &e->members[i];
		const char *fault;

		if (m->only.n && !statuses_have(&m->only, status))
			continue;
		fault = member_fault(arena, m, view_at(body, m->at), status);
		if (fault)
			return (struct envelope_fault){
				.cause = arena_printf(
					arena, "envelope:member:%s", m->at),
				.what = arena_printf(arena, "%s %s", m->at,
						     fault),
			};
	}
	return (struct envelope_fault){ NULL, NULL };
}

/* -------------------------------------------------------------- RFC 9457 */

static bool is_extension_name(struct span name)
{
	if (name.len < 3 || !isalpha((unsigned char)name.data[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.data[i]) &&
		    name.data[i] != '_')
			return false;
	return true;
}

/*
 * An `instance` may be any text: a path as people read it, with spaces and
 * accents, is what every framework hands out, and no client is led astray.
 */
static const char *problem_fault(const struct json_member *m, int status,
				 unsigned parts)
{
	const struct json *v = &m->value;

	if (span_is(m->name, "type"))
		return v->type == JSON_STRING && uri_valid(v->text, 0) ?
			       NULL : "must be a URI reference";
	if (span_is(m->name, "title") || span_is(m->name, "detail") ||
	    span_is(m->name, "instance"))
		return v->type == JSON_STRING ? NULL : "must be a string";
	if (span_is(m->name, "status"))
		return is_status(v, status) ? NULL :
			"must be the number of the status line";
	return !(parts & ENVELOPE_SHOULD) || is_extension_name(m->name) ? NULL :
		"is no extension name (section 4: a letter, then letters, "
		"digits and _, three or more)";
}

static struct envelope_fault judge_problem(struct arena *arena,
					   const struct json *body, int status,
					   unsigned parts)
{
	for (size_t i = 0; i < body->count; i++) {
		const struct json_member *m = &body->members[i];
		const char *fault = problem_fault(m, status, parts);
		const char *name = text_visible(arena, m->name, 40);

		if (fault)
			return (struct envelope_fault){
				.cause = arena_printf(
					arena, "envelope:rfc9457:%s", name),
				.what = arena_printf(
					arena, "\"%s\" (%s) %s (RFC 9457)",
					name, view_show(arena, &m->value),
					fault),
			};
	}
	return (struct envelope_fault){ NULL, NULL };
}

struct envelope_fault envelope_judge(struct arena *arena,
				     const struct envelope *e, unsigned parts,
				     const struct exchange *x)
{
	const struct json *body = view_body(arena, x);
	struct envelope_fault fault = { NULL, NULL };

	if (parts & ENVELOPE_MEDIA_TYPE)
		fault = judge_type(arena, e, x);
	if (fault.what)
		return fault;
	if (!body || body->type != JSON_OBJECT) {
		if (parts & ENVELOPE_JSON)
			fault = (struct envelope_fault){
				"envelope:not-json",
				body ? "the body is no JSON object" :
				x->res.body.len ? "the body is no JSON" :
						  "it has no body",
			};
		return fault;
	}
	if (parts & ENVELOPE_MEMBERS)
		fault = judge_members(arena, e, body, x->res.status);
	if (!fault.what && e->rfc9457 && parts & ENVELOPE_RFC9457)
		fault = judge_problem(arena, body, x->res.status, parts);
	return fault;
}

/* ------------------------------------------------------------------ leak */

const char *envelope_leak(struct arena *arena, const struct exchange *x)
{
	static const char *const signs[] = {
		"Traceback (most recent call last)", "File \"/",
		"/site-packages/", "/submission/", ".py\", line ", "sqlite3.",
		"sqlalchemy.", "psycopg", "werkzeug.exceptions",
		"IntegrityError", "OperationalError", "UNIQUE constraint",
		"NOT NULL constraint", "CHECK constraint", "KeyError",
		"AttributeError", "TypeError:", "INSERT INTO ",
		"near \"", "no such column", "no such table",
		"The debugger caught an exception",
	};
	struct span body = x->res.body;

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t at = span_find(body, span_of(signs[i]));

		if (at < body.len)
			return text_visible(arena,
					    (struct span){ body.data + at,
							   body.len - at },
					    80);
	}
	return NULL;
}

const char *envelope_title(struct arena *arena, struct envelope_titles *titles,
			   const struct exchange *x)
{
	const struct json *body = view_body(arena, x);
	const struct json *type = json_get(body, "type");
	const struct json *title = json_get(body, "title");
	struct span key = type && type->type == JSON_STRING ?
				  type->text : SPAN_LIT("about:blank");
	size_t i = 0;

	/* Of about:blank the title is the status's: one for each status. */
	if (!title || title->type != JSON_STRING || !key.len ||
	    span_is(key, "about:blank"))
		return NULL;
	while (i < titles->n && !span_equal(titles->types[i], key))
		i++;
	if (i == titles->n && i < ENVELOPE_TITLES_MAX) {
		titles->types[titles->n] = key;
		titles->titles[titles->n++] = title->text;
	}
	if (i == ENVELOPE_TITLES_MAX ||
	    span_equal(titles->titles[i], title->text))
		return NULL;
	return arena_printf(arena, "type %s and title %s; before, this type "
			    "had the title \"%s\" (RFC 9457, 3.1.4)",
			    view_show(arena, type), view_show(arena, title),
			    text_visible(arena, titles->titles[i], 60));
}
