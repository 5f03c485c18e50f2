/* The part behind `?`: RFC 9535 section 2.3.5, with its types (2.4.3). */
#include <ctype.h>
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/jsonpath_ast.h"
#include "runner/expect/regex.h"

enum type { TYPE_VALUE, TYPE_NODES, TYPE_LOGICAL };

static const struct {
	const char *name;
	enum jsonpath_op op;
	enum type result, arg;
	int n_args;
} functions[] = {
	{ "length", EXPR_LENGTH, TYPE_VALUE, TYPE_VALUE, 1 },
	{ "count", EXPR_COUNT, TYPE_VALUE, TYPE_NODES, 1 },
	{ "value", EXPR_VALUE, TYPE_VALUE, TYPE_NODES, 1 },
	{ "match", EXPR_MATCH, TYPE_LOGICAL, TYPE_VALUE, 2 },
	{ "search", EXPR_SEARCH, TYPE_LOGICAL, TYPE_VALUE, 2 },
};

static int operand(struct jsonpath_parser *p, struct jsonpath_expr **ret);
static int logical_or(struct jsonpath_parser *p, struct jsonpath_expr **ret);

static struct jsonpath_expr *new_expr(struct jsonpath_parser *p,
				      enum jsonpath_op op)
{
	struct jsonpath_expr *e = arena_alloc(p->arena, sizeof(*e));

	e->op = op;
	return e;
}

static enum type result_type(const struct jsonpath_expr *e)
{
	if (e->op == EXPR_LITERAL)
		return TYPE_VALUE;
	if (e->op == EXPR_QUERY)
		return TYPE_NODES;
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (functions[i].op == e->op)
			return functions[i].result;
	return TYPE_LOGICAL;
}

/* May it stand where a value is wanted? */
static bool is_value(const struct jsonpath_expr *e)
{
	if (e->op == EXPR_QUERY)
		return jsonpath_is_singular(e->query);
	return result_type(e) == TYPE_VALUE;
}

static size_t digits(struct jsonpath_parser *p)
{
	const char *start = p->p;

	while (p->p < p->end && isdigit((unsigned char)*p->p))
		p->p++;
	return (size_t)(p->p - start);
}

static int number(struct jsonpath_parser *p, struct json *ret)
{
	const char *start = p->p, *whole;
	size_t n;

	jsonpath_take(p, "-");
	whole = p->p;
	n = digits(p);
	if (!n || (*whole == '0' && n > 1))
		return jsonpath_fail(p, "expected a number");
	if (jsonpath_take(p, ".") && !digits(p))
		return jsonpath_fail(p, "expected digits behind the point");
	if (jsonpath_take(p, "e") || jsonpath_take(p, "E")) {
		if (!jsonpath_take(p, "-"))
			jsonpath_take(p, "+");
		if (!digits(p))
			return jsonpath_fail(p, "expected an exponent");
	}
	ret->type = JSON_NUMBER;
	ret->text.len = (size_t)(p->p - start);
	ret->text.data = arena_memdup(p->arena, start, ret->text.len);
	return 0;
}

/* true, false and null, when no name goes on behind them. */
static bool keyword(struct jsonpath_parser *p, struct json *ret)
{
	if (jsonpath_take(p, "true"))
		*ret = (struct json){ .type = JSON_BOOL, .truth = true };
	else if (jsonpath_take(p, "false"))
		*ret = (struct json){ .type = JSON_BOOL };
	else if (jsonpath_take(p, "null"))
		*ret = (struct json){ .type = JSON_NULL };
	else
		return false;
	return true;
}

static int literal(struct jsonpath_parser *p, struct json *ret)
{
	if (*p->p == '\'' || *p->p == '"') {
		ret->type = JSON_STRING;
		return jsonpath_parse_string(p, &ret->text);
	}
	return keyword(p, ret) ? 0 : number(p, ret);
}

static int argument(struct jsonpath_parser *p, enum type want,
		    const struct jsonpath_expr **ret)
{
	struct jsonpath_expr *e;

	jsonpath_blanks(p);
	if (operand(p, &e) < 0)
		return -EINVAL;
	if (want == TYPE_NODES ? e->op != EXPR_QUERY : !is_value(e))
		return jsonpath_fail(p, "argument of the wrong type");
	jsonpath_blanks(p);
	*ret = e;
	return 0;
}

static void prepare_regex(struct jsonpath_parser *p, struct jsonpath_expr *e)
{
	if (!e->right || e->right->op != EXPR_LITERAL ||
	    e->right->literal.type != JSON_STRING)
		return;
	e->regex = jsonpath_regex(p->arena, e->right->literal.text,
				  e->op == EXPR_MATCH);
	e->bad_regex = !e->regex;
}

static int function(struct jsonpath_parser *p, struct jsonpath_expr **ret)
{
	const char *start = p->p;
	struct jsonpath_expr *e;
	struct span name;
	size_t i;

	while (p->p < p->end && (islower((unsigned char)*p->p) ||
				 *p->p == '_' || isdigit((unsigned char)*p->p)))
		p->p++;
	name = (struct span){ start, (size_t)(p->p - start) };
	for (i = 0; i < ARRAY_LEN(functions); i++)
		if (span_is(name, functions[i].name))
			break;
	if (i == ARRAY_LEN(functions) || !jsonpath_take(p, "("))
		return jsonpath_fail(p, "expected a value, query or function");
	e = new_expr(p, functions[i].op);
	if (argument(p, functions[i].arg, &e->left) < 0)
		return -EINVAL;
	if (functions[i].n_args == 2 &&
	    (!jsonpath_take(p, ",") ||
	     argument(p, functions[i].arg, &e->right) < 0))
		return jsonpath_fail(p, "expected a second argument");
	if (!jsonpath_take(p, ")"))
		return jsonpath_fail(p, "expected `)`");
	prepare_regex(p, e);
	*ret = e;
	return 0;
}

static bool at_keyword(const struct jsonpath_parser *p)
{
	struct jsonpath_parser ahead = *p;
	struct json ignored;

	return keyword(&ahead, &ignored) &&
	       (ahead.p == ahead.end ||
		(!isalnum((unsigned char)*ahead.p) && *ahead.p != '_'));
}

static int operand(struct jsonpath_parser *p, struct jsonpath_expr **ret)
{
	if (p->p == p->end)
		return jsonpath_fail(p, "expected an expression");
	if (*p->p == '$' || *p->p == '@') {
		*ret = new_expr(p, EXPR_QUERY);
		return jsonpath_parse_query(p, &(*ret)->query);
	}
	if (strchr("'\"-", *p->p) || isdigit((unsigned char)*p->p) ||
	    at_keyword(p)) {
		*ret = new_expr(p, EXPR_LITERAL);
		return literal(p, &(*ret)->literal);
	}
	return function(p, ret);
}

static bool comparison(struct jsonpath_parser *p, enum jsonpath_op *ret)
{
	static const struct {
		const char *text;
		enum jsonpath_op op;
	} ops[] = { { "==", EXPR_EQ }, { "!=", EXPR_NE }, { "<=", EXPR_LE },
		    { ">=", EXPR_GE }, { "<", EXPR_LT },  { ">", EXPR_GT } };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (!jsonpath_take(p, ops[i].text))
			continue;
		*ret = ops[i].op;
		return true;
	}
	return false;
}

static int compare(struct jsonpath_parser *p, enum jsonpath_op op,
		   struct jsonpath_expr *left, struct jsonpath_expr **ret)
{
	struct jsonpath_expr *right, *e = new_expr(p, op);

	jsonpath_blanks(p);
	if (operand(p, &right) < 0)
		return -EINVAL;
	if (!is_value(left) || !is_value(right))
		return jsonpath_fail(p, "only single values can be compared");
	e->left = left;
	e->right = right;
	*ret = e;
	return 0;
}

static int negated(struct jsonpath_parser *p, struct jsonpath_expr **ret);

static int basic(struct jsonpath_parser *p, struct jsonpath_expr **ret,
		 bool may_compare)
{
	struct jsonpath_expr *left;
	const char *behind;
	enum jsonpath_op op;

	if (may_compare && jsonpath_take(p, "!"))
		return negated(p, ret);
	if (jsonpath_take(p, "(")) {
		jsonpath_blanks(p);
		if (logical_or(p, ret) < 0)
			return -EINVAL;
		jsonpath_blanks(p);
		return jsonpath_take(p, ")") ? 0
					     : jsonpath_fail(p, "expected `)`");
	}
	if (operand(p, &left) < 0)
		return -EINVAL;
	behind = p->p;
	jsonpath_blanks(p);
	if (may_compare && comparison(p, &op))
		return compare(p, op, left, ret);
	p->p = behind;
	if (result_type(left) == TYPE_VALUE)
		return jsonpath_fail(p, "a value alone is no condition");
	*ret = left;
	return 0;
}

static int negated(struct jsonpath_parser *p, struct jsonpath_expr **ret)
{
	struct jsonpath_expr *inner, *e = new_expr(p, EXPR_NOT);

	jsonpath_blanks(p);
	if (basic(p, &inner, false) < 0)
		return -EINVAL;
	e->left = inner;
	*ret = e;
	return 0;
}

/* One level of `a OP b OP c`; the level below parses the operands. */
static int chain(struct jsonpath_parser *p, struct jsonpath_expr **ret,
		 const char *text, enum jsonpath_op op)
{
	struct jsonpath_expr *left, *right, *e;
	const char *behind;

	if ((op == EXPR_OR ? chain(p, &left, "&&", EXPR_AND)
			   : basic(p, &left, true)) < 0)
		return -EINVAL;
	for (;;) {
		behind = p->p;
		jsonpath_blanks(p);
		if (!jsonpath_take(p, text))
			break;
		jsonpath_blanks(p);
		if ((op == EXPR_OR ? chain(p, &right, "&&", EXPR_AND)
				   : basic(p, &right, true)) < 0)
			return -EINVAL;
		e = new_expr(p, op);
		e->left = left;
		e->right = right;
		left = e;
	}
	p->p = behind;
	*ret = left;
	return 0;
}

static int logical_or(struct jsonpath_parser *p, struct jsonpath_expr **ret)
{
	int r;

	if (++p->depth > JSONPATH_DEPTH_MAX)
		return jsonpath_fail(p, "nested too deep");
	r = chain(p, ret, "||", EXPR_OR);
	p->depth--;
	return r;
}

int jsonpath_parse_filter(struct jsonpath_parser *p,
			  const struct jsonpath_expr **ret)
{
	struct jsonpath_expr *e;
	int r = logical_or(p, &e);

	if (r == 0)
		*ret = e;
	return r;
}

/* RFC 9485 section 5.4: the dot leaves out both line ends. */
const struct regex *jsonpath_regex(struct arena *arena, struct span text,
				   bool whole)
{
	AUTO_BUF out = BUF_INIT(64 << 10);
	const struct regex *regex = NULL;
	bool in_class = false;
	int r = 0;

	for (size_t i = 0; i < text.len && r == 0; i++) {
		char c = text.data[i];

		if (c == '\\' && i + 1 < text.len) {
			r = buf_add(&out, text.data + i++, 2);
		} else if (c == '.' && !in_class) {
			r = buf_add_str(&out, "[^\\n\\r]");
		} else {
			in_class = c == '[' || (in_class && c != ']');
			r = buf_add_char(&out, c);
		}
	}
	if (r < 0 || regex_compile(arena, buf_span(&out),
				   whole ? REGEX_WHOLE : 0, &regex, NULL) < 0)
		return NULL;
	return regex;
}
