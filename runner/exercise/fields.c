#include "runner/exercise/fields.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"

#define TABLE_MAX  40
#define POINTS_MAX 100000 /* hundredths of one criterion */

static int wrong_at(const struct fields *in, int line, int column,
		    struct err *err, const char *message)
{
	return err_set(err, EINVAL, "%s:%d:%d: %s", in->file, line, column,
		       message);
}

int fields_wrong(const struct fields *in, const struct json *at,
		 struct err *err, const char *fmt, ...)
{
	const char *message;
	va_list ap;

	va_start(ap, fmt);
	message = arena_vprintf(in->arena, fmt, ap);
	va_end(ap);
	return wrong_at(in, at->line, at->column, err, message);
}

/* "file: line 3, column 4: what" becomes "file:3:4: what". */
int fields_parse(const struct fields *in, struct span text,
		 const struct json **ret, struct err *err)
{
	struct err why;
	int line, column, at = 0;
	int r = json_parse(in->arena, text, ret, &why);

	if (r == 0)
		return 0;
	if (sscanf(why.msg, "line %d, column %d: %n", &line, &column, &at) ==
		    2 && at)
		return err_set(err, EINVAL, "%s:%d:%d: %s", in->file, line,
			       column, why.msg + at);
	return err_set(err, EINVAL, "%s: %s", in->file, why.msg);
}

bool fields_is_id(const char *s)
{
	if (!*s || *s == '-')
		return false;
	for (; *s; s++) {
		bool plain = (*s >= 'a' && *s <= 'z') ||
			     (*s >= '0' && *s <= '9');

		if (!plain && (*s != '-' || s[1] == '-' || !s[1]))
			return false;
	}
	return true;
}

static const struct field *find(const struct field *table, struct span name)
{
	for (; table->name; table++)
		if (span_is(name, table->name))
			return table;
	return NULL;
}

static int unknown_member(const struct fields *in,
			  const struct json_member *member, const char *what,
			  const struct field *table, struct err *err)
{
	const char *names[TABLE_MAX + 1] = { NULL };
	const char *name = text_visible(in->arena, member->name, 60);
	const char *meant;

	for (size_t i = 0; i < TABLE_MAX && table[i].name; i++)
		names[i] = table[i].name;
	meant = text_suggest(name, names);
	return wrong_at(in, member->line, member->column, err,
			arena_printf(in->arena,
				     "unknown member `%s` in %s%s%s%s", name,
				     what, meant ? "; did you mean `" : "",
				     meant ? meant : "", meant ? "`?" : ""));
}

static int read_str(const struct fields *in, const struct field *f,
		    const struct json *v, const char **to, struct err *err)
{
	const char *s = json_str(v);

	if (!s || !*s)
		return fields_wrong(in, v, err, "`%s` must be a string%s",
				    f->name, s ? " that is not empty" : "");
	for (size_t i = 0; f->choices; i++) {
		if (!f->choices[i])
			return fields_wrong(in, v, err,
					    "`%s` cannot be \"%.60s\"",
					    f->name, s);
		if (strcmp(f->choices[i], s) == 0)
			break;
	}
	*to = s;
	return 0;
}

static int read_strings(const struct fields *in, const struct field *f,
			const struct json *v, const char *const **to,
			size_t *to_n, struct err *err)
{
	const char **list;

	if (v->type != JSON_ARRAY)
		return fields_wrong(in, v, err,
				    "`%s` must be an array of strings",
				    f->name);
	list = arena_array(in->arena, v->count + 1, sizeof(*list));
	for (size_t i = 0; i < v->count; i++) {
		list[i] = json_str(&v->items[i]);
		if (!list[i] || !*list[i])
			return fields_wrong(in, &v->items[i], err,
					    "`%s` holds something else than "
					    "strings", f->name);
	}
	*to = list;
	*to_n = v->count;
	return 0;
}

static int read_int(const struct fields *in, const struct field *f,
		    const struct json *v, int64_t max, int64_t *to,
		    struct err *err)
{
	int64_t value;

	max = f->max ? f->max : max;
	if (!json_int(v, &value) || value < f->min || value > max)
		return fields_wrong(in, v, err,
				    "`%s` must be an integer from %lld to %lld",
				    f->name, (long long)f->min,
				    (long long)max);
	*to = value;
	return 0;
}

/* A decimal of at most two places, exactly: 0.1 + 0.2 must be 0.3 here. */
static int read_points(const struct fields *in, const struct field *f,
		       const struct json *v, int *to, struct err *err)
{
	double value = v->type == JSON_NUMBER ? json_double(v) * 100 : -1;

	if (value < 0 || value > POINTS_MAX ||
	    value - (double)(int)(value + 0.5) > 1e-6 ||
	    (double)(int)(value + 0.5) - value > 1e-6)
		return fields_wrong(in, v, err,
				    "`%s` must be a number from 0 to %d with "
				    "at most two decimals", f->name,
				    POINTS_MAX / 100);
	*to = (int)(value + 0.5);
	return 0;
}

static int read_bool(const struct fields *in, const struct field *f,
		     const struct json *v, bool *to, struct err *err)
{
	if (v->type != JSON_BOOL)
		return fields_wrong(in, v, err, "`%s` must be true or false",
				    f->name);
	*to = v->truth;
	return 0;
}

static int read_member(const struct fields *in, const struct field *f,
		       const struct json *v, char *to, struct err *err)
{
	void *at = to + f->offset;
	int64_t value = 0;
	int r;

	switch (f->kind) {
	case FIELD_STR:
		return read_str(in, f, v, at, err);
	case FIELD_STRINGS:
		return read_strings(in, f, v, at, (void *)(to + f->offset_n),
				    err);
	case FIELD_BOOL:
		return read_bool(in, f, v, at, err);
	case FIELD_INT:
		r = read_int(in, f, v, INT32_MAX, &value, err);
		*(int *)at = (int)value;
		return r;
	case FIELD_INT64:
		r = read_int(in, f, v, INT64_MAX, &value, err);
		*(int64_t *)at = value;
		return r;
	case FIELD_POINTS:
		return read_points(in, f, v, at, err);
	case FIELD_JSON:
		*(const struct json **)at = v;
		return 0;
	case FIELD_IGNORED:
		return 0;
	}
	return 0;
}

static int check_required(const struct fields *in, const struct json *object,
			  const char *what, const struct field *table,
			  struct err *err)
{
	for (; table->name; table++)
		if (table->required && !json_get(object, table->name))
			return fields_wrong(in, object, err,
					    "%s lacks `%s`", what, table->name);
	return 0;
}

static int check_twice(const struct fields *in, const struct json *object,
		       size_t i, struct err *err)
{
	const struct json_member *member = &object->members[i];

	for (size_t k = 0; k < i; k++)
		if (span_equal(object->members[k].name, member->name))
			return wrong_at(in, member->line, member->column, err,
					arena_printf(in->arena,
						     "`%.60s` is given twice",
						     member->name.data));
	return 0;
}

int fields_read(const struct fields *in, const struct json *object,
		const char *what, const struct field *table, void *to,
		struct err *err)
{
	if (object->type != JSON_OBJECT)
		return fields_wrong(in, object, err, "%s must be an object",
				    what);
	for (size_t i = 0; i < object->count; i++) {
		const struct json_member *member = &object->members[i];
		const struct field *f = find(table, member->name);
		int r;

		if (!f)
			return unknown_member(in, member, what, table, err);
		r = object->has_duplicates ? check_twice(in, object, i, err)
					   : 0;
		if (r == 0)
			r = read_member(in, f, &member->value, to, err);
		if (r < 0)
			return r;
	}
	return check_required(in, object, what, table, err);
}
