#include <stdio.h>
#include <string.h>

#include "runner/cmd/cmd.h"
#include "runner/cmd/complete.h"
#include "runner/cmd/parse.h"
#include "runner/cmd/verbs.h"

/*
 * What may stand where is known by the verb table alone (complete.h); a shell
 * gets a few lines that ask for it.
 */

#define MDOC_COLUMNS 76

static bool is_listed(const struct verb *verb)
{
	return !(verb->flags & VERB_HIDDEN);
}

/* bash ends words at "=" and ":", and puts only the last part in place. */
static const char bash[] =
	"# bash completion for fumehood\n"
	"_fumehood() {\n"
	"\tlocal IFS=$'\\n' words=() word glue= current line\n"
	"\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
	"\t\tcase $word in\n"
	"\t\t[=:]) words[${#words[@]}-1]+=$word glue=1 ;;\n"
	"\t\t*)\n"
	"\t\t\tif [ -n \"$glue\" ]; then\n"
	"\t\t\t\twords[${#words[@]}-1]+=$word\n"
	"\t\t\telse\n"
	"\t\t\t\twords+=(\"$word\")\n"
	"\t\t\tfi\n"
	"\t\t\tglue= ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tcurrent=${words[${#words[@]}-1]}\n"
	"\tcurrent=${current%\"${current##*[=:]}\"}\n"
	"\tCOMPREPLY=()\n"
	"\twhile read -r line; do\n"
	"\t\tline=${line%%$'\\t'*}\n"
	"\t\tif [ \"$line\" = :files ]; then\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tCOMPREPLY+=($(compgen -f -- \"${word#[=:]}\"))\n"
	"\t\telse\n"
	"\t\t\tCOMPREPLY+=(\"${line#\"$current\"}\")\n"
	"\t\tfi\n"
	"\tdone < <(fumehood completion words \"${words[@]}\" 2>/dev/null)\n"
	"\tcase ${COMPREPLY[0]} in\n"
	"\t*=) compopt -o nospace 2>/dev/null ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _fumehood fumehood\n";

static const char zsh[] =
	"#compdef fumehood\n"
	"_fumehood() {\n"
	"\tlocal line files\n"
	"\tlocal -a found open\n"
	"\tfor line in \"${(@f)$(fumehood completion words "
	"\"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
	"\t\tcase $line in\n"
	"\t\t'') ;;\n"
	"\t\t:files) files=1 ;;\n"
	"\t\t*=|*=$'\\t'*) open+=(\"${${line%%$'\\t'*}//:/\\\\:}:"
	"${line#*$'\\t'}\") ;;\n"
	"\t\t*) found+=(\"${${line%%$'\\t'*}//:/\\\\:}:"
	"${line#*$'\\t'}\") ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\t(( $#found )) && _describe word found\n"
	"\t(( $#open )) && _describe option open -S ''\n"
	"\tif [[ -n $files ]]; then\n"
	"\t\tcompset -P '--*='\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
	"\t_fumehood \"$@\"\n"
	"else\n"
	"\tcompdef _fumehood fumehood\n"
	"fi\n";

static const char fish[] =
	"# fish completion for fumehood\n"
	"function __fumehood_words\n"
	"\tset -l words (commandline -opc) (commandline -ct)\n"
	"\tset -l option (string match -r '^--[^=]*=' -- $words[-1])\n"
	"\tfor line in (fumehood completion words $words[2..] "
	"2>/dev/null)\n"
	"\t\tif test $line = :files\n"
	"\t\t\tset -l path (string replace -r '^--[^=]*=' '' -- "
	"$words[-1])\n"
	"\t\t\tfor file in (__fish_complete_path $path)\n"
	"\t\t\t\techo \"$option$file\"\n"
	"\t\t\tend\n"
	"\t\telse\n"
	"\t\t\techo $line\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"complete -c fumehood -f -a '(__fumehood_words)'\n";

/* --- the manual's list of verbs, in mdoc --- */

/* A sentence on lines of its own, broken at blanks: one that began with a dot
 * would be a request, and a backslash an escape. */
static void mdoc_line(const char *text, size_t n)
{
	size_t column = 0;

	if (n && (*text == '.' || *text == '\''))
		printf("\\&");
	while (n) {
		size_t word = 0;

		while (word < n && text[word] != ' ')
			word++;
		if (column && column + 1 + word > MDOC_COLUMNS) {
			printf("\n");
			column = 0;
		}
		printf("%s", column ? " " : "");
		column += word + (column > 0);
		for (size_t i = 0; i < word; i++)
			printf(text[i] == '\\' ? "\\e" : "%c", text[i]);
		word += word < n;
		text += word;
		n -= word;
	}
	printf("\n");
}

static void mdoc_text(const char *text)
{
	mdoc_line(text, strlen(text));
}

static void mdoc_sentences(const char *text)
{
	while (*text) {
		const char *end = strstr(text, ". ");
		size_t n = end ? (size_t)(end - text) + 1 : strlen(text);

		mdoc_line(text, n);
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
	if (verb->synopsis && *verb->synopsis) {
		printf(".Ar \"");
		for (const char *c = verb->synopsis; *c; c++)
			printf(*c == '-' ? "\\-" : "%c", *c);
		printf("\"\n");
	}
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
	const char *what = c->args[0];

	if (!strcmp(what, "words")) {
		complete_print(c->arena, c->args + 1, c->n_args - 1);
		return EXIT_STATUS_OK;
	}
	if (c->n_args > 1)
		return cmd_usage(c, "wants one operand");
	if (!strcmp(what, "bash"))
		fputs(bash, stdout);
	else if (!strcmp(what, "zsh"))
		fputs(zsh, stdout);
	else if (!strcmp(what, "fish"))
		fputs(fish, stdout);
	else if (!strcmp(what, "mdoc"))
		mdoc();
	else
		return cmd_usage(c, "wants bash, zsh or fish");
	return EXIT_STATUS_OK;
}

const struct verb verb_completion = {
	.name = "completion",
	.synopsis = "bash|zsh|fish",
	.help = "print what a shell needs to complete this command line",
	.detail = "For bash: eval \"$(fumehood completion bash)\" in "
		  "~/.bashrc; for zsh the same after compinit; for fish: "
		  "fumehood completion fish | source. An installed program "
		  "has them in place.",
	.args_min = 1,
	.args_max = SIZE_MAX,
	.flags = VERB_PROGRAM,
	.run = completion_run,
};
