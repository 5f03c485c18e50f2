/* The files that a practice begins with, and goes back to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/watch/practice.h"

#define FILE_MAX   (8u << 20)
#define DEPTH_MAX  16
#define SAVED_MAX  1000
#define BRIEF_NAME "BRIEF.md"

typedef int visit_fn(void *ctx, const char *path, struct err *err);

struct walk {
	struct arena *arena;
	const char *top;
	visit_fn *visit; /* with the path below `top` */
	void *ctx;
};

static int walk(struct walk *w, const char *below, int depth,
		struct err *err);

static bool is_left_out(const char *name)
{
	return name[0] == '.' || !strcmp(name, "__pycache__");
}

static int walk_entry(struct walk *w, const char *path, int depth,
		      struct err *err)
{
	struct stat st;

	if (lstat(arena_printf(w->arena, "%s/%s", w->top, path), &st))
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return walk(w, path, depth + 1, err);
	return S_ISREG(st.st_mode) ? w->visit(w->ctx, path, err) : 0;
}

static int walk(struct walk *w, const char *below, int depth, struct err *err)
{
	const char *dir = arena_printf(w->arena, "%s/%s", w->top, below);
	DIR *d = depth < DEPTH_MAX ? opendir(dir) : NULL;
	struct dirent *entry;
	int code = 0;

	if (!d)
		return err_set(err, errno ? errno : ELOOP, "%s: %s", dir,
			       strerror(errno ? errno : ELOOP));
	while (!code && (entry = readdir(d)))
		if (!is_left_out(entry->d_name))
			code = walk_entry(w,
					  arena_printf(w->arena, "%s%s%s",
						       below,
						       *below ? "/" : "",
						       entry->d_name),
					  depth, err);
	closedir(d);
	return code;
}

/* --- copying --- */

struct copy {
	struct arena *arena;
	const char *from, *to;
	const char *saved; /* folder for what is in the way; NULL: none yet */
	const char *only;  /* this file alone; NULL: all */
	const char *state; /* .fumehood of the practice */
	bool found;
};

static int make_parents(struct arena *arena, const char *path,
			struct err *err)
{
	const char *slash = strrchr(path, '/');

	return file_make_dirs(arena_memdup(arena, path,
					   (size_t)(slash - path)), err);
}

/* The first saved-N that is not there yet. */
static int begin_saving(struct copy *c, struct err *err)
{
	for (int n = 1; n <= SAVED_MAX; n++) {
		c->saved = arena_printf(c->arena, "%s/saved-%d", c->state, n);
		if (!mkdir(c->saved, 0777))
			return 0;
		if (errno != EEXIST)
			break;
	}
	return err_set(err, errno, "%s: %s", c->saved, strerror(errno));
}

static int put_aside(struct copy *c, const char *path, const char *target,
		     struct err *err)
{
	const char *kept;
	int code = c->saved ? 0 : begin_saving(c, err);

	if (code)
		return code;
	kept = arena_printf(c->arena, "%s/%s", c->saved, path);
	code = make_parents(c->arena, kept, err);
	if (!code && rename(target, kept))
		code = err_set(err, errno, "%s: %s", target, strerror(errno));
	return code;
}

static int copy_file(void *ctx, const char *path, struct err *err)
{
	struct copy *c = ctx;
	const char *from = arena_printf(c->arena, "%s/%s", c->from, path);
	const char *to = arena_printf(c->arena, "%s/%s", c->to, path);
	struct span text, there;
	int code;

	if (c->only && strcmp(c->only, path) != 0)
		return 0;
	c->found = true;
	code = file_read(c->arena, from, FILE_MAX, &text, err);
	if (code)
		return code;
	if (!file_read(c->arena, to, FILE_MAX, &there, NULL) &&
	    span_equal(text, there))
		return 0;
	if (c->state && !access(to, F_OK))
		code = put_aside(c, path, to, err);
	if (!code)
		code = make_parents(c->arena, to, err);
	return code ? code : file_write(to, text, err);
}

static int copy_starter(struct copy *c, struct err *err)
{
	struct walk w = { c->arena, c->from, copy_file, c };

	return walk(&w, "", 0, err);
}

/* --- new --- */

/* A repository without a file is as good as nothing. */
static bool is_nothing(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") ||
	       !strcmp(name, ".git");
}

static int is_empty(struct arena *arena, const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int n = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_set(err, errno, "%s: %s", dir,
						     strerror(errno));
	while ((entry = readdir(d)))
		n += !is_nothing(entry->d_name);
	closedir(d);
	if (practice_is_in(arena, dir))
		return err_set(err, EEXIST,
			       "an exercise was begun there already; `cd %s && "
			       "fumehood watch` goes on with it",
			       text_shell_quote(arena, span_of(dir)));
	return n ? err_set(err, EEXIST, "%s: is there already, and not empty",
			   dir)
		 : 0;
}

static int write_state(struct arena *arena, const struct exercise *ex,
		       const char *dir, int minutes, struct err *err)
{
	struct practice p = { .root = dir, .ex = ex, .minutes = minutes };
	int code = file_make_dirs(arena_printf(arena, "%s/.fumehood", dir),
				  err);

	p.begin_s = time(NULL);
	p.hints_shown = arena_array(arena, ex->n_criteria + 1, sizeof(int));
	if (!code)
		code = file_write(practice_file(arena, &p, ".gitignore"),
				  SPAN_LIT("*\n"), err);
	return code ? code : practice_save(arena, &p, err);
}

static int copy_brief(struct arena *arena, const struct exercise *ex,
		      const char *dir, struct err *err)
{
	struct span text;
	int code = file_read(arena, arena_printf(arena, "%s/brief.md",
						 ex->dir),
			     FILE_MAX, &text, err);

	return code ? code
		    : file_write(arena_printf(arena, "%s/" BRIEF_NAME, dir),
				 text, err);
}

int practice_new(struct arena *arena, const struct exercise *ex,
		 const char *dir, int minutes, struct err *err)
{
	struct copy c = {
		.arena = arena,
		.from = arena_printf(arena, "%s/starter", ex->dir),
		.to = dir,
	};
	int code = is_empty(arena, dir, err);

	if (!code)
		code = file_make_dirs(dir, err);
	if (!code)
		code = copy_starter(&c, err);
	if (!code)
		code = copy_brief(arena, ex, dir, err);
	return code ? code : write_state(arena, ex, dir, minutes, err);
}

int practice_reset(struct arena *arena, const struct practice *p,
		   const char *file, const char **ret_saved, struct err *err)
{
	struct copy c = {
		.arena = arena,
		.from = arena_printf(arena, "%s/starter", p->ex->dir),
		.to = p->root,
		.only = file,
		.state = arena_printf(arena, "%s/.fumehood", p->root),
	};
	int code = copy_starter(&c, err);

	if (!code && file && !c.found)
		code = err_set(err, ENOENT, "%s: is no file of the starter",
			       file);
	*ret_saved = c.saved;
	return code;
}
