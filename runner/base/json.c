#include "runner/base/json.h"

#include <stdlib.h>

#include "runner/base/buf.h"

#define MISSES_MOST 8 /* look-ups before sorting pays */

const struct json *json_get_span(const struct json *v, struct span name)
{
	if (!v || v->type != JSON_OBJECT)
		return NULL;
	for (size_t i = v->count; i-- > 0;)
		if (span_equal(v->members[i].name, name))
			return &v->members[i].value;
	return NULL;
}

const struct json *json_get(const struct json *v, const char *name)
{
	return json_get_span(v, span_of(name));
}

/* Of one name, the last member comes last. */
static int by_name_and_place(const void *a, const void *b)
{
	const struct json_member *x = *(const struct json_member *const *)a;
	const struct json_member *y = *(const struct json_member *const *)b;
	size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
	int r = n ? memcmp(x->name.data, y->name.data, n) : 0;

	if (!r && x->name.len == y->name.len)
		return (x > y) - (x < y);
	return r ? r : x->name.len < y->name.len ? -1 : 1;
}

static void sort_members(struct json_lookup *l)
{
	const struct json *v = l->object;

	l->sorted = malloc((v->count + 1) * sizeof(*l->sorted));
	for (size_t i = 0; l->sorted && i < v->count; i++)
		l->sorted[i] = &v->members[i];
	if (l->sorted)
		qsort(l->sorted, v->count, sizeof(*l->sorted),
		      by_name_and_place);
}

/* The last member that is not behind all members of the name. */
static const struct json *find_sorted(const struct json_lookup *l,
				      struct span name)
{
	const struct json_member key = {.name = name}, *wanted = &key;
	size_t low = 0, high = l->object->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct json_member *m = l->sorted[middle];
		int r = span_equal(m->name, name)
				? -1
				: by_name_and_place(&m, &wanted);

		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && span_equal(l->sorted[low - 1]->name, name)
		       ? &l->sorted[low - 1]->value
		       : NULL;
}

const struct json *json_lookup(struct json_lookup *l, size_t hint,
			       struct span name)
{
	const struct json *v = l->object;

	/* Mostly both sides have the same order. */
	if (hint < v->count && span_equal(v->members[hint].name, name))
		return &v->members[hint].value;
	if (!l->sorted && ++l->misses > MISSES_MOST)
		sort_members(l);
	return l->sorted ? find_sorted(l, name) : json_get_span(v, name);
}

void json_lookup_release(struct json_lookup *l)
{
	free(l->sorted);
	l->sorted = NULL;
}

static bool objects_equal(const struct json *a, const struct json *b)
{
	AUTO_LOOKUP lookup = {.object = b};

	for (size_t i = 0; i < a->count; i++) {
		const struct json_member *m = &a->members[i];
		const struct json *other = json_lookup(&lookup, i, m->name);

		if (!other || !json_equal(&m->value, other))
			return false;
	}
	return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
	if (a->type != b->type || a->count != b->count)
		return false;
	switch (a->type) {
	case JSON_NULL: return true;
	case JSON_BOOL: return a->truth == b->truth;
	case JSON_NUMBER: return !json_compare_numbers(a->text, b->text);
	case JSON_STRING: return span_equal(a->text, b->text);
	case JSON_ARRAY: break;
	case JSON_OBJECT: return objects_equal(a, b);
	}
	for (size_t i = 0; i < a->count; i++)
		if (!json_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

const char *json_str(const struct json *v)
{
	if (!v || v->type != JSON_STRING ||
	    (v->text.len && memchr(v->text.data, '\0', v->text.len)))
		return NULL;
	return v->text.data;
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {"null",   "boolean", "number",
					    "string", "array",	 "object"};

	return names[type];
}

static int print_string(struct span s, struct buf *out)
{
	int r = buf_add_char(out, '"');

	for (size_t i = 0; i < s.len && !r; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '"' || c == '\\')
			r = buf_printf(out, "\\%c", c);
		else if (c == '\n')
			r = buf_add_str(out, "\\n");
		else if (c < 0x20)
			r = buf_printf(out, "\\u%04x", c);
		else
			r = buf_add_char(out, (char)c);
	}
	return r ? r : buf_add_char(out, '"');
}

static int print_children(const struct json *v, struct buf *out)
{
	bool object = v->type == JSON_OBJECT;
	int r = buf_add_char(out, object ? '{' : '[');

	for (size_t i = 0; i < v->count && !r; i++) {
		if (i)
			r = buf_add_char(out, ',');
		if (object && !r)
			r = print_string(v->members[i].name, out);
		if (object && !r)
			r = buf_add_char(out, ':');
		if (!r)
			r = json_print(object ? &v->members[i].value
					      : &v->items[i],
				       out);
	}
	return r ? r : buf_add_char(out, object ? '}' : ']');
}

int json_print(const struct json *v, struct buf *out)
{
	switch (v->type) {
	case JSON_NULL: return buf_add_str(out, "null");
	case JSON_BOOL: return buf_add_str(out, v->truth ? "true" : "false");
	case JSON_NUMBER: return buf_add_span(out, v->text);
	case JSON_STRING: return print_string(v->text, out);
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	return print_children(v, out);
}
