#include "runner/cmd/parse.h"

#include <errno.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/options.h"

#define NAMES_MAX 128 /* options that a suggestion looks at */

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

const struct option_spec *verb_options(const struct verb *verb)
{
	return verb->options ? verb->options : no_options;
}

static const char *suggest_option(const struct verb *verb, const char *name)
{
	const char *names[NAMES_MAX + 2] = { "help" };
	size_t n = 1;

	for (const struct option_spec *s = verb_options(verb);
	     s->name && n < NAMES_MAX; s++)
		names[n++] = s->name;
	return text_suggest(name, names);
}

/* The first verb that has it; NULL when none has. */
static const struct verb *verb_with(const char *option)
{
	for (const struct verb *const *v = verb_table; *v; v++)
		for (const struct option_spec *s = verb_options(*v); s->name;
		     s++)
			if (!strcmp(s->name, option))
				return *v;
	return NULL;
}

static int unknown_option(struct parse *p, const char *name, struct err *err)
{
	const char *near = suggest_option(p->verb, name);
	const char *shown = text_visible(p->arena, span_of(name), 80);
	const struct verb *other = verb_with(name);

	if (other)
		return err_set(err, EINVAL, "--%s is no option of this verb, "
					    "but of `fumehood %s`",
			       shown, other->name);
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

	for (const struct option_spec *s = verb_options(p->verb); s->name;
	     s++) {
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
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
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

int parse_words(struct arena *arena, const struct verb *verb, int n_words,
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

