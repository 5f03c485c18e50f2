/*
 * startline -- what a submission's own files say about how it is started.
 *
 * Procfile, gunicorn.conf.py and .flaskenv are read as data: nothing in them
 * is run.  What cannot be understood is nothing said.
 */
#ifndef RUNNER_SUBMISSION_STARTLINE_H
#define RUNNER_SUBMISSION_STARTLINE_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

struct startline {
	const char *target; /* "module", "path.py", "module:name", or NULL */
	const char *script; /* "path.py", or NULL */
	const char *dir;    /* to change to first; never NULL */
};

/* The command of the `web:` line. */
bool startline_procfile(struct arena *arena, struct span text,
			struct startline *ret);
/* `wsgi_app` and `chdir` of a gunicorn.conf.py. */
bool startline_gunicorn(struct arena *arena, struct span text,
			struct startline *ret);
/* FLASK_APP of a .env or .flaskenv. */
bool startline_dotenv(struct arena *arena, struct span text,
		      struct startline *ret);

#endif
