#include "sandbox/decode_names.h"

#include <asm/ioctls.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define TYPE_MASK  15 /* SOCK_NONBLOCK and SOCK_CLOEXEC are above it */
#define NAMED(n)   { n, #n }

/* Newer than the oldest headers that this is built with. */
#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif
#ifndef PR_SCHED_CORE
#define PR_SCHED_CORE 62
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

struct named {
	int number;
	const char *name;
};

static const struct named families[] = {
	NAMED(AF_UNIX), NAMED(AF_INET), NAMED(AF_INET6), NAMED(AF_NETLINK),
	NAMED(AF_PACKET), NAMED(AF_ALG), NAMED(AF_VSOCK), NAMED(AF_BLUETOOTH),
	NAMED(AF_TIPC), NAMED(AF_KCM), NAMED(AF_XDP), NAMED(AF_CAN),
	NAMED(AF_RDS), NAMED(AF_KEY), NAMED(AF_SMC), NAMED(AF_PPPOX),
};

static const struct named types[] = {
	NAMED(SOCK_STREAM), NAMED(SOCK_DGRAM), NAMED(SOCK_RAW), NAMED(SOCK_RDM),
	NAMED(SOCK_SEQPACKET), NAMED(SOCK_DCCP), NAMED(SOCK_PACKET),
};

static const struct named namespaces[] = {
	NAMED(CLONE_NEWUSER), NAMED(CLONE_NEWNS), NAMED(CLONE_NEWPID),
	NAMED(CLONE_NEWNET), NAMED(CLONE_NEWIPC), NAMED(CLONE_NEWUTS),
	NAMED(CLONE_NEWCGROUP), NAMED(CLONE_NEWTIME),
};

static const struct named traces[] = {
	NAMED(PTRACE_TRACEME), NAMED(PTRACE_PEEKTEXT), NAMED(PTRACE_PEEKDATA),
	NAMED(PTRACE_POKETEXT), NAMED(PTRACE_POKEDATA), NAMED(PTRACE_ATTACH),
	NAMED(PTRACE_SEIZE),
};

static const struct named controls[] = {
	NAMED(TIOCSTI), NAMED(TIOCLINUX), NAMED(TIOCSCTTY),
};

static const struct named settings[] = {
	NAMED(PR_SET_SECCOMP), NAMED(PR_SET_MM), NAMED(PR_SET_IO_FLUSHER),
	NAMED(PR_SCHED_CORE),
};

static const struct named programs[] = {
	NAMED(BPF_MAP_CREATE), NAMED(BPF_PROG_LOAD), NAMED(BPF_OBJ_GET),
	NAMED(BPF_PROG_ATTACH), NAMED(BPF_RAW_TRACEPOINT_OPEN),
};

static const struct {
	const char *call;
	const struct named *names;
	size_t n;
} operations[] = {
	{ "ptrace", traces, COUNT(traces) },
	{ "ioctl", controls, COUNT(controls) },
	{ "prctl", settings, COUNT(settings) },
	{ "bpf", programs, COUNT(programs) },
};

static const char *find(const struct named *names, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned)names[i].number == number)
			return names[i].name;
	}
	return NULL;
}

const char *decode_family_name(int family)
{
	return find(families, COUNT(families), (unsigned)family);
}

const char *decode_type_name(int type)
{
	return find(types, COUNT(types), (unsigned)type & TYPE_MASK);
}

const char *decode_operation_name(const char *call, unsigned operation)
{
	for (size_t i = 0; i < COUNT(operations); i++) {
		if (!strcmp(operations[i].call, call))
			return find(operations[i].names, operations[i].n,
				    operation);
	}
	return NULL;
}

void decode_namespaces(unsigned flags, char *ret, size_t bytes)
{
	size_t len = 0;

	*ret = '\0';
	for (size_t i = 0; i < COUNT(namespaces) && len < bytes; i++) {
		if (flags & (unsigned)namespaces[i].number)
			len += (size_t)snprintf(ret + len, bytes - len, "%s%s",
						len ? "|" : "",
						namespaces[i].name);
	}
}
