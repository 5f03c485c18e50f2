/* The compiler of system call policies. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sandbox/seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libseccomp 2.5.4 loses a little when it refuses a rule that contradicts
 * another; only the compiler of policies, when we build, ever sees that. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy policy;
	char msg[80];

	if (seccomp_compile((const char *)data, size, true, &policy, msg,
			    sizeof(msg)) < 0 &&
	    (!*msg || strnlen(msg, sizeof(msg)) == sizeof(msg)))
		__builtin_trap();
	return 0;
}
