/* parse -- the words behind a verb, read by the verb's own tables. */
#ifndef RUNNER_CMD_PARSE_H
#define RUNNER_CMD_PARSE_H

struct arena;
struct command;
struct err;
struct option_spec;
struct verb;

/*
 * Read the words behind a verb.  1 when --help was among them, 0 when `ret`
 * is filled, -EINVAL with what is wrong with which word.
 */
int parse_words(struct arena *arena, const struct verb *verb, int n_words,
		const char *const *words, struct command *ret,
		struct err *err);

/* Its options; an empty table when it has none. */
const struct option_spec *verb_options(const struct verb *verb);

#endif
