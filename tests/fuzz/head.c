/* The head of a response, and what is read from its headers. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/expect/cookie.h"
#include "runner/expect/link.h"
#include "runner/expect/value.h"
#include "runner/probe/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct http_response res = { .version = "", .reason = "" };
	struct cookie_jar jar = { 0 };
	struct links links = { .n = 0 };
	struct value value;
	struct err err;

	head_parse(arena, (struct span){ (const char *)data, size }, &res);
	links_read(arena, &res, &links, &err);
	links_find(&links, "next");
	cookie_store(arena, &jar, &res, SPAN_LIT("/a/b"));
	cookie_header(arena, &jar, SPAN_LIT("/a/b/c"));
	for (size_t i = 0; i < res.n_headers; i++) {
		cookie_attribute(arena, res.headers[i].value, "Expires",
				 &value);
		cookie_attribute(arena, res.headers[i].value, "Max-Age",
				 &value);
	}
	return 0;
}
