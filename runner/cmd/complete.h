/* complete -- what a word of this command line may become. */
#ifndef RUNNER_CMD_COMPLETE_H
#define RUNNER_CMD_COMPLETE_H

#include <stddef.h>

struct arena;

/*
 * Print what the last of `words` (behind the program's name) may become, one
 * a line, with a tab and what it means where that is known.  A last line
 * ":files" says that a file may stand there too.
 */
void complete_print(struct arena *arena, const char *const *words, size_t n);

#endif
