#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/options.h"

struct unit {
	const char *suffix;
	int64_t factor;
};

static const struct unit units_ms[] = {
	{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
	{ "h", 3600000 }, { NULL, 0 },
};
static const struct unit units_bytes[] = {
	{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 },
	{ "k", 1 << 10 }, { "m", 1 << 20 }, { "g", 1 << 30 }, { NULL, 0 },
};
static const struct unit units_one[] = { { "", 1 }, { NULL, 0 } };

static bool read_u64(const char *text, uint64_t *ret, const char **ret_rest)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	*ret_rest = end;
	return !errno;
}

static bool read_scaled(const char *text, const struct unit *units,
			int64_t *ret)
{
	uint64_t n;
	const char *rest;

	if (!read_u64(text, &n, &rest) || n > INT64_MAX)
		return false;
	for (; units->suffix; units++)
		if (!strcmp(units->suffix, rest))
			return !__builtin_mul_overflow((int64_t)n,
						       units->factor, ret);
	return false;
}

/* "87", "87.5", "87.25", each with or without "%"; at most 100. */
static bool read_percent(const char *text, int *ret)
{
	uint64_t whole;
	int hundredths = 0;
	const char *at;

	if (!read_u64(text, &whole, &at) || whole > 100)
		return false;
	if (*at == '.') {
		int scale = 10;

		for (at++; *at >= '0' && *at <= '9' && scale; at++) {
			hundredths += scale * (*at - '0');
			scale /= 10;
		}
	}
	if (*at == '%')
		at++;
	*ret = (int)whole * 100 + hundredths;
	return !*at && *ret <= 10000;
}

static bool is_choice(const char *choices, const char *text)
{
	size_t n = strlen(text);

	while (n) {
		size_t len = strcspn(choices, "|");

		if (len == n && !memcmp(choices, text, n))
			return true;
		if (!choices[len])
			return false;
		choices += len + 1;
	}
	return false;
}

static void list_add(struct arena *arena, struct option_list *list,
		     const char *text)
{
	const char **items = arena_grow(arena, list->items, list->n,
					list->n + 1, sizeof(*items));

	items[list->n] = text;
	list->items = items;
	list->n++;
}

static bool store(struct arena *arena, const struct option_spec *spec,
		  void *field, const char *text)
{
	const char *rest;
	struct option_u64 *u64 = field;

	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	case OPTION_CHOICE:
		*(const char **)field = text;
		return is_choice(spec->arg, text);
	case OPTION_STRING:
		*(const char **)field = text;
		return true;
	case OPTION_LIST:
		list_add(arena, field, text);
		return true;
	case OPTION_INT:
		return read_scaled(text, units_one, field);
	case OPTION_MS:
		return read_scaled(text, units_ms, field);
	case OPTION_BYTES:
		return read_scaled(text, units_bytes, field);
	case OPTION_PERCENT:
		return read_percent(text, field);
	case OPTION_U64:
		u64->given = true;
		return read_u64(text, &u64->value, &rest) && !*rest;
	}
	return false;
}

static const char *wanted(const struct option_spec *spec)
{
	switch (spec->kind) {
	case OPTION_INT:
	case OPTION_U64:
		return "a whole number";
	case OPTION_MS:
		return "a time like 90, 90s, 500ms or 5m";
	case OPTION_BYTES:
		return "a size like 65536, 64K, 512M or 2G";
	case OPTION_PERCENT:
		return "a percentage from 0 to 100";
	case OPTION_CHOICE:
		return spec->arg;
	case OPTION_FLAG:
	case OPTION_STRING:
	case OPTION_LIST:
		break;
	}
	return "a value";
}

int option_store(struct arena *arena, const struct option_spec *spec,
		 void *options, const char *text, struct err *err)
{
	if (store(arena, spec, (char *)options + spec->offset, text))
		return 0;
	return err_set(err, EINVAL, "--%s wants %s, not '%s'", spec->name,
		       wanted(spec),
		       text_visible(arena, span_of(text), 80));
}
