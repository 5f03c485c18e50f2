/*
 * does: touches a mapping beyond the end of its file
 * expect: signalled:7
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	int fd = open("short", O_CREAT | O_RDWR, 0600);

	if (write(1, "ARMED\n", 6) != 6 || fd < 0)
		return 3;
	alarm(5);
	volatile char *area = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		return 3;
	return area[4096];
}
