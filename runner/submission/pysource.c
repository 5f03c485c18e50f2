#include "runner/submission/pysource.h"

#include <ctype.h>

/* A logical line: a statement that may span several lines of text. */
struct line {
	struct span text; /* without indentation and comment */
	size_t indent;
};

struct lines {
	struct span text;
	size_t at;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* Behind the string literal whose quote is at `at`. */
static size_t skip_string(struct span s, size_t at)
{
	char quote = s.data[at];
	bool triple = at + 2 < s.len && s.data[at + 1] == quote &&
		      s.data[at + 2] == quote;

	for (at += triple ? 3 : 1; at < s.len; at++) {
		if (s.data[at] == '\\')
			at++;
		else if (s.data[at] == '\n' && !triple)
			return at; /* not closed: an error of its own */
		else if (s.data[at] == quote &&
			 (!triple || (at + 2 < s.len &&
				      s.data[at + 1] == quote &&
				      s.data[at + 2] == quote)))
			return at + (triple ? 3 : 1);
	}
	return s.len;
}

/* To the end of the statement that begins at `at`. */
static size_t skip_statement(struct span s, size_t at)
{
	int depth = 0;

	while (at < s.len) {
		char c = s.data[at];

		if (c == '"' || c == '\'') {
			at = skip_string(s, at);
			continue;
		}
		if (c == '#') {
			while (at < s.len && s.data[at] != '\n')
				at++;
			continue;
		}
		if (c == '\\' && at + 1 < s.len)
			at++;
		else if (strchr("([{", c) && c)
			depth++;
		else if (strchr(")]}", c) && c && depth)
			depth--;
		else if ((c == '\n' || c == ';') && !depth)
			return at;
		at++;
	}
	return s.len;
}

static bool next_line(struct lines *l, struct line *ret)
{
	size_t indent = 0, from;

	while (l->at < l->text.len) {
		char c = l->text.data[l->at];

		if (c == '\n' || c == '\r' || c == ';' || c == '\f')
			indent = 0;
		else if (c == ' ')
			indent++;
		else if (c == '\t')
			indent = (indent / 8 + 1) * 8;
		else
			break;
		l->at++;
	}
	if (l->at >= l->text.len)
		return false;
	from = l->at;
	l->at = skip_statement(l->text, from);
	if (l->at == from) /* a comment alone, or a stray byte */
		l->at++;
	*ret = (struct line){ { l->text.data + from, l->at - from }, indent };
	return true;
}

/* --- words of a line ---------------------------------------------------------
 */

struct words {
	struct span text;
	size_t at;
};

static void skip_blank(struct words *w)
{
	while (w->at < w->text.len &&
	       (isspace((unsigned char)w->text.data[w->at]) ||
		w->text.data[w->at] == '\\'))
		w->at++;
}

/* A name, with dots if `dotted`; empty when something else comes. */
static struct span take_name(struct words *w, bool dotted)
{
	size_t from;

	skip_blank(w);
	from = w->at;
	while (w->at < w->text.len &&
	       (is_name(w->text.data[w->at]) ||
		(dotted && w->text.data[w->at] == '.')))
		w->at++;
	return (struct span){ w->text.data + from, w->at - from };
}

static bool take_char(struct words *w, char c)
{
	skip_blank(w);
	if (w->at >= w->text.len || w->text.data[w->at] != c)
		return false;
	w->at++;
	return true;
}

static bool is_one_of(struct span name, const char *const *list)
{
	for (; *list; list++)
		if (span_is(name, *list))
			return true;
	return false;
}

static const char *const app_names[] = { "app", "application", NULL };
static const char *const factory_names[] = { "create_app", "make_app", NULL };
static const char *const flask_classes[] = { "Flask", "APIFlask", "OpenAPI",
					     NULL };
/* What else is called `app` in a module that serves nothing. */
static const char *const other_classes[] = {
	"Celery", "Typer", "FastAPI", "Starlette", "Sanic", "Quart", "Bottle",
	"Litestar", "Tk", "QApplication", "Blueprint", "APIRouter", "None",
	NULL
};

/* Does a call of one of `classes` occur, as a word of its own? */
static bool calls_one_of(struct span text, const char *const *classes)
{
	struct words w = { text, 0 };

	while (w.at < text.len) {
		struct span name = take_name(&w, false);

		if (w.at < text.len &&
		    (text.data[w.at] == '"' || text.data[w.at] == '\'')) {
			w.at = skip_string(text, w.at);
			continue;
		}
		if (!name.len) {
			w.at++;
			continue;
		}
		if (is_one_of(name, classes)) {
			struct words after = w;

			if (take_char(&after, '('))
				return true;
		}
	}
	return false;
}

/* --- the forms we know -------------------------------------------------------
 */

static void bind(struct pysource *ret, struct span name)
{
	ret->binds_app |= is_one_of(name, app_names);
	ret->factory |= is_one_of(name, factory_names);
}

static void note_import(struct pysource *ret, struct span module)
{
	if (module.len && ret->n_imports < PYSOURCE_IMPORTS_MAX)
		ret->imports[ret->n_imports++] = module;
}

/* NAME [as NAME], ... */
static void look_at_names(struct words *w, struct pysource *ret, bool bound)
{
	take_char(w, '(');
	do {
		struct span name = take_name(w, true);
		struct words ahead = *w;

		if (!bound)
			note_import(ret, name);
		if (span_is(take_name(&ahead, false), "as")) {
			*w = ahead;
			name = take_name(w, false);
		}
		bind(ret, name);
	} while (take_char(w, ','));
}

static void look_at_from(struct words *w, struct pysource *ret)
{
	struct span module = take_name(w, true);

	if (module.len && module.data[0] == '.')
		ret->relative = true;
	else
		note_import(ret, module);
	if (span_is(take_name(w, false), "import"))
		look_at_names(w, ret, true);
}

/* Parameters that a call without arguments leaves out. */
static bool needs_arguments(struct words *w)
{
	struct span list;
	size_t end;

	if (!take_char(w, '('))
		return false;
	end = skip_statement(w->text, w->at);
	list = (struct span){ w->text.data + w->at, end - w->at };
	w = &(struct words){ list, 0 };
	while (w->at < list.len && !take_char(w, ')')) {
		size_t from = w->at;
		int depth = 0;
		bool has_default = false;

		for (; w->at < list.len; w->at++) {
			char c = list.data[w->at];

			if (!depth && (c == ',' || c == ')'))
				break;
			depth += c == '(' || c == '[' || c == '{';
			depth -= c == ')' || c == ']' || c == '}';
			has_default |= !depth && c == '=';
		}
		if (!has_default && w->at > from &&
		    list.data[from] != '*' && list.data[from] != '/')
			return true;
		if (!take_char(w, ','))
			break;
		skip_blank(w);
	}
	return false;
}

static void look_at_def(struct words *w, struct pysource *ret)
{
	if (!is_one_of(take_name(w, false), factory_names))
		return;
	ret->defines_factory = true;
	if (needs_arguments(w))
		ret->needy_factory = true;
	else
		ret->factory = true;
}

/* The right side of NAME [: TYPE] = ..., or an empty span. */
static struct span assigned(struct words w)
{
	int depth = 0;

	for (; w.at < w.text.len; w.at++) {
		char c = w.text.data[w.at];
		char next = w.at + 1 < w.text.len ? w.text.data[w.at + 1] : 0;

		if (c == '(' && !depth)
			return (struct span){ 0 }; /* a call */
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		if (c == '=' && next == '=')
			return (struct span){ 0 };
		if (c == '=' && !depth)
			return (struct span){ w.text.data + w.at + 1,
					      w.text.len - w.at - 1 };
	}
	return (struct span){ 0 };
}

static void look_at_assignment(struct span first, const struct words *w,
			       struct pysource *ret)
{
	struct span value = assigned(*w);

	if (!value.len || calls_one_of(value, other_classes))
		return;
	if (calls_one_of(value, flask_classes)) {
		ret->makes_app = true;
		return;
	}
	bind(ret, first);
}

static bool opens_block(struct span word, struct span line)
{
	return span_is(word, "def") || span_is(word, "class") ||
	       span_is(word, "async") ||
	       (span_is(word, "if") &&
		span_find(line, SPAN_LIT("__name__")) < line.len);
}

static void look_at_line(const struct line *line, struct pysource *ret)
{
	struct words w = { line->text, 0 };
	struct span word = take_name(&w, true);

	if (span_is(word, "from"))
		look_at_from(&w, ret);
	else if (span_is(word, "import"))
		look_at_names(&w, ret, false);
	else if (span_is(word, "def"))
		look_at_def(&w, ret);
	else if (word.len)
		look_at_assignment(word, &w, ret);
}

static bool is_run(struct span line)
{
	return span_find(line, SPAN_LIT(".run(")) < line.len ||
	       span_find(line, SPAN_LIT("run_simple(")) < line.len;
}

void pysource_look(struct span text, struct pysource *ret)
{
	struct lines lines = { text, 0 };
	struct line line;
	bool inside = false;
	size_t block = 0;

	*ret = (struct pysource){ 0 };
	while (next_line(&lines, &line)) {
		struct words w = { line.text, 0 };

		if (inside && line.indent > block) {
			ret->hidden_app |= calls_one_of(line.text,
							flask_classes);
			ret->runs |= is_run(line.text);
			continue;
		}
		inside = opens_block(take_name(&w, false), line.text);
		block = line.indent;
		ret->runs |= is_run(line.text);
		look_at_line(&line, ret);
	}
}

/* The text of a plain string literal. */
static struct span literal(struct span s)
{
	struct words w = { s, 0 };
	size_t from;
	char quote;

	skip_blank(&w);
	if (w.at >= s.len || (s.data[w.at] != '"' && s.data[w.at] != '\''))
		return (struct span){ 0 };
	quote = s.data[w.at++];
	for (from = w.at; w.at < s.len && s.data[w.at] != quote; w.at++)
		if (s.data[w.at] == '\\' || s.data[w.at] == '\n')
			return (struct span){ 0 };
	return (struct span){ s.data + from, w.at - from };
}

struct span pysource_setting(struct span text, const char *name)
{
	struct lines lines = { text, 0 };
	struct line line;
	struct span found = { 0 };

	while (next_line(&lines, &line)) {
		struct words w = { line.text, 0 };

		if (line.indent == 0 && span_is(take_name(&w, false), name))
			found = literal(assigned(w));
	}
	return found;
}
