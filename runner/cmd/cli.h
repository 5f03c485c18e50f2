/* cli -- the command line: verbs and options read from their tables. */
#ifndef RUNNER_CMD_CLI_H
#define RUNNER_CMD_CLI_H

#include <stdio.h>

struct arena;
struct command;
struct err;
struct verb;

/* Run `argv` (argv[0] is the program); returns an exit status. */
int cli_main(int argc, char **argv);

/*
 * Read the words behind a verb.  1 when --help was among them, 0 when `ret`
 * is filled, -EINVAL with what is wrong with which word.
 */
int cli_parse(struct arena *arena, const struct verb *verb, int n_words,
	      const char *const *words, struct command *ret, struct err *err);

/* What `fumehood help` and `fumehood help VERB` print. */
void cli_print_overview(FILE *out);
void cli_print_help(FILE *out, const struct verb *verb);

#endif
