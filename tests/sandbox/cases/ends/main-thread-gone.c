/*
 * does: its first thread ends and another goes on, to end with 12
 * expect: exited:12
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *later(void *arg)
{
	(void)arg;
	usleep(50000);
	exit(12);
}

int main(void)
{
	pthread_t thread;

	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(5);
	if (pthread_create(&thread, NULL, later, NULL))
		return 3;
	pthread_exit(NULL);
}
