#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runner/cmd/cli.h"

/*
 * Who started us may have closed them (cron, daemons); the next file that is
 * opened, a transcript for one, would then be what messages are written to.
 * Opened the wrong way round, so that what is written is still an error.
 */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY
								    : O_RDONLY);
}

int main(int argc, char **argv)
{
	occupy_standard_streams();
	return cli_main(argc, argv);
}
