#include "runner/base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"

#define SUGGEST_WORD_MAX 64

/* Lead byte ranges of RFC 3629: length, and what the second byte may be. */
static const struct lead {
	unsigned char first, last, len, low, high;
} leads[] = {
	{0x00, 0x7f, 1, 0x00, 0x00}, {0xc2, 0xdf, 2, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct lead *find_lead(unsigned char c)
{
	for (size_t i = 0; i < ARRAY_LEN(leads); i++)
		if (c >= leads[i].first && c <= leads[i].last)
			return &leads[i];
	return NULL;
}

size_t text_utf8_next(struct span s, unsigned *ret)
{
	const unsigned char *p = (const unsigned char *)s.data;
	const struct lead *lead = s.len ? find_lead(*p) : NULL;
	unsigned cp;

	if (!lead || s.len < lead->len)
		return 0;
	cp = lead->len == 1 ? *p : *p & (0x7fu >> lead->len);
	for (size_t i = 1; i < lead->len; i++) {
		if (p[i] < (i == 1 ? lead->low : 0x80) ||
		    p[i] > (i == 1 ? lead->high : 0xbf))
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	*ret = cp;
	return lead->len;
}

bool text_is_utf8(struct span s)
{
	unsigned cp;
	size_t n;

	while (s.len) {
		n = text_utf8_next(s, &cp);
		if (!n)
			return false;
		s = (struct span){s.data + n, s.len - n};
	}
	return true;
}

size_t text_utf8_put(char *out, unsigned cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/*
 * What a terminal obeys or a reader cannot see: controls, bidi overrides and
 * isolates, zero-width characters, line separators, tags, variation selectors.
 */
static bool is_deceptive(unsigned cp)
{
	static const unsigned ranges[][2] = {
		{0x00, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},
		{0x61c, 0x61c},	  {0x180e, 0x180e}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (cp >= ranges[i][0] && cp <= ranges[i][1])
			return true;
	return false;
}

static void add_escaped(struct buf *out, unsigned cp)
{
	if (cp == '\n')
		buf_add_str(out, "\\n");
	else if (cp == '\t')
		buf_add_str(out, "\\t");
	else if (cp == '\r')
		buf_add_str(out, "\\r");
	else if (cp < 0x80)
		buf_printf(out, "\\x%02x", cp);
	else
		buf_printf(out, "\\u{%x}", cp);
}

/* Never cut inside a character: that would show as an invalid byte. */
static size_t cut_length(struct span s, size_t max)
{
	if (!max || s.len <= max)
		return s.len;
	for (size_t back = 0; back < 4 && back < max; back++)
		if (((unsigned char)s.data[max - back] & 0xc0) != 0x80)
			return max - back;
	return max;
}

/* How much of the beginning is printable ASCII. */
static size_t plain_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] >= 0x20 && s.data[n] < 0x7f)
		n++;
	return n;
}

static char *visible(struct arena *arena, struct span s, size_t max,
		     bool keep_lines)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);
	size_t end = cut_length(s, max), i = 0, n;
	unsigned cp;

	while (i < end) {
		/* Nearly all text: a report has megabytes of it. */
		n = plain_length((struct span){s.data + i, end - i});
		buf_add(&out, s.data + i, n);
		i += n;
		if (i == end)
			break;
		n = text_utf8_next((struct span){s.data + i, end - i}, &cp);
		if (!n)
			buf_printf(&out, "\\x%02x", (unsigned char)s.data[i]);
		else if (is_deceptive(cp) && !(keep_lines && cp == '\n'))
			add_escaped(&out, cp);
		else
			buf_add(&out, s.data + i, n);
		i += n ? n : 1;
	}
	if (end < s.len)
		buf_printf(&out, "... (%zu bytes)", s.len);
	return arena_memdup(arena, buf_str(&out), out.len);
}

char *text_visible(struct arena *arena, struct span s, size_t max)
{
	return visible(arena, s, max, false);
}

char *text_visible_lines(struct arena *arena, struct span s, size_t max)
{
	return visible(arena, s, max, true);
}

static bool is_shell_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_-./:=@%+,", c));
}

/* Words that need $'...': what a paste would garble or a terminal obey. */
static bool needs_ansi_quotes(struct span s)
{
	unsigned cp;
	size_t n;

	for (size_t i = 0; i < s.len; i += n) {
		n = text_utf8_next((struct span){s.data + i, s.len - i}, &cp);
		if (!n || (is_deceptive(cp) && cp != '\n'))
			return true;
	}
	return false;
}

static void quote_ansi(struct buf *out, struct span s)
{
	buf_add_str(out, "$'");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c == '\'' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '\'');
}

static void quote_plain(struct buf *out, struct span s)
{
	buf_add_char(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, s.data[i]);
	}
	buf_add_char(out, '\'');
}

char *text_shell_quote(struct arena *arena, struct span s)
{
	AUTO_BUF out = BUF_INIT(SIZE_MAX / 2);
	bool plain = s.len > 0;

	for (size_t i = 0; i < s.len; i++)
		plain = plain && is_shell_plain(s.data[i]);
	if (plain)
		return arena_memdup(arena, s.data, s.len);
	if (needs_ansi_quotes(s))
		quote_ansi(&out, s);
	else
		quote_plain(&out, s);
	return arena_memdup(arena, buf_str(&out), out.len);
}

/* Optimal string alignment: a swap of neighbours is one edit. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][SUGGEST_WORD_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > SUGGEST_WORD_MAX || nb > SUGGEST_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *now = rows[i % 3], *up = rows[(i + 2) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t d = up[j - 1] + (a[i - 1] != b[j - 1]);

			d = up[j] + 1 < d ? up[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1]) {
				size_t swap = rows[(i + 1) % 3][j - 2] + 1;

				d = swap < d ? swap : d;
			}
			now[j] = d;
		}
	}
	return rows[na % 3][nb];
}

const char *text_suggest(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	size_t best_distance = strlen(word) / 3 + 1;

	for (; *candidates; candidates++) {
		size_t d = edit_distance(word, *candidates);

		if (d > best_distance || d >= strlen(*candidates) ||
		    (best && d == best_distance))
			continue;
		best = *candidates;
		best_distance = d;
	}
	return best;
}

void text_points(int hundredths, char ret[TEXT_POINTS_BYTES])
{
	unsigned rest = (unsigned)abs(hundredths) % 100;
	int n = snprintf(ret, TEXT_POINTS_BYTES, "%s%u",
			 hundredths < 0 ? "-" : "",
			 (unsigned)abs(hundredths) / 100);

	if (rest % 10)
		snprintf(ret + n, TEXT_POINTS_BYTES - (size_t)n, ".%02u", rest);
	else if (rest)
		snprintf(ret + n, TEXT_POINTS_BYTES - (size_t)n, ".%u",
			 rest / 10);
}
