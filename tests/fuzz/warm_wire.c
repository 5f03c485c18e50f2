/* The reader of requests to a fork server; it must take any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sandbox/warm_wire.h"
#include "sandbox/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire w;
	static struct warm_request request;
	size_t length = 0;

	if (size > sizeof(w.bytes))
		return 0;
	memcpy(w.bytes, data, size);
	w.len = size;
	w.at = 0;
	w.failed = false;
	if (warm_get(&w, &request) || request.kind != WARM_START)
		return 0;
	/* What was accepted can be read to its end. */
	for (size_t i = 0; request.argv[i]; i++)
		length += strlen(request.argv[i]);
	for (size_t i = 0; request.env[i]; i++)
		length += strlen(request.env[i]);
	length += strlen(request.join.confine.cwd);
	if (length > size)
		__builtin_trap();
	return 0;
}
