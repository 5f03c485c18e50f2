#include "runner/base/width.h"

#include <uniwidth.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"

size_t width_next(struct span s, int *ret_columns)
{
	unsigned cp;
	size_t n;
	int columns;

	*ret_columns = 1;
	if ((unsigned char)*s.data < 0x80)
		return 1;
	n = text_utf8_next(s, &cp);
	if (!n)
		return 1;
	columns = uc_width(cp, "UTF-8");
	*ret_columns = columns < 0 ? 0 : columns;
	return n;
}

int width_columns(struct span s)
{
	int all = 0, columns;

	for (size_t i = 0; i < s.len; all += columns)
		i += width_next((struct span){ s.data + i, s.len - i },
				&columns);
	return all;
}

size_t width_fit(struct span s, int columns)
{
	size_t i = 0;

	while (i < s.len) {
		int next;
		size_t n = width_next((struct span){ s.data + i, s.len - i },
				      &next);

		columns -= next;
		if (columns < 0)
			break;
		i += n;
	}
	return i;
}

const char *width_padded(struct arena *arena, const char *text, int columns)
{
	int blanks = columns - width_columns(span_of(text));

	return arena_printf(arena, "%s%*s", text, blanks > 0 ? blanks : 0, "");
}
