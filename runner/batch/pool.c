#include "runner/batch/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/base/err.h"

struct slot {
	pid_t pid; /* 0: free */
	size_t job;
};

struct running {
	const struct pool *pool;
	struct slot slots[POOL_PARALLEL_MAX];
	unsigned n_slots;
	size_t next; /* job that was not begun */
};

static unsigned parallel(const struct pool *pool)
{
	long n = pool->parallel ? (long)pool->parallel
				: sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > POOL_PARALLEL_MAX ? POOL_PARALLEL_MAX
						 : (unsigned)n;
}

static bool is_stopped(const struct pool *pool)
{
	struct pollfd p = { .fd = pool->stop_fd, .events = POLLIN };

	return pool->stop_fd >= 0 && poll(&p, 1, 0) > 0;
}

static int begin(struct running *run, struct slot *slot)
{
	pid_t parent = getpid(), pid;

	/* What is buffered would be printed by every child again. */
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int status;

		/* Nobody is left to want its result, or to stop it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent)
			_exit(EXIT_FAILURE);
		status = run->pool->work(run->pool->ctx, run->next);
		fflush(NULL);
		_exit(status);
	}
	*slot = (struct slot){ pid, run->next++ };
	return 0;
}

static int fill(struct running *run)
{
	for (unsigned i = 0; i < run->n_slots; i++) {
		int r;

		if (run->slots[i].pid || run->next == run->pool->n_jobs ||
		    is_stopped(run->pool))
			continue;
		r = begin(run, &run->slots[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_busy(const struct running *run)
{
	for (unsigned i = 0; i < run->n_slots; i++)
		if (run->slots[i].pid)
			return true;
	return false;
}

/* Wait for one of ours: the caller may have other children. */
static void reap(struct running *run)
{
	siginfo_t info = { .si_pid = 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0)
		if (errno != EINTR)
			return;
	for (unsigned i = 0; i < run->n_slots; i++) {
		struct slot *slot = &run->slots[i];
		int status;

		if (!slot->pid || slot->pid != info.si_pid)
			continue;
		waitpid(slot->pid, &status, 0);
		slot->pid = 0;
		if (run->pool->done)
			run->pool->done(run->pool->ctx, slot->job,
					WIFEXITED(status) ? WEXITSTATUS(status)
							  : -1);
		return;
	}
	waitpid(info.si_pid, NULL, 0);
}

int pool_run(const struct pool *pool, struct err *err)
{
	struct running run = { .pool = pool, .n_slots = parallel(pool) };
	int r;

	do {
		r = fill(&run);
		if (is_busy(&run))
			reap(&run);
	} while (is_busy(&run) || (r == 0 && run.next < pool->n_jobs &&
				   !is_stopped(pool)));
	if (r < 0)
		return err_set(err, -r, "fork: %s", strerror(-r));
	if (run.next < pool->n_jobs)
		return err_set(err, ECANCELED, "stopped");
	return 0;
}
