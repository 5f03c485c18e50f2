/*
 * unboxed -- what the fork server does when it is asked, without a box.
 *
 * Takes the place of libfumehood-join.so: on "start" it forks a child that
 * serves the model on a socket it was given, on "stop" it ends that child.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTEN_FD 3

static const char *argv[8], *env[8];

const char *const *fumehood_argv(void)
{
	return argv;
}

const char *const *fumehood_env(void)
{
	return env;
}

static void become(void)
{
	int listener = (int)strtol(getenv("UNBOXED_LISTENER"), NULL, 10);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(getenv("UNBOXED_MODEL")) < 0 ||
	    dup2(listener, LISTEN_FD) < 0)
		_exit(1);
	argv[0] = getenv("UNBOXED_SERVE");
	argv[1] = getenv("UNBOXED_PACKAGES");
	argv[2] = "target=wsgi:app";
	argv[3] = "workers=1";
	argv[4] = "threads=4";
	env[0] = getenv("CATALOGUE_DB") - sizeof("CATALOGUE_DB");
}

int fumehood_answer(int fd, bool many, const char *path, const char *build,
		    int idle_ms)
{
	char word[16];
	pid_t child = 0;

	(void)many, (void)path, (void)build, (void)idle_ms;
	while (recv(fd, word, sizeof(word), 0) > 0) {
		if (child == 0) {
			child = fork();
			if (child == 0) {
				become();
				return 1;
			}
			continue;
		}
		kill(-child, SIGKILL); /* with its worker */
		waitpid(child, NULL, 0);
		child = 0;
		send(fd, "stopped", 7, MSG_NOSIGNAL);
	}
	return 0;
}
