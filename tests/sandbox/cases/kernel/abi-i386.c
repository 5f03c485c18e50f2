/*
 * does: system calls by the door of 32-bit programs
 * expect: exited:0 signalled:31 signalled:11
 * rests-on: seccomp: no more than what the 64-bit calls can do
 * needs: x86_64
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static long call32(long nr, long one)
{
	long result = -38;
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(nr), "b"(one), "c"(0L), "d"(0L) : "memory",
			   "r8", "r9", "r10", "r11");
#endif
	return result;
}

/* In a child: the right answer to such a call is SIGSYS. */
static int attempt(const char *what, long nr, long one)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(3);
		_exit(call32(nr, one) < 0 ? 0 : 9);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 9) {
		printf("ESCAPED int 0x80: %s\n", what);
		return 1;
	}
	return 0;
}

int main(void)
{
	int escapes;

	setvbuf(stdout, NULL, _IONBF, 0);
	puts("ARMED");
	escapes = attempt("getpid", 20, 0);
	escapes += attempt("getuid", 24, 0);
	escapes += attempt("unshare", 310, 0x10000000);
	escapes += attempt("ptrace traceme", 26, 0);
	if (!escapes)
		puts("CONTAINED");
	return escapes ? 9 : 0;
}
