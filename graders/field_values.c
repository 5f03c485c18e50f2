/* field_values -- boundary values and wrong values of a field. */
#include <string.h>

#include "graders/field.h"
#include "graders/pattern.h"
#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"

#define VERY_LONG 10000 /* characters; beyond any bound of a brief */
#define ITEMS_MAX 1000

struct making {
	const struct field *f;
	struct prng *prng;
	struct arena *arena;
	struct field_values *out;
};

static void add(struct making *m, const char *json)
{
	if (m->out->n < FIELD_VALUES_MAX)
		m->out->json[m->out->n++] = json;
}

static void add_all(struct making *m, const char *const *list)
{
	for (; *list; list++)
		add(m, *list);
}

static void add_list(struct making *m, const struct json *list)
{
	for (size_t i = 0; list && i < list->count; i++) {
		AUTO_BUF out = BUF_INIT(64u << 10);

		json_print(&list->items[i], &out);
		add(m, arena_memdup(m->arena, buf_str(&out),
				    buf_span(&out).len));
	}
}

static void add_word(struct making *m, size_t len)
{
	add(m, field_quote(m->arena, prng_word(m->prng, m->arena, len)));
}

static void add_number(struct making *m, int64_t scaled)
{
	double by = 1;

	for (int64_t i = 0; i < m->f->decimals; i++)
		by *= 10;
	add(m, m->f->type == FIELD_INTEGER ?
		       arena_printf(m->arena, "%lld", (long long)scaled) :
		       arena_printf(m->arena, "%.*f", (int)m->f->decimals,
				    (double)scaled / by));
}

/* An array of n valid items. */
static void add_array(struct making *m, int64_t n)
{
	static const struct field word = { .type = FIELD_STRING };
	const struct field *items = m->f->items ? m->f->items : &word;
	const char *text = "[";

	for (int64_t i = 0; i < n && i < ITEMS_MAX; i++)
		text = arena_printf(m->arena, "%s%s%s", text, i ? ", " : "",
				    field_draw(items, m->prng, m->arena));
	add(m, arena_printf(m->arena, "%s]", text));
}

static void boundary(struct making *m)
{
	const struct field *f = m->f;

	if (f->type == FIELD_BOOLEAN) {
		add(m, "true");
		add(m, "false");
	}
	if (f->null_allowed)
		add(m, "null");
	add_list(m, f->choices);
	add_list(m, f->valid);
	if (f->choices || f->valid || f->pattern || f->format)
		return;
	for (int i = 0; i < 2; i++) {
		int64_t bound = i ? f->max : f->min;

		if (i ? !f->has_max : !f->has_min)
			continue;
		if (f->type == FIELD_STRING && (bound || !f->blank_refused))
			add_word(m, (size_t)bound);
		else if (f->type == FIELD_INTEGER || f->type == FIELD_NUMBER)
			add_number(m, bound);
		else if (f->type == FIELD_ARRAY)
			add_array(m, bound);
	}
	/* What escaping or a wrong charset would change. */
	if (f->type == FIELD_STRING && (!f->has_max || f->max >= 16))
		add(m, "\"Zo\xc3\xab <b>&'\\\" \xe2\x98\x95 x\"");
}

static void wrong_type(struct making *m)
{
	static const char *const string[] = { "5", "true", "[\"x\"]", "{}",
					      NULL };
	static const char *const integer[] = { "\"12\"", "true", "1.5",
					       "\"abc\"", "[1]", "{}", "NaN",
					       NULL };
	static const char *const number[] = { "\"12.5\"", "true", "\"abc\"",
					      "[1]", "{}", "NaN", NULL };
	static const char *const boolean[] = { "\"true\"", "1", "\"maybe\"",
					       "[true]", "{}", NULL };
	static const char *const array[] = { "\"x\"", "5", "true", "{}",
					     NULL };
	static const char *const object[] = { "\"x\"", "5", "true", "[]",
					      NULL };
	static const char *const *const lists[] = {
		[FIELD_STRING] = string,   [FIELD_INTEGER] = integer,
		[FIELD_NUMBER] = number,   [FIELD_BOOLEAN] = boolean,
		[FIELD_ARRAY] = array,     [FIELD_OBJECT] = object,
	};
	/* What may be taken for the right type comes first in each list. */
	size_t skip = m->f->coerce && m->f->type <= FIELD_BOOLEAN ? 2 : 0;

	add_all(m, lists[m->f->type] + skip);
	if (m->f->type == FIELD_ARRAY && m->f->items) {
		struct field_values inner = { .n = 0 };

		field_values(m->f->items, FIELD_RULE_TYPE, m->prng, m->arena,
			     &inner);
		for (size_t i = 0; i < inner.n && i < 3; i++)
			add(m, arena_printf(m->arena, "[%s]", inner.json[i]));
	}
}

static void out_of_number_range(struct making *m)
{
	const struct field *f = m->f;

	if (f->has_min)
		add_number(m, f->min - 1);
	if (f->has_max) {
		add_number(m, f->max + 1);
		add(m, "123456789012345678901234567890");
	}
	if (f->type == FIELD_NUMBER && f->has_decimals)
		add(m, arena_printf(m->arena, "%s1",
				    field_draw(f, m->prng, m->arena)));
}

static void out_of_string_range(struct making *m)
{
	const struct field *f = m->f;

	if (f->pattern || f->format || f->choices)
		return;
	if (f->has_min && f->min > 0)
		add(m, "\"\"");
	if (f->has_min && f->min > 1)
		add_word(m, (size_t)f->min - 1);
	if (f->has_max) {
		add_word(m, (size_t)f->max + 1);
		add_word(m, VERY_LONG);
	}
	if (f->blank_refused)
		add(m, arena_printf(m->arena, "\"%*s\"",
				    f->has_min ? (int)f->min + 2 : 3, ""));
}

static void out_of_array_range(struct making *m)
{
	struct field_values inner = { .n = 0 };

	if (m->f->has_min && m->f->min > 0)
		add_array(m, m->f->min - 1);
	if (m->f->has_max && m->f->max < ITEMS_MAX)
		add_array(m, m->f->max + 1);
	if (!m->f->items)
		return;
	field_values(m->f->items, FIELD_RULE_RANGE, m->prng, m->arena, &inner);
	for (size_t i = 0; i < inner.n; i++)
		add(m, arena_printf(m->arena, "[%s]", inner.json[i]));
}

static void out_of_range(struct making *m)
{
	if (m->f->type == FIELD_INTEGER || m->f->type == FIELD_NUMBER)
		out_of_number_range(m);
	else if (m->f->type == FIELD_STRING)
		out_of_string_range(m);
	else if (m->f->type == FIELD_ARRAY)
		out_of_array_range(m);
}

static bool in_list(const struct json *list, struct span text)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].type == JSON_STRING &&
		    span_equal(list->items[i].text, text))
			return true;
	return false;
}

/* A listed value in capitals, unless that is listed too. */
static void other_case(struct making *m)
{
	const struct json *first = &m->f->choices->items[0];
	char *text;

	if (first->type != JSON_STRING)
		return;
	text = arena_memdup(m->arena, first->text.data, first->text.len);
	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	if (!in_list(m->f->choices, span_of(text)))
		add(m, field_quote(m->arena, text));
}

static void not_listed(struct making *m)
{
	if (!m->f->choices)
		return;
	if (m->f->type == FIELD_STRING) {
		add_word(m, 11);
		add(m, "\"\"");
		if (!m->f->coerce)
			other_case(m);
	} else if (m->f->type == FIELD_INTEGER) {
		add(m, "987654321");
	}
}

static void malformed(struct making *m)
{
	static const char *const email[] = { "\"plainword\"", "\"word@\"",
					     "\"@example.com\"",
					     "\"a b@example.com\"", NULL };
	static const char *const url[] = { "\"plainword\"", "\"http://\"",
					   "\"javascript:alert(1)\"", NULL };
	static const char *const date[] = { "\"yesterday\"", "\"2024-13-01\"",
					    "\"2023-02-30\"",
					    "\"01/02/2024\"", NULL };
	static const char *const date_time[] = {
		"\"yesterday\"", "\"2024-13-01T00:00:00Z\"",
		"\"2024-01-01T25:00:00Z\"", NULL };
	static const char *const uuid[] = {
		"\"plainword\"", "\"12345678-1234-4234-a234-12345678901\"",
		"\"g2345678-1234-4234-a234-123456789012\"", NULL };
	static const char *const none[] = { NULL };
	static const char *const *const lists[] = {
		[FORMAT_NONE] = none, [FORMAT_EMAIL] = email,
		[FORMAT_URL] = url, [FORMAT_DATE] = date,
		[FORMAT_DATE_TIME] = date_time, [FORMAT_UUID] = uuid,
	};
	const char *const *misses;

	add_all(m, lists[m->f->format]);
	if (m->f->pattern) {
		misses = pattern_misses(m->f->pattern, m->prng, m->arena);
		for (; *misses; misses++)
			add(m, field_quote(m->arena, *misses));
	}
	add_list(m, m->f->invalid);
}

void field_values(const struct field *f, enum field_rule rule,
		  struct prng *prng, struct arena *arena,
		  struct field_values *ret)
{
	struct making m = { f, prng, arena, ret };

	switch (rule) {
	case FIELD_RULE_BOUNDARY:
		boundary(&m);
		break;
	case FIELD_RULE_TYPE:
		wrong_type(&m);
		break;
	case FIELD_RULE_RANGE:
		out_of_range(&m);
		break;
	case FIELD_RULE_ENUM:
		not_listed(&m);
		break;
	case FIELD_RULE_FORMAT:
		malformed(&m);
		break;
	}
}
