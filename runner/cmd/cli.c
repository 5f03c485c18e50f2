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
#include "runner/cmd/options.h"

#define WIDTH       79
#define NAMES_MAX   128 /* verbs or options that a suggestion looks at */
#define LABEL_BYTES 64

struct parse {
	struct arena *arena;
	const struct verb *verb;
	void *options;
	const char **args;
	size_t n_args;
	const char *const *word; /* the next one; NULL at the end */
	bool only_operands; /* after "--" */
};

static const struct option_spec no_options[] = { { 0 } };

static const struct option_spec *options_of(const struct verb *verb)
{
	return verb->options ? verb->options : no_options;
}

static const char *suggest_option(const struct verb *verb, const char *name)
{
	const char *names[NAMES_MAX + 2] = { "help" };
	size_t n = 1;

	for (const struct option_spec *s = options_of(verb);
	     s->name && n < NAMES_MAX; s++)
		names[n++] = s->name;
	return text_suggest(name, names);
}

static int unknown_option(struct parse *p, const char *name, struct err *err)
{
	const char *near = suggest_option(p->verb, name);
	const char *shown = text_visible(p->arena, span_of(name), 80);

	if (near)
		return err_set(err, EINVAL,
			       "there is no option --%s; did you mean --%s?",
			       shown, near);
	return err_set(err, EINVAL, "there is no option --%s", shown);
}

/* `value` is what came behind "=" or the letter, or NULL. */
static int take_option(struct parse *p, const struct option_spec *spec,
		       const char *value, struct err *err)
{
	if (spec->kind != OPTION_FLAG && !value) {
		if (!*p->word)
			return err_set(err, EINVAL, "--%s wants a value: %s",
				       spec->name, spec->arg);
		value = *p->word++;
	}
	return option_store(p->arena, spec, p->options, value ? value : "",
			    err);
}

static int take_long(struct parse *p, const char *name, struct err *err)
{
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);

	for (const struct option_spec *s = options_of(p->verb); s->name; s++) {
		if (strlen(s->name) != len || memcmp(s->name, name, len) != 0)
			continue;
		if (equals && s->kind == OPTION_FLAG)
			return err_set(err, EINVAL, "--%s takes no value",
				       s->name);
		return take_option(p, s, equals ? equals + 1 : NULL, err);
	}
	return unknown_option(p, arena_memdup(p->arena, name, len), err);
}

static const struct option_spec *find_letter(const struct verb *verb, char c)
{
	for (const struct option_spec *s = options_of(verb); s->name; s++)
		if (s->letter == c)
			return s;
	return NULL;
}

static int take_letters(struct parse *p, const char *letters, struct err *err)
{
	for (; *letters; letters++) {
		const struct option_spec *s = find_letter(p->verb, *letters);
		int code;

		if (!s)
			return err_set(err, EINVAL, "there is no option -%s",
				       text_visible(p->arena,
						    (struct span){ letters, 1 },
						    0));
		if (s->kind != OPTION_FLAG)
			return take_option(
				p, s, letters[1] ? letters + 1 : NULL, err);
		code = take_option(p, s, NULL, err);
		if (code)
			return code;
	}
	return 0;
}

static bool asks_for_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* 1 for help, 0, or -EINVAL. */
static int take_word(struct parse *p, const char *word, struct err *err)
{
	if (p->only_operands || word[0] != '-' || !word[1]) {
		p->args[p->n_args++] = word;
		if (p->verb->flags & VERB_PROGRAM)
			p->only_operands = true;
		return 0;
	}
	if (!strcmp(word, "--")) {
		p->only_operands = true;
		return 0;
	}
	if (asks_for_help(word))
		return 1;
	return word[1] == '-' ? take_long(p, word + 2, err)
			      : take_letters(p, word + 1, err);
}

static int check_count(const struct parse *p, struct err *err)
{
	const struct verb *verb = p->verb;

	if (p->n_args < verb->args_min)
		return err_set(err, EINVAL, "wants %s",
			       verb->synopsis ? verb->synopsis : "more");
	if (p->n_args > verb->args_max)
		return err_set(err, EINVAL, "has no use for '%s'",
			       text_visible(p->arena,
					    span_of(p->args[verb->args_max]),
					    80));
	return 0;
}

int cli_parse(struct arena *arena, const struct verb *verb, int n_words,
	      const char *const *words, struct command *ret, struct err *err)
{
	struct parse p = { .arena = arena, .verb = verb, .word = words };
	int code = 0;

	p.options = arena_alloc(arena, verb->options_bytes + 1);
	if (verb->defaults)
		memcpy(p.options, verb->defaults, verb->options_bytes);
	p.args = arena_array(arena, (size_t)n_words + 1, sizeof(*p.args));
	while (*p.word && !code) {
		const char *word = *p.word++;

		code = take_word(&p, word, err);
	}
	if (!code)
		code = check_count(&p, err);
	*ret = (struct command){ arena, verb, p.options, p.args, p.n_args };
	return code;
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

	for (const struct option_spec *s = options_of(verb); s->name; s++) {
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
	for (const struct option_spec *s = options_of(verb); s->name; s++) {
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
	fprintf(out, "\n'fumehood help VERB' says more. 'fumehood list' shows "
		     "the exercises to begin with.\n");
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
	int code = cli_parse(arena, verb, n_words, words, &c, &err);

	if (code == 1) {
		cli_print_help(stdout, verb);
		return EXIT_STATUS_OK;
	}
	if (code)
		return cmd_usage(&c, "%s", err.msg);
	return verb->run(&c);
}

/* A result that did not reach its reader (disk full) is no success. */
static int flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "fumehood: standard output: %s\n", strerror(errno));
	return status ? status : EXIT_STATUS_INTERNAL;
}

int cli_main(int argc, char **argv)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct verb *verb;

	signal(SIGPIPE, SIG_IGN);
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
