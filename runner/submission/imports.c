#include "runner/submission/imports.h"

#include <stdbool.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/file.h"
#include "runner/submission/pysource.h"
#include "runner/submission/submission.h"

#define FILES_MAX      200
#define FILE_BYTES_MAX (256u << 10)
#define NAME_BYTES_MAX 40
#define LIST_BYTES_MAX 2000

static bool is_listed(struct span list, struct span name)
{
	while (list.len) {
		size_t n = span_find(list, SPAN_LIT(","));

		if (span_equal((struct span){ list.data, n }, name))
			return true;
		n += n < list.len;
		list = (struct span){ list.data + n, list.len - n };
	}
	return false;
}

static void add(struct buf *list, struct span name)
{
	name.len = span_find(name, SPAN_LIT("."));
	if (!name.len || name.len > NAME_BYTES_MAX ||
	    list->len + 1 + name.len > LIST_BYTES_MAX ||
	    is_listed(buf_span(list), name))
		return;
	if (list->len)
		buf_add_char(list, ',');
	buf_add_span(list, name);
}

static bool is_python(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".py") == 0;
}

const char *imports_list(struct arena *arena, const struct submission *sub)
{
	AUTO_BUF list = BUF_INIT(LIST_BYTES_MAX);
	struct pysource source;
	struct span text;

	for (size_t i = 0; i < sub->n_files && i < FILES_MAX; i++) {
		const char *path = sub->files[i].path;

		if (!is_python(path) ||
		    file_read(arena, arena_printf(arena, "%s/%s", sub->dir,
						  path),
			      FILE_BYTES_MAX, &text, NULL) < 0)
			continue;
		pysource_look(text, &source);
		for (size_t k = 0; k < source.n_imports; k++)
			add(&list, source.imports[k]);
	}
	return arena_strdup(arena, buf_str(&list));
}
