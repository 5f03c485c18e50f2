#include "runner/expect/value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/date.h"
#include "runner/expect/encode.h"

#define RENDER_MAX (16u << 20)

struct value value_of_json(const struct json *json)
{
	struct value v = {.json = json, .truth = json->truth};

	if (json->type == JSON_NUMBER || json->type == JSON_STRING)
		v.text = json->text;

	switch (json->type) {
	case JSON_NULL: v.type = VALUE_NULL; break;
	case JSON_BOOL: v.type = VALUE_BOOL; break;
	case JSON_NUMBER: v.type = VALUE_NUMBER; break;
	case JSON_STRING: v.type = VALUE_STRING; break;
	case JSON_ARRAY:
		v.type = VALUE_LIST;
		v.count = json->count;
		break;
	case JSON_OBJECT:
		v.type = VALUE_OBJECT;
		v.count = json->count;
		break;
	}
	return v;
}

struct value value_of_int(struct arena *arena, int64_t n)
{
	return (struct value){
		.type = VALUE_NUMBER,
		.text = span_of(arena_printf(arena, "%lld", (long long)n))};
}

struct value value_item(const struct value *list, size_t i)
{
	if (list->items)
		return list->items[i];
	return value_of_json(list->found ? list->found[i]
					 : &list->json->items[i]);
}

static int copy_json(struct arena *arena, const struct json *json,
		     const struct json **ret)
{
	AUTO_BUF text = BUF_INIT(RENDER_MAX);

	if (json_print(json, &text) ||
	    json_parse(arena, buf_span(&text), ret, NULL))
		return -E2BIG;
	return 0;
}

static int copy_items(struct arena *arena, const struct value *v,
		      struct value *ret)
{
	struct value *items = arena_array(arena, v->count + 1, sizeof(*items));
	int r = 0;

	for (size_t i = 0; i < v->count && !r; i++) {
		struct value item = value_item(v, i);

		r = value_copy(arena, &item, &items[i]);
	}
	ret->items = items;
	ret->found = NULL;
	ret->json = NULL;
	return r;
}

int value_copy(struct arena *arena, const struct value *v, struct value *ret)
{
	*ret = *v;
	if (v->text.data)
		ret->text.data = arena_memdup(arena, v->text.data, v->text.len);
	if (v->items || v->found)
		return copy_items(arena, v, ret);
	return v->json ? copy_json(arena, v->json, &ret->json) : 0;
}

struct value value_single(const struct value *v)
{
	if (v->type == VALUE_LIST && v->nodelist && v->count == 1)
		return value_item(v, 0);
	return *v;
}

/* Integers exactly, at any length; fractions as the doubles they stand for,
 * so that 0.1 is 0.1000000000000000055 as in Hurl. */
static int compare_numbers(const struct value *a, const struct value *b)
{
	double x, y;

	if (value_is_integer_text(a) && value_is_integer_text(b))
		return json_compare_numbers(a->text, b->text);
	x = json_double(&(struct json){.type = JSON_NUMBER, .text = a->text});
	y = json_double(&(struct json){.type = JSON_NUMBER, .text = b->text});
	if (isinf(x) && isinf(y))
		return json_compare_numbers(a->text, b->text);
	return (x > y) - (x < y);
}

static bool lists_equal(const struct value *a, const struct value *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		struct value x = value_item(a, i), y = value_item(b, i);

		if (!value_equal(&x, &y))
			return false;
	}
	return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case VALUE_NONE:
	case VALUE_NULL: return true;
	case VALUE_BOOL: return a->truth == b->truth;
	case VALUE_NUMBER: return !compare_numbers(a, b);
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_REGEX:
	case VALUE_HOP: return span_equal(a->text, b->text);
	case VALUE_LIST: return lists_equal(a, b);
	case VALUE_OBJECT: return json_equal(a->json, b->json);
	case VALUE_DATE:
		return a->seconds == b->seconds &&
		       a->nanoseconds == b->nanoseconds;
	case VALUE_NODES: return a->count == b->count;
	}
	return false;
}

static int compare_text(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int r = n ? memcmp(a.data, b.data, n) : 0;

	return r ? r : (a.len > b.len) - (a.len < b.len);
}

bool value_compare(const struct value *a, const struct value *b, int *ret)
{
	if (a->type != b->type)
		return false;
	if (a->type == VALUE_NUMBER)
		*ret = compare_numbers(a, b);
	else if (a->type == VALUE_STRING)
		*ret = compare_text(a->text, b->text);
	else if (a->type != VALUE_DATE)
		return false;
	else if (a->seconds != b->seconds)
		*ret = a->seconds < b->seconds ? -1 : 1;
	else
		*ret = a->nanoseconds - b->nanoseconds;
	return true;
}

bool value_is_integer_text(const struct value *v)
{
	if (v->type != VALUE_NUMBER)
		return false;
	for (size_t i = 0; i < v->text.len; i++)
		if (strchr(".eE", v->text.data[i]))
			return false;
	return true;
}

bool value_int(const struct value *v, int64_t *ret)
{
	struct json json = {.type = JSON_NUMBER, .text = v->text};

	return v->type == VALUE_NUMBER && json_int(&json, ret);
}

static void print_list(struct arena *arena, const struct value *v,
		       struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < v->count; i++) {
		struct value item = value_item(v, i);

		if (i && buf_add_char(out, ',') < 0)
			break;
		if (item.type == VALUE_STRING) {
			struct json json = {.type = JSON_STRING,
					    .text = item.text};

			json_print(&json, out);
		} else {
			buf_add_span(out, value_render(arena, &item));
		}
	}
	buf_add_char(out, ']');
}

static struct span render(struct arena *arena, const struct value *v,
			  size_t max)
{
	AUTO_BUF out = BUF_INIT(max);

	switch (v->type) {
	case VALUE_NONE: return (struct span){"", 0};
	case VALUE_NULL: return SPAN_LIT("null");
	case VALUE_BOOL: return v->truth ? SPAN_LIT("true") : SPAN_LIT("false");
	case VALUE_NUMBER:
	case VALUE_STRING:
	case VALUE_REGEX:
	case VALUE_HOP: return v->text;
	case VALUE_BYTES: return encode_hex(arena, v->text);
	case VALUE_DATE: return date_render(arena, v);
	case VALUE_NODES: buf_printf(&out, "%zu nodes", v->count); break;
	case VALUE_OBJECT: json_print(v->json, &out); break;
	case VALUE_LIST:
		if (v->items || v->found)
			print_list(arena, v, &out);
		else if (v->json)
			json_print(v->json, &out);
		else
			buf_add_str(&out, "[]");
		break;
	}
	return (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
}

struct span value_render(struct arena *arena, const struct value *v)
{
	return render(arena, v, RENDER_MAX);
}

const char *value_type_name(const struct value *v)
{
	switch (v->type) {
	case VALUE_NONE: return "nothing";
	case VALUE_NULL: return "null";
	case VALUE_BOOL: return "boolean";
	case VALUE_NUMBER:
		return value_is_integer_text(v) ? "integer" : "number";
	case VALUE_STRING: return "string";
	case VALUE_BYTES: return "bytes";
	case VALUE_LIST: return "list";
	case VALUE_OBJECT: return "object";
	case VALUE_DATE: return "date";
	case VALUE_NODES: return "nodes";
	case VALUE_REGEX: return "regex";
	case VALUE_HOP: return "redirect";
	}
	return "";
}

char *value_show(struct arena *arena, const struct value *v)
{
	char *text;

	if (v->type == VALUE_NONE)
		return arena_strdup(arena, "nothing");
	if (v->type == VALUE_NULL)
		return arena_strdup(arena, "null");
	/* Of a long list no more is written than is shown. */
	text = text_visible(arena, render(arena, v, 4 * VALUE_SHOW_MAX),
			    VALUE_SHOW_MAX);
	if (v->type == VALUE_STRING)
		return arena_printf(arena, "string \"%s\"", text);
	if (v->type == VALUE_BYTES)
		return arena_printf(arena, "%zu bytes %s", v->text.len, text);
	return arena_printf(arena, "%s %s", value_type_name(v), text);
}
