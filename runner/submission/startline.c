#include "runner/submission/startline.h"

#include <ctype.h>

#include "runner/base/arena.h"
#include "runner/submission/pysource.h"

#define WORDS_MAX 64

/* --- shell words, as far as a Procfile needs them ----------------------------
 */

struct command_line {
	const char *words[WORDS_MAX + 1];
	size_t n;
};

static const char *take_word(struct arena *arena, struct span s, size_t *at)
{
	char *word, *end, quote = 0;

	while (*at < s.len && (s.data[*at] == ' ' || s.data[*at] == '\t'))
		(*at)++;
	if (*at >= s.len)
		return NULL;
	word = end = arena_alloc(arena, s.len - *at + 1);
	for (; *at < s.len; (*at)++) {
		char c = s.data[*at];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\t'))
			break;
		else if (c != '\0')
			*end++ = c;
	}
	return word;
}

static void split(struct arena *arena, struct span line,
		  struct command_line *ret)
{
	size_t at = 0;
	const char *word;

	ret->n = 0;
	while (ret->n < WORDS_MAX &&
	       (word = take_word(arena, line, &at)) != NULL)
		ret->words[ret->n++] = word;
	ret->words[ret->n] = NULL;
}

/* The next line of `text`, without its end. */
static bool next_line(struct span *text, struct span *ret)
{
	size_t n = 0;

	if (!text->len)
		return false;
	while (n < text->len && text->data[n] != '\n')
		n++;
	*ret = (struct span){ text->data, n };
	text->data += n + (n < text->len);
	text->len -= n + (n < text->len);
	while (ret->len && isspace((unsigned char)ret->data[ret->len - 1]))
		ret->len--;
	while (ret->len && isspace((unsigned char)ret->data[0])) {
		ret->data++;
		ret->len--;
	}
	return true;
}

/* --- commands that serve an app ----------------------------------------------
 */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Of the servers' options those that stand alone; all others take a value. */
static const char *const lone_options[] = {
	"--preload", "--reload", "--daemon", "-D", "--check-config", "-R",
	"--no-sendfile", "--reuse-port", "--capture-output", "--debug",
	"--enable-stdio-inheritance", "--call", "--no-ipv6", "--no-ipv4",
	"--expose-tracebacks", "--master", "--spew", NULL
};

/* The value of option `name` in word `i`: "--chdir=x" or the word behind. */
static const char *value_of(const char *const *words, size_t *i,
			    const char *name)
{
	size_t n = strlen(name);

	if (strncmp(words[*i], name, n) != 0)
		return NULL;
	if (words[*i][n] == '=')
		return words[*i] + n + 1;
	if (words[*i][n] == '\0' && words[*i + 1])
		return words[++*i];
	return NULL;
}

/* gunicorn [OPTION]... MODULE[:NAME]; waitress-serve reads nearly the same. */
static void read_server(struct arena *arena, const char *const *words,
			struct startline *ret)
{
	bool call = false;

	for (size_t i = 0; words[i]; i++) {
		const char *dir = value_of(words, &i, "--chdir");

		call |= strcmp(words[i], "--call") == 0;
		if (dir)
			ret->dir = dir;
		else if (words[i][0] != '-')
			ret->target = words[i];
		else if (!strchr(words[i], '=') && words[i + 1] &&
			 !is_one_of(words[i], lone_options))
			i++;
	}
	if (ret->target && call && !strchr(ret->target, '('))
		ret->target = arena_printf(arena, "%s()", ret->target);
}

static void read_flask(const char *const *words, const char *flask_app,
		       struct startline *ret)
{
	ret->target = flask_app;
	for (size_t i = 0; words[i]; i++) {
		const char *app = value_of(words, &i, "--app");

		if (!app)
			app = value_of(words, &i, "-A");
		if (app)
			ret->target = app;
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static void read_command(struct arena *arena, const char *const *words,
			 const char *flask_app, struct startline *ret);

/* python [-m MODULE | FILE.py] ... */
static void read_python(struct arena *arena, const char *const *words,
			const char *flask_app, struct startline *ret)
{
	while (words[0] && words[0][0] == '-' && strcmp(words[0], "-m") != 0)
		words++;
	if (words[0] && strcmp(words[0], "-m") == 0)
		read_command(arena, words + 1, flask_app, ret);
	else if (words[0] && ends_with(words[0], ".py"))
		ret->script = words[0];
}

static void read_command(struct arena *arena, const char *const *words,
			 const char *flask_app, struct startline *ret)
{
	static const char *const runners[] = { "poetry", "pipenv", "uv",
					       "pdm", "hatch", NULL };
	const char *name;

	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch) */
	while (words[0] && (strcmp(words[0], "exec") == 0 ||
			    (words[1] && is_one_of(words[0], runners) &&
			     strcmp(words[1], "run") == 0)))
		words += strcmp(words[0], "exec") ? 2 : 1;
	if (!words[0])
		return;
	name = base_name(words[0]);
	words++;
	if (strcmp(name, "gunicorn") == 0 || strncmp(name, "waitress", 8) == 0)
		read_server(arena, words, ret);
	else if (strcmp(name, "flask") == 0)
		read_flask(words, flask_app, ret);
	else if (strncmp(name, "python", 6) == 0)
		read_python(arena, words, flask_app, ret);
	else if (strcmp(name, "cd") == 0 && words[0])
		ret->dir = words[0];
}

static bool is_separator(const char *word)
{
	return strcmp(word, "&&") == 0 || strcmp(word, ";") == 0 ||
	       strcmp(word, "||") == 0 || strcmp(word, "|") == 0;
}

/* Every command of the line has its say; the last that names an app wins. */
static bool read_line(struct arena *arena, struct span line,
		      struct startline *ret)
{
	const char *flask_app = NULL;
	struct command_line all;
	size_t from = 0;

	split(arena, line, &all);
	for (size_t i = 0; i <= all.n; i++) {
		if (i < all.n && i == from && strchr(all.words[i], '=') &&
		    all.words[i][0] != '-') {
			if (strncmp(all.words[i], "FLASK_APP=", 10) == 0)
				flask_app = all.words[i] + 10;
			from++;
		} else if (i == all.n || is_separator(all.words[i])) {
			all.words[i] = NULL;
			read_command(arena, all.words + from, flask_app, ret);
			from = i + 1;
		}
	}
	return ret->target || ret->script;
}

bool startline_procfile(struct arena *arena, struct span text,
			struct startline *ret)
{
	struct span line;

	*ret = (struct startline){ .dir = "" };
	while (next_line(&text, &line)) {
		if (!span_starts(line, SPAN_LIT("web:")))
			continue;
		line.data += 4;
		line.len -= 4;
		return read_line(arena, line, ret);
	}
	return false;
}

static const char *string(struct arena *arena, struct span s)
{
	return s.len ? arena_memdup(arena, s.data, s.len) : NULL;
}

bool startline_gunicorn(struct arena *arena, struct span text,
			struct startline *ret)
{
	const char *dir = string(arena, pysource_setting(text, "chdir"));

	*ret = (struct startline){
		.target = string(arena, pysource_setting(text, "wsgi_app")),
		.dir = dir ? dir : "",
	};
	return ret->target;
}

bool startline_dotenv(struct arena *arena, struct span text,
		      struct startline *ret)
{
	struct span line;

	*ret = (struct startline){ .dir = "" };
	while (next_line(&text, &line)) {
		size_t at = 0;
		const char *word = take_word(arena, line, &at);

		if (word && strcmp(word, "export") == 0)
			word = take_word(arena, line, &at);
		if (!word || strncmp(word, "FLASK_APP", 9) != 0)
			continue;
		if (word[9] == '=' && word[10])
			ret->target = word + 10;
		else if (span_find(line, SPAN_LIT("=")) < line.len) {
			/* FLASK_APP = value */
			at = span_find(line, SPAN_LIT("=")) + 1;
			ret->target = take_word(arena, line, &at);
		}
	}
	return ret->target;
}
