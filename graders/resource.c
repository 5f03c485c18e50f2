/* resource -- read from the manifest, created in the app. */
#include "graders/resource.h"

#include <string.h>

#include "graders/send.h"
#include "graders/target.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"

#define BODY_MAX (1u << 20)

static const char *const member_names[] = {
	"path", "item", "id", "at", "fields", "unknown", "headers", "list",
	"statuses", NULL,
};
static const char *const unknown_names[] = { "any", "reject", "ignore",
					     NULL };
static const char *const list_names[] = {
	"items", "total", "page", "size", "query", "first_page",
	"default_size", "max_size", "cursor", "next", NULL,
};
static const char *const status_names[] = {
	"created", "read", "replaced", "patched", "deleted", "missing",
	"bad_id", "invalid", "malformed", "media_type", "too_large",
	"conflict", NULL,
};

static void read_list(struct options *o, const struct json *v,
		      struct resource_list *list)
{
	list->first_page = 1;
	if (!v)
		return;
	option_object(o, v, list_names);
	option_pointer(o, v, "items", &list->items);
	option_str(o, v, "total", &list->total);
	option_str(o, v, "page", &list->page);
	option_str(o, v, "size", &list->size);
	option_str(o, v, "query", &list->query);
	option_str(o, v, "cursor", &list->cursor);
	option_pointer(o, v, "next", &list->next);
	option_int(o, v, "first_page", 0, 1, &list->first_page);
	option_int(o, v, "default_size", 1, 1000, &list->default_size);
	option_int(o, v, "max_size", 1, 1000, &list->max_size);
	if (list->total && *list->total != '/' &&
	    strncmp(list->total, "header:", 7))
		option_wrong(o, json_get(v, "total"),
			     "\"total\" is a JSON Pointer or \"header:NAME\"");
}

static void read_statuses(struct options *o, const struct json *v,
			  struct resource_statuses *s)
{
	struct statuses *const each[] = {
		&s->created, &s->read, &s->replaced, &s->patched, &s->deleted,
		&s->missing, &s->bad_id, &s->invalid, &s->malformed,
		&s->media_type, &s->too_large, &s->conflict,
	};

	*s = (struct resource_statuses){
		.created = STATUSES(201), .read = STATUSES(200),
		.replaced = STATUSES(200, 204), .patched = STATUSES(200, 204),
		.deleted = STATUSES(200, 202, 204),
		.missing = STATUSES(404, 410),
		.bad_id = STATUSES(400, 404, 422),
		.invalid = STATUSES(400, 422), .malformed = STATUSES(400, 422),
		.media_type = STATUSES(415, 400, 422),
		.too_large = STATUSES(413, 400, 422),
		.conflict = STATUSES(409, 422, 400),
	};
	if (!v)
		return;
	option_object(o, v, status_names);
	for (size_t i = 0; status_names[i]; i++)
		option_statuses(o, v, status_names[i], each[i]);
}

static void read_fields(struct options *o, const struct json *v,
			struct resource *r)
{
	struct field *fields;

	if (o->code)
		return;
	if (v->type != JSON_ARRAY || !v->count ||
	    v->count >= BODY_MEMBERS_MAX) {
		option_wrong(o, v, "\"fields\" must be a list of fields");
		return;
	}
	fields = arena_array(o->arena, v->count, sizeof(*fields));
	for (size_t i = 0; i < v->count && !o->code; i++)
		field_read(o, &v->items[i], true, &fields[i]);
	r->fields = fields;
	r->n_fields = v->count;
}

static void read_resource(struct options *o, const struct json *v,
			  struct resource *r)
{
	const struct json *fields;

	option_object(o, v, member_names);
	option_required(o, v, "path");
	fields = option_required(o, v, "fields");
	option_path(o, v, "path", &r->path);
	if (o->code)
		return;
	r->item = arena_printf(o->arena, "%s/{id}", r->path);
	r->id = "id";
	option_str(o, v, "item", &r->item);
	option_str(o, v, "id", &r->id);
	option_pointer(o, v, "at", &r->at);
	option_word(o, v, "unknown", unknown_names, &r->unknown);
	if (!strstr(r->item, "{id}"))
		option_wrong(o, v, "\"item\" has no {id}");
	read_fields(o, fields, r);
	option_headers(o, v, "headers", &r->headers, &r->n_headers);
	read_list(o, json_get(v, "list"), &r->list);
	read_statuses(o, json_get(v, "statuses"), &r->statuses);
}

void resource_option(struct options *o, const struct exercise *ex,
		     const struct json *with, const char *name,
		     const struct resource **ret)
{
	const struct json *v = o->code ? NULL : json_get(with, name);
	struct resource *r = arena_alloc(o->arena, sizeof(*r));

	r->name = name;
	if (v && v->type == JSON_STRING) {
		const struct json *all = json_get(ex->manifest, "resources");

		r->name = json_str(v);
		all = r->name ? json_get(all, r->name) : NULL;
		if (!all)
			option_wrong(o, v, "`resources` has no such entry");
		v = all;
	}
	if (!v || o->code)
		return;
	read_resource(o, v, r);
	*ret = r;
}

const struct field *resource_field(const struct resource *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (!strcmp(r->fields[i].name, name))
			return &r->fields[i];
	return NULL;
}

struct asking resource_asking(const struct resource *r, struct grading *g,
			      struct err *err)
{
	return (struct asking){ .g = g, .err = err, .headers = r->headers,
				.n_headers = r->n_headers };
}

void body_set(struct body *body, const char *name, const char *value)
{
	size_t i = 0;

	while (i < body->n && strcmp(body->names[i], name))
		i++;
	if (i == BODY_MEMBERS_MAX)
		return; /* read_fields() keeps tables smaller than this */
	if (i == body->n)
		body->names[body->n++] = name;
	body->values[i] = value;
}

void body_drop(struct body *body, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < body->n; i++) {
		if (!strcmp(body->names[i], name))
			continue;
		body->names[n] = body->names[i];
		body->values[n++] = body->values[i];
	}
	body->n = n;
}

const char *body_value(const struct body *body, const char *name)
{
	for (size_t i = 0; i < body->n; i++)
		if (!strcmp(body->names[i], name))
			return body->values[i];
	return NULL;
}

const char *body_text(struct arena *arena, const struct body *body)
{
	AUTO_BUF out = BUF_INIT(BODY_MAX);

	buf_add_char(&out, '{');
	for (size_t i = 0; i < body->n; i++)
		buf_printf(&out, "%s%s: %s", i ? ", " : "",
			   field_quote(arena, body->names[i]),
			   body->values[i]);
	buf_add_char(&out, '}');
	return arena_memdup(arena, buf_str(&out), buf_span(&out).len);
}

struct body resource_body(const struct resource *r, struct prng *prng,
			  struct arena *arena, bool all)
{
	struct body body = { .n = 0 };

	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (!f->readonly && (all || f->required))
			body_set(&body, f->name, field_draw(f, prng, arena));
	}
	return body;
}

const char *resource_target(struct arena *arena, const struct resource *r,
			    const char *id)
{
	int before = (int)(strstr(r->item, "{id}") - r->item);

	return arena_printf(arena, "%.*s%s%s", before, r->item,
			    target_encode(arena, span_of(id)),
			    r->item + before + 4);
}

void resource_identify(struct arena *arena, const struct resource *r,
		       const struct exchange *x, struct row *ret)
{
	const struct http_header *location = http_header(&x->res, "Location");
	const struct json *body = view_body(arena, x);
	const char *host, *target = NULL;

	ret->shown = view_item(body, r->at, r->id);
	if (ret->shown)
		ret->id = view_id(arena, json_get(ret->shown, r->id));
	if (ret->id)
		ret->target = resource_target(arena, r, ret->id);
	if (ret->target || !location)
		return;
	target = target_resolve(arena, x->req.target, location->value, &host);
	if (target && strrchr(target, '/')[1]) {
		ret->target = target;
		ret->id = strrchr(target, '/') + 1;
	}
}

struct row resource_create(struct asking *a, const struct resource *r,
			   struct body body)
{
	struct arena *arena = grading_arena(a->g);
	struct row row = { .body = body };

	row.created = ask_json(a, "POST", r->path, body_text(arena, &body));
	if (ask_ok(row.created))
		resource_identify(arena, r, row.created, &row);
	row.ok = row.target != NULL;
	if (!row.ok)
		row.why = arena_printf(
			arena, "POST %s answered %s%s", r->path,
			ask_answer(arena, row.created),
			ask_ok(row.created) ?
				" and does not tell which row it made" : "");
	return row;
}

struct row resource_make(struct asking *a, const struct resource *r)
{
	return resource_create(a, r,
			       resource_body(r, grading_prng(a->g),
					     grading_arena(a->g), true));
}

const char *resource_differs(struct arena *arena, const struct resource *r,
			     const struct body *body,
			     const struct json *shown)
{
	for (size_t i = 0; i < body->n; i++) {
		const struct json *sent, *kept;

		if (!resource_field(r, body->names[i]) ||
		    json_parse(arena, span_of(body->values[i]), &sent,
			       NULL) < 0)
			continue;
		kept = json_get(shown, body->names[i]);
		if (!kept || !json_equal(sent, kept))
			return arena_printf(arena, "\"%s\" was sent as %s and "
					    "is %s", body->names[i],
					    view_show(arena, sent),
					    view_show(arena, kept));
	}
	return NULL;
}
