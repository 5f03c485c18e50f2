#include "runner/session/watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

int watch_open(const int *fds, size_t n)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		return -errno;
	for (size_t i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		if (fds[i] < 0)
			continue;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) < 0) {
			int code = errno;

			close(epoll);
			return -code;
		}
	}
	return epoll;
}

int watch_timer(int64_t ms)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000 + 1 },
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, 0, &when, NULL) < 0) {
		int code = errno;

		close(fd);
		return -code;
	}
	return fd;
}

bool watch_is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}
