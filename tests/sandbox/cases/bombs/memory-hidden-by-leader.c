/*
 * does: its first thread ends, so that its /proc entry shows no memory, and
 *       another allocates 1 GiB
 * limits: memory=96M wall=10
 * expect: memory
 * expect-none: memory exited:1
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *later(void *arg)
{
	(void)arg;
	usleep(20000);
	for (int i = 0; i < 128; i++) {
		char *part = malloc(8 << 20);

		if (!part)
			_exit(1);
		memset(part, 0xa5, 8 << 20);
		usleep(2000);
	}
	if (write(1, "ESCAPED 1 GiB\n", 14) < 0)
		_exit(3);
	_exit(9);
}

int main(void)
{
	pthread_t thread;

	if (write(1, "ARMED\n", 6) != 6)
		return 3;
	alarm(8);
	if (pthread_create(&thread, NULL, later, NULL))
		return 3;
	pthread_exit(NULL);
}
