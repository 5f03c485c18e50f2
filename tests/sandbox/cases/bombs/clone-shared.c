/*
 * does: makes processes that share memory and files, with raw clone
 * limits: processes=32 wall=5
 * expect: processes
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char stacks[2000][4096] __attribute__((aligned(16)));

static int sleeper(void *arg)
{
	(void)arg;
	alarm(5);
	sleep(5);
	return 0;
}

int main(void)
{
	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(6);
	for (int i = 0; i < 2000; i++)
		clone(sleeper, stacks[i] + sizeof stacks[i],
		      CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
	sleep(5);
	return 1;
}
