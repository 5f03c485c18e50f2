/* A refused call, and the addresses and text that it pointed at. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

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

/* Arguments are numbers, or point to the rest of the input, or anywhere. */
static void call(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "connect", "sendto", "socket",
					     "mount", "unshare", "ptrace",
					     "move_mount", "none" };
	struct seccomp_notif req = { .pid = (uint32_t)getpid() };
	size_t n = sizeof(req.data.args);
	char text[DECODE_BYTES];

	if (size <= n)
		return;
	memcpy(req.data.args, data, n);
	for (size_t i = 0; i < 6; i++) {
		if (req.data.args[i] % 4 == 0)
			req.data.args[i] = (uintptr_t)data + n;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		decode_call(&req, names[i], text);
		check(text, sizeof(text));
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
	call(data, size);
	return 0;
}
