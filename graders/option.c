/* option -- strict reading of a criterion's options. */
#include "graders/option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"

bool statuses_have(const struct statuses *set, int status)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->codes[i] == status)
			return true;
	return false;
}

const char *statuses_text(struct arena *arena, const struct statuses *set)
{
	const char *text = "";

	for (size_t i = 0; i < set->n; i++) {
		const char *glue = i + 1 == set->n ? " or " : ", ";

		text = arena_printf(arena, "%s%s%d", text, i ? glue : "",
				    set->codes[i]);
	}
	return text;
}

struct statuses statuses_join(struct statuses a, const struct statuses *b)
{
	for (size_t i = 0; i < b->n && a.n < STATUSES_MAX; i++)
		if (!statuses_have(&a, b->codes[i]))
			a.codes[a.n++] = b->codes[i];
	return a;
}

void option_wrong(struct options *o, const struct json *v, const char *fmt,
		  ...)
{
	char what[ERR_MSG_BYTES];
	va_list ap;

	if (o->code)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	o->code = err_set(o->err, EINVAL, "line %d: %.400s", v ? v->line : 0,
			  what);
}

static bool listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void check_name(struct options *o, const struct json_member *member,
		       const char *const *names)
{
	const struct json at = { .line = member->line };
	const char *name = arena_memdup(o->arena, member->name.data,
					member->name.len);
	const char *near;

	if (listed(names, name))
		return;
	near = text_suggest(name, names);
	option_wrong(o, &at, "unknown option \"%s\"%s%s%s", name,
		     near ? ", did you mean \"" : "", near ? near : "",
		     near ? "\"?" : "");
}

void option_object(struct options *o, const struct json *v,
		   const char *const *names)
{
	if (o->code || !v) /* without any, each has its default */
		return;
	if (v->type != JSON_OBJECT) {
		option_wrong(o, v, "an object with options is needed here");
		return;
	}
	if (v->has_duplicates)
		option_wrong(o, v, "a member occurs twice");
	for (size_t i = 0; i < v->count && !o->code; i++)
		check_name(o, &v->members[i], names);
}

const struct json *option_required(struct options *o, const struct json *v,
				   const char *name)
{
	const struct json *member = json_get(v, name);

	if (!member)
		option_wrong(o, v, "\"%s\" is missing", name);
	return member;
}

/* The member when it is there and of that type; else the mistake is noted. */
static const struct json *typed(struct options *o, const struct json *v,
				const char *name, enum json_type type)
{
	const struct json *member = o->code ? NULL : json_get(v, name);

	if (!member || member->type == type)
		return member;
	option_wrong(o, member, "\"%s\" must be of type %s", name,
		     json_type_name(type));
	return NULL;
}

static const char *plain(struct options *o, const struct json *member,
			 const char *name)
{
	const char *text = json_str(member);

	if (!text)
		option_wrong(o, member, "\"%s\" holds no plain string", name);
	return text;
}

void option_str(struct options *o, const struct json *v, const char *name,
		const char **ret)
{
	const struct json *member = typed(o, v, name, JSON_STRING);
	const char *text = member ? plain(o, member, name) : NULL;

	if (text)
		*ret = text;
}

void option_bool(struct options *o, const struct json *v, const char *name,
		 bool *ret)
{
	const struct json *member = typed(o, v, name, JSON_BOOL);

	if (member)
		*ret = member->truth;
}

void option_int(struct options *o, const struct json *v, const char *name,
		int64_t low, int64_t high, int64_t *ret)
{
	const struct json *member = typed(o, v, name, JSON_NUMBER);
	int64_t value;

	if (!member)
		return;
	if (!json_int(member, &value) || value < low || value > high)
		option_wrong(o, member,
			     "\"%s\" must be an integer from %lld to %lld",
			     name, (long long)low, (long long)high);
	else
		*ret = value;
}

void option_pointer(struct options *o, const struct json *v, const char *name,
		    const char **ret)
{
	const char *text = NULL;

	option_str(o, v, name, &text);
	if (!text)
		return;
	if (*text && *text != '/')
		option_wrong(o, json_get(v, name),
			     "\"%s\" is no JSON Pointer: it starts with /",
			     name);
	*ret = text;
}

void option_path(struct options *o, const struct json *v, const char *name,
		 const char **ret)
{
	const char *text = NULL;

	option_str(o, v, name, &text);
	if (!text)
		return;
	if (*text != '/' || strpbrk(text, " ?#"))
		option_wrong(o, json_get(v, name),
			     "\"%s\" must be a path: it starts with / and has "
			     "no blank, ? or #",
			     name);
	*ret = text;
}

static void add_status(struct options *o, const struct json *v,
		       const char *name, struct statuses *set)
{
	int64_t code;

	if (!json_int(v, &code) || code < 100 || code > 599)
		option_wrong(o, v, "\"%s\" must hold status codes", name);
	else if (set->n == STATUSES_MAX)
		option_wrong(o, v, "\"%s\" has more than %d codes", name,
			     STATUSES_MAX);
	else
		set->codes[set->n++] = (int)code;
}

void option_statuses(struct options *o, const struct json *v,
		     const char *name, struct statuses *ret)
{
	const struct json *member = o->code ? NULL : json_get(v, name);
	struct statuses set = { .n = 0 };

	if (!member)
		return;
	if (member->type != JSON_ARRAY)
		add_status(o, member, name, &set);
	else if (!member->count)
		option_wrong(o, member, "\"%s\" is empty", name);
	else
		for (size_t i = 0; i < member->count; i++)
			add_status(o, &member->items[i], name, &set);
	if (!o->code)
		*ret = set;
}

static unsigned word_index(struct options *o, const struct json *member,
			   const char *name, const char *const *words)
{
	const char *text = json_str(member);
	const char *all = "";
	unsigned i;

	for (i = 0; text && words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	for (i = 0; words[i]; i++)
		all = arena_printf(o->arena, "%s%s%s", all, i ? ", " : "",
				   words[i]);
	option_wrong(o, member, "\"%s\" must be of: %s", name, all);
	return 0;
}

void option_word(struct options *o, const struct json *v, const char *name,
		 const char *const *words, unsigned *ret)
{
	const struct json *member = typed(o, v, name, JSON_STRING);

	if (member)
		*ret = word_index(o, member, name, words);
}

void option_strs(struct options *o, const struct json *v, const char *name,
		 const char *const **ret, size_t *ret_n)
{
	const struct json *member = typed(o, v, name, JSON_ARRAY);
	const char **list;

	if (!member)
		return;
	list = arena_array(o->arena, member->count + 1, sizeof(*list));
	for (size_t i = 0; i < member->count && !o->code; i++)
		list[i] = plain(o, &member->items[i], name);
	*ret = list;
	*ret_n = member->count;
}

void option_words(struct options *o, const struct json *v, const char *name,
		  const char *const *words, unsigned *ret)
{
	const struct json *member = typed(o, v, name, JSON_ARRAY);
	unsigned bits = 0;

	if (!member)
		return;
	if (!member->count)
		option_wrong(o, member, "\"%s\" is empty", name);
	for (size_t i = 0; i < member->count && !o->code; i++)
		bits |= 1u << word_index(o, &member->items[i], name, words);
	*ret = bits;
}
