/*
 * does: waits in vfork for a child that stops itself: deaf to all but SIGKILL
 * limits: wall=0.4
 * expect: wall-time
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(10);
	if (vfork() == 0) { /* NOLINT: the point of the case */
		alarm(10);
		kill(getpid(), SIGSTOP);
		_exit(0);
	}
	return 1;
}
