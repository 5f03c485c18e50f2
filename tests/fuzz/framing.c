/* The bytes of one raw answer, and what its framing is said to be. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/probe/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = { "GET", "HEAD" };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span all = { (const char *)data, size };
	size_t n = span_find(all, SPAN_LIT("\r\n\r\n"));
	struct http_response res = { .version = "", .reason = "" };

	if (n == size)
		return 0;
	res.head = (struct span){ all.data, n + 4 };
	res.body = (struct span){ all.data + n + 4, size - n - 4 };
	res.body_bytes = (int64_t)res.body.len;
	if (!head_parse(arena, res.head, &res))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		http_framing(arena, methods[i], &res);
	http_raw_shown(arena, all);
	return 0;
}
