/*
 * does: recurses until the stack ends
 * limits: wall=5
 * expect: signalled:11
 * expect-none: signalled:11 memory
 */
#include <string.h>
#include <unistd.h>

static int deeper(volatile char *above)
{
	volatile char frame[4096];

	memset((char *)frame, above[0], sizeof frame);
	return deeper(frame) + frame[1];
}

int main(void)
{
	volatile char first = 1;

	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(5);
	return deeper(&first);
}
