/*
 * does: system calls with the x32 bit, and with the upper half set
 * expect: exited:0
 * needs: x86_64
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int attempt(const char *what, long nr, long one)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(3);
		_exit(syscall(nr, one, 0, 0, 0, 0) < 0 ? 0 : 9);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 9) {
		printf("ESCAPED %s\n", what);
		return 1;
	}
	return 0;
}

int main(void)
{
	int escapes = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	puts("ARMED");
#ifdef __x86_64__
	escapes += attempt("x32 getpid", 0x40000000L | 39, 0);
	escapes += attempt("x32 unshare", 0x40000000L | 272, 0x10000000);
	escapes += attempt("x32 ptrace", 0x40000000L | 521, 0);
	escapes += attempt("unshare, upper half set",
			   0x100000000L | 272, 0x10000000);
#endif
	if (!escapes)
		puts("CONTAINED");
	return escapes ? 9 : 0;
}
