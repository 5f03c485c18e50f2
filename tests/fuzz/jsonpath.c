/* A JSONPath, a line feed, and the JSON to select from. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/expect/jsonpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span all = { (const char *)data, size }, path, text;
	size_t n = span_find(all, SPAN_LIT("\n"));
	const struct jsonpath *compiled;
	struct jsonpath_nodes nodes;
	const struct json *root;
	struct err err;

	if (n == size)
		return 0;
	path = (struct span){ all.data, n };
	text = (struct span){ all.data + n + 1, size - n - 1 };
	if (!jsonpath_compile(arena, path, &compiled, &err) &&
	    !json_parse(arena, text, &root, &err))
		jsonpath_select(compiled, arena, root, &nodes);
	return 0;
}
