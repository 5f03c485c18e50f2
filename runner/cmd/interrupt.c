#include "runner/cmd/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/attr.h"
#include "runner/base/err.h"
#include "runner/cmd/cmd.h"

static int write_end = -1;
static volatile sig_atomic_t n_signals;

/* Only what signal-safety(7) lists. */
static void on_signal(int sig)
{
	int saved = errno;
	ssize_t n;

	(void)sig;
	if (n_signals++)
		_exit(EXIT_STATUS_INTERRUPTED);
	n = write(write_end, "!", 1);
	(void)n;
	errno = saved;
}

int interrupt_begin(int *ret_fd, struct err *err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	write_end = ends[1];
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &action, NULL);
	*ret_fd = ends[0];
	return 0;
}
