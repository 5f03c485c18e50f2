/* field -- the field table, and a valid value for a line of it. */
#include "graders/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/pattern.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"

#define BOUND_MAX     1000000000000000LL /* exact in a double */
#define LENGTH_MAX    5000
#define DECIMALS_MAX  6
#define QUOTED_MAX    (64u << 10)

static const char *const type_names[] = { "string", "integer", "number",
					  "boolean", "array", "object", NULL };
static const char *const format_names[] = { "", "email", "url", "date",
					    "date-time", "uuid", NULL };
static const char *const member_names[] = {
	"name", "type", "required", "null", "min", "max", "pattern", "format",
	"enum", "items", "decimals", "unique", "blank", "readonly", "coerce",
	"valid", "invalid", NULL,
};

static int64_t scale(const struct field *f)
{
	int64_t by = 1;

	for (int64_t i = 0; f->type == FIELD_NUMBER && i < f->decimals; i++)
		by *= 10;
	return by;
}

static void read_bound(struct options *o, const struct json *v,
		       const char *name, const struct field *f, bool *has,
		       int64_t *ret)
{
	bool counts = f->type == FIELD_STRING || f->type == FIELD_ARRAY;
	const struct json *bound = o->code ? NULL : json_get(v, name);
	double value;

	if (!bound)
		return;
	value = json_double(bound) * (double)scale(f);
	if (bound->type != JSON_NUMBER || fabs(value) > (double)BOUND_MAX ||
	    fabs(value - round(value)) > 1e-6 ||
	    (counts && (value < 0 || value > LENGTH_MAX)))
		option_wrong(o, bound, "\"%s\" is no bound of this type",
			     name);
	*has = true;
	*ret = llround(value);
}

static void read_bounds(struct options *o, const struct json *v,
			struct field *f)
{
	f->decimals = 2;
	if (!o->code && json_get(v, "decimals")) {
		f->has_decimals = true;
		option_int(o, v, "decimals", 0, DECIMALS_MAX, &f->decimals);
	}
	read_bound(o, v, "min", f, &f->has_min, &f->min);
	read_bound(o, v, "max", f, &f->has_max, &f->max);
	if (f->has_min && f->has_max && f->min > f->max)
		option_wrong(o, v, "\"min\" is greater than \"max\"");
}

static const struct json *read_list(struct options *o, const struct json *v,
				    const char *name)
{
	const struct json *list = o->code ? NULL : json_get(v, name);

	if (list && (list->type != JSON_ARRAY || !list->count))
		option_wrong(o, list, "\"%s\" must be a list of values",
			     name);
	return list;
}

static void read_pattern(struct options *o, const struct json *v,
			 struct field *f)
{
	const char *text = NULL;
	struct err err;

	option_str(o, v, "pattern", &text);
	if (text && pattern_compile(o->arena, text, &f->pattern, &err) < 0)
		option_wrong(o, json_get(v, "pattern"), "\"pattern\": %s",
			     err.msg);
	if ((text || f->format) && f->type != FIELD_STRING)
		option_wrong(o, v, "only strings have a pattern or a format");
}

void field_read(struct options *o, const struct json *v, bool named,
		struct field *f)
{
	const struct json *items;
	struct field *inner;
	bool blank = true;

	option_object(o, v, member_names);
	option_required(o, v, "type");
	if (named)
		option_required(o, v, "name");
	option_str(o, v, "name", &f->name);
	option_word(o, v, "type", type_names, &f->type);
	option_word(o, v, "format", format_names, &f->format);
	option_bool(o, v, "required", &f->required);
	option_bool(o, v, "null", &f->null_allowed);
	option_bool(o, v, "unique", &f->unique);
	option_bool(o, v, "readonly", &f->readonly);
	option_bool(o, v, "coerce", &f->coerce);
	option_bool(o, v, "blank", &blank);
	f->blank_refused = !blank;
	read_bounds(o, v, f);
	read_pattern(o, v, f);
	f->choices = read_list(o, v, "enum");
	f->valid = read_list(o, v, "valid");
	f->invalid = read_list(o, v, "invalid");
	items = o->code ? NULL : json_get(v, "items");
	if (!items)
		return;
	if (f->type != FIELD_ARRAY)
		option_wrong(o, items, "only an array has \"items\"");
	inner = arena_alloc(o->arena, sizeof(*inner));
	field_read(o, items, false, inner);
	f->items = inner;
}

const char *field_quote(struct arena *arena, const char *text)
{
	AUTO_BUF out = BUF_INIT(QUOTED_MAX);

	buf_add_char(&out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(&out, '\\');
		if ((unsigned char)*text < 0x20)
			buf_printf(&out, "\\u%04x", *text);
		else
			buf_add_char(&out, *text);
	}
	buf_add_char(&out, '"');
	return arena_memdup(arena, buf_str(&out), buf_span(&out).len);
}

static const char *one_of(const struct json *list, struct prng *prng,
			  struct arena *arena)
{
	AUTO_BUF out = BUF_INIT(QUOTED_MAX);
	int64_t i = prng_range(prng, 0, (int64_t)list->count - 1);

	json_print(&list->items[i], &out);
	return arena_memdup(arena, buf_str(&out), buf_span(&out).len);
}

static const char *draw_format(const struct field *f, struct prng *prng,
			       struct arena *arena)
{
	const char *word = prng_word(prng, arena, 8);
	int year = (int)prng_range(prng, 2001, 2037);
	int month = (int)prng_range(prng, 1, 12);
	int day = (int)prng_range(prng, 1, 28);

	switch ((enum field_format)f->format) {
	case FORMAT_EMAIL:
		return arena_printf(arena, "%s.%d@example.com", word, day);
	case FORMAT_URL:
		return arena_printf(arena, "https://example.com/%s/%d", word,
				    day);
	case FORMAT_DATE:
		return arena_printf(arena, "%04d-%02d-%02d", year, month, day);
	case FORMAT_DATE_TIME:
		return arena_printf(arena, "%04d-%02d-%02dT08:%02d:00Z", year,
				    month, day, month);
	case FORMAT_UUID:
		return ask_uuid(arena, prng);
	case FORMAT_NONE:
		break;
	}
	return word;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static const char *draw_string(const struct field *f, struct prng *prng,
			       struct arena *arena)
{
	int64_t min = f->has_min ? f->min : 1;
	int64_t max = f->has_max ? f->max : LENGTH_MAX;

	if (f->pattern)
		return pattern_draw(f->pattern, prng, arena);
	if (f->format)
		return draw_format(f, prng, arena);
	min = clamp(min, clamp(9, 0, max), max);
	return prng_word(prng, arena,
			 (size_t)prng_range(prng, min, clamp(16, min, max)));
}

/* Of the numbers that are drawn. */
static void number_range(const struct field *f, int64_t *min, int64_t *max)
{
	*min = f->has_min ? f->min : f->has_max ? f->max - 1000 : 1;
	*max = f->has_max ? f->max : *min + 100000;
}

static const char *number_text(const struct field *f, int64_t value,
			       struct arena *arena)
{
	if (f->type == FIELD_INTEGER)
		return arena_printf(arena, "%lld", (long long)value);
	return arena_printf(arena, "%.*f", (int)f->decimals,
			    (double)value / (double)scale(f));
}

static const char *draw_number(const struct field *f, struct prng *prng,
			       struct arena *arena)
{
	int64_t min, max;

	number_range(f, &min, &max);
	return number_text(f, prng_range(prng, min, max), arena);
}

bool field_draw_lengths(const struct field *f, struct arena *arena,
			const char *ret[2])
{
	int64_t min, max, one = scale(f), ten = 10 * one;

	if ((f->type != FIELD_INTEGER && f->type != FIELD_NUMBER) ||
	    f->valid || f->choices)
		return false;
	number_range(f, &min, &max);
	while (ten - one < min)
		ten *= 10;
	if (ten > max)
		return false;
	ret[0] = number_text(f, ten - one, arena);
	ret[1] = number_text(f, ten, arena);
	return true;
}

static const char *draw_array(const struct field *f, struct prng *prng,
			      struct arena *arena)
{
	static const struct field word = { .type = FIELD_STRING };
	int64_t min = f->has_min ? f->min : 1;
	int64_t max = f->has_max ? f->max : min + 2;
	int64_t n = prng_range(prng, min, clamp(max, min, min + 2));
	const char *text = "[";

	for (int64_t i = 0; i < n; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "",
				    field_draw(f->items ? f->items : &word,
					       prng, arena));
	return arena_printf(arena, "%s]", text);
}

const char *field_draw(const struct field *f, struct prng *prng,
		       struct arena *arena)
{
	if (f->valid || f->choices)
		return one_of(f->valid ? f->valid : f->choices, prng, arena);
	switch ((enum field_type)f->type) {
	case FIELD_STRING:
		return field_quote(arena, draw_string(f, prng, arena));
	case FIELD_INTEGER:
	case FIELD_NUMBER:
		return draw_number(f, prng, arena);
	case FIELD_BOOLEAN:
		return prng_range(prng, 0, 1) ? "true" : "false";
	case FIELD_ARRAY:
		return draw_array(f, prng, arena);
	case FIELD_OBJECT:
		break;
	}
	return arena_printf(arena, "{\"%s\": %lld}", prng_word(prng, arena, 6),
			    (long long)prng_range(prng, 1, 99));
}
