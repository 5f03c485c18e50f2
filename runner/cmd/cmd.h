/*
 * cmd -- what a verb of the command line is, and what it may lean on.
 *
 * Each verb is one file runner/cmd/<verb>.c that defines `verb_<name>` and is
 * listed in verbs.c.  Its options are a table, read by the one parser in
 * cli.c; --help, the manual's synopsis and the completions come from the same
 * table, so they cannot disagree with what is accepted.
 *
 *	struct doctor_options { const char *report; bool fix; };
 *	static const struct option_spec options[] = {
 *		{ "report", 0, OPTION_STRING, offsetof(...), "FORMAT", "..." },
 *		{ 0 },
 *	};
 */
#ifndef RUNNER_CMD_CMD_H
#define RUNNER_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/base/attr.h"

struct arena;
struct err;

/* Exit statuses are an interface: README.md, "Exit status". */
enum exit_status {
	EXIT_STATUS_OK = 0,
	EXIT_STATUS_BELOW = 1,        /* graded, below the threshold */
	EXIT_STATUS_USAGE = 2,
	EXIT_STATUS_EXERCISE = 3,     /* the author's error */
	EXIT_STATUS_NOT_GRADABLE = 4, /* no app, or it will not start */
	EXIT_STATUS_ISOLATION = 5,    /* weaker than demanded */
	EXIT_STATUS_INTERNAL = 6,     /* ours */
	EXIT_STATUS_FLAKY = 7,
	EXIT_STATUS_TIME_OVER = 124,
	EXIT_STATUS_INTERRUPTED = 130,
};

/* How the text of an option is read, and the type of its field. */
enum option_kind {
	OPTION_FLAG,    /* bool */
	OPTION_STRING,  /* const char * */
	OPTION_CHOICE,  /* const char *; `arg` lists them: "full|reduced" */
	OPTION_LIST,    /* struct option_list; may be given again */
	OPTION_INT,     /* int64_t, not negative */
	OPTION_U64,     /* struct option_u64 */
	OPTION_MS,      /* int64_t; "90" and "90s" are 90000; ms, m, h */
	OPTION_BYTES,   /* int64_t; "64M" is 64 << 20; K, M, G */
	OPTION_PERCENT, /* int, hundredths of a percent; "87.5", "87.5%" */
};

struct option_list {
	const char *const *items;
	size_t n;
};

struct option_u64 {
	bool given;
	uint64_t value;
};

struct option_spec {
	const char *name;  /* "threshold"; NULL ends the table */
	char letter;       /* 'q', or 0 */
	enum option_kind kind;
	size_t offset;     /* of the field in the verb's options */
	const char *arg;   /* "N", as shown; NULL for OPTION_FLAG */
	const char *help;  /* one line */
};

/* One use of a verb. */
struct command {
	struct arena *arena; /* lives until the program ends */
	const struct verb *verb;
	const void *options; /* the verb's own struct, filled */
	const char *const *args; /* operands; NULL behind the last */
	size_t n_args;
};

enum verb_flags {
	VERB_PROGRAM = 1 << 0, /* the first operand ends the options */
	VERB_HIDDEN = 1 << 1,  /* not listed by help */
};

struct verb {
	const char *name;
	const char *synopsis; /* operands: "EXERCISE SUBMISSION" */
	const char *help;     /* one line, no full stop */
	const char *detail;   /* a paragraph for --help; may be NULL */
	const struct option_spec *options; /* may be NULL */
	size_t options_bytes;
	const void *defaults; /* of options_bytes; NULL: zeros */
	size_t args_min, args_max; /* SIZE_MAX: any number */
	unsigned flags;       /* enum verb_flags */
	int (*run)(const struct command *c); /* returns an exit status */
};

extern const struct verb *const verb_table[]; /* verbs.c; NULL at the end */
const struct verb *verb_find(const char *name); /* or NULL */

/* Say what is wrong with the command line on stderr; EXIT_STATUS_USAGE. */
int cmd_usage(const struct command *c, const char *fmt, ...) PRINTF(2, 3);

/* Say why on stderr ("fumehood grade: ..."); returns `status`. */
int cmd_fail(const struct command *c, enum exit_status status,
	     const struct err *err);

/* A message for people on stderr, with the program's name before it. */
void cmd_note(const struct command *c, const char *fmt, ...) PRINTF(2, 3);

#endif
