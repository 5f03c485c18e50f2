/*
 * pool -- many jobs, each in a process of its own, some at a time.
 *
 * A job that crashes ends alone.  The parent only forks and waits: no threads,
 * nothing shared but what the caller mapped before.  A child dies with it.
 */
#ifndef RUNNER_BATCH_POOL_H
#define RUNNER_BATCH_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

#define POOL_PARALLEL_MAX 256

struct pool {
	size_t n_jobs;
	unsigned parallel; /* 0: one for each processor */
	int stop_fd;       /* readable: begin no more jobs; -1: never */
	/* In a child: its exit status. */
	int (*work)(void *ctx, size_t job);
	/* In the parent, in the order in which they end: the exit status, or
	 * -1 when a signal ended it.  May be NULL. */
	void (*done)(void *ctx, size_t job, int status);
	void *ctx;
};

/* 0 when all jobs were begun and have ended; -ECANCELED when stopped. */
int pool_run(const struct pool *pool, struct err *err);

#endif
