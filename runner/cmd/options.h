/* options -- the text of one option's value, read by its kind. */
#ifndef RUNNER_CMD_OPTIONS_H
#define RUNNER_CMD_OPTIONS_H

struct arena;
struct err;
struct option_spec;

/*
 * Store `text` in the field of `spec` inside `options`; -EINVAL when it is
 * not of that kind, with a message that says what would be.
 */
int option_store(struct arena *arena, const struct option_spec *spec,
		 void *options, const char *text, struct err *err);

#endif
