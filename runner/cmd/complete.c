#include "runner/cmd/complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/cmd/cmd.h"
#include "runner/cmd/parse.h"
#include "runner/cmd/verbs.h"
#include "runner/exercise/bundle.h"
#include "runner/exercise/exercise.h"
#include "runner/report/report.h"
#include "runner/watch/practice.h"

struct completion {
	struct arena *arena;
	const char *begun;  /* the beginning of the word */
	const char *before; /* "--view=", to be printed in front; or "" */
	const char *exercise; /* the operand that names one, or NULL */
};

static void offer(const struct completion *at, const char *word,
		  const char *meaning)
{
	if (strncmp(word, at->begun, strlen(at->begun)) != 0)
		return;
	printf("%s%s", at->before, word);
	if (meaning && *meaning)
		printf("\t%s", meaning);
	printf("\n");
}

/* --- by what a placeholder stands for --- */

static void offer_verbs(const struct completion *at)
{
	for (size_t i = 0; verb_table[i]; i++)
		if (!(verb_table[i]->flags & VERB_HIDDEN))
			offer(at, verb_table[i]->name, verb_table[i]->help);
}

static void offer_formats(const struct completion *at)
{
	for (size_t i = 0; report_formats[i]; i++)
		offer(at, report_formats[i]->name, report_formats[i]->help);
}

static void offer_exercises(const struct completion *at)
{
	size_t n;
	const char *const *slugs = exercise_list(at->arena, &n);

	for (size_t i = 0; i < n; i++)
		offer(at, slugs[i], NULL);
}

static void offer_bundles(const struct completion *at)
{
	size_t n;
	const char *const *slugs = bundle_list(at->arena, &n);

	for (size_t i = 0; i < n; i++)
		offer(at, slugs[i], NULL);
}

/* Of the exercise that was named, else, as its candidate knows them, of the
 * one that is practised here. */
static void offer_criteria(const struct completion *at)
{
	const struct exercise *ex = NULL;
	struct practice p;
	const char *dir;

	if (at->exercise) {
		if (exercise_find(at->arena, at->exercise, &dir, NULL) ||
		    exercise_load(at->arena, dir, &ex, NULL))
			return;
	} else {
		if (practice_open(at->arena, &p, NULL))
			return;
		ex = p.ex;
	}
	for (size_t i = 0; i < ex->n_criteria; i++)
		offer(at, ex->criteria[i].id, ex->criteria[i].title);
}

static void offer_choices(const struct completion *at, const char *choices)
{
	while (*choices) {
		size_t n = strcspn(choices, "|");

		offer(at, arena_memdup(at->arena, choices, n), NULL);
		choices += n + (choices[n] == '|');
	}
}

static void offer_for(const struct completion *at, const char *placeholder)
{
	static const struct {
		const char *placeholder;
		void (*offer)(const struct completion *at);
	} kinds[] = {
		{ "EXERCISE", offer_exercises },
		{ "CRITERION", offer_criteria },
		{ "ID", offer_criteria },
		{ "BUNDLE", offer_bundles },
		{ "VERB", offer_verbs },
		{ "FORMAT", offer_formats },
	};
	static const char *const files[] = {
		"FILE",	 "FILE.hurl",  "FOLDER",     "PATH",  "KEY",
		"AFTER", "BEFORE",     "SUBMISSION", "TRANSCRIPT",
		"SRC",   "EXERCISE",   "PROGRAM",    "ARG",
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(placeholder, kinds[i].placeholder))
			kinds[i].offer(at);
	if (strchr(placeholder, '|'))
		offer_choices(at, placeholder);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (!strcmp(placeholder, files[i]))
			printf(":files\n");
}

/* --- options and operands --- */

/* What comes before a "[=FILE]" or "[:DST]". */
static const char *placeholder_of(struct arena *arena,
				  const struct option_spec *s)
{
	size_t n = strcspn(s->arg, "[=");

	return arena_memdup(arena, s->arg, n);
}

static const struct option_spec *option_of(const struct verb *verb,
					   const char *word, size_t n)
{
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
		if (strlen(s->name) == n && !strncmp(s->name, word, n))
			return s;
	return NULL;
}

static void offer_options(const struct completion *at,
			  const struct verb *verb)
{
	for (const struct option_spec *s = verb_options(verb); s->name; s++)
		offer(at,
		      arena_printf(at->arena, "--%s%s", s->name,
				   s->kind == OPTION_FLAG ? "" : "="),
		      s->help);
	offer(at, "--help", "show how to use it");
}

/* "EXERCISE [FOLDER]", 1: "FOLDER"; "SUBMISSION...", 7: "SUBMISSION". */
static const char *operand_of(struct arena *arena, const struct verb *verb,
			      size_t k)
{
	const char *at = verb->synopsis ? verb->synopsis : "";
	const char *found = "";

	for (size_t i = 0; *at; i++) {
		size_t n;

		at += strspn(at, " [");
		n = strcspn(at, " ]");
		found = arena_memdup(arena, at, n);
		if (n > 3 && !strcmp(found + n - 3, "..."))
			return arena_memdup(arena, found, n - 3);
		at += n;
		at += strspn(at, "] ");
		if (i == k)
			return found;
	}
	return "";
}

struct place {
	const struct option_spec *value_of; /* the word is its value */
	size_t n_operands;                  /* before the word */
	bool no_options;                    /* after "--" */
};

static void pass_word(struct completion *at, const struct verb *verb,
		      const char *word, struct place *ret)
{
	size_t n = strcspn(word, "=");

	if (ret->value_of) {
		ret->value_of = NULL;
	} else if (!ret->no_options && !strcmp(word, "--")) {
		ret->no_options = true;
	} else if (!ret->no_options && !strncmp(word, "--", 2)) {
		const struct option_spec *s = option_of(verb, word + 2, n - 2);

		if (s && s->kind != OPTION_FLAG && !word[n])
			ret->value_of = s;
	} else if (ret->no_options || word[0] != '-') {
		if (!strcmp(operand_of(at->arena, verb, ret->n_operands),
			    "EXERCISE"))
			at->exercise = word;
		ret->n_operands++;
		ret->no_options |= (verb->flags & VERB_PROGRAM) != 0;
	}
}

static void complete_word(struct completion *at, const struct verb *verb,
			  const struct place *place)
{
	const char *word = at->begun;
	size_t n = strcspn(word, "=");
	const struct option_spec *s = place->value_of;

	if (!s && !place->no_options && word[0] == '-') {
		s = word[n] && n > 2 ? option_of(verb, word + 2, n - 2) : NULL;
		if (!s) {
			offer_options(at, verb);
			return;
		}
		at->before = arena_memdup(at->arena, word, n + 1);
		at->begun = word + n + 1;
	}
	if (s && s->arg)
		offer_for(at, placeholder_of(at->arena, s));
	else if (!s)
		offer_for(at, operand_of(at->arena, verb, place->n_operands));
}

void complete_print(struct arena *arena, const char *const *words, size_t n)
{
	struct completion at = { .arena = arena,
				 .begun = n ? words[n - 1] : "",
				 .before = "" };
	struct place place = { 0 };
	const struct verb *verb;

	if (n < 2) {
		offer_verbs(&at);
		offer(&at, "--help", "show how to use it");
		offer(&at, "--version", "say which version this is");
		return;
	}
	verb = verb_find(words[0]);
	if (!verb)
		return;
	for (size_t i = 1; i + 1 < n; i++)
		pass_word(&at, verb, words[i], &place);
	complete_word(&at, verb, &place);
}
