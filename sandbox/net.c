#include "sandbox/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG          512
#define BUFFER_SIZES     "4096 65536 212992" /* least, at first, most */
#define TCP_LISTEN_STATE 0x0a /* of /proc/net/tcp */

int net_up(void)
{
	struct ifreq req = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFFLAGS, &req) < 0)
		r = -errno;
	req.ifr_flags |= IFF_UP | IFF_RUNNING;
	if (r == 0 && ioctl(fd, SIOCSIFFLAGS, &req) < 0)
		r = -errno;
	close(fd);
	return r;
}

void net_bound_buffers(int sys)
{
	static const char *const files[] = { "net/ipv4/tcp_rmem",
					     "net/ipv4/tcp_wmem" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = openat(sys, files[i], O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (write(fd, BUFFER_SIZES, sizeof(BUFFER_SIZES) - 1) < 0)
			(void)0; /* then they are as they were */
		close(fd);
	}
}

static int bind_loopback(int fd, int domain, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (domain == AF_INET)
		return bind(fd, (struct sockaddr *)&v4, sizeof(v4));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&v6, sizeof(v6));
}

int net_listen(int domain, uint16_t port)
{
	int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (bind_loopback(fd, domain, port) < 0 || listen(fd, BACKLOG) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

uint16_t net_port(int socket)
{
	struct sockaddr_in address = { 0 };
	socklen_t n = sizeof(address);

	if (getsockname(socket, (struct sockaddr *)&address, &n) < 0 ||
	    address.sin_family != AF_INET)
		return 0;
	return ntohs(address.sin_port);
}

void net_drop_backlog(int socket)
{
	struct pollfd pfd = { .fd = socket, .events = POLLIN };
	int fd;

	if (socket < 0)
		return;
	/* poll, not O_NONBLOCK: that flag is shared with the program */
	for (int i = 0; i < BACKLOG && poll(&pfd, 1, 0) == 1; i++) {
		fd = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return;
		close(fd);
	}
}

size_t net_listeners(const char *text, uint16_t ours, uint16_t *ret, size_t n,
		     size_t max)
{
	const char *line = text;
	unsigned port, state;

	while (line && n < max) {
		/* sl: ADDRESS:PORT ADDRESS:PORT STATE */
		if (sscanf(line,
			   " %*u: %*[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*x %2x",
			   &port, &state) == 2 &&
		    state == TCP_LISTEN_STATE && port != ours)
			ret[n++] = (uint16_t)port;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return n;
}
