/*
 * does: each process vforks the next and waits for it in the kernel
 * limits: processes=32 wall=5
 * expect: processes
 */
#include <stdio.h>
#include <unistd.h>

/* A parent in vfork() sleeps where only SIGKILL reaches it. */
static void deeper(int depth)
{
	alarm(5);
	if (depth == 0)
		return;
	pid_t pid = vfork(); /* NOLINT: the point of the case */
	if (pid == 0) {
		deeper(depth - 1);
		sleep(5);
		_exit(0);
	}
	if (pid < 0)
		sleep(5);
}

int main(void)
{
	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	deeper(2000);
	sleep(5);
	return 1;
}
