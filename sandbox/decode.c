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

#include "sandbox/decode_names.h"

#define PAGE_BYTES 4096

/* What of its arguments tells most about a call. */
enum kind {
	ADDRESS, /* a socket address, and its length in the next one */
	PATH,
	OPERATION,  /* which of its many */
	NAMESPACES, /* flags of clone(2) */
	PROCESS,
	FAMILY, /* of socket(2), with type and protocol in the next two */
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
	{ "socketpair", FAMILY, 0 },  { "unshare", NAMESPACES, 0 },
	{ "setns", NAMESPACES, 1 },   { "clone", NAMESPACES, 0 },
	{ "ptrace", OPERATION, 0 },   { "ioctl", OPERATION, 1 },
	{ "keyctl", OPERATION, 0 },   { "bpf", OPERATION, 0 },
	{ "syslog", OPERATION, 0 },   { "prctl", OPERATION, 0 },
	{ "prlimit64", PROCESS, 0 },  { "process_vm_readv", PROCESS, 0 },
	{ "kcmp", PROCESS, 0 },       { "process_vm_writev", PROCESS, 0 },
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
	int family = (int)req->data.args[0], type = (int)req->data.args[1];
	int protocol = (int)req->data.args[2];
	const char *name = decode_family_name(family);
	const char *of_type = decode_type_name(type);
	size_t len;

	if (name)
		snprintf(ret, DECODE_BYTES, "%s", name);
	else
		snprintf(ret, DECODE_BYTES, "family %d", family);
	len = strlen(ret);
	if (of_type)
		len += (size_t)snprintf(ret + len, DECODE_BYTES - len, ", %s",
					of_type);
	if (protocol)
		snprintf(ret + len, DECODE_BYTES - len, ", protocol %d",
			 protocol);
}

static void decode_operation(const char *call, unsigned operation, char *ret)
{
	const char *name = decode_operation_name(call, operation);

	if (name)
		snprintf(ret, DECODE_BYTES, "%s", name);
	else
		snprintf(ret, DECODE_BYTES, "%u", operation);
}

static void decode_flags(unsigned flags, char *ret)
{
	decode_namespaces(flags, ret, DECODE_BYTES);
	if (!*ret)
		snprintf(ret, DECODE_BYTES, "0x%x", flags);
}

static void decode_path(pid_t pid, uint64_t address, char *ret)
{
	char text[DECODE_BYTES];
	ssize_t got = decode_read(pid, address, text, sizeof(text));

	if (got > 0)
		decode_text(text, strnlen(text, (size_t)got), ret,
			    DECODE_BYTES);
}

static void decode_arg(const struct seccomp_notif *req, const char *call,
		       enum kind kind, int arg, char *ret)
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
	case OPERATION:
		decode_operation(call, (unsigned)value, ret);
		break;
	case NAMESPACES:
		decode_flags((unsigned)value, ret);
		break;
	case PROCESS:
		snprintf(ret, DECODE_BYTES, "process %d", (int)value);
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
			decode_arg(req, name, calls[i].kind, calls[i].arg,
				   ret);
	}
}
