#include "runner/expect/xpath.h"

#include <errno.h>
#include <limits.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"

#define OPS_MAX	       20000000
#define ATTRIBUTES_MAX 4000	    /* of one element */
#define SCAN_FACTOR    64	    /* steps for each byte of a body */
#define TEXT_MAX       (16u << 20)  /* of all nodes that are selected */

DEFINE_AUTO(xmlDocPtr, xmlFreeDoc)
DEFINE_AUTO(xmlXPathContextPtr, xmlXPathFreeContext)
DEFINE_AUTO(xmlXPathObjectPtr, xmlXPathFreeObject)

/* Libraries never print: libxml2 does, unless it is told where to. */
static void ignore(void *ctx, xmlErrorPtr error)
{
	(void)ctx;
	(void)error;
}

static void ignore_text(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

static struct span copy(struct arena *arena, const xmlChar *s)
{
	size_t n = s ? (size_t)xmlStrlen(s) : 0;

	return (struct span){ arena_memdup(arena, s ? (const char *)s : "", n),
			      n };
}

int xpath_valid(const char *expr, struct err *err)
{
	xmlXPathCompExprPtr compiled;
	AUTO(xmlXPathFreeContext) xmlXPathContextPtr ctx = NULL;

	ctx = xmlXPathNewContext(NULL);
	if (!ctx)
		return err_set(err, ENOMEM, "out of memory");
	ctx->error = ignore;
	compiled = xmlXPathCtxtCompile(ctx, (const xmlChar *)expr);
	if (!compiled)
		return err_set(err, EINVAL, "`%s` is no XPath expression",
			       expr);
	xmlXPathFreeCompExpr(compiled);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Behind the attribute at t[i]: name="value", name=value or name. */
static size_t skip_attribute(struct span t, size_t i)
{
	const char *quote;

	for (i++; i < t.len && !is_blank(t.data[i]); i++) {
		if (t.data[i] == '>' || t.data[i] == '/')
			return i;
		if (t.data[i - 1] != '=' ||
		    (t.data[i] != '"' && t.data[i] != '\''))
			continue;
		quote = memchr(t.data + i + 1, t.data[i], t.len - i - 1);
		return quote ? (size_t)(quote - t.data) + 1 : t.len;
	}
	while (i < t.len && (is_blank(t.data[i]) || t.data[i] == '='))
		i++;
	return i;
}

static bool begins_tag(struct span t, size_t i)
{
	unsigned char c = i + 1 < t.len ? (unsigned char)t.data[i + 1] : 0;

	return t.data[i] == '<' &&
	       ((c | 32u) - 'a' < 26 || c == '_' || c == ':' || c >= 0x80);
}

/*
 * libxml2 compares each attribute with all before it: a hundred thousand keep
 * it busy for minutes.  Any `<` may be where it sees a tag begin, so the
 * attributes are counted from each, and what takes long to count is refused.
 */
static bool is_quick_to_parse(struct span body)
{
	size_t work = 0, most = SCAN_FACTOR * (body.len + 1024);

	for (size_t i = 0; i < body.len; i++) {
		size_t n = 0, at = i + 1;

		if (!begins_tag(body, i))
			continue;
		while (at < body.len && body.data[at] != '>') {
			at = skip_attribute(body, at);
			if (++n > ATTRIBUTES_MAX)
				return false;
		}
		work += at - i;
		if (work > most)
			return false;
	}
	return true;
}

static xmlDocPtr parse(struct span body, bool html)
{
	int len = body.len > INT_MAX ? INT_MAX : (int)body.len;

	xmlSetStructuredErrorFunc(NULL, ignore);
	xmlSetGenericErrorFunc(NULL, ignore_text);
	if (html)
		return htmlReadMemory(body.data, len, NULL, "UTF-8",
				      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
					      HTML_PARSE_NOWARNING |
					      HTML_PARSE_NONET);
	return xmlReadMemory(body.data, len, NULL, NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR |
				     XML_PARSE_NOWARNING);
}

static void register_prefixes(xmlXPathContextPtr ctx, xmlDocPtr doc)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);

	for (xmlNsPtr ns = root ? root->nsDef : NULL; ns; ns = ns->next)
		xmlXPathRegisterNs(ctx,
				   ns->prefix ? ns->prefix
					      : (const xmlChar *)"_",
				   ns->href);
}

static struct span node_name(struct arena *arena, xmlNodePtr node)
{
	if (node->type == XML_ATTRIBUTE_NODE)
		return span_of(arena_printf(arena, "@%s",
					    (const char *)node->name));
	return node->type == XML_ELEMENT_NODE ? copy(arena, node->name)
					      : SPAN_LIT("");
}

static int copy_nodes(struct arena *arena, xmlNodeSetPtr set,
		      struct xpath_value *ret, struct err *err)
{
	size_t n = set ? (size_t)set->nodeNr : 0, bytes = 0;

	if (n > XPATH_NODES_MAX)
		return err_set(err, E2BIG, "selects more than %d nodes",
			       XPATH_NODES_MAX);
	xmlXPathNodeSetSort(set);
	ret->nodes = arena_array(arena, n, sizeof(*ret->nodes));
	ret->names = arena_array(arena, n, sizeof(*ret->names));
	for (size_t i = 0; i < n; i++) {
		xmlChar *text = xmlXPathCastNodeToString(set->nodeTab[i]);

		ret->nodes[i] = copy(arena, text);
		ret->names[i] = node_name(arena, set->nodeTab[i]);
		xmlFree(text);
		bytes += ret->nodes[i].len;
		if (bytes > TEXT_MAX)
			return err_set(err, E2BIG,
				       "selects more text than the ceiling");
	}
	ret->n_nodes = n;
	return 0;
}

static int convert(struct arena *arena, xmlXPathObjectPtr object,
		   struct xpath_value *ret, struct err *err)
{
	struct xpath_value value = { 0 };

	if (object->type == XPATH_NODESET) {
		value.type = XPATH_VALUE_NODES;
		if (copy_nodes(arena, object->nodesetval, &value, err) < 0)
			return -E2BIG;
	} else if (object->type == XPATH_BOOLEAN) {
		value.type = XPATH_VALUE_BOOLEAN;
		value.truth = object->boolval;
	} else if (object->type == XPATH_NUMBER) {
		value.type = XPATH_VALUE_NUMBER;
		value.number = object->floatval;
	} else {
		value.type = XPATH_VALUE_STRING;
		value.text = copy(arena, object->stringval);
	}
	*ret = value;
	return 0;
}

int xpath_eval(struct arena *arena, struct span body, bool html,
	       const char *expr, struct xpath_value *ret, struct err *err)
{
	AUTO(xmlFreeDoc) xmlDocPtr doc = NULL;
	AUTO(xmlXPathFreeContext) xmlXPathContextPtr ctx = NULL;
	AUTO(xmlXPathFreeObject) xmlXPathObjectPtr object = NULL;

	if (!is_quick_to_parse(body))
		return err_set(err, E2BIG,
			       "an element of the body has more attributes "
			       "than the ceiling");
	doc = parse(body, html);
	if (!doc)
		return err_set(err, EBADMSG, "the body is no %s",
			       html ? "HTML" : "XML");
	/* A few entities within each other are gigabytes once they are text. */
	if (doc->intSubset && doc->intSubset->entities)
		return err_set(err, EBADMSG,
			       "the body declares entities, which are not "
			       "read");
	ctx = xmlXPathNewContext(doc);
	if (!ctx)
		return err_set(err, ENOMEM, "out of memory");
	ctx->error = ignore;
	ctx->opLimit = OPS_MAX;
	register_prefixes(ctx, doc);
	object = xmlXPathEvalExpression((const xmlChar *)expr, ctx);
	if (!object && ctx->opCount >= OPS_MAX)
		return err_set(err, E2BIG, "`%s` needs too much work", expr);
	if (!object)
		return err_set(err, EINVAL, "`%s` cannot be evaluated", expr);
	return convert(arena, object, ret, err);
}
