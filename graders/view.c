/* view -- places in a JSON answer. */
#include "graders/view.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/grader.h"

#define SHOWN_MAX 80

const struct json *view_body(struct arena *arena, const struct exchange *x)
{
	const struct json *v;

	if (x->res.end != HTTP_ANSWERED ||
	    json_parse(arena, x->res.body, &v, NULL) < 0)
		return NULL;
	return v;
}

/* One reference token, with ~1 and ~0 taken back. */
static size_t token(const char *pointer, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (pointer[i] == '~' && i + 1 < len && pointer[i + 1] == '1')
			out[n++] = '/', i++;
		else if (pointer[i] == '~' && i + 1 < len &&
			 pointer[i + 1] == '0')
			out[n++] = '~', i++;
		else
			out[n++] = pointer[i];
	}
	return n;
}

static const struct json *step(const struct json *v, const char *name,
			       size_t len)
{
	char digits[8] = "";
	size_t i;

	if (v->type == JSON_OBJECT)
		return json_get_span(v, (struct span){ name, len });
	if (v->type != JSON_ARRAY || !len || len >= sizeof(digits))
		return NULL;
	memcpy(digits, name, len);
	if (strspn(digits, "0123456789") != len)
		return NULL;
	i = strtoul(digits, NULL, 10);
	return i < v->count ? &v->items[i] : NULL;
}

#define TOKEN_MAX 200

const struct json *view_at(const struct json *v, const char *pointer)
{
	char name[TOKEN_MAX];

	while (v && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");

		if (len > sizeof(name))
			return NULL;
		v = step(v, name, token(pointer, len, name));
		pointer += len;
	}
	return v;
}

const struct json *view_item(const struct json *body, const char *pointer,
			     const char *id)
{
	const struct json *found = NULL;

	if (!body || pointer)
		return body ? view_at(body, pointer) : NULL;
	if (json_get(body, id))
		return body;
	if (body->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < body->count; i++) {
		const struct json *member = &body->members[i].value;

		if (!json_get(member, id))
			continue;
		if (found)
			return NULL; /* two of them: which is meant? */
		found = member;
	}
	return found;
}

static bool is_rows(const struct json *v)
{
	if (v->type != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < v->count; i++)
		if (v->items[i].type != JSON_OBJECT)
			return false;
	return true;
}

/* Remember a list; one with rows in it wins over an empty one. */
static void consider(const struct json *v, const struct json **found)
{
	if (is_rows(v) && (!*found || (!(*found)->count && v->count)))
		*found = v;
}

const struct json *view_list(const struct json *body, const char *pointer)
{
	const struct json *found = NULL, *member;

	if (!body)
		return NULL;
	if (pointer) {
		found = view_at(body, pointer);
		return found && found->type == JSON_ARRAY ? found : NULL;
	}
	if (body->type == JSON_ARRAY)
		return body;
	if (body->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < body->count; i++)
		consider(&body->members[i].value, &found);
	for (size_t i = 0; i < body->count; i++) {
		member = &body->members[i].value;
		for (size_t j = 0; member->type == JSON_OBJECT && !found &&
				   j < member->count; j++)
			consider(&member->members[j].value, &found);
	}
	return found;
}

const char *view_id(struct arena *arena, const struct json *v)
{
	if (!v || (v->type != JSON_STRING && v->type != JSON_NUMBER) ||
	    !v->text.len)
		return NULL;
	return arena_memdup(arena, v->text.data, v->text.len);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool view_text_names(struct span text, struct span word)
{
	for (size_t i = 0; word.len && i + word.len <= text.len; i++) {
		size_t end = i + word.len;

		if (strncasecmp(text.data + i, word.data, word.len))
			continue;
		if ((!i || !is_word(text.data[i - 1])) &&
		    (end == text.len || !is_word(text.data[end])))
			return true;
	}
	return false;
}

bool view_names(const struct json *v, struct span word)
{
	if (v->type == JSON_STRING)
		return view_text_names(v->text, word);
	for (size_t i = 0; v->type == JSON_ARRAY && i < v->count; i++)
		if (view_names(&v->items[i], word))
			return true;
	for (size_t i = 0; v->type == JSON_OBJECT && i < v->count; i++)
		if (span_equal(v->members[i].name, word) ||
		    view_names(&v->members[i].value, word))
			return true;
	return false;
}

const char *view_show(struct arena *arena, const struct json *v)
{
	AUTO_BUF out = BUF_INIT(64u << 10);

	if (!v)
		return "nothing";
	if (json_print(v, &out) < 0)
		return "a long value";
	return text_visible(arena, buf_span(&out), SHOWN_MAX);
}
