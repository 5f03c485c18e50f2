/* evidence -- why a check is not passed, as plain lines for any reader. */
#ifndef RUNNER_REPORT_EVIDENCE_H
#define RUNNER_REPORT_EVIDENCE_H

#include <stdint.h>

struct arena;
struct finding;
struct record;

/* One line: the message, or what was expected and what came. */
const char *evidence_line(struct arena *arena, const struct finding *f);

/*
 * All of it: expected, actual, the request, the answer, the app's traceback,
 * hint, source and a curl line.  Printable, with line feeds.
 */
const char *evidence_text(struct arena *arena, const struct record *r,
			  const struct finding *f);

/* The curl line of its request, or NULL. */
const char *evidence_curl(struct arena *arena, const struct record *r,
			  const struct finding *f);

/* How long its request took; 0 when there was none. */
int64_t evidence_us(struct arena *arena, const struct record *r,
		    const struct finding *f);

#endif
