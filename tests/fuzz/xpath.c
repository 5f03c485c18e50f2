/* A body as HTML and as XML, under expressions that reach all of it. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/xpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const expressions[] = {
		"//*", "//@*", "string(//p[last()])", "count(//text())",
		"//_:a",
	};
	struct span body = { (const char *)data, size };

	for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct xpath_value value;
		struct err err;

		xpath_eval(arena, body, false, expressions[i], &value, &err);
		xpath_eval(arena, body, true, expressions[i], &value, &err);
	}
	return 0;
}
