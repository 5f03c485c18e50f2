/*
 * pysource -- what a Python file says about an app, by looking at its text.
 *
 * No parser of Python: logical lines (brackets, strings and comments are
 * understood), and of each the few forms that bind an app to a name when the
 * module is imported.  Wrong guesses are possible and cost nothing but a
 * worse order of candidates: serve.py decides inside the box.
 */
#ifndef RUNNER_SUBMISSION_PYSOURCE_H
#define RUNNER_SUBMISSION_PYSOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

#define PYSOURCE_IMPORTS_MAX 64

struct pysource {
	bool makes_app;     /* NAME = Flask(...) when imported */
	bool binds_app;     /* app or application, whatever it is */
	bool factory;       /* create_app or make_app, callable without args */
	bool needy_factory; /* one that needs arguments */
	bool defines_factory; /* here, not imported */
	bool hidden_app;    /* Flask(...) inside a function or under __main__ */
	bool runs;          /* something.run(...), run_simple(...) */
	bool relative;      /* from . import ... */
	struct span imports[PYSOURCE_IMPORTS_MAX]; /* dotted names, absolute */
	size_t n_imports;
};

/* Spans point into `text`. */
void pysource_look(struct span text, struct pysource *ret);

/* The string that `name` is set to at the top level, or an empty span. */
struct span pysource_setting(struct span text, const char *name);

#endif
