#include "sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Spelled out here because the kernel headers of Debian 12 end at version 2,
 * and what is enforced must depend on the running kernel alone.
 */
struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_beneath_attr {
	uint64_t access;
	int32_t parent_fd;
} __attribute__((packed));

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_BLOCK = 1 << 11,
	FS_TRUNCATE = 1 << 14,
	FS_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE |
		  1 << 15,         /* what a rule for a file may name */
	FS_ALL_1 = (1 << 13) - 1,  /* version 1 */
	FS_ALL_2 = (1 << 14) - 1,  /* and REFER */
	FS_ALL_3 = (1 << 15) - 1,  /* and TRUNCATE */
	FS_ALL_5 = (1 << 16) - 1,  /* and IOCTL_DEV */
	NET_ALL_4 = 3,             /* bind and connect of TCP */
	SCOPE_ALL_6 = 3,           /* abstract sockets, signals */
	RULE_PATH_BENEATH = 1,
	CREATE_RULESET_VERSION = 1,
	ABI_KNOWN = 7,
};

int landlock_abi(void)
{
	static long abi = -1;

	if (abi < 0)
		abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			      CREATE_RULESET_VERSION);
	if (abi < 0)
		return 0;
	return abi > ABI_KNOWN ? ABI_KNOWN : (int)abi;
}

static uint64_t handled(int abi)
{
	if (abi >= 5)
		return FS_ALL_5;
	if (abi >= 3)
		return FS_ALL_3;
	return abi == 2 ? FS_ALL_2 : FS_ALL_1;
}

int landlock_new(bool no_tcp)
{
	int abi = landlock_abi();
	struct ruleset_attr attr = { .fs = handled(abi) };
	size_t size = sizeof(attr.fs);
	long fd;

	if (!abi)
		return -ENOSYS;
	if (abi >= 4 && no_tcp) {
		attr.net = NET_ALL_4;
		size = offsetof(struct ruleset_attr, scoped);
	}
	if (abi >= 6) {
		attr.scoped = SCOPE_ALL_6;
		size = sizeof(attr);
	}
	fd = syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	return fd < 0 ? -errno : (int)fd;
}

static uint64_t rights(enum landlock_use use)
{
	switch (use) {
	case LANDLOCK_READ:
		return FS_EXECUTE | FS_READ_FILE | FS_READ_DIR;
	case LANDLOCK_READ_WRITE:
		return FS_ALL_3 & ~(FS_MAKE_CHAR | FS_MAKE_BLOCK);
	case LANDLOCK_WRITE_FILE:
		return FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
	}
	return 0;
}

int landlock_allow(int ruleset, const char *path, enum landlock_use use)
{
	struct path_beneath_attr attr = {
		.access = rights(use) & handled(landlock_abi()),
	};
	struct stat st;
	long r;

	attr.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (attr.parent_fd < 0)
		return -errno;
	if (fstat(attr.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		attr.access &= FS_FILE;
	r = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr,
		    0);
	r = r < 0 ? -errno : 0;
	close(attr.parent_fd);
	return (int)r;
}

int landlock_enforce(int ruleset)
{
	long r = syscall(SYS_landlock_restrict_self, ruleset, 0);

	return r < 0 ? -errno : 0;
}
