/*
 * does: clone3 with namespaces, a chosen pid, a cgroup and an odd size
 * expect: exited:0
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int n_escaped;

static void attempt(const char *what, struct clone_args *args, size_t size)
{
	long pid = syscall(SYS_clone3, args, size);

	if (pid == 0)
		_exit(0);
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		printf("ESCAPED clone3 with %s\n", what);
		n_escaped++;
	} else if (errno != ENOSYS && errno != EPERM) {
		printf("NOTE clone3 with %s: errno %d\n", what, errno);
	}
}

int main(void)
{
	static const struct { const char *name; uint64_t flag; } kinds[] = {
		{ "user", CLONE_NEWUSER }, { "pid", CLONE_NEWPID },
		{ "net", CLONE_NEWNET }, { "mount", CLONE_NEWNS },
		{ "ipc", CLONE_NEWIPC }, { "uts", CLONE_NEWUTS },
		{ "cgroup", CLONE_NEWCGROUP },
		{ "user+mount", CLONE_NEWUSER | CLONE_NEWNS },
	};
	pid_t wanted[] = { 1 };

	setvbuf(stdout, NULL, _IONBF, 0);
	puts("ARMED");
	alarm(5);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct clone_args args = { .flags = kinds[i].flag,
					   .exit_signal = SIGCHLD };
		attempt(kinds[i].name, &args, sizeof args);
	}
	struct clone_args pick = { .exit_signal = SIGCHLD,
				   .set_tid = (uintptr_t)wanted,
				   .set_tid_size = 1 };
	attempt("a chosen pid", &pick, sizeof pick);
	struct clone_args group = { .exit_signal = SIGCHLD, .cgroup = 0,
				    .flags = CLONE_INTO_CGROUP };
	attempt("a cgroup", &group, sizeof group);
	if (!n_escaped)
		puts("CONTAINED");
	return n_escaped ? 9 : 0;
}
