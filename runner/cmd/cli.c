#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/cli.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/parse.h"

#define WIDTH       79
#define NAMES_MAX   128 /* verbs that a suggestion looks at */
#define LABEL_BYTES 64

static bool asks_for_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static void label(const struct option_spec *s, char ret[LABEL_BYTES])
{
	char letter[8] = "    ";

	if (s->letter)
		snprintf(letter, sizeof(letter), "-%c, ", s->letter);
	snprintf(ret, LABEL_BYTES, "  %s--%s%s%s", letter, s->name,
		 s->arg ? " " : "", s->arg ? s->arg : "");
}

/* Words of `text` from column `indent` on, the first line begun already. */
static void print_wrapped(FILE *out, const char *text, int indent, int column)
{
	while (*text) {
		int n = (int)strcspn(text, " ");

		if (column > indent && column + n + 1 > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			column += fprintf(out, " ");
		}
		column += fprintf(out, "%.*s", n, text);
		text += n + (text[n] == ' ');
	}
	fprintf(out, "\n");
}

static void print_item(FILE *out, const char *name, const char *help,
		       int indent)
{
	int column = fprintf(out, "%s", name);

	if (column + 2 > indent) {
		fprintf(out, "\n");
		column = 0;
	}
	fprintf(out, "%*s", indent - column, "");
	print_wrapped(out, help, indent, indent);
}

static int options_indent(const struct verb *verb)
{
	int widest = 14;

	for (const struct option_spec *s = verb_options(verb); s->name; s++) {
		char text[LABEL_BYTES];

		label(s, text);
		if ((int)strlen(text) + 2 > widest)
			widest = (int)strlen(text) + 2;
	}
	return widest > 32 ? 32 : widest;
}

void cli_print_help(FILE *out, const struct verb *verb)
{
	int indent = options_indent(verb);

	fprintf(out, "usage: fumehood %s%s%s%s\n\n", verb->name,
		verb->options ? " [OPTION...]" : "",
		verb->synopsis ? " " : "",
		verb->synopsis ? verb->synopsis : "");
	print_wrapped(out, verb->help, 0, 0);
	if (verb->detail) {
		fprintf(out, "\n");
		print_wrapped(out, verb->detail, 0, 0);
	}
	fprintf(out, "\nOptions:\n");
	for (const struct option_spec *s = verb_options(verb); s->name; s++) {
		char text[LABEL_BYTES];

		label(s, text);
		print_item(out, text, s->help, indent);
	}
	print_item(out, "  -h, --help", "show this and exit", indent);
}

void cli_print_overview(FILE *out)
{
	fprintf(out, "usage: fumehood VERB [OPTION...] [OPERAND...]\n\n"
		     "Run an untrusted Flask application in a sandbox, probe "
		     "it over HTTP from\noutside, and print a graded "
		     "transcript.\n\nVerbs:\n");
	for (size_t i = 0; verb_table[i]; i++) {
		char text[LABEL_BYTES];

		if (verb_table[i]->flags & VERB_HIDDEN)
			continue;
		snprintf(text, sizeof(text), "  %s", verb_table[i]->name);
		print_item(out, text, verb_table[i]->help, 14);
	}
	fprintf(out, "\n'fumehood list' shows the exercises to begin with,\n"
		     "'fumehood help VERB' says more of one verb.\n");
}

void cmd_note(const struct command *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "fumehood %s: ", c->verb->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

int cmd_usage(const struct command *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "fumehood %s: ", c->verb->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'fumehood help %s'.\n", c->verb->name);
	return EXIT_STATUS_USAGE;
}

int cmd_fail(const struct command *c, enum exit_status status,
	     const struct err *err)
{
	cmd_note(c, "%s", err->msg);
	return (int)status;
}

static int unknown_verb(struct arena *arena, const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL }, *near;
	size_t n = 0;

	for (size_t i = 0; verb_table[i] && n < NAMES_MAX; i++)
		names[n++] = verb_table[i]->name;
	near = text_suggest(name, names);
	fprintf(stderr, "fumehood: there is no verb '%s'",
		text_visible(arena, span_of(name), 80));
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fprintf(stderr, "\nTry 'fumehood help'.\n");
	return EXIT_STATUS_USAGE;
}

static int run_verb(struct arena *arena, const struct verb *verb, int n_words,
		    const char *const *words)
{
	struct command c = { .arena = arena, .verb = verb };
	struct err err;
	int code = parse_words(arena, verb, n_words, words, &c, &err);

	if (code == 1) {
		cli_print_help(stdout, verb);
		return EXIT_STATUS_OK;
	}
	if (code)
		return cmd_usage(&c, "%s", err.msg);
	return verb->run(&c);
}

/* A result that did not reach its reader (disk full) is no success; one that
 * closed the pipe (head) knows why, and is not told. */
static int flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		fprintf(stderr, "fumehood: standard output: %s\n",
			strerror(errno));
	return status ? status : EXIT_STATUS_INTERNAL;
}

int cli_main(int argc, char **argv)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct verb *verb;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* whoever writes is told, and can say so */
	if (argc < 2) {
		cli_print_overview(stderr);
		return EXIT_STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("fumehood %s\n", FUMEHOOD_VERSION);
		return flushed(EXIT_STATUS_OK);
	}
	if (asks_for_help(argv[1])) {
		cli_print_overview(stdout);
		return flushed(EXIT_STATUS_OK);
	}
	verb = verb_find(argv[1]);
	if (!verb)
		return unknown_verb(arena, argv[1]);
	return flushed(run_verb(arena, verb, argc - 2,
				(const char *const *)argv + 2));
}
