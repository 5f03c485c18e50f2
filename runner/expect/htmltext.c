/* Character references of HTML, back into characters. */
#include <stdint.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/expect/encode.h"

#define NAME_MAX_BYTES 10

/* The five of XML and the Latin-1 ones that APIs use; not all 2,231. */
static const struct {
	const char *name;
	unsigned cp;
} references[] = {
	{"amp", '&'},	   {"lt", '<'},	       {"gt", '>'},
	{"quot", '"'},	   {"apos", '\''},     {"nbsp", 0xa0},
	{"iexcl", 0xa1},   {"cent", 0xa2},     {"pound", 0xa3},
	{"yen", 0xa5},	   {"sect", 0xa7},     {"copy", 0xa9},
	{"laquo", 0xab},   {"reg", 0xae},      {"deg", 0xb0},
	{"plusmn", 0xb1},  {"micro", 0xb5},    {"para", 0xb6},
	{"middot", 0xb7},  {"raquo", 0xbb},    {"frac12", 0xbd},
	{"iquest", 0xbf},  {"Agrave", 0xc0},   {"Aacute", 0xc1},
	{"Auml", 0xc4},	   {"Aring", 0xc5},    {"AElig", 0xc6},
	{"Ccedil", 0xc7},  {"Egrave", 0xc8},   {"Eacute", 0xc9},
	{"Ntilde", 0xd1},  {"Ouml", 0xd6},     {"times", 0xd7},
	{"Oslash", 0xd8},  {"Uuml", 0xdc},     {"szlig", 0xdf},
	{"agrave", 0xe0},  {"aacute", 0xe1},   {"acirc", 0xe2},
	{"auml", 0xe4},	   {"aring", 0xe5},    {"aelig", 0xe6},
	{"ccedil", 0xe7},  {"egrave", 0xe8},   {"eacute", 0xe9},
	{"ecirc", 0xea},   {"euml", 0xeb},     {"igrave", 0xec},
	{"iacute", 0xed},  {"ntilde", 0xf1},   {"ograve", 0xf2},
	{"oacute", 0xf3},  {"ocirc", 0xf4},    {"ouml", 0xf6},
	{"divide", 0xf7},  {"oslash", 0xf8},   {"ugrave", 0xf9},
	{"uacute", 0xfa},  {"uuml", 0xfc},     {"yuml", 0xff},
	{"ndash", 0x2013}, {"mdash", 0x2014},  {"lsquo", 0x2018},
	{"rsquo", 0x2019}, {"ldquo", 0x201c},  {"rdquo", 0x201d},
	{"bull", 0x2022},  {"hellip", 0x2026}, {"euro", 0x20ac},
	{"trade", 0x2122}, {"larr", 0x2190},   {"rarr", 0x2192},
};

/* Behind "&#": bytes used, or 0; a missing semicolon is forgiven. */
static size_t read_numeric(struct span s, unsigned *ret)
{
	bool hex = s.len && (*s.data | 0x20) == 'x';
	size_t n = hex;
	unsigned cp = 0;

	for (; n < s.len; n++) {
		char c = s.data[n], low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			cp = cp * (hex ? 16 : 10) + (unsigned)(c - '0');
		else if (hex && low >= 'a' && low <= 'f')
			cp = cp * 16 + (unsigned)(low - 'a' + 10);
		else
			break;
		if (cp > 0x10ffff)
			cp = 0x110000;
	}
	if (n == (size_t)hex)
		return 0;
	*ret = !cp || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000) ? 0xfffd
								     : cp;
	return n + (n < s.len && s.data[n] == ';');
}

static size_t read_named(struct span s, unsigned *ret)
{
	size_t n = span_find((struct span){s.data, s.len < NAME_MAX_BYTES
							   ? s.len
							   : NAME_MAX_BYTES},
			     SPAN_LIT(";"));

	for (size_t i = 0; n < s.len && i < ARRAY_LEN(references); i++) {
		if (!span_is((struct span){s.data, n}, references[i].name))
			continue;
		*ret = references[i].cp;
		return n + 1;
	}
	return 0;
}

struct span encode_html_decode(struct arena *arena, struct span text)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);
	char utf8[4];
	unsigned cp;

	for (size_t i = 0; i < text.len;) {
		struct span rest = {text.data + i + 1, text.len - i - 1};
		size_t n = 0;

		if (text.data[i] == '&' && rest.len && *rest.data == '#') {
			n = read_numeric(
				(struct span){rest.data + 1, rest.len - 1},
				&cp);
			n += n > 0;
		} else if (text.data[i] == '&') {
			n = read_named(rest, &cp);
		}
		if (n)
			buf_add(&out, utf8, text_utf8_put(utf8, cp));
		else
			buf_add_char(&out, text.data[i]);
		i += n + 1;
	}
	return (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
}
