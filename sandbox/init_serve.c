#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/init.h"
#include "sandbox/net.h"
#include "sandbox/wire.h"

#define TABLE_BYTES (64 << 10)

static size_t read_listeners(const char *path, uint16_t ours, uint16_t *ret,
			     size_t n)
{
	static char text[TABLE_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	size_t len = 0;

	if (fd < 0)
		return n;
	while (len < sizeof(text) - 1 &&
	       (got = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	text[len] = '\0';
	return net_listeners(text, ours, ret, n, INIT_PORTS_MAX);
}

/* Symbolic links are not followed: a file is what its path says, or not. */
static int open_beneath(const struct init_plan *plan, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	int root = open(init_is_bare(plan) ? plan->root->folder : "/",
			O_PATH | O_DIRECTORY | O_CLOEXEC);
	long fd;

	if (root < 0)
		return -errno;
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(root);
	return (int)fd;
}

/* What to answer; a descriptor in *ret_fd where one belongs to it. */
static int answer(const struct init_request *req, const struct init_plan *plan,
		  struct init_answer *ret, int *ret_fd)
{
	uint16_t listen_port = plan->listen_port;
	size_t n;

	switch (req->service) {
	case INIT_SOCKET:
		*ret_fd = socket(req->domain, req->type | SOCK_CLOEXEC, 0);
		return *ret_fd < 0 ? -errno : 0;
	case INIT_LISTENERS:
		if (init_is_bare(plan)) /* they are the machine's */
			return 0;
		n = read_listeners("/proc/self/net/tcp", listen_port,
				   ret->ports, 0);
		n = read_listeners("/proc/self/net/tcp6", listen_port,
				   ret->ports, n);
		return (int)n;
	case INIT_OPEN:
		*ret_fd = open_beneath(plan, req->path);
		return *ret_fd < 0 ? *ret_fd : 0;
	}
	return -EINVAL;
}

bool init_serve(int service, const struct init_plan *plan)
{
	struct init_request req = { 0 };
	struct init_answer reply = { 0 };
	int n = wire_recv(service, &req, sizeof(req), NULL, 0, NULL);
	int fd = -1;

	if (n == -EMSGSIZE)
		return true;
	if (n < 0)
		return false;
	req.path[sizeof(req.path) - 1] = '\0';
	reply.result = answer(&req, plan, &reply, &fd);
	wire_send(service, &reply, sizeof(reply), &fd, fd >= 0);
	if (fd >= 0)
		close(fd);
	return true;
}
