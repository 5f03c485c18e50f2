#include "runner/report/markup.h"

#include <stdarg.h>
#include <string.h>

#include "runner/base/text.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* U+FFFE and U+FFFF: valid UTF-8, but no characters of XML 1.0. */
static bool is_no_character(const char *s)
{
	return !memcmp(s, "\xef\xbf", 2) &&
	       ((unsigned char)s[2] == 0xbe || (unsigned char)s[2] == 0xbf);
}

void markup_span(FILE *out, struct arena *arena, struct span s, size_t max)
{
	const char *text = text_visible_lines(arena, s, max);

	for (; *text; text++) {
		const char *escaped = entity(*text);

		if (escaped) {
			fputs(escaped, out);
		} else if (text[1] && text[2] && is_no_character(text)) {
			fputs("\\u{fffe}", out);
			text += 2;
		} else {
			putc(*text, out);
		}
	}
}

void markup_text(FILE *out, struct arena *arena, const char *s)
{
	markup_span(out, arena, span_of(s ? s : ""), 0);
}

void markup(FILE *out, struct arena *arena, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			putc(*fmt, out);
			continue;
		}
		fmt++;
		if (*fmt == 's')
			markup_text(out, arena, va_arg(ap, const char *));
		else if (*fmt == 'd')
			fprintf(out, "%d", va_arg(ap, int));
		else
			putc(*fmt, out);
	}
	va_end(ap);
}
