/* Socket addresses and text that a refused call pointed at: the program's. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sandbox/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t bytes)
{
	if (strnlen(text, bytes) == bytes)
		__builtin_trap();
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[DECODE_BYTES], small[8];
	uint8_t address[128] = { 0 };
	size_t n = size < sizeof(address) ? size : sizeof(address);

	memcpy(address, data, n);
	*text = *small = '\0';
	decode_address(address, n, text, sizeof(text));
	check(text, sizeof(text));
	decode_address(address, n, small, sizeof(small));
	check(small, sizeof(small));
	decode_text((const char *)data, size, text, sizeof(text));
	check(text, sizeof(text));
	(void)decode_is_loopback(address, n);
	return 0;
}
