#include "runner/expect/regex_ecma.h"

#include <ctype.h>
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/expect/regex.h"

#define PATTERN_MAX (64u << 10)

struct rewrite {
	struct span in;
	size_t i;
	struct buf *out;
	bool in_class;
};

/* ECMA's \s: white space and line terminators (section 12.2 and 12.3). */
static const char white[] = "\\t-\\r \\u00a0\\u1680\\u2000-\\u200a"
			    "\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";

static const struct {
	const char *ecma, *pcre;
} properties[] = {
	{ "Letter", "L" },
	{ "Lowercase_Letter", "Ll" },
	{ "Uppercase_Letter", "Lu" },
	{ "Titlecase_Letter", "Lt" },
	{ "Modifier_Letter", "Lm" },
	{ "Other_Letter", "Lo" },
	{ "Mark", "M" },
	{ "Number", "N" },
	{ "Decimal_Number", "Nd" },
	{ "digit", "Nd" },
	{ "Punctuation", "P" },
	{ "punct", "P" },
	{ "Symbol", "S" },
	{ "Separator", "Z" },
	{ "Space_Separator", "Zs" },
	{ "Other", "C" },
	{ "Control", "Cc" },
	{ "Alphabetic", "L" },
	{ "White_Space", "Xps" },
};

static bool at(const struct rewrite *w, size_t ahead, char c)
{
	return w->i + ahead < w->in.len && w->in.data[w->i + ahead] == c;
}

/* \p{...}: long names that PCRE2 lacks get their short ones. */
static int property(struct rewrite *w)
{
	struct span rest = { w->in.data + w->i, w->in.len - w->i };
	size_t end = span_find(rest, SPAN_LIT("}"));
	struct span name;

	if (rest.len < 4 || rest.data[2] != '{' || end == rest.len)
		return -EINVAL;
	name = (struct span){ rest.data + 3, end - 3 };
	for (size_t k = 0; k < name.len; k++)
		if (name.data[k] == '=')
			name = (struct span){ name.data + k + 1,
					      name.len - k - 1 };
	for (size_t k = 0; k < ARRAY_LEN(properties); k++)
		if (span_is(name, properties[k].ecma))
			name = span_of(properties[k].pcre);
	w->i += end + 1;
	return buf_printf(w->out, "\\%c{%.*s}", rest.data[1], (int)name.len,
			  name.data);
}

static int copy(struct rewrite *w, size_t n)
{
	int r = buf_add(w->out, w->in.data + w->i, n);

	w->i += n;
	return r;
}

static int white_space(struct rewrite *w, bool not)
{
	w->i += 2;
	if (w->in_class && !not)
		return buf_add_str(w->out, white);
	if (w->in_class) /* no set difference in PCRE2: its own \S will do */
		return buf_add_str(w->out, "\\S");
	return buf_printf(w->out, "[%s%s]", not ? "^" : "", white);
}

/* \u{1f600}: the character itself, quoted where it could mean something. */
static int code_point(struct rewrite *w)
{
	unsigned cp = 0;
	size_t k = w->i + 3;
	char out[5] = "\\";

	for (; k < w->in.len && isxdigit((unsigned char)w->in.data[k]); k++) {
		char c = w->in.data[k];

		cp = cp * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'W');
		if (cp > 0x10ffff)
			return -EINVAL;
	}
	if (k == w->i + 3 || k == w->in.len || w->in.data[k] != '}')
		return -EINVAL;
	w->i = k + 1;
	if (cp < 0x80 && !isalnum((int)cp)) {
		out[1] = (char)cp;
		return buf_add(w->out, out, 2);
	}
	return buf_add(w->out, out, text_utf8_put(out, cp));
}

static int escape(struct rewrite *w)
{
	char c = w->i + 1 < w->in.len ? w->in.data[w->i + 1] : '\0';

	if (c == 'p' || c == 'P')
		return property(w);
	if (c == 's' || c == 'S')
		return white_space(w, c == 'S');
	if (c == 'u' && at(w, 2, '{'))
		return code_point(w);
	if (c == 'k' && at(w, 2, '<'))
		return copy(w, 2);
	if (c == 'c' && w->i + 2 < w->in.len &&
	    isalpha((unsigned char)w->in.data[w->i + 2]))
		return copy(w, 3);
	/* Control escapes, classes, assertions, hex, back-references. */
	if (isalpha((unsigned char)c) && !strchr("fnrtvdDwWbBxu", c))
		return -EINVAL;
	return c ? copy(w, 2) : -EINVAL;
}

static int open_group(struct rewrite *w)
{
	static const char *const allowed[] = { "(?:", "(?=", "(?!", "(?<=",
					       "(?<!" };
	struct span rest = { w->in.data + w->i, w->in.len - w->i };

	if (!at(w, 1, '?'))
		return at(w, 1, '*') ? -EINVAL : copy(w, 1);
	for (size_t k = 0; k < ARRAY_LEN(allowed); k++)
		if (span_starts(rest, span_of(allowed[k])))
			return copy(w, strlen(allowed[k]));
	if (at(w, 2, '<') && w->i + 3 < w->in.len &&
	    (isalpha((unsigned char)w->in.data[w->i + 3]) ||
	     strchr("_$", w->in.data[w->i + 3])))
		return copy(w, 3);
	return -EINVAL;
}

static int open_class(struct rewrite *w)
{
	if (at(w, 1, ']')) { /* nothing */
		w->i += 2;
		return buf_add_str(w->out, "(*FAIL)");
	}
	if (at(w, 1, '^') && at(w, 2, ']')) { /* anything */
		w->i += 3;
		return buf_add_str(w->out, "(?s:.)");
	}
	w->in_class = true;
	return copy(w, 1);
}

static int next(struct rewrite *w)
{
	char c = w->in.data[w->i];

	if (c == '\\')
		return escape(w);
	if (w->in_class) {
		if (c == '[') {
			w->i++;
			return buf_add_str(w->out, "\\[");
		}
		w->in_class = c != ']';
		return copy(w, 1);
	}
	if (c == '(')
		return open_group(w);
	if (c == '[')
		return open_class(w);
	return copy(w, 1);
}

int regex_from_ecma(struct arena *arena, struct span pattern, struct span *ret)
{
	AUTO_BUF out = BUF_INIT(PATTERN_MAX);
	struct rewrite w = { .in = pattern, .out = &out };
	int r = 0;

	while (w.i < pattern.len && r == 0)
		r = next(&w);
	if (r < 0)
		return -EINVAL;
	*ret = (struct span){ arena_memdup(arena, buf_str(&out), out.len),
			      out.len };
	return 0;
}

/* Lookbehinds as lookaheads: alike in syntax, and any width compiles. */
static struct span turn_lookbehinds(struct arena *arena, struct span pattern)
{
	char *out = arena_memdup(arena, pattern.data, pattern.len);
	size_t n = 0;

	for (size_t i = 0; i < pattern.len; i++) {
		out[n++] = pattern.data[i];
		if (i >= 1 && pattern.data[i - 1] == '(' &&
		    pattern.data[i] == '?' && i + 2 < pattern.len &&
		    pattern.data[i + 1] == '<' &&
		    (pattern.data[i + 2] == '=' || pattern.data[i + 2] == '!'))
			i++;
	}
	return (struct span){ out, n };
}

bool regex_is_ecma(struct span pattern)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct regex *regex;
	struct span text;

	return regex_from_ecma(arena, pattern, &text) == 0 &&
	       regex_compile(arena, turn_lookbehinds(arena, text), REGEX_ECMA,
			     &regex, NULL) == 0;
}
