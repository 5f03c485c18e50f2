/* python -- the Python that submissions run on, and our own part of it. */
#ifndef RUNNER_SESSION_PYTHON_H
#define RUNNER_SESSION_PYTHON_H

struct arena;
struct err;

struct python {
	const char *exe;      /* "/usr/bin/python3" */
	const char *env;      /* the environment's folder, absolute */
	const char *packages; /* its site-packages */
	const char *session;  /* the folder of serve.py, absolute */
	const char *serve;    /* serve.py */
	const char *warm;     /* forkserver.py */
};

/* -ENOENT when the environment was not made, with what makes it. */
int python_find(struct arena *arena, struct python *ret, struct err *err);

/* Names another warm server, for the workers of one command. */
#define PYTHON_WARM_SOCKET "FUMEHOOD_WARM_SOCKET"

/* Where `fumehood warm` listens for this user; NULL when that cannot be. */
const char *python_warm_socket(struct arena *arena);
/* What a warm server must have been made of to be ours. */
const char *python_build(struct arena *arena, const struct python *p);

#endif
