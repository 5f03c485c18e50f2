/* Queries: what a response holds. */
#include <errno.h>
#include <stdint.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/charset.h"
#include "runner/expect/coding.h"
#include "runner/expect/jsonpath.h"
#include "runner/expect/reader.h"
#include "runner/expect/regex.h"
#include "runner/expect/state.h"
#include "runner/expect/xpath.h"

static const char *coding_of(const struct http_response *res)
{
	const char *coding = http_value(res, "Content-Encoding");

	return coding && *coding && strcasecmp(coding, "identity") ? coding
								  : NULL;
}

/* A bomb must not cost more than the largest body does. */
const char *answer_decode(struct arena *arena, const struct http_response *res,
			  bool asked, struct span *ret)
{
	const char *coding = asked ? coding_of(res) : NULL;
	size_t most = HTTP_BODY_MAX;

	*ret = res->body;
	most -= res->body.len < most ? res->body.len : most;
	return coding ? coding_undo(arena, res->body, coding, most, ret) : NULL;
}

int answer_bytes(struct state *s, struct span *ret, const char **why)
{
	struct answer *a = &s->answer;

	if (!a->bytes_tried) {
		a->bytes_tried = true;
		a->bytes_why = answer_decode(s->entry, a->res, a->coding_asked,
					     &a->bytes);
	}
	*why = a->bytes_why;
	*ret = a->bytes;
	return a->bytes_why ? -EBADMSG : 0;
}

static const char *decode_text(struct state *s, struct span *ret)
{
	const char *type = http_value(s->answer.res, "Content-Type"), *why;
	struct span bytes;

	if (answer_bytes(s, &bytes, &why))
		return why;
	if (coding_of(s->answer.res) && !s->answer.coding_asked)
		return "the body has a Content-Encoding that was not asked "
		       "for";
	return charset_decode(s->entry, bytes, charset_of(s->run, type), ret);
}

int answer_text(struct state *s, struct span *ret, const char **why)
{
	struct answer *a = &s->answer;

	if (!a->text_tried) {
		a->text_tried = true;
		a->text_why = decode_text(s, &a->text);
	}
	*why = a->text_why;
	*ret = a->text;
	return a->text_why ? -EBADMSG : 0;
}

int answer_json(struct state *s, const struct json **ret, const char **why)
{
	struct answer *a = &s->answer;
	struct span text;
	struct err err;

	if (!a->json_tried) {
		a->json_tried = true;
		if (!answer_text(s, &text, &a->json_why) &&
		    json_parse(s->entry, text, &a->json, &err))
			a->json_why = arena_printf(s->entry,
						   "the body is no "
						   "JSON: %s",
						   err.msg);
	}
	*why = a->json_why;
	*ret = a->json;
	return a->json ? 0 : -EBADMSG;
}

static struct value list_of_nodes(const struct jsonpath_nodes *nodes)
{
	return (struct value){.type = VALUE_LIST,
			      .nodelist = true,
			      .found = nodes->items,
			      .count = nodes->n};
}

/*
 * A path that can select one node at most gives that node; any other gives
 * the list of what it selected, also when that is one or none.
 */
int apply_jsonpath(struct state *s, const struct jsonpath *path,
		   const struct operand *arg, const struct json *root,
		   struct value *ret, const char **why)
{
	struct jsonpath_nodes nodes;
	struct span text;
	struct err err;
	int r;

	if (!path) {
		r = state_render(s, &arg->template, &text, why);
		if (r < 0)
			return r;
		if (compile_jsonpath(s->arena, text, &path, &err)) {
			*why = arena_printf(s->arena, "invalid JSONPath: %s",
					    err.msg);
			return -EINVAL;
		}
	}
	r = jsonpath_select(path, s->arena, root, &nodes);
	if (r < 0) {
		*why = "the JSONPath selects more, or takes longer, than the "
		       "ceiling";
		return -EBADMSG;
	}
	if (!jsonpath_is_singular(path))
		*ret = list_of_nodes(&nodes);
	else if (nodes.n)
		*ret = value_of_json(nodes.items[0]);
	else
		*ret = (struct value){.type = VALUE_NONE};
	return 0;
}

static void value_of_xpath(struct state *s, const struct xpath_value *x,
			   struct value *ret)
{
	struct value *items;

	switch (x->type) {
	case XPATH_VALUE_STRING: *ret = VALUE_TEXT(x->text); return;
	case XPATH_VALUE_BOOLEAN:
		*ret = (struct value){.type = VALUE_BOOL, .truth = x->truth};
		return;
	case XPATH_VALUE_NUMBER:
		*ret = (struct value){.type = VALUE_NUMBER,
				      .text = span_of(arena_printf(
					      s->arena, "%.17g", x->number))};
		return;
	case XPATH_VALUE_NODES: break;
	}
	items = arena_array(s->arena, x->n_nodes, sizeof(*items));
	for (size_t i = 0; i < x->n_nodes; i++)
		items[i] = VALUE_TEXT(x->nodes[i]);
	*ret = (struct value){.type = x->n_nodes ? VALUE_NODES : VALUE_NONE,
			      .items = items,
			      .count = x->n_nodes};
}

int apply_xpath(struct state *s, struct span expr, struct span body, bool html,
		struct value *ret, const char **why)
{
	struct xpath_value x;
	struct err err = {0};
	int r = xpath_eval(s->arena, body, html,
			   arena_memdup(s->arena, expr.data, expr.len), &x,
			   &err);

	if (r < 0) {
		*why = arena_strdup(s->arena, err.msg);
		/* Its form was read with the script: what is wrong now, such as
		 * a prefix that the body does not declare, is the body's. */
		return -EBADMSG;
	}
	value_of_xpath(s, &x, ret);
	return 0;
}

/* The first group, as Hurl has it; an expression without one is refused. */
int apply_regex(struct state *s, const struct operand *arg, struct span text,
		struct value *ret, const char **why)
{
	const struct regex *regex = arg->regex;
	struct span pattern, groups[2];
	struct err err;
	int r;

	if (!regex) {
		r = state_render(s, &arg->template, &pattern, why);
		if (r < 0)
			return r;
		if (regex_compile(s->arena, pattern, 0, &regex, &err)) {
			*why = arena_printf(s->arena, "invalid regex: %s",
					    err.msg);
			return -EINVAL;
		}
	}
	r = regex_match(regex, text, groups, 2);
	if (r < 0) {
		*why = r == -ETIME ? "the regex took more than its limit"
				   : "the text is not UTF-8";
		return -EBADMSG;
	}
	*ret = (struct value){.type = VALUE_NONE};
	if (r > 0 && regex_groups(regex) && groups[1].data)
		*ret = VALUE_TEXT(groups[1]);
	return 0;
}

static int query_header(struct state *s, const struct query *q,
			struct value *ret, const char **why)
{
	const struct http_response *res = s->answer.res;
	struct value *items;
	struct span name;
	size_t n = 0;
	int r = state_render(s, &q->arg.template, &name, why);

	if (r < 0)
		return r;
	if (q->structured)
		return structured_value(s, (enum sfv_kind)(q->structured - 1),
					name.data, ret, why);
	items = arena_array(s->arena, http_count(res, name.data) + 1,
			    sizeof(*items));
	for (size_t i = 0; i < res->n_headers; i++)
		if (!strcasecmp(res->headers[i].name, name.data))
			items[n++] = VALUE_TEXT(res->headers[i].value);
	*ret = n == 1 ? items[0]
		      : (struct value){.type = n ? VALUE_LIST : VALUE_NONE,
				       .items = items,
				       .count = n};
	return 0;
}

static int query_cookie(struct state *s, const struct query *q,
			struct value *ret, const char **why)
{
	struct span name, header;
	int r = state_render(s, &q->arg.template, &name, why);

	if (r < 0)
		return r;
	header = cookie_find(s->answer.res, name);
	*ret = (struct value){.type = VALUE_NONE};
	if (header.data)
		cookie_attribute(s->arena, header,
				 q->attribute ? q->attribute : "Value", ret);
	return 0;
}

static bool body_is_html(const struct state *s)
{
	const char *type = http_value(s->answer.res, "Content-Type");

	return !type || !strcasestr(type, "xml") || strcasestr(type, "xhtml");
}

static int query_body(struct state *s, const struct query *q, struct value *ret,
		      const char **why)
{
	const struct json *json;
	struct span text, expr;
	int r;

	if (q->kind == QUERY_JSONPATH) {
		r = answer_json(s, &json, why);
		return r ? r
			 : apply_jsonpath(s, q->jsonpath, &q->arg, json, ret,
					  why);
	}
	r = answer_text(s, &text, why);
	if (r < 0)
		return r;
	if (q->kind == QUERY_REGEX)
		return apply_regex(s, &q->arg, text, ret, why);
	if (q->kind == QUERY_BODY) {
		*ret = VALUE_TEXT(text);
		return 0;
	}
	r = state_render(s, &q->arg.template, &expr, why);
	return r ? r : apply_xpath(s, expr, text, body_is_html(s), ret, why);
}

/* The body's bytes, or a digest of them. */
static int query_bytes(struct state *s, const struct query *q,
		       struct value *ret, const char **why)
{
	unsigned char raw[32];
	size_t n = q->kind == QUERY_MD5 ? 16 : 32;
	struct span bytes;
	int r = answer_bytes(s, &bytes, why);

	if (r < 0)
		return r;
	if (q->kind == QUERY_MD5)
		digest_md5_raw(bytes, raw);
	else if (q->kind == QUERY_SHA256)
		digest_sha256_raw(bytes, raw);
	if (q->kind != QUERY_BYTES)
		bytes = (struct span){arena_memdup(s->arena, raw, n), n};
	*ret = (struct value){.type = VALUE_BYTES, .text = bytes};
	return 0;
}

static int query_variable(struct state *s, const struct query *q,
			  struct value *ret, const char **why)
{
	const struct value *v;
	struct span name;
	int r = state_render(s, &q->arg.template, &name, why);

	if (r < 0)
		return r;
	v = state_variable(s, name);
	*ret = v ? *v : (struct value){.type = VALUE_NONE};
	return 0;
}

static int query_plain(struct state *s, const struct query *q,
		       struct value *ret, const char **why)
{
	const struct http_response *res = s->answer.res;

	switch (q->kind) {
	case QUERY_STATUS: *ret = value_of_int(s->arena, res->status); return 0;
	case QUERY_VERSION: *ret = VALUE_TEXT(span_of(res->version)); return 0;
	case QUERY_URL: *ret = VALUE_TEXT(span_of(s->answer.url)); return 0;
	case QUERY_REDIRECTS:
		*ret = (struct value){.type = VALUE_LIST,
				      .items = s->answer.hops,
				      .count = s->answer.n_hops};
		return 0;
	case QUERY_IP: *ret = VALUE_TEXT(SPAN_LIT("127.0.0.1")); return 0;
	case QUERY_HEADER: return query_header(s, q, ret, why);
	case QUERY_COOKIE: return query_cookie(s, q, ret, why);
	case QUERY_RAWBYTES:
		*ret = (struct value){.type = VALUE_BYTES, .text = res->body};
		return 0;
	case QUERY_VARIABLE: return query_variable(s, q, ret, why);
	case QUERY_DURATION:
		*ret = value_of_int(s->arena, res->timing.total_us / 1000);
		return 0;
	case QUERY_BYTES:
	case QUERY_SHA256:
	case QUERY_MD5: return query_bytes(s, q, ret, why);
	case QUERY_BODY:
	case QUERY_JSONPATH:
	case QUERY_XPATH:
	case QUERY_REGEX: return query_body(s, q, ret, why);
	}
	return -EINVAL;
}

int state_query(struct state *s, const struct query *q, struct value *ret,
		const char **why)
{
	int r = query_plain(s, q, ret, why);

	return r ? r : state_filters(s, q->filters, q->n_filters, ret, why);
}
