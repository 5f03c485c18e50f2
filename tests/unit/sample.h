/* sample -- a small run, recorded: what tests of reports read. */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

struct arena;
struct record;

/*
 * Four criteria: `list` passes, `create` is partial with a traceback and a
 * body full of terminal escapes, markup and CDATA ends, `secret` (hidden)
 * fails, `delete` is skipped.  6 of 10 points.
 */
const struct record *sample_record(struct arena *arena);

/* A run that never began: the app did not start. */
const struct record *sample_not_gradable(struct arena *arena);

/* Occurs in everything that a candidate may not see. */
#define SAMPLE_HIDDEN "xyzzy"

/* Bytes that a terminal, an XML parser or a browser would obey. */
#define SAMPLE_HOSTILE                                                         \
	"\x1b[2J</script><script>alert(1)</script>]]>&\x01\xff\xe2\x80\xae"

#endif
