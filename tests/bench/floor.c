/*
 * floor -- what the kernel alone takes for a box around /bin/true.
 *
 * usage: floor [CGROUP_FOLDER ...]
 *
 * Makes the same namespaces, root, network, limits, Landlock ruleset and
 * filter as sandbox/ does, and nothing else: no word to anybody about how it
 * went, no output kept, no use measured, no refused call answered, nobody
 * who removes what is left when this is killed.  So a box can come near to
 * it and not below.  The first folder is one of version 2.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/policy.h"

#define BOX_UID  1000
#define CGROUPS  8
#define SOURCES  7
#define READS    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
		  LANDLOCK_ACCESS_FS_READ_DIR)
#define ALL_FS   0xffffull
#define SCOPES   3ull /* abstract sockets and signals */

static const struct {
	const char *path;
	unsigned long attributes;
} sources[SOURCES] = {
	{ "/usr", MOUNT_ATTR_NODEV },
	{ "/etc/alternatives", MOUNT_ATTR_NODEV },
	{ "/etc/ld.so.cache", MOUNT_ATTR_NODEV },
	{ "/dev/null", MOUNT_ATTR_NOEXEC },
	{ "/dev/full", MOUNT_ATTR_NOEXEC },
	{ "/dev/random", MOUNT_ATTR_NOEXEC },
	{ "/dev/urandom", MOUNT_ATTR_NOEXEC },
};
static const char *const folders[] = {
	"etc", "etc/alternatives", "dev", "dev/shm", "proc", "tmp", "usr",
	"var", "var/tmp",
};
static const char *const files[] = {
	"dev/full", "dev/null", "dev/random", "dev/urandom", "etc/group",
	"etc/hosts", "etc/ld.so.cache", "etc/passwd", "etc/resolv.conf",
};
static const char *const scratch[] = { "tmp", "var/tmp", "dev/shm" };

static int trees[SOURCES], tasks[CGROUPS], n_tasks;
static bool root;

static int must(long r, const char *what)
{
	if (r >= 0)
		return (int)r;
	perror(what);
	_exit(1);
}

static bool put(const char *folder, const char *name, const char *text)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	must(write(fd, text, strlen(text)), path);
	close(fd);
	return true;
}

static void take_sources(void)
{
	for (int i = 0; i < SOURCES; i++) {
		struct mount_attr a = { .attr_set = MOUNT_ATTR_RDONLY |
						    MOUNT_ATTR_NOSUID |
						    sources[i].attributes };

		trees[i] = must(syscall(SYS_open_tree, AT_FDCWD,
					sources[i].path,
					OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
						AT_RECURSIVE),
				sources[i].path);
		must(syscall(SYS_mount_setattr, trees[i], "",
			     AT_EMPTY_PATH | AT_RECURSIVE, &a, sizeof(a)),
		     "mount_setattr");
	}
}

static void move(int tree, const char *to)
{
	must(syscall(SYS_move_mount, tree, "", AT_FDCWD, to,
		     MOVE_MOUNT_F_EMPTY_PATH),
	     to);
	close(tree);
}

static int file_system(const char *type, const char *const *options)
{
	int fs = must(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), type), tree;

	for (; *options; options += 2)
		must(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING,
			     options[0], options[1], 0),
		     options[0]);
	must(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0),
	     type);
	tree = must(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV),
		    type);
	close(fs);
	return tree;
}

static void build_scratch(void)
{
	static const char *const limits[] = { "size", "64m", "nr_inodes",
					      "20k", "mode", "0755", NULL };
	char own[] = "/usr/s0"; /* over the old root's: this one has another */

	move(file_system("tmpfs", limits), "/usr");
	for (size_t i = 0; i < sizeof(scratch) / sizeof(*scratch); i++) {
		own[6] = (char)('0' + i);
		must(mkdir(own, 01777), own);
		must(chmod(own, 01777), own);
		must(chown(own, BOX_UID, BOX_UID), own);
		move(must(syscall(SYS_open_tree, AT_FDCWD, own,
				  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC),
			  own),
		     scratch[i]);
	}
}

static void build_root(void)
{
	static const char *const small[] = { "size", "1m", "nr_inodes", "4k",
					     "mode", "0755", NULL };
	static const char *const own[] = { "subset", "pid", "hidepid",
					   "invisible", NULL };
	int tree = file_system("tmpfs", small);

	must(syscall(SYS_move_mount, tree, "", AT_FDCWD, "/tmp",
		     MOVE_MOUNT_F_EMPTY_PATH),
	     "/tmp");
	must(fchdir(tree), "fchdir");
	close(tree);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		must(mkdir(folders[i], 0755), folders[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		must(mknod(files[i], S_IFREG | 0644, 0), files[i]);
	must(symlink("usr/bin", "bin"), "bin");
	must(symlink("usr/lib", "lib"), "lib");
	must(symlink("usr/lib64", "lib64"), "lib64");
	move(file_system("proc", own), "proc");
	for (int i = 0; i < SOURCES; i++)
		move(trees[i], sources[i].path + 1);
	build_scratch();
}

static void enter_root(void)
{
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };

	must(syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &read_only,
		     sizeof(read_only)),
	     "mount_setattr");
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount2");
	must(chdir("/"), "chdir");
}

/* In a child, because the network's namespace takes as long as the rest. */
static int start_network(int ready, int *retchild)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	struct clone_args args = { .flags = CLONE_PIDFD,
				   .pidfd = (uintptr_t)retchild,
				   .exit_signal = SIGCHLD };
	int pid = must(syscall(SYS_clone3, &args, sizeof(args)), "clone3");

	if (pid > 0)
		return pid;
	must(unshare(CLONE_NEWNET), "unshare");
	must(ioctl(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		   SIOCSIFFLAGS, &lo),
	     "lo");
	must(write(ready, "", 1), "write");
	pause(); /* it is joined by way of this process */
	_exit(0);
}

static int ruleset(void)
{
	const uint64_t attributes[3] = { ALL_FS, 0, SCOPES };
	int rules = must(syscall(SYS_landlock_create_ruleset, attributes,
				 sizeof(attributes), 0),
			 "landlock");
	struct landlock_path_beneath_attr rule = { .allowed_access = READS };

	rule.parent_fd = open("/", O_PATH | O_CLOEXEC);
	must(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		     &rule, 0),
	     "/");
	rule.allowed_access = ALL_FS;
	for (size_t i = 0; i < sizeof(scratch) / sizeof(*scratch); i++) {
		rule.parent_fd = open(scratch[i], O_PATH | O_CLOEXEC);
		must(syscall(SYS_landlock_add_rule, rules,
			     LANDLOCK_RULE_PATH_BENEATH, &rule, 0),
		     scratch[i]);
	}
	return rules;
}

static void drop_rights(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	if (root) {
		must(setgroups(0, NULL), "setgroups");
		must(setresgid(BOX_UID, BOX_UID, BOX_UID), "setresgid");
		must(setresuid(BOX_UID, BOX_UID, BOX_UID), "setresuid");
	}
	must(syscall(SYS_capset, &header, none), "capset");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static void program(int rules)
{
	struct sock_fprog filter = {
		.len = (unsigned short)policy_default.n_code,
		.filter = (struct sock_filter *)policy_default.code,
	};
	char *const argv[] = { "/bin/true", NULL }, *const env[] = { NULL };

	setsid();
	drop_rights();
	must(syscall(SYS_landlock_restrict_self, rules, 0), "restrict_self");
	fcntl(must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter),
		   "seccomp"),
	      F_SETFD, FD_CLOEXEC);
	execve(argv[0], argv, env);
	_exit(1);
}

static void run_program(int ready, int network)
{
	int rules = ruleset(), pid, status;
	char byte;

	must(read(ready, &byte, 1), "network");
	must(setns(network, CLONE_NEWNET), "setns");
	pid = must(fork(), "fork");
	if (pid == 0)
		program(rules);
	waitpid(pid, &status, 0);
	_exit(WEXITSTATUS(status)); /* and the network's child with it */
}

static void init(int go)
{
	int ready[2], network;
	char byte;

	must(read(go, &byte, 1), "id maps");
	must(pipe2(ready, O_CLOEXEC), "pipe2");
	start_network(ready[1], &network);
	if (root) {
		must(setresgid(0, 0, 0), "setresgid");
		must(setresuid(0, 0, 0), "setresuid");
	}
	put("/proc/sys/user", "max_user_namespaces", "0");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	if (!root)
		take_sources();
	build_root();
	enter_root();
	for (int i = 0; i < n_tasks; i++)
		must(write(tasks[i], "0", 1), "tasks");
	must(unshare(CLONE_NEWCGROUP), "unshare");
	run_program(ready[0], network);
}

static void limit(const char *folder)
{
	char path[512];

	put(folder, "memory.max", "512M");
	put(folder, "memory.limit_in_bytes", "512M");
	put(folder, "memory.memsw.limit_in_bytes", "512M");
	put(folder, "pids.max", "66");
	snprintf(path, sizeof(path), "%s/tasks", folder);
	tasks[n_tasks] = open(path, O_WRONLY | O_CLOEXEC);
	n_tasks += tasks[n_tasks] >= 0;
}

static void map_ids(pid_t pid)
{
	char folder[32], map[64];

	snprintf(folder, sizeof(folder), "/proc/%d", pid);
	if (root)
		snprintf(map, sizeof(map), "0 1879048192 1\n1000 1879048193 1");
	else
		snprintf(map, sizeof(map), "%d %d 1", BOX_UID, (int)geteuid());
	put(folder, "uid_map", map);
	if (!root) {
		put(folder, "setgroups", "deny");
		snprintf(map, sizeof(map), "%d %d 1", BOX_UID, (int)getegid());
	}
	put(folder, "gid_map", map);
}

static pid_t start_init(int v2)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
			 CLONE_NEWIPC | CLONE_NEWUTS |
			 (v2 >= 0 ? CLONE_INTO_CGROUP : 0),
		.cgroup = v2 >= 0 ? (uint64_t)v2 : 0,
		.exit_signal = SIGCHLD,
	};
	int go[2];
	pid_t pid;

	must(pipe2(go, O_CLOEXEC), "pipe2");
	pid = must(syscall(SYS_clone3, &args, sizeof(args)), "clone3");
	if (pid == 0)
		init(go[0]);
	map_ids(pid);
	must(write(go[1], "", 1), "go");
	return pid;
}

int main(int argc, char **argv)
{
	char cgroup[CGROUPS][256];
	int n = argc - 1 < CGROUPS ? argc - 1 : CGROUPS, v2 = -1, status;

	root = geteuid() == 0;
	for (int i = 0; i < n; i++) {
		snprintf(cgroup[i], sizeof(cgroup[i]), "%s/floor-%d",
			 argv[i + 1], (int)getpid());
		must(mkdir(cgroup[i], 0755), cgroup[i]);
		if (i > 0)
			limit(cgroup[i]);
	}
	if (n > 0)
		v2 = must(open(cgroup[0], O_DIRECTORY | O_CLOEXEC), cgroup[0]);
	if (root)
		take_sources();
	waitpid(start_init(v2), &status, 0);
	for (int i = 0; i < n; i++)
		rmdir(cgroup[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
