/* templates -- is text shown as text in every context of a page? */
#include <string.h>

#include "graders/ask.h"
#include "graders/option.h"
#include "graders/rule.h"
#include "graders/send.h"
#include "graders/view.h"
#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/prng.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/expect/xpath.h"
#include "runner/grader.h"

#define CONTEXTS_MAX 12

enum templates_rule { RULE_ESCAPED, RULE_ATTRIBUTE, RULE_SCRIPT,
		      RULE_INJECTION, RULE_KEPT, RULE_VALID };
static const char *const rule_names[] = { "escaped", "attribute", "script",
					  "injection", "kept", "valid",
					  NULL };
static const char *const option_names[] = { "send", "page", "contexts",
					    "headers", "rules", NULL };
static const char *const context_names[] = { "kind", "xpath", NULL };
static const char *const kind_names[] = { "text", "attribute", "script",
					  NULL };

enum context_kind { CONTEXT_TEXT, CONTEXT_ATTRIBUTE, CONTEXT_SCRIPT };

struct context {
	unsigned kind; /* enum context_kind */
	const char *xpath;
};

struct config {
	const struct send *send; /* NULL: the text is in the page's target */
	const char *page;
	struct context contexts[CONTEXTS_MAX];
	size_t n_contexts;
	const struct http_header *headers;
	size_t n_headers;
	unsigned rules;
};

struct templates {
	const struct config *c;
	struct asking ask;
	struct grading *g;
	struct arena *arena;
};

static bool wants(const struct templates *t, enum templates_rule rule)
{
	return t->c->rules & 1u << rule;
}

static const char *new_word(struct templates *t)
{
	return prng_word(grading_prng(t->g), t->arena, 10);
}

/* Put the text into the app and read the page; NULL: it did not take it. */
static const struct exchange *show(struct templates *t, const char *word,
				   const char *text,
				   const struct exchange **ret_sent)
{
	const struct send_values values = { .word = word, .text = text };
	const struct exchange *x = NULL;

	if (t->c->send) {
		x = send_now(&t->ask, t->c->send, &values);
		*ret_sent = x;
		if (!ask_answered(x) || x->res.status >= 400)
			return NULL;
	}
	return ask(&t->ask, "GET",
		   send_fill(t->arena, t->c->page, &values, true));
}

/* The nodes of an expression as strings; none when it fails. */
static struct xpath_value nodes(struct templates *t, const struct exchange *x,
				const char *expr)
{
	struct xpath_value v = { .n_nodes = 0 };

	if (xpath_eval(t->arena, x->res.body, true, expr, &v, NULL) < 0)
		v.n_nodes = 0;
	return v;
}

static size_t count_nodes(struct templates *t, const struct exchange *x,
			  const char *expr)
{
	return nodes(t, x, expr).n_nodes;
}

static bool holds(struct span text, const char *part)
{
	return span_find(text, span_of(part)) < text.len;
}

/* Is the text, as it was sent, readable at one of the nodes? */
static bool readable(struct templates *t, const struct exchange *x,
		     const char *expr, const char *text)
{
	struct xpath_value v = nodes(t, x, expr);

	for (size_t i = 0; i < v.n_nodes; i++)
		if (holds(v.nodes[i], text))
			return true;
	return false;
}

/* ----------------------------------------------------------------- rules */

/*
 * A payload: the text with WORD for a random word, and an XPath expression,
 * with WORD too, that finds something only if the payload was not escaped.
 */
struct payload {
	const char *text, *breaks;
};

static const char *with_word(struct templates *t, const char *text,
			     const char *word)
{
	const char *at = strstr(text, "WORD");

	return at ? arena_printf(t->arena, "%.*s%s%s", (int)(at - text),
				 text, word,
				 with_word(t, at + 4, word)) : text;
}

static void judge_payload(struct templates *t, struct rule *rule,
			  const struct payload *p)
{
	const char *word = new_word(t);
	const char *text = with_word(t, p->text, word);
	const struct exchange *sent = NULL, *x = show(t, word, text, &sent);

	if (!x) {
		/* An app may refuse markup: then it cannot show it wrongly.
		 * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		if (sent->res.status < 500 && ask_answered(sent))
			rule_ok(rule, sent);
		else
			rule_bad(t->g, rule, sent, text,
				 "%s with %s must be taken or refused. It "
				 "answered %s", ask_what(t->arena, sent), text,
				 ask_answer(t->arena, sent));
	} else if (!ask_ok(x)) {
		rule_bad(t->g, rule, x, text,
			 "%s must show the page after %s was sent. It "
			 "answered %s", ask_what(t->arena, x), text,
			 ask_answer(t->arena, x));
	} else if (count_nodes(t, x, with_word(t, p->breaks, word))) {
		rule_bad(t->g, rule, x, text,
			 "%s must show %s as text. A part of it has become "
			 "part of the page's markup",
			 ask_what(t->arena, x), text);
	} else {
		rule_ok(rule, x);
	}
}

static void judge_payloads(struct templates *t, struct rule *rule,
			   const struct payload *list, size_t n)
{
	for (size_t i = 0; i < n && !t->ask.code; i++)
		judge_payload(t, rule, &list[i]);
	rule_close(t->g, rule);
}

/* No </script> here: leaving a script is another mistake, asked below. */
static void escaped(struct templates *t)
{
	static const struct payload payloads[] = {
		{ "<b id=\"WORD\">x</b>", "//*[@id='WORD']" },
		{ "<a href=javascript:WORD()>x</a>",
		  "//a[starts-with(@href,'javascript:') and "
		  "contains(@href,'WORD')]" },
		{ "<img src=x onerror=WORD()>",
		  "//img[contains(@onerror,'WORD')]" },
		{ "</title></textarea><i class=WORD>", "//i[@class='WORD']" },
	};
	struct rule rule = { .id = "escaped", .cause = "not-escaped",
			     .title = "markup in text stays text" };

	judge_payloads(t, &rule, payloads, ARRAY_LEN(payloads));
}

static void attribute(struct templates *t)
{
	static const struct payload payloads[] = {
		{ "x\" onfocus=\"WORD", "//@onfocus[contains(.,'WORD')]" },
		{ "x' onfocus='WORD", "//@onfocus[contains(.,'WORD')]" },
		{ "x onfocus=WORD y", "//@onfocus[contains(.,'WORD')]" },
	};
	struct rule rule = { .id = "attribute", .cause = "attribute-breakout",
			     .title = "quotes do not leave an attribute" };

	judge_payloads(t, &rule, payloads, ARRAY_LEN(payloads));
}

static bool has_script(const struct templates *t)
{
	for (size_t i = 0; i < t->c->n_contexts; i++)
		if (t->c->contexts[i].kind == CONTEXT_SCRIPT)
			return true;
	return false;
}

/* A string that is left shows: the word stands outside of any quotes. */
static bool outside_quotes(struct span script, const char *word)
{
	char quote = '\0';
	size_t len = strlen(word);

	for (size_t i = 0; i < script.len; i++) {
		char c = script.data[i];

		if (quote && c == '\\') {
			i++;
			continue;
		}
		if (!quote && i + len <= script.len &&
		    !memcmp(script.data + i, word, len))
			return true;
		if (!quote && (c == '"' || c == '\'' || c == '`'))
			quote = c;
		else if (quote == c || (c == '\n' && quote != '`'))
			quote = '\0';
	}
	return false;
}

static void script(struct templates *t)
{
	static const struct payload end = {
		"</script><i class=\"WORD\">",
		"//script/following-sibling::*[1]"
		"[self::i[contains(@class,'WORD')]]"
	};
	static const char *const strings[] = {
		"\";WORD();//", "';WORD();//", "\\\";WORD();//",
		"`;WORD();//", "\nWORD();" };
	struct rule rule = { .id = "script", .cause = "script-breakout",
			     .title = "text does not leave a script's "
				      "string" };

	judge_payload(t, &rule, &end);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		const char *word = new_word(t);
		const char *text = with_word(t, strings[i], word);
		const struct exchange *sent = NULL;
		const struct exchange *x = show(t, word, text, &sent);
		struct xpath_value v = { .n_nodes = 0 };
		bool out = false;

		if (x && ask_ok(x))
			v = nodes(t, x, "//script");
		for (size_t j = 0; j < v.n_nodes; j++)
			out |= outside_quotes(v.nodes[j],
					      arena_printf(t->arena, "%s()",
							   word));
		if (out)
			rule_bad(t->g, &rule, x, text,
				 "%s must keep %s inside a string of the "
				 "script. It has become code",
				 ask_what(t->arena, x),
				 text_visible(t->arena, span_of(text), 40));
		else if (x)
			rule_ok(&rule, x);
	}
	rule_close(t->g, &rule);
}

/* 7 * 7 with numbers of the run: a page may well show 49. */
static void injection(struct templates *t)
{
	static const char *const forms[][2] = {
		{ "{{", "}}" }, { "{% print(", ") %}" }, { "${", "}" },
		{ "#{", "}" } };
	struct prng *prng = grading_prng(t->g);
	long long a = (long long)prng_range(prng, 1111, 9999);
	long long b = (long long)prng_range(prng, 1111, 9999);
	const char *product = arena_printf(t->arena, "%lld", a * b);
	struct rule rule = { .id = "injection", .cause = "template-injection",
			     .title = "text is no template" };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *word = new_word(t);
		const char *text = arena_printf(t->arena, "%s %s%lld*%lld%s",
						word, forms[i][0], a, b,
						forms[i][1]);
		const struct exchange *sent = NULL;
		const struct exchange *x = show(t, word, text, &sent);

		if (x && (holds(x->res.body, product) ||
			  x->res.status >= 500))
			rule_bad(t->g, &rule, x, text,
				 "%s must show %s as it is. %s: the text was "
				 "run as a template", ask_what(t->arena, x),
				 text, x->res.status >= 500 ?
					       ask_answer(t->arena, x) :
					       arena_printf(t->arena,
							    "It shows %s",
							    product));
		else
			rule_ok(&rule, x ? x : sent);
	}
	rule_close(t->g, &rule);
}

/*
 * In every context the reader finds the text as it was written.  The texts
 * read the same where nothing is escaped: that is charged elsewhere.
 */
static void kept(struct templates *t)
{
	static const char *const texts[] = {
		[CONTEXT_TEXT] = "WORD 1 < 2 & 3 > 2, Zo\xc3\xab \xe2\x98\x95",
		[CONTEXT_ATTRIBUTE] = "WORD-1<2&3-Zo\xc3\xab-\xe2\x98\x95",
	};
	struct rule rule = { .id = "kept", .cause = "text-changed",
			     .title = "the reader finds the text unchanged" };

	for (size_t i = 0; i < t->c->n_contexts; i++) {
		const struct context *c = &t->c->contexts[i];
		const char *word = new_word(t), *text;
		const struct exchange *sent = NULL, *x;

		if (c->kind == CONTEXT_SCRIPT)
			continue; /* how it is escaped there is its own */
		text = with_word(t, texts[c->kind], word);
		x = show(t, word, text, &sent);
		if (!x)
			rule_skip(t->g, &rule, "%s answered %s",
				  ask_what(t->arena, sent),
				  ask_answer(t->arena, sent));
		else if (readable(t, x, c->xpath, text))
			rule_ok(&rule, x);
		else
			rule_bad(t->g, &rule, x, c->xpath,
				 "%s must show %s at %s, as it was sent",
				 ask_what(t->arena, x), text, c->xpath);
	}
	rule_close(t->g, &rule);
}

static void valid(struct templates *t)
{
	const char *word = new_word(t);
	const struct exchange *sent = NULL, *x = show(t, word, word, &sent);
	const char *type = x ? http_value(&x->res, "Content-Type") : NULL;
	struct rule rule = { .id = "valid", .title = "the page is HTML" };

	if (!x)
		rule_bad(t->g, &rule, sent, NULL,
			 "%s with plain text must be taken. It answered %s",
			 ask_what(t->arena, sent),
			 ask_answer(t->arena, sent));
	else if (!ask_ok(x) || !type || strncmp(type, "text/html", 9) ||
		 !text_is_utf8(x->res.body))
		rule_bad(t->g, &rule, x, NULL,
			 "%s must answer with HTML in UTF-8. It answered %s",
			 ask_what(t->arena, x), ask_answer(t->arena, x));
	else
		rule_ok(&rule, x);
	rule_close(t->g, &rule);
}

/* ------------------------------------------------------------------- run */

/* What is not shown at all is not shown wrongly: that would be no merit. */
static bool is_shown(struct templates *t)
{
	const char *word = new_word(t);
	const struct exchange *sent = NULL, *x = show(t, word, word, &sent);
	bool there = x && ask_ok(x) && holds(x->res.body, word);

	if (!x)
		x = sent;
	if (!there && !t->ask.code)
		grading_fail(t->g, CHECK(.id = "shown", .evidence = x,
					 .title = "what is sent is shown"),
			     "The page must show \"%s\", which was sent. %s "
			     "answered %s%s", word, ask_what(t->arena, x),
			     ask_answer(t->arena, x),
			     ask_ok(x) ? " without it" : "");
	return there;
}

static int run(struct grading *g, const void *config, struct err *err)
{
	const struct config *c = config;
	struct templates t = {
		.c = c, .g = g, .arena = grading_arena(g),
		.ask = { .g = g, .err = err, .headers = c->headers,
			 .n_headers = c->n_headers },
	};
	static void (*const rules[])(struct templates *) = {
		[RULE_ESCAPED] = escaped, [RULE_ATTRIBUTE] = attribute,
		[RULE_SCRIPT] = script, [RULE_INJECTION] = injection,
		[RULE_KEPT] = kept, [RULE_VALID] = valid,
	};

	if (!is_shown(&t))
		return t.ask.code;
	for (unsigned i = 0; i < ARRAY_LEN(rules) && !t.ask.code; i++)
		if (wants(&t, i) && (i != RULE_SCRIPT || has_script(&t)))
			rules[i](&t);
	return t.ask.code;
}

static void read_contexts(struct options *o, const struct json *v,
			  struct config *c)
{
	static const struct context anywhere = { CONTEXT_TEXT, "//body" };
	struct err err;

	if (!v) {
		c->contexts[c->n_contexts++] = anywhere;
		return;
	}
	if (o->code)
		return;
	if (v->type != JSON_ARRAY || v->count > CONTEXTS_MAX) {
		option_wrong(o, v, "\"contexts\" must be a list");
		return;
	}
	for (size_t i = 0; i < v->count && !o->code; i++) {
		struct context *context = &c->contexts[c->n_contexts++];

		option_object(o, &v->items[i], context_names);
		option_required(o, &v->items[i], "kind");
		option_word(o, &v->items[i], "kind", kind_names,
			    &context->kind);
		option_str(o, &v->items[i], "xpath", &context->xpath);
		if (context->kind != CONTEXT_SCRIPT && !context->xpath)
			option_wrong(o, &v->items[i],
				     "\"xpath\" is missing");
		else if (context->xpath &&
			 xpath_valid(context->xpath, &err) < 0)
			option_wrong(o, &v->items[i], "\"xpath\": %s",
				     err.msg);
	}
}

static int configure(struct arena *arena, const struct exercise *ex,
		     const struct criterion *c, const void **ret_config,
		     struct err *err)
{
	struct options o = { .arena = arena, .err = err };
	struct config *config = arena_alloc(arena, sizeof(*config));

	(void)ex;
	config->rules = ~0u;
	option_object(&o, c->with, option_names);
	option_required(&o, c->with, "page");
	option_send(&o, c->with, "send", "POST", &config->send);
	option_str(&o, c->with, "page", &config->page);
	option_headers(&o, c->with, "headers", &config->headers,
		       &config->n_headers);
	option_words(&o, c->with, "rules", rule_names, &config->rules);
	read_contexts(&o, json_get(c->with, "contexts"), config);
	if (!o.code && !config->send && !strstr(config->page, "{text}"))
		option_wrong(&o, c->with, "without \"send\" the page must "
			     "hold {text}");
	*ret_config = config;
	return o.code;
}

const struct grader grader_templates = {
	.name = "templates",
	.question = "is text shown as text in every context of a page?",
	.configure = configure,
	.run = run,
};
