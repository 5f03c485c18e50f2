/* Predicates: does what was found meet what is expected? */
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/date.h"
#include "runner/expect/regex.h"
#include "runner/expect/state.h"
#include "runner/expect/uri.h"

static enum verdict verdict(bool holds)
{
	return holds ? VERDICT_HOLDS : VERDICT_FAILS;
}

static enum verdict impossible(const char **why, const char *what)
{
	*why = what;
	return VERDICT_IMPOSSIBLE;
}

static enum verdict judge_order(enum predicate_kind kind, const struct value *a,
				const struct value *b, const char **why)
{
	int order = 0;

	if (!value_compare(a, b, &order))
		return impossible(why, "the two have no order");
	switch ((int)kind) {
	case PREDICATE_GREATER: return verdict(order > 0);
	case PREDICATE_GREATER_EQUAL: return verdict(order >= 0);
	case PREDICATE_LESS: return verdict(order < 0);
	default: return verdict(order <= 0);
	}
}

static enum verdict judge_edge(bool at_start, const struct value *a,
			       const struct value *b, const char **why)
{
	struct span tail = a->text;

	if (a->type != b->type ||
	    (a->type != VALUE_STRING && a->type != VALUE_BYTES))
		return impossible(why, "this is for two strings, or bytes");
	if (at_start || tail.len < b->text.len)
		return verdict(at_start && span_starts(tail, b->text));
	tail.data += tail.len - b->text.len;
	tail.len = b->text.len;
	return verdict(span_equal(tail, b->text));
}

static enum verdict judge_contains(const struct value *a, const struct value *b,
				   const char **why)
{
	if (a->type == VALUE_LIST || a->type == VALUE_NODES) {
		for (size_t i = 0; i < a->count; i++) {
			struct value item = value_item(a, i);

			if (value_equal(&item, b))
				return VERDICT_HOLDS;
		}
		return VERDICT_FAILS;
	}
	if (a->type != b->type ||
	    (a->type != VALUE_STRING && a->type != VALUE_BYTES))
		return impossible(why, "contains is for strings, bytes and "
				       "lists");
	return verdict(!b->text.len ||
		       span_find(a->text, b->text) < a->text.len);
}

static enum verdict judge_matches(struct state *s, const struct value *a,
				  const struct value *b, const char **why)
{
	const struct regex *regex = b->regex;
	struct err err;
	int r;

	if (a->type != VALUE_STRING)
		return impossible(why, "matches is for strings");
	if (!regex && regex_compile(s->arena, b->text, 0, &regex, &err))
		return impossible(why, arena_printf(s->arena,
						    "invalid regex: "
						    "%s",
						    err.msg));
	r = regex_match(regex, a->text, NULL, 0);
	if (r < 0)
		return impossible(why, "the regex took more than its limit");
	return verdict(r > 0);
}

static bool is_uuid_v4(struct span t)
{
	if (t.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? t.data[i] != '-'
			 : !t.data[i] || !strchr("0123456789abcdefABCDEF",
						 t.data[i]))
			return false;
	}
	return t.data[14] == '4' && strchr("89abAB", t.data[19]);
}

static enum verdict judge_text(enum predicate_kind kind, const struct value *a,
			       const char **why)
{
	if (a->type != VALUE_STRING)
		return impossible(why, "this is for strings");
	switch ((int)kind) {
	case PREDICATE_IS_IPV4: return verdict(uri_ipv4(a->text));
	case PREDICATE_IS_IPV6: return verdict(uri_ipv6(a->text));
	case PREDICATE_IS_ISO_DATE: return verdict(date_is_rfc3339(a->text));
	default: return verdict(is_uuid_v4(a->text));
	}
}

static enum verdict judge_empty(const struct value *a, const char **why)
{
	if (a->type == VALUE_STRING || a->type == VALUE_BYTES)
		return verdict(!a->text.len);
	if (a->type == VALUE_LIST || a->type == VALUE_NODES ||
	    a->type == VALUE_OBJECT)
		return verdict(!a->count);
	return impossible(why, "isEmpty is for strings, bytes and collections");
}

static bool is_collection(const struct value *v)
{
	return v->type == VALUE_LIST || v->type == VALUE_NODES ||
	       v->type == VALUE_OBJECT || v->type == VALUE_BYTES;
}

static enum verdict judge_type(enum predicate_kind kind, const struct value *a)
{
	switch ((int)kind) {
	case PREDICATE_IS_BOOLEAN: return verdict(a->type == VALUE_BOOL);
	case PREDICATE_IS_COLLECTION: return verdict(is_collection(a));
	case PREDICATE_IS_DATE: return verdict(a->type == VALUE_DATE);
	case PREDICATE_IS_FLOAT:
		return verdict(a->type == VALUE_NUMBER &&
			       !value_is_integer_text(a));
	case PREDICATE_IS_INTEGER: return verdict(value_is_integer_text(a));
	case PREDICATE_IS_LIST: return verdict(a->type == VALUE_LIST);
	case PREDICATE_IS_NUMBER: return verdict(a->type == VALUE_NUMBER);
	case PREDICATE_IS_OBJECT: return verdict(a->type == VALUE_OBJECT);
	default: return verdict(a->type == VALUE_STRING);
	}
}

/* For what wants one value, a node list of one is that one. */
static bool wants_list(enum predicate_kind kind)
{
	return kind == PREDICATE_CONTAINS || kind == PREDICATE_INCLUDES ||
	       kind == PREDICATE_IS_EMPTY || kind == PREDICATE_IS_LIST ||
	       kind == PREDICATE_IS_COLLECTION || kind == PREDICATE_EXISTS;
}

static enum verdict judge(struct state *s, enum predicate_kind kind,
			  const struct value *a, const struct value *b,
			  const char **why)
{
	if (kind == PREDICATE_EXISTS)
		return verdict(
			a->type != VALUE_NONE &&
			!(a->type == VALUE_LIST && a->nodelist && !a->count));
	if (a->type == VALUE_NONE)
		return impossible(why, "there is no such thing in the answer");
	switch (kind) {
	case PREDICATE_EQUAL: return verdict(value_equal(a, b));
	case PREDICATE_NOT_EQUAL: return verdict(!value_equal(a, b));
	case PREDICATE_GREATER:
	case PREDICATE_GREATER_EQUAL:
	case PREDICATE_LESS:
	case PREDICATE_LESS_EQUAL: return judge_order(kind, a, b, why);
	case PREDICATE_STARTS_WITH: return judge_edge(true, a, b, why);
	case PREDICATE_ENDS_WITH: return judge_edge(false, a, b, why);
	case PREDICATE_CONTAINS:
	case PREDICATE_INCLUDES: return judge_contains(a, b, why);
	case PREDICATE_MATCHES: return judge_matches(s, a, b, why);
	case PREDICATE_IS_EMPTY: return judge_empty(a, why);
	case PREDICATE_IS_IPV4:
	case PREDICATE_IS_IPV6:
	case PREDICATE_IS_ISO_DATE:
	case PREDICATE_IS_UUID: return judge_text(kind, a, why);
	case PREDICATE_EXISTS:
	case PREDICATE_IS_BOOLEAN:
	case PREDICATE_IS_COLLECTION:
	case PREDICATE_IS_DATE:
	case PREDICATE_IS_FLOAT:
	case PREDICATE_IS_INTEGER:
	case PREDICATE_IS_LIST:
	case PREDICATE_IS_NUMBER:
	case PREDICATE_IS_OBJECT:
	case PREDICATE_IS_STRING: return judge_type(kind, a);
	}
	return VERDICT_IMPOSSIBLE;
}

enum verdict predicate_judge(struct state *s, const struct predicate *p,
			     const struct value *actual,
			     const struct value *operand, const char **why)
{
	struct value a = wants_list(p->kind) ? *actual : value_single(actual);
	enum verdict v;

	/* One node that is text: what contains asks about is the text. */
	if (wants_list(p->kind) && operand->type == VALUE_STRING &&
	    a.nodelist && a.count == 1) {
		struct value one = value_single(&a);

		a = one.type == VALUE_LIST ? one : a;
	}
	v = judge(s, p->kind, &a, operand, why);
	if (v == VERDICT_IMPOSSIBLE || !p->negated)
		return v;
	return v == VERDICT_HOLDS ? VERDICT_FAILS : VERDICT_HOLDS;
}
