/*
 * does: executes what is no instruction
 * expect: signalled:4
 */
#include <unistd.h>

int main(void)
{
	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(5);
	__builtin_trap();
}
