/*
 * service -- the submission's app, running in a box.
 *
 *   service_open() builds the box (and wakes a fork server meanwhile),
 *   service_start() runs the app in it and waits until it serves;
 *   service_restart() does that again with the same files.
 *
 * Ready means that the app's server has answered, not that a connection was
 * accepted: the box's init listens before the app is imported, so connections
 * are queued from the beginning.  The question is one that every server
 * answers by itself, so that no request reaches the app before the first
 * probe.
 */
#ifndef RUNNER_SESSION_SERVICE_H
#define RUNNER_SESSION_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "runner/base/attr.h"
#include "runner/probe/http.h"
#include "sandbox/sandbox.h"

struct arena;
struct err;
struct exercise;
struct launch;
struct service;
struct submission;

struct service_spec {
	const struct exercise *ex;
	const struct submission *sub;
	const struct launch *launch;
	bool cold, reduced;
	bool only_reused; /* by a fork server that is there, or not at all */
	struct forkserver *warm; /* borrowed, or NULL */
	int64_t wall_ms;
	int stop_fd; /* readable: stop waiting */
};

enum service_end {
	SERVICE_READY,
	SERVICE_CRASHED,   /* the candidate's: it failed while starting */
	SERVICE_NO_APP,    /* the candidate's: nothing to serve */
	SERVICE_LACKS,     /* the environment's: a package is not there */
	SERVICE_SILENT,    /* the candidate's: it never listens */
	SERVICE_STOPPED,   /* stop_fd */
	SERVICE_ISOLATION, /* a layer cannot be had */
	SERVICE_BROKEN,    /* ours */
};

/* Why it is not ready, for people; strings live in the arena. */
struct service_failure {
	enum service_end end;
	const char *reason; /* one line */
	const char *detail; /* the last lines of its output, or NULL */
};

/* What became of one start. */
struct service_start {
	bool warm;        /* joined by a fork server */
	bool reused;      /* one that was there before this program */
	uint16_t port;
	int64_t start_ms; /* until ready */
};

/* A fork server that is there, or NULL. */
struct forkserver *service_warm_there(struct arena *arena);
/* The same (*ret_reused), or our own with `imports` (NULL: with all that it
 * knows); or NULL. */
struct forkserver *service_warm(struct arena *arena, const char *imports,
				bool *ret_reused);

/* 0, or a negative errno and *why filled: isolation or broken. */
int service_open(struct arena *arena, const struct service_spec *spec,
		 struct service **ret, struct service_failure *why);
void service_close(struct service *s, struct sandbox_state *ret);

/* 0 and *ret when it is ready; else -ECHILD and *why. */
int service_start(struct service *s, struct service_start *ret,
		  struct service_failure *why);
/* The same after everything but init was killed. */
int service_restart(struct service *s, struct service_start *ret,
		    struct service_failure *why);

/* The box, for signals, output and state; the client that reaches into it. */
struct sandbox *service_box(struct service *s);
struct http *service_http(struct service *s);
uint16_t service_port(const struct service *s);
/* Has the app ended? */
bool service_has_ended(struct service *s);
/*
 * Wait a moment for output beyond `output_at`.  A connection that ends without
 * an answer may be a process that died, and that is logged by its parent when
 * it is seen.
 */
void service_await_output(struct service *s, int64_t output_at);

#endif
