/* The JSON reader: what it accepts, it prints, and reads again the same. */
#include <stdint.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO_BUF out = BUF_INIT(16 << 20);
	const struct json *v, *again;
	struct err err;

	if (json_parse(arena, (struct span){ (const char *)data, size }, &v,
		       &err))
		return 0;
	if (json_print(v, &out) ||
	    json_parse(arena, buf_span(&out), &again, &err) ||
	    !json_equal(v, again))
		abort();
	return 0;
}
