#include <errno.h>

#include "runner/expect/reader.h"

enum predicate_arg {
	TAKES_NONE,
	TAKES_ANY,
	TAKES_ORDERED,
	TAKES_TEXT,
	TAKES_PATTERN
};

/* Longer spellings first where one begins with another. */
static const struct {
	const char *name;
	enum predicate_kind kind;
	enum predicate_arg arg;
} predicates[] = {
	{"==", PREDICATE_EQUAL, TAKES_ANY},
	{"!=", PREDICATE_NOT_EQUAL, TAKES_ANY},
	{">=", PREDICATE_GREATER_EQUAL, TAKES_ORDERED},
	{">", PREDICATE_GREATER, TAKES_ORDERED},
	{"<=", PREDICATE_LESS_EQUAL, TAKES_ORDERED},
	{"<", PREDICATE_LESS, TAKES_ORDERED},
	{"startsWith", PREDICATE_STARTS_WITH, TAKES_TEXT},
	{"endsWith", PREDICATE_ENDS_WITH, TAKES_TEXT},
	{"contains", PREDICATE_CONTAINS, TAKES_ANY},
	{"includes", PREDICATE_INCLUDES, TAKES_ANY},
	{"matches", PREDICATE_MATCHES, TAKES_PATTERN},
	{"exists", PREDICATE_EXISTS, TAKES_NONE},
	{"isBoolean", PREDICATE_IS_BOOLEAN, TAKES_NONE},
	{"isCollection", PREDICATE_IS_COLLECTION, TAKES_NONE},
	{"isDate", PREDICATE_IS_DATE, TAKES_NONE},
	{"isEmpty", PREDICATE_IS_EMPTY, TAKES_NONE},
	{"isFloat", PREDICATE_IS_FLOAT, TAKES_NONE},
	{"isInteger", PREDICATE_IS_INTEGER, TAKES_NONE},
	{"isIpv4", PREDICATE_IS_IPV4, TAKES_NONE},
	{"isIpv6", PREDICATE_IS_IPV6, TAKES_NONE},
	{"isIsoDate", PREDICATE_IS_ISO_DATE, TAKES_NONE},
	{"isList", PREDICATE_IS_LIST, TAKES_NONE},
	{"isNumber", PREDICATE_IS_NUMBER, TAKES_NONE},
	{"isObject", PREDICATE_IS_OBJECT, TAKES_NONE},
	{"isString", PREDICATE_IS_STRING, TAKES_NONE},
	{"isUuid", PREDICATE_IS_UUID, TAKES_NONE},
};

static bool fits(enum predicate_arg arg, const struct operand *o)
{
	switch (arg) {
	case TAKES_NONE:
	case TAKES_ANY: return o->kind != OPERAND_REGEX;
	case TAKES_ORDERED:
		return o->kind == OPERAND_NUMBER || o->kind == OPERAND_STRING ||
		       o->kind == OPERAND_EXPR;
	case TAKES_TEXT:
		return o->kind == OPERAND_STRING || o->kind == OPERAND_BYTES ||
		       o->kind == OPERAND_EXPR || o->kind == OPERAND_FILE;
	case TAKES_PATTERN:
		return o->kind == OPERAND_STRING || o->kind == OPERAND_REGEX;
	}
	return false;
}

static int parse_argument(struct reader *r, enum predicate_arg arg,
			  struct operand *ret)
{
	if (arg == TAKES_NONE)
		return 0;
	/* `==1` is as good as `== 1`; a word needs its blank. */
	reader_blanks(r);
	if (parse_operand(r, ret))
		return -EINVAL;
	if (!fits(arg, ret))
		return reader_fail(r, ret->at, "invalid predicate value");
	return arg == TAKES_PATTERN ? compile_pattern(r, ret) : 0;
}

/* A word must end here: `existsnot` is no predicate. */
static bool take_name(struct reader *r, const char *name)
{
	struct reader ahead = *r;

	if (!reader_take(&ahead, name))
		return false;
	if (reader_char_in(*name, READER_LETTERS) &&
	    reader_char_in(reader_peek(&ahead), READER_LETTERS READER_DIGITS))
		return false;
	*r = ahead;
	return true;
}

/* What Hurl had before version 6, by its name now. */
static const char *renamed(struct span word)
{
	static const struct {
		const char *old, *now;
	} words[] = {
		{"equals", "=="},
		{"notEquals", "!="},
		{"greaterThan", ">"},
		{"greaterThanOrEquals", ">="},
		{"lessThan", "<"},
		{"lessThanOrEquals", "<="},
		{"countEquals", "count =="},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (span_is(word, words[i].old))
			return words[i].now;
	return NULL;
}

/* The word may be meant for a filter, too: both may stand here. */
static int unknown_predicate(struct reader *r, const struct predicate *p)
{
	const char *names[FILTER_NAMES + ARRAY_LEN(predicates) + 1] = {0};
	size_t n = p->negated ? 0 : filter_names(names);
	struct span word = reader_run(r, READER_LETTERS READER_DIGITS "_-");
	const char *now = renamed(word);

	if (!word.len && reader_peek(r) == '=')
		return reader_fail(r, p->at,
				   "expecting a predicate; did you mean `==`?");
	if (now)
		return reader_fail(r, p->at,
				   "expecting a predicate; `%.*s` is now `%s`",
				   (int)word.len, word.data, now);
	for (size_t i = 0; i < ARRAY_LEN(predicates); i++)
		names[n++] = predicates[i].name;
	return reader_unknown(r, p->at, "a predicate", word, names);
}

int parse_predicate(struct reader *r, struct predicate *ret)
{
	size_t start = r->at;

	*ret = (struct predicate){.at = r->place};
	if (take_name(r, "not")) {
		ret->negated = true;
		if (reader_space(r))
			return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_LEN(predicates); i++) {
		if (!take_name(r, predicates[i].name))
			continue;
		ret->kind = predicates[i].kind;
		if (parse_argument(r, predicates[i].arg, &ret->operand))
			return -EINVAL;
		ret->source = reader_since(r, start);
		return 0;
	}
	return unknown_predicate(r, ret);
}
