/* The script compiler. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct script *script;
	struct err err;
	size_t n;

	if (!script_parse(arena, "/nowhere/x.hurl",
			  (struct span){ (const char *)data, size }, &script,
			  &err))
		script_undefined(arena, script, &n);
	return 0;
}
