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
static void (*at_end)(void);
static pid_t teller; /* who says so on a terminal: not what it forked */

static const char message[] =
	"\nending the run; Ctrl-C again ends at once\n";

/* Only what signal-safety(7) lists. */
static void on_signal(int sig)
{
	int saved = errno;
	ssize_t n;

	if (n_signals++) {
		if (at_end)
			at_end();
		_exit(EXIT_STATUS_INTERRUPTED);
	}
	n = write(write_end, "!", 1);
	if (sig == SIGINT && teller == getpid())
		n = write(STDERR_FILENO, message, sizeof(message) - 1);
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
	teller = isatty(STDERR_FILENO) ? getpid() : -1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &action, NULL);
	*ret_fd = ends[0];
	return 0;
}

void interrupt_restore(void (*restore)(void))
{
	at_end = restore;
	teller = -1;
}

void interrupt_raise(void)
{
	ssize_t n = write(write_end, "!", 1);

	(void)n;
}
