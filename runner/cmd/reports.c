#include "runner/cmd/reports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/cmd/console.h"

#define FORMATS_MAX 64

static int unknown_format(struct arena *arena, const char *name,
			  struct err *err)
{
	const char *names[FORMATS_MAX + 1] = { NULL }, *near;
	const char *all = "";
	size_t n = 0;

	for (; n < FORMATS_MAX && report_formats[n]; n++) {
		names[n] = report_formats[n]->name;
		all = arena_printf(arena, "%s%s%s", all, n ? ", " : "",
				   names[n]);
	}
	near = text_suggest(name, names);
	return err_set(err, EINVAL, "there is no report '%s'%s%s%s (%s)",
		       text_visible(arena, span_of(name), 40),
		       near ? "; did you mean '" : "", near ? near : "",
		       near ? "'?" : "", all);
}

/* A folder that takes no file is found before the run, not after it. */
static int check_path(struct arena *arena, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *dir = slash ? arena_memdup(arena, path,
					       (size_t)(slash - path) + 1)
				: ".";
	struct stat st;
	int why;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return err_set(err, EINVAL, "%s: is a folder", path);
	if (!access(dir, W_OK | X_OK))
		return 0;
	why = errno;
	if (access(path, W_OK))
		return err_set(err, EINVAL, "%s: %s", path, strerror(why));
	return 0;
}

/* In a folder that is yet to be made; elsewhere it is as any other. */
static int check_name(struct arena *arena, const char *path, struct err *err)
{
	if (*path == '/')
		return check_path(arena, path, err);
	if (strchr(path, '/') || !strcmp(path, ".") || !strcmp(path, ".."))
		return err_set(err, EINVAL,
			       "%s: with --out a report is a file in the "
			       "folder of each result, without a folder of "
			       "its own", path);
	return 0;
}

typedef int check_fn(struct arena *arena, const char *path, struct err *err);

static int parse_one(struct arena *arena, const char *word, check_fn *check,
		     struct report_target *ret, struct err *err)
{
	const char *equals = strchr(word, '=');
	const char *name = equals ? arena_memdup(arena, word,
						 (size_t)(equals - word))
				  : word;

	ret->format = report_find(name);
	/* `-` is what everybody else calls stdout. */
	ret->path = equals && strcmp(equals, "=-") != 0 ? equals + 1 : NULL;
	if (!ret->format)
		return unknown_format(arena, name, err);
	if (ret->path && !*ret->path)
		return err_set(err, EINVAL, "--report wants FORMAT[=FILE]");
	return ret->path ? check(arena, ret->path, err) : 0;
}

static int parse_all(struct arena *arena, const struct option_list *words,
		     check_fn *check, struct reports *ret, struct err *err)
{
	struct report_target *targets =
		arena_array(arena, words->n + 1, sizeof(*targets));
	size_t on_stdout = 0;

	for (size_t i = 0; i < words->n; i++) {
		int code = parse_one(arena, words->items[i], check,
				     &targets[i], err);

		if (code)
			return code;
		on_stdout += !targets[i].path;
	}
	if (on_stdout > 1)
		return err_set(err, EINVAL, "two reports cannot share stdout; "
					    "give one a file: FORMAT=FILE");
	if (!words->n)
		targets[0].format = report_find("terminal");
	*ret = (struct reports){ targets, words->n ? words->n : 1,
					NULL };
	return 0;
}

int reports_parse(struct arena *arena, const struct option_list *words,
		  struct reports *ret, struct err *err)
{
	return parse_all(arena, words, check_path, ret, err);
}

int reports_parse_each(struct arena *arena, const struct option_list *words,
		       struct reports *ret, struct err *err)
{
	return parse_all(arena, words, check_name, ret, err);
}

bool reports_use_stdout(const struct reports *reports)
{
	for (size_t i = 0; i < reports->n; i++)
		if (!reports->targets[i].path)
			return true;
	return false;
}

static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

/* What stdio holds back until the end must not fail there unseen. */
static int put(FILE *out, struct span bytes)
{
	if (fwrite(bytes.data, 1, bytes.len, out) == bytes.len &&
	    fflush(out) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

/* A fifo or a device is written to, not replaced. */
static int store(const char *path, struct span bytes, struct err *err)
{
	FILE *out;
	int r;

	if (!is_special(path))
		return file_write(path, bytes, err);
	out = fopen(path, "we");
	if (!out)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	r = put(out, bytes);
	fclose(out);
	return r < 0 ? err_set(err, -r, "%s: %s", path, strerror(-r)) : 0;
}

static int show(struct span bytes, struct err *err)
{
	int r = put(stdout, bytes);

	if (r == 0)
		return 0;
	clearerr(stdout); /* it is said here, and not again at the end */
	return err_set(err, -r, "cannot write the report: %s", strerror(-r));
}

static int render(struct arena *arena, const struct report_target *target,
		  const struct record *r,
		  const struct report_options *options, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int code;

	if (!out)
		return err_set(err, errno, "%s", strerror(errno));
	code = report_write(target->format, arena, out, r, options, err);
	fclose(out);
	if (!code && target->path)
		code = store(target->path, (struct span){ text, len }, err);
	else if (!code)
		code = show((struct span){ text, len }, err);
	free(text);
	return code;
}

static int write_one(struct arena *arena, const struct reports *reports,
		     const struct report_target *target,
		     const struct record *r, enum report_view view,
		     const char *transcript_path, struct err *err)
{
	struct report_options options = {
		.view = view,
		.notes = view == VIEW_INTERVIEWER ? reports->notes : NULL,
		.unicode = true,
		.transcript_path = transcript_path,
	};

	if (!target->path) {
		options.color = console_has_color(stdout);
		options.unicode = console_has_unicode();
		options.columns = console_columns(stdout);
	}
	return render(arena, target, r, &options, err);
}

int reports_write(struct arena *arena, const struct reports *reports,
		  const struct record *r, enum report_view view,
		  const char *transcript_path, struct err *err)
{
	int first = 0;

	for (size_t i = 0; i < reports->n; i++) {
		struct err why;
		int code = write_one(arena, reports, &reports->targets[i], r,
				     view, transcript_path, &why);

		if (code && !first) {
			first = code;
			if (err)
				*err = why;
		}
	}
	return first;
}
