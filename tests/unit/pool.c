#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/base/attr.h"
#include "runner/batch/pool.h"
#include "tests/unit/suite.h"

#define JOBS 20

/* What children and parent saw; shared memory. */
struct seen {
	atomic_int running, most, begun;
	int status[JOBS];
	int n_done;
};

static struct seen *seen;

static void set_up(void)
{
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(seen != MAP_FAILED);
	memset(seen->status, -9, sizeof(seen->status));
}

static int work(void *ctx, size_t job)
{
	int now = atomic_fetch_add(&seen->running, 1) + 1;

	(void)ctx;
	atomic_fetch_add(&seen->begun, 1);
	while (atomic_load(&seen->most) < now)
		atomic_store(&seen->most, now);
	if (job == 7)
		raise(SIGKILL);
	usleep(1000);
	atomic_fetch_sub(&seen->running, 1);
	return (int)job;
}

static void done(void *ctx, size_t job, int status)
{
	if (status < 0)
		atomic_fetch_sub(&seen->running, 1);
	seen->status[job] = status;
	seen->n_done++;
	if (ctx && seen->n_done == 3)
		ck_assert_int_eq((int)write(*(int *)ctx, "!", 1), 1);
}

START_TEST(every_job_ends_once_and_a_crash_is_its_own)
{
	const struct pool pool = { JOBS, 3, -1, work, done, NULL };

	ck_assert_int_eq(pool_run(&pool, NULL), 0);
	ck_assert_int_eq(seen->n_done, JOBS);
	for (int i = 0; i < JOBS; i++)
		ck_assert_int_eq(seen->status[i], i == 7 ? -1 : i);
	ck_assert_int_le(atomic_load(&seen->most), 3);
}
END_TEST

START_TEST(a_stopped_pool_ends_what_it_began_and_begins_no_more)
{
	int ends[2];
	struct pool pool = { JOBS, 2, -1, work, done, &ends[1] };

	ck_assert_int_eq(pipe(ends), 0);
	pool.stop_fd = ends[0];
	ck_assert_int_eq(pool_run(&pool, NULL), -ECANCELED);
	ck_assert_int_eq(seen->n_done, atomic_load(&seen->begun));
	ck_assert_int_lt(seen->n_done, JOBS);
}
END_TEST

START_TEST(no_jobs_are_no_work)
{
	const struct pool pool = { 0, 2, -1, work, done, NULL };

	ck_assert_int_eq(pool_run(&pool, NULL), 0);
	ck_assert_int_eq(seen->n_done, 0);
}
END_TEST

SUITE(pool)
{
	tcase_add_checked_fixture(tcase, set_up, NULL);
	TEST(every_job_ends_once_and_a_crash_is_its_own);
	TEST(a_stopped_pool_ends_what_it_began_and_begins_no_more);
	TEST(no_jobs_are_no_work);
}
