/*
 * does: refused calls whose arguments are wild pointers, short, changing
 *       while they are read, or hold line ends and broken text
 * expect: exited:0
 * bare-void: it gets no socket
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static char *area;
static atomic_int done;

static void *unmap_and_map(void *arg)
{
	while (!done) {
		munmap(area, 8192);
		mmap(area, 8192, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
	return arg;
}

static void wild(int fd)
{
	static const uintptr_t places[] = { 0, 1, 4095, UINTPTR_MAX,
		UINTPTR_MAX / 2, 0xffff800000000000u, 0xffffffffff600000u };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		for (int size = -1; size < 200; size += 67) {
			syscall(SYS_connect, fd, places[i], size);
			syscall(SYS_mount, places[i], places[i], places[i],
				0, places[i]);
		}
	syscall(SYS_connect, fd, area, 0x7fffffff);
	syscall(SYS_connect, -1, area, 16);
}

static void odd_text(int fd)
{
	static const char text[] = "/\n\"}],\x1b[2J\xff\xfe\\u0000\x7f\r\t";
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	memcpy(to.sun_path, text, sizeof text);
	connect(fd, (struct sockaddr *)&to, sizeof to);
	connect(fd, (struct sockaddr *)&to,
		offsetof(struct sockaddr_un, sun_path) + 3);
	memset(to.sun_path, 'x', sizeof to.sun_path); /* no zero at its end */
	connect(fd, (struct sockaddr *)&to, sizeof to);
	mount(text, text, text, 0, text);
	memset(area, 'y', 8192); /* nor in the whole page */
	syscall(SYS_mount, area, area, area, 0, area);
	to.sun_path[0] = 0;
	connect(fd, (struct sockaddr *)&to, sizeof to);
}

int main(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pthread_t thread;

	if (fd < 0)
		puts("REFUSED a socket");
	if (write(1, "ARMED\n", 6) != 6 || fd < 0)
		return 3;
	alarm(60);
	area = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	wild(fd);
	odd_text(fd);
	if (pthread_create(&thread, NULL, unmap_and_map, NULL))
		return 3;
	for (int i = 0; i < 2000; i++)
		syscall(SYS_mount, area, area + 4096, area, 0, area);
	done = 1;
	pthread_join(thread, NULL);
	puts("CONTAINED");
	return 0;
}
