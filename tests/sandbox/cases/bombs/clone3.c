/*
 * does: clone3 without end, with every flag combination that a bomb likes
 * limits: processes=32 wall=5
 * expect: processes exited:0
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct clone_args args = { .flags = CLONE_FILES,
				   .exit_signal = SIGCHLD };

	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(6);
	for (int i = 0; i < 2000; i++) {
		long pid = syscall(SYS_clone3, &args, sizeof args);

		if (pid == 0) {
			alarm(5);
			sleep(5);
			_exit(0);
		}
		if (pid < 0 && errno == ENOSYS) {
			puts("CONTAINED: no such call");
			return 0;
		}
	}
	sleep(5);
	return 1;
}
