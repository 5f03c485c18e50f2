/* A body under each Content-Encoding, and under two. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/expect/coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const codings[] = { "gzip", "deflate", "br",
					       "gzip, br" };
	struct span body = { (const char *)data, size };

	for (size_t i = 0; i < sizeof(codings) / sizeof(*codings); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct span out;

		coding_undo(arena, body, codings[i], 64 << 10, &out);
	}
	return 0;
}
