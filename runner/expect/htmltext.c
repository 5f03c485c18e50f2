/*
 * Character references of HTML, back into characters: as a browser reads
 * them in text, which forgives missing semicolons and names C1 controls by
 * what Windows put there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/expect/encode.h"
#include "runner/expect/entities.h"

#define NAME_BYTES_MAX 40 /* the longest name has 32 and a semicolon */

/* 0x80 to 0x9f; 0 stands for itself. */
static const unsigned windows_1252[32] = {
	0x20ac, 0,	0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,	0x017d, 0,
	0,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	0x017e, 0x0178,
};

static void put(struct buf *out, unsigned cp)
{
	char utf8[4];

	buf_add(out, utf8, text_utf8_put(utf8, cp));
}

/* Controls but blanks, and what is no character, are left out. */
static bool is_nothing(unsigned cp)
{
	return (cp < 0x20 && !(cp >= 9 && cp <= 13 && cp != 11)) ||
	       (cp >= 0x7f && cp < 0xa0) || (cp >= 0xfdd0 && cp <= 0xfdef) ||
	       (cp & 0xfffe) == 0xfffe;
}

static void put_number(struct buf *out, unsigned cp)
{
	if (!cp || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		put(out, 0xfffd);
	else if (cp >= 0x80 && cp < 0xa0)
		put(out, windows_1252[cp - 0x80] ? windows_1252[cp - 0x80]
						 : cp);
	else if (!is_nothing(cp))
		put(out, cp);
}

/* Behind "&#": bytes used, or 0; a missing semicolon is forgiven. */
static size_t read_number(struct span s, struct buf *out)
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
	put_number(out, cp);
	return n + (n < s.len && s.data[n] == ';');
}

static int by_name(const void *key, const void *entity)
{
	return strcmp(key, ((const struct entity *)entity)->name);
}

/* The longest name that `s` begins with: bytes used, or 0. */
static size_t read_name(struct span s, struct buf *out)
{
	char name[NAME_BYTES_MAX] = "";
	size_t n = 0;

	while (n < s.len && n < sizeof(name) - 1 && s.data[n] &&
	       !strchr("\t\n\f <&#", s.data[n])) {
		name[n] = s.data[n];
		if (name[n++] == ';')
			break;
	}
	for (; n > 1; name[--n] = '\0') {
		const struct entity *e = bsearch(name, entities, n_entities,
						 sizeof(*e), by_name);

		if (!e)
			continue;
		put(out, e->code[0]);
		if (e->code[1])
			put(out, e->code[1]);
		return n;
	}
	return 0;
}

struct span encode_html_decode(struct arena *arena, struct span text)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);

	for (size_t i = 0; i < text.len;) {
		struct span rest = {text.data + i + 1, text.len - i - 1};
		size_t n = 0;

		if (text.data[i] == '&' && rest.len && *rest.data == '#') {
			n = read_number((struct span){rest.data + 1,
						      rest.len - 1},
					&out);
			n += n > 0;
		} else if (text.data[i] == '&') {
			n = read_name(rest, &out);
		}
		if (!n)
			buf_add_char(&out, text.data[i]);
		i += n + 1;
	}
	return (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
}
