/* cli -- the command line: finds the verb, reads its words, runs it. */
#ifndef RUNNER_CMD_CLI_H
#define RUNNER_CMD_CLI_H

#include <stdio.h>

struct verb;

/* Run `argv` (argv[0] is the program); returns an exit status. */
int cli_main(int argc, char **argv);

/* What `fumehood help` and `fumehood help VERB` print. */
void cli_print_overview(FILE *out);
void cli_print_help(FILE *out, const struct verb *verb);

#endif
