/* A structured field (RFC 9651) as JSON, so that filters can look into it. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/encode.h"
#include "runner/expect/sfv.h"
#include "runner/expect/state.h"

#define FIELD_MAX (256u << 10)

static const char *const type_names[] = {
	[SFV_INTEGER] = "integer", [SFV_DECIMAL] = "decimal",
	[SFV_STRING] = "string",   [SFV_TOKEN] = "token",
	[SFV_BYTES] = "bytes",	   [SFV_BOOLEAN] = "boolean",
	[SFV_DATE] = "date",	   [SFV_DISPLAY_STRING] = "display-string",
	[SFV_INNER_LIST] = "list",
};

static struct json text_json(struct span text)
{
	return (struct json){.type = JSON_STRING, .text = text};
}

static struct json number_json(struct arena *arena, const struct sfv_value *v)
{
	long long n = v->number;
	const char *text = arena_printf(arena, "%lld", n);

	if (v->type == SFV_DECIMAL)
		text = arena_printf(arena, "%s%lld.%03lld", n < 0 ? "-" : "",
				    llabs(n) / 1000, llabs(n) % 1000);
	return (struct json){.type = JSON_NUMBER, .text = span_of(text)};
}

static struct json value_json(struct arena *arena, const struct sfv_value *v)
{
	switch (v->type) {
	case SFV_INTEGER:
	case SFV_DECIMAL:
	case SFV_DATE: return number_json(arena, v);
	case SFV_BOOLEAN:
		return (struct json){.type = JSON_BOOL, .truth = v->truth};
	case SFV_BYTES: return text_json(encode_base64(arena, v->text, false));
	case SFV_STRING:
	case SFV_TOKEN:
	case SFV_DISPLAY_STRING:
	case SFV_INNER_LIST: break;
	}
	return text_json(v->text);
}

static struct json object_json(const struct json_member *members, size_t n)
{
	return (struct json){
		.type = JSON_OBJECT, .members = members, .count = (unsigned)n};
}

static struct json params_json(struct arena *arena, const struct sfv_member *m)
{
	struct json_member *params =
		arena_array(arena, m->n_params + 1, sizeof(*params));

	for (size_t i = 0; i < m->n_params; i++) {
		params[i].name = m->params[i].name;
		params[i].value = value_json(arena, &m->params[i].value);
	}
	return object_json(params, m->n_params);
}

static struct json list_json(struct arena *arena,
			     const struct sfv_member *members, size_t n);

/* {"value": 5, "type": "integer", "params": {"w": 60}} */
static struct json member_json(struct arena *arena, const struct sfv_member *m)
{
	struct json_member *parts = arena_array(arena, 3, sizeof(*parts));

	parts[0].name = SPAN_LIT("value");
	parts[0].value = m->value.type == SFV_INNER_LIST
				 ? list_json(arena, m->items, m->n_items)
				 : value_json(arena, &m->value);
	parts[1].name = SPAN_LIT("type");
	parts[1].value = text_json(span_of(type_names[m->value.type]));
	parts[2].name = SPAN_LIT("params");
	parts[2].value = params_json(arena, m);
	return object_json(parts, 3);
}

static struct json list_json(struct arena *arena,
			     const struct sfv_member *members, size_t n)
{
	struct json *items = arena_array(arena, n + 1, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = member_json(arena, &members[i]);
	return (struct json){.type = JSON_ARRAY,
			     .items = items,
			     .count = (unsigned)n};
}

static struct json field_json(struct arena *arena, enum sfv_kind kind,
			      const struct sfv *field)
{
	struct json_member *members;

	if (kind == SFV_ITEM)
		return member_json(arena, &field->members[0]);
	if (kind == SFV_LIST)
		return list_json(arena, field->members, field->n_members);
	members = arena_array(arena, field->n_members + 1, sizeof(*members));
	for (size_t i = 0; i < field->n_members; i++) {
		members[i].name = field->members[i].key;
		members[i].value = member_json(arena, &field->members[i]);
	}
	return object_json(members, field->n_members);
}

/* Lines of one name are one field, joined with commas (section 4.2). */
static int join(const struct http_response *res, const char *name,
		struct buf *out)
{
	for (size_t i = 0; i < res->n_headers; i++) {
		if (strcasecmp(res->headers[i].name, name))
			continue;
		if ((out->len && buf_add_str(out, ", ") < 0) ||
		    buf_add_span(out, res->headers[i].value) < 0)
			return -EMSGSIZE;
	}
	return 0;
}

int structured_value(struct state *s, enum sfv_kind kind, const char *name,
		     struct value *ret, const char **why)
{
	static const char *const kinds[] = {"item", "list", "dictionary"};
	AUTO_BUF text = BUF_INIT(FIELD_MAX);
	struct json *root = arena_alloc(s->arena, sizeof(*root));
	const struct sfv *field;
	struct err err = {0};

	*ret = (struct value){.type = VALUE_NONE};
	if (!http_header(s->answer.res, name))
		return 0;
	if (join(s->answer.res, name, &text) < 0 ||
	    sfv_parse(s->arena, kind, buf_span(&text), &field, &err) < 0) {
		*why = arena_printf(s->arena, "%s is no structured %s: %s",
				    name, kinds[kind],
				    *err.msg ? err.msg : "it is too long");
		return -EBADMSG;
	}
	*root = field_json(s->arena, kind, field);
	*ret = value_of_json(root);
	return 0;
}
