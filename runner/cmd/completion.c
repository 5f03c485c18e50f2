#include <stdio.h>
#include <string.h>

#include "runner/cmd/cmd.h"
#include "runner/cmd/parse.h"
#include "runner/cmd/verbs.h"

/*
 * Completions are made from the verb table, so that they know what the parser
 * knows.  Operands: the exercises where a verb wants one, else files.
 */

static bool is_listed(const struct verb *verb)
{
	return !(verb->flags & VERB_HIDDEN);
}

static bool wants_exercise(const struct verb *verb)
{
	return verb->synopsis && !strncmp(verb->synopsis, "EXERCISE", 8);
}

static void print_verbs(const char *between)
{
	for (size_t i = 0; verb_table[i]; i++)
		if (is_listed(verb_table[i]))
			printf("%s%s", i ? between : "", verb_table[i]->name);
}

/* --- bash --- */

static void bash_options(const struct verb *verb)
{
	printf("\t%s) options='--help", verb->name);
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
		printf(" --%s", s->name);
	printf("' ;;\n");
}

static void bash_choices(const struct verb *verb)
{
	for (const struct option_spec *s = verb_options(verb); s->name; s++) {
		if (s->kind != OPTION_CHOICE)
			continue;
		printf("\t%s--%s) words='", verb->name, s->name);
		for (const char *c = s->arg; *c; c++)
			putchar(*c == '|' ? ' ' : *c);
		printf("' ;;\n");
	}
}

static void bash(void)
{
	printf("# bash completion for fumehood, made by "
	       "`fumehood completion bash`\n"
	       "_fumehood() {\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} "
	       "verb=${COMP_WORDS[1]}\n"
	       "\tlocal before=${COMP_WORDS[COMP_CWORD-1]} options= words=\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	       "\t\tCOMPREPLY=($(compgen -W '");
	print_verbs(" ");
	printf("' -- \"$word\"))\n\t\treturn\n\tfi\n\tcase $verb in\n");
	for (size_t i = 0; verb_table[i]; i++)
		bash_options(verb_table[i]);
	printf("\tesac\n\tcase $verb$before in\n");
	for (size_t i = 0; verb_table[i]; i++)
		bash_choices(verb_table[i]);
	for (size_t i = 0; verb_table[i]; i++)
		if (wants_exercise(verb_table[i]))
			printf("\t%s%s) words=$(fumehood list --names "
			       "2>/dev/null) ;;\n", verb_table[i]->name,
			       verb_table[i]->name);
	printf("\thelphelp) words='");
	print_verbs(" ");
	printf("' ;;\n\tesac\n"
	       "\tcase $word in\n"
	       "\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
	       "\t*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	       "\t\t[ -n \"$words\" ] || "
	       "COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
	       "\tesac\n}\ncomplete -o filenames -F _fumehood fumehood\n");
}

/* --- zsh --- */

/* What a quoted help text of zsh's _arguments may not hold as it is. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_option(const struct option_spec *s)
{
	printf(" \\\n\t\t'%s--%s%s[", s->kind == OPTION_LIST ? "*" : "",
	       s->name, s->kind == OPTION_FLAG ? "" : "=");
	zsh_text(s->help);
	printf("]");
	if (s->kind == OPTION_CHOICE) {
		printf(":choice:(");
		for (const char *c = s->arg; *c; c++)
			putchar(*c == '|' ? ' ' : *c);
		printf(")");
	} else if (s->kind != OPTION_FLAG) {
		printf(":");
		zsh_text(s->arg);
		printf(":_files");
	}
	printf("'");
}

static void zsh_verb(const struct verb *verb)
{
	printf("\t%s)\n\t\t_arguments '--help[show help]'", verb->name);
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
		zsh_option(s);
	if (wants_exercise(verb))
		printf(" \\\n\t\t'1:exercise:($(fumehood list --names "
		       "2>/dev/null))'");
	printf(" \\\n\t\t'*:file:_files'\n\t\t;;\n");
}

static void zsh(void)
{
	printf("#compdef fumehood\n"
	       "# made by `fumehood completion zsh`\n"
	       "_fumehood() {\n\tlocal -a verbs\n\tverbs=(\n");
	for (size_t i = 0; verb_table[i]; i++) {
		if (!is_listed(verb_table[i]))
			continue;
		printf("\t\t'%s:", verb_table[i]->name);
		zsh_text(verb_table[i]->help);
		printf("'\n");
	}
	printf("\t)\n\tif (( CURRENT == 2 )); then\n"
	       "\t\t_describe verb verbs\n\t\treturn\n\tfi\n"
	       "\tlocal verb=$words[2]\n"
	       "\tshift words\n\t(( CURRENT-- ))\n\tcase $verb in\n");
	for (size_t i = 0; verb_table[i]; i++)
		zsh_verb(verb_table[i]);
	printf("\tesac\n}\n_fumehood \"$@\"\n");
}

/* --- fish --- */

static void fish_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void fish_option(const struct verb *verb, const struct option_spec *s)
{
	printf("complete -c fumehood -n '__fish_seen_subcommand_from %s' "
	       "-l %s", verb->name, s->name);
	if (s->letter)
		printf(" -s %c", s->letter);
	if (s->kind == OPTION_CHOICE) {
		printf(" -xa '");
		for (const char *c = s->arg; *c; c++)
			putchar(*c == '|' ? ' ' : *c);
		printf("'");
	} else if (s->kind != OPTION_FLAG) {
		printf(" -r");
	}
	printf(" -d '");
	fish_text(s->help);
	printf("'\n");
}

static void fish(void)
{
	printf("# fish completion for fumehood, made by "
	       "`fumehood completion fish`\n");
	for (size_t i = 0; verb_table[i]; i++) {
		const struct verb *verb = verb_table[i];

		if (!is_listed(verb))
			continue;
		printf("complete -c fumehood -n __fish_use_subcommand -xa %s "
		       "-d '", verb->name);
		fish_text(verb->help);
		printf("'\n");
		if (wants_exercise(verb))
			printf("complete -c fumehood -n "
			       "'__fish_seen_subcommand_from %s' -a "
			       "'(fumehood list --names 2>/dev/null)'\n",
			       verb->name);
		for (const struct option_spec *s = verb_options(verb); s->name;
		     s++)
			fish_option(verb, s);
	}
}

/* --- the manual's list of verbs, in mdoc --- */

/* A line of text: one that began with a dot would be a request, and a
 * backslash an escape. */
static void mdoc_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text; text++) {
		if (*text == '\\')
			printf("\\e");
		else
			putchar(*text);
	}
	printf("\n");
}

/* Sentences on lines of their own, as mdoc wants them. */
static void mdoc_sentences(const char *text)
{
	while (*text) {
		const char *end = strstr(text, ". ");
		size_t n = end ? (size_t)(end - text) + 1 : strlen(text);

		printf("%.*s\n", (int)n, text);
		text += n + (text[n] == ' ');
	}
}

static void mdoc_option(const struct option_spec *s)
{
	printf(".It ");
	if (s->letter)
		printf("Fl %c , ", s->letter);
	printf("Fl -%s", s->name);
	if (s->arg)
		printf(" Ns = Ns Ar \"%s\"", s->arg);
	printf("\n");
	mdoc_text(s->help);
}

static void mdoc_verb(const struct verb *verb)
{
	printf(".Ss %s\n.Nm\n.Cm %s\n", verb->name, verb->name);
	if (verb->options)
		printf(".Op Ar option ...\n");
	if (verb->synopsis)
		printf(".Ar \"%s\"\n", verb->synopsis);
	printf(".Pp\n");
	mdoc_text(verb->help);
	printf(".\n");
	if (verb->detail) {
		printf(".Pp\n");
		mdoc_sentences(verb->detail);
	}
	if (!verb_options(verb)->name)
		return;
	printf(".Bl -tag -width Ds\n");
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
		mdoc_option(s);
	printf(".El\n");
}

static void mdoc(void)
{
	for (size_t i = 0; verb_table[i]; i++)
		if (is_listed(verb_table[i]))
			mdoc_verb(verb_table[i]);
}

static int completion_run(const struct command *c)
{
	const char *shell = c->args[0];

	if (!strcmp(shell, "bash"))
		bash();
	else if (!strcmp(shell, "zsh"))
		zsh();
	else if (!strcmp(shell, "fish"))
		fish();
	else if (!strcmp(shell, "mdoc"))
		mdoc();
	else
		return cmd_usage(c, "wants bash, zsh, fish or mdoc");
	return EXIT_STATUS_OK;
}

const struct verb verb_completion = {
	.name = "completion",
	.synopsis = "bash|zsh|fish|mdoc",
	.help = "print what a shell needs to complete this command line",
	.args_min = 1,
	.args_max = 1,
	.flags = VERB_HIDDEN,
	.run = completion_run,
};
