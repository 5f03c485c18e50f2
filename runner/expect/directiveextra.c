#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/expect/extra.h"
#include "runner/expect/schema.h"

#define FILE_MAX (4u << 20)

static int set_names(struct reader *r, struct place at, struct span text,
		     struct names *ret)
{
	struct list list = {0};

	while (text.len) {
		size_t n = span_find(text, SPAN_LIT(","));

		if (!n)
			return reader_fail(r, at,
					   "expecting a list, like "
					   "a,b");
		*(const char **)list_add(r->arena, &list, sizeof(char *)) =
			arena_memdup(r->arena, text.data, n);
		n += n < text.len;
		text = (struct span){text.data + n, text.len - n};
	}
	*ret = (struct names){list.items, list.n};
	return 0;
}

static int set_count(struct reader *r, struct place at, struct span text,
		     int max, int *ret)
{
	char *end;
	long n = strtol(text.data, &end, 10);

	if (*end || !text.len || n < 2 || n > max)
		return reader_fail(r, at, "expecting a number from 2 to %d",
				   max);
	*ret = (int)n;
	return 0;
}

static int set_path(struct reader *r, struct place at, struct span text,
		    const struct jsonpath **ret)
{
	struct err err;

	if (!compile_jsonpath(r->arena, text, ret, &err))
		return 0;
	return reader_fail(r, at, "invalid JSONPath: %s", err.msg);
}

/* A JSON file beside the script, read when the script is compiled. */
static int read_json(struct reader *r, struct place at, struct span name,
		     const char **ret_path, const struct json **ret)
{
	const char *slash = strrchr(r->file, '/');
	struct span text;
	struct err err;

	*ret_path = arena_printf(r->arena, "%.*s%s",
				 slash ? (int)(slash - r->file) + 1 : 0,
				 r->file, name.data);
	if (file_read(r->arena, *ret_path, FILE_MAX, &text, &err))
		return reader_fail(r, at, "%s", err.msg);
	if (json_parse(r->arena, text, ret, &err))
		return reader_fail(r, at, "%s: %s", *ret_path, err.msg);
	return 0;
}

static int set_schema(struct reader *r, struct place at, struct span name,
		      struct extra *x)
{
	const struct json *root;
	const char *path;
	struct err err;

	if (read_json(r, at, name, &path, &root))
		return -EINVAL;
	if (!schema_compile(r->arena, root, &x->schema, &err))
		return 0;
	return reader_fail(r, at, "%s: %s", path, err.msg);
}

/* [{"name": "x", ...}, ...]: each row's members are variables. */
static int set_table(struct reader *r, struct place at, struct span name,
		     struct extra *x)
{
	const char *path;

	if (read_json(r, at, name, &path, &x->table))
		return -EINVAL;
	if (x->table->type != JSON_ARRAY || !x->table->count ||
	    x->table->count > EXTRA_ROWS_MAX)
		return reader_fail(r, at,
				   "%s: expecting a list of 1 to %d "
				   "objects",
				   path, EXTRA_ROWS_MAX);
	for (size_t i = 0; i < x->table->count; i++)
		if (x->table->items[i].type != JSON_OBJECT)
			return reader_fail(r, at, "%s: item %zu is no object",
					   path, i);
	return 0;
}

static int set_expect(struct reader *r, struct place at, struct span text,
		      struct extra *x)
{
	if (set_names(r, at, text, &x->expect))
		return -EINVAL;
	for (size_t i = 0; i < x->expect.n; i++) {
		const char *s = x->expect.items[i];

		if (strspn(s, READER_DIGITS) != 3 || s[3] != ':' ||
		    (strcmp(s + 4, "*") &&
		     (!s[4] || s[4 + strspn(s + 4, READER_DIGITS)])))
			return reader_fail(r, at,
					   "expecting STATUS:COUNT or "
					   "STATUS:*, not `%s`",
					   s);
	}
	return 0;
}

static int set_raw(struct reader *r, struct place at, struct span text,
		   struct extra *x)
{
	static const char *const names[] = {"whole", "head", "body"};

	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (span_is(text, names[i]))
			x->raw = (enum extra_raw)(i + 1);
	if (x->raw)
		return 0;
	return reader_fail(r, at, "raw is whole, head or body, not `%s`",
			   text.data);
}

static struct extra *of(struct reader *r, struct marks *marks)
{
	if (!marks->extra)
		marks->extra = arena_alloc(r->arena, sizeof(*marks->extra));
	return marks->extra;
}

int extra_set(struct reader *r, enum extra_key key, struct place at,
	      struct span value, struct marks *marks)
{
	struct extra *x = of(r, marks);

	switch (key) {
	case EXTRA_KEY_SCHEMA:
		x->has |= 1u << EXTRA_SCHEMA;
		return set_schema(r, at, value, x);
	case EXTRA_KEY_PROBLEM: x->has |= 1u << EXTRA_PROBLEM; return 0;
	case EXTRA_KEY_LINK:
		x->has |= 1u << EXTRA_LINK;
		return set_names(r, at, value, &x->links);
	case EXTRA_KEY_UNCHANGED:
		x->has |= 1u << EXTRA_UNCHANGED;
		return parse_template_text(r, value, at, &x->unchanged);
	case EXTRA_KEY_SAME_AS:
		x->has |= 1u << EXTRA_SAME_AS;
		x->same_as = value;
		return 0;
	case EXTRA_KEY_IGNORE: return set_names(r, at, value, &x->ignore);
	case EXTRA_KEY_ANY_ORDER: x->any_order = true; return 0;
	case EXTRA_KEY_BURST:
		x->has |= 1u << EXTRA_BURST;
		return set_count(r, at, value, HTTP_BURST_MAX, &x->burst);
	case EXTRA_KEY_EXPECT: return set_expect(r, at, value, x);
	case EXTRA_KEY_WALK:
		x->has |= 1u << EXTRA_WALK;
		return set_count(r, at, value, EXTRA_WALK_MAX, &x->walk);
	case EXTRA_KEY_NEXT: return set_path(r, at, value, &x->next);
	case EXTRA_KEY_ITEMS: return set_path(r, at, value, &x->items);
	case EXTRA_KEY_UNIQUE: return set_path(r, at, value, &x->unique);
	case EXTRA_KEY_TOTAL: return set_path(r, at, value, &x->total);
	case EXTRA_KEY_REPEAT: return set_table(r, at, value, x);
	case EXTRA_KEY_RAW: return set_raw(r, at, value, x);
	case EXTRA_KEY_FRAMING: x->has |= 1u << EXTRA_FRAMING; return 0;
	}
	return -EINVAL;
}

int extra_complete(struct reader *r, const struct marks *marks)
{
	struct extra *x = marks->extra;
	const char *what = NULL;

	if (!x)
		return 0;
	if (x->has & 1u << EXTRA_FRAMING && !x->raw)
		x->raw = RAW_WHOLE;
	if (x->raw && x->has & (1u << EXTRA_BURST | 1u << EXTRA_WALK))
		what = "`raw` and `framing` look at one exchange: not with "
		       "`burst` or `walk`";
	else if (x->expect.n && !x->burst)
		what = "`expect` wants `burst` beside it";
	else if (x->burst && !x->expect.n)
		what = "`burst` wants `expect` beside it, like 201:1,409:*";
	else if ((x->ignore.n || x->any_order) &&
		 !(x->has & (1u << EXTRA_SAME_AS | 1u << EXTRA_UNCHANGED)))
		what = "`ignore` and `any-order` want `same-as` or "
		       "`unchanged` beside them";
	else if ((x->next || x->items || x->unique || x->total) && !x->walk)
		what = "`next`, `items`, `unique` and `total` want `walk` "
		       "beside them";
	else if ((x->unique || x->total) && !x->items)
		what = "`unique` and `total` want `items` beside them";
	return what ? reader_fail(r, marks->at, "%s", what) : 0;
}
