#include "sandbox/decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define PAGE_BYTES 4096

/* What of its arguments tells most about a call. */
enum kind {
	ADDRESS, /* a socket address, and its length in the next one */
	PATH,
	NUMBER,
	FLAGS,
	FAMILY, /* of socket(2), and the protocol */
};

static const struct {
	const char *name;
	enum kind kind;
	int arg;
} calls[] = {
	{ "connect", ADDRESS, 1 },    { "sendto", ADDRESS, 4 },
	{ "socket", FAMILY, 0 },      { "mount", PATH, 1 },
	{ "umount2", PATH, 0 },       { "chroot", PATH, 0 },
	{ "pivot_root", PATH, 0 },    { "mknod", PATH, 0 },
	{ "mknodat", PATH, 1 },       { "swapon", PATH, 0 },
	{ "swapoff", PATH, 0 },       { "acct", PATH, 0 },
	{ "open_tree", PATH, 1 },     { "move_mount", PATH, 3 },
	{ "fsopen", PATH, 0 },        { "mq_open", PATH, 0 },
	{ "mq_unlink", PATH, 0 },     { "add_key", PATH, 1 },
	{ "request_key", PATH, 1 },   { "sethostname", PATH, 0 },
	{ "delete_module", PATH, 0 }, { "fanotify_mark", PATH, 4 },
	{ "unshare", FLAGS, 0 },      { "setns", FLAGS, 1 },
	{ "clone", FLAGS, 0 },        { "ptrace", NUMBER, 0 },
	{ "ioctl", FLAGS, 1 },        { "keyctl", NUMBER, 0 },
	{ "bpf", NUMBER, 0 },         { "prlimit64", NUMBER, 0 },
	{ "process_vm_readv", NUMBER, 0 },
	{ "process_vm_writev", NUMBER, 0 },
	{ "kcmp", NUMBER, 0 },        { "syslog", NUMBER, 0 },
	{ "prctl", NUMBER, 0 },
};

static const struct {
	int family;
	const char *name;
} families[] = {
	{ AF_INET, "AF_INET" },
	{ AF_INET6, "AF_INET6" },
	{ AF_NETLINK, "AF_NETLINK" },
	{ AF_PACKET, "AF_PACKET" },
	{ AF_ALG, "AF_ALG" },
	{ AF_VSOCK, "AF_VSOCK" },
	{ AF_BLUETOOTH, "AF_BLUETOOTH" },
	{ AF_TIPC, "AF_TIPC" },
	{ AF_KCM, "AF_KCM" },
	{ AF_XDP, "AF_XDP" },
	{ AF_CAN, "AF_CAN" },
	{ AF_RDS, "AF_RDS" },
	{ AF_KEY, "AF_KEY" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

ssize_t decode_read(pid_t pid, uint64_t address, void *ret, size_t n)
{
	/* A page each, for the next one may not be there. */
	size_t first = PAGE_BYTES - address % PAGE_BYTES;
	size_t rest = n > first ? n - first : 0;
	struct iovec local = { ret, n };
	struct iovec remote[] = {
		{ (void *)(uintptr_t)address, n - rest },
		{ (void *)(uintptr_t)(address + first), rest },
	};
	ssize_t got = process_vm_readv(pid, &local, 1, remote, 1 + !!rest, 0);

	return got < 0 ? -errno : got;
}

void decode_text(const char *text, size_t n, char *ret, size_t bytes)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 1 < bytes; i++) {
		unsigned char c = (unsigned char)text[i];

		ret[len++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
	ret[len] = '\0';
}

static void decode_unix(const void *address, size_t n, char *ret, size_t bytes)
{
	size_t start = offsetof(struct sockaddr_un, sun_path);
	const char *path = (const char *)address + start;
	size_t len = n > start ? n - start : 0;
	char text[DECODE_BYTES];

	if (len && !path[0]) {
		decode_text(path + 1, len - 1, text, sizeof(text));
		snprintf(ret, bytes, "unix @%.80s", text);
		return;
	}
	decode_text(path, strnlen(path, len), text, sizeof(text));
	snprintf(ret, bytes, "unix %.80s", text);
}

void decode_address(const void *address, size_t n, char *ret, size_t bytes)
{
	char text[INET6_ADDRSTRLEN];
	sa_family_t family = AF_UNSPEC;

	if (n >= sizeof(family))
		memcpy(&family, address, sizeof(family));
	if (family == AF_INET && n >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
		snprintf(ret, bytes, "%s:%u", text, ntohs(in.sin_port));
	} else if (family == AF_INET6 && n >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
		snprintf(ret, bytes, "[%s]:%u", text, ntohs(in6.sin6_port));
	} else if (family == AF_UNIX) {
		decode_unix(address, n, ret, bytes);
	} else {
		snprintf(ret, bytes, "family %u", family);
	}
}

static bool is_loopback(uint32_t v4)
{
	return v4 >> 24 == 127 || v4 == INADDR_ANY;
}

bool decode_is_loopback(const void *address, size_t n)
{
	struct sockaddr_in in = { 0 };
	struct sockaddr_in6 in6 = { 0 };
	uint32_t v4;

	memcpy(&in, address, n < sizeof(in) ? n : sizeof(in));
	memcpy(&in6, address, n < sizeof(in6) ? n : sizeof(in6));
	if (in.sin_family == AF_INET && n >= sizeof(in))
		return is_loopback(ntohl(in.sin_addr.s_addr));
	if (in.sin_family != AF_INET6 || n < sizeof(in6))
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(&v4, &in6.sin6_addr.s6_addr[12], sizeof(v4));
		return is_loopback(ntohl(v4));
	}
	return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) ||
	       IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
}

static void decode_family(const struct seccomp_notif *req, char *ret)
{
	int family = (int)req->data.args[0];
	int protocol = (int)req->data.args[2];
	const char *name = NULL;

	for (size_t i = 0; i < COUNT(families); i++) {
		if (families[i].family == family)
			name = families[i].name;
	}
	if (name && protocol)
		snprintf(ret, DECODE_BYTES, "%s, protocol %d", name, protocol);
	else if (name)
		snprintf(ret, DECODE_BYTES, "%s", name);
	else
		snprintf(ret, DECODE_BYTES, "family %d", family);
}

static void decode_path(pid_t pid, uint64_t address, char *ret)
{
	char text[DECODE_BYTES];
	ssize_t got = decode_read(pid, address, text, sizeof(text));

	if (got > 0)
		decode_text(text, strnlen(text, (size_t)got), ret,
			    DECODE_BYTES);
}

static void decode_arg(const struct seccomp_notif *req, enum kind kind,
		       int arg, char *ret)
{
	uint64_t value = req->data.args[arg];
	struct sockaddr_storage address;
	ssize_t n;

	switch (kind) {
	case ADDRESS:
		n = (ssize_t)(uint32_t)req->data.args[arg + 1];
		if (n > (ssize_t)sizeof(address))
			n = sizeof(address);
		n = decode_read((pid_t)req->pid, value, &address, (size_t)n);
		if (n > 0)
			decode_address(&address, (size_t)n, ret, DECODE_BYTES);
		break;
	case PATH:
		decode_path((pid_t)req->pid, value, ret);
		break;
	case NUMBER:
		snprintf(ret, DECODE_BYTES, "%d", (int)value);
		break;
	case FLAGS:
		snprintf(ret, DECODE_BYTES, "0x%x", (unsigned)value);
		break;
	case FAMILY:
		decode_family(req, ret);
		break;
	}
}

void decode_call(const struct seccomp_notif *req, const char *name,
		 char ret[DECODE_BYTES])
{
	*ret = '\0';
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (!strcmp(calls[i].name, name))
			decode_arg(req, calls[i].kind, calls[i].arg, ret);
	}
}
