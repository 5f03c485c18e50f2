/*
 * discover -- find the Flask app in a submission by looking, not importing.
 *
 * Files are data here: nothing is executed.  The first rule that fits wins and
 * names itself, so that a transcript can say why this app was started.  What
 * needs Python's own rules (which attribute of the module is the app) is
 * decided by serve.py inside the box.
 */
#ifndef RUNNER_SUBMISSION_DISCOVER_H
#define RUNNER_SUBMISSION_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct submission;

struct launch {
	const char *target; /* "module", "module:name", "module:factory()" */
	const char *script; /* "app.py", "shop/__main__.py": run as a program
			     * (a package's by `python -m`), find its port */
	const char *dir;    /* below the submission, "" is the top */
	const char *rule;   /* "wsgi.py", "exercise.json app", ... */
	bool cold;          /* the warm path would not be the same program */
	const char *cold_reason; /* "shadows redis", or NULL */
	const char *imports; /* "flask,jwt": top-level names, for speed */
};

/*
 * `app` is the manifest's override or NULL.  -ENOENT with what was looked for
 * when nothing fits: the submission is not gradable.
 */
int discover(struct arena *arena, const struct submission *sub,
	     const char *app, struct launch *ret, struct err *err);

#endif
