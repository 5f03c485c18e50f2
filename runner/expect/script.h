/*
 * script -- a probe script, compiled: what to send and what to expect.
 *
 *   script_parse() when the exercise is loaded, play_run() (play.h) per run.
 *
 * A script is Hurl 8 text.  What grading adds is in `#!` comments, which Hurl
 * ignores: `#! key=value key="with spaces" flag`, bound to the request,
 * capture or assert below it, or to the one on whose line it stands:
 *
 *	#! id=create title="a product can be created" points=2 spec=R2.1
 *	POST {{base}}/products
 *	{ "name": "{{rand_word}}" }
 *	HTTP *
 *	[Captures]
 *	id: jsonpath "$.id"
 *	[Asserts]
 *	status == 201                #! hint="answer 201 Created"
 *	header "Location" exists     #! spec=R2.2
 *
 * Each expectation (status, header, body, assert) is one check.  `points` on
 * a check is its share; on a request it is shared by the checks that have
 * none; checks without points must still pass for full marks.
 *
 * `restart` on a request: the app is killed and started again, with the same
 * files, before the request is sent.
 *
 * `rand_KIND` and `rand_KIND_NAME` are variables drawn from the run's seed, one
 * value each for the whole script: `word` (9 letters a-z), `upper` (3 letters
 * A-Z), `digits` (4 digits), `int` (1 to 9999), `text` (a phrase with quotes,
 * markup and letters beyond ASCII).
 *
 * A compiled script never changes: one may be played by many runs.
 */
#ifndef RUNNER_EXPECT_SCRIPT_H
#define RUNNER_EXPECT_SCRIPT_H

#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct err;
struct script;

#define SCRIPT_BYTES_MAX   (4u << 20)
#define SCRIPT_ENTRIES_MAX 2000

/*
 * Compile `text`.  `file` is its name in messages and, its folder, where the
 * files that the script names are.  -EINVAL when something is wrong, with
 * "FILE:LINE:COLUMN: what was expected" in `err`.
 */
int script_parse(struct arena *arena, const char *file, struct span text,
		 const struct script **ret, struct err *err);

const char *script_file(const struct script *script);
/* Sum of all `points`, in hundredths; 0 when the script gives none. */
int script_points(const struct script *script);
/* How many checks it makes when nothing fails before them. */
size_t script_checks(const struct script *script);

struct script_spec {
	const char *id; /* "R2.1" */
	int line, column; /* of the directive */
};
/* Every clause of the brief that a directive names; *ret_n of them. */
const struct script_spec *script_specs(struct arena *arena,
				       const struct script *script,
				       size_t *ret_n);

struct script_use {
	const char *name;
	int line, column;
};
/* Every use of a variable that nothing above it defines; *ret_n of them. */
const struct script_use *script_undefined(struct arena *arena,
					  const struct script *script,
					  size_t *ret_n);

struct script_place {
	int line, column;
};
/* Where it looks at how long an answer took; *ret_n places. */
const struct script_place *script_durations(struct arena *arena,
					    const struct script *script,
					    size_t *ret_n);

#endif
