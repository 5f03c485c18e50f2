#include "runner/submission/discover.h"

#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/submission/imports.h"
#include "runner/submission/pysource.h"
#include "runner/submission/shadow.h"
#include "runner/submission/startline.h"
#include "runner/submission/submission.h"

#define FILE_BYTES_MAX (256u << 10) /* looked at */
#define PLACES_MAX     64
#define PLACE_DEPTH    3

struct search {
	struct arena *arena;
	const struct submission *sub;
	const char *places[PLACES_MAX]; /* folders to look in, best first */
	size_t n_places;
	struct launch *ret;
};

/* In the order in which a person would try them. */
static const char *const file_names[] = {
	"wsgi.py", "app.py", "main.py", "application.py", "server.py", "run.py",
	"index.py", "api.py", "flask_app.py", "start.py", "manage.py", NULL
};

static const char *const place_names[] = { "backend", "api", "server", "src",
					   "app", "starter/backend", NULL };

/* Never where the app is. */
static const char *const other_places[] = {
	"test", "tests", "docs", "doc", "examples", "example", "migrations",
	"alembic", "venv", "env", "node_modules", "__pycache__", "static",
	"templates", "site-packages", "__MACOSX", "scripts", "instance", NULL
};

static bool is_one_of(struct span word, const char *const *list)
{
	for (; *list; list++)
		if (span_is(word, *list))
			return true;
	return false;
}

static int compare_file(const void *path, const void *file)
{
	return strcmp(path, ((const struct submission_file *)file)->path);
}

static bool has_file(const struct search *s, const char *path)
{
	return s->sub->n_files &&
	       bsearch(path, s->sub->files, s->sub->n_files,
		       sizeof(s->sub->files[0]), compare_file);
}

static const char *join(struct arena *arena, const char *dir, const char *name)
{
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	return *dir ? arena_printf(arena, "%s/%s", dir, name) : name;
}

static struct span dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct span){ path, slash ? (size_t)(slash - path) : 0 };
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_python(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".py") == 0;
}

static bool is_package(const char *path)
{
	return strcmp(base_name(path), "__init__.py") == 0;
}

static bool read_file(const struct search *s, const char *path,
		      struct span *ret)
{
	return has_file(s, path) &&
	       file_read(s->arena, join(s->arena, s->sub->dir, path),
			 FILE_BYTES_MAX, ret, NULL) == 0;
}

static bool look(const struct search *s, const char *path,
		 struct pysource *ret)
{
	struct span text;

	if (!read_file(s, path, &text))
		return false;
	pysource_look(text, ret);
	return true;
}

/* --- from a file to a launch -------------------------------------------------
 */

/* "a/b/__init__.py" and "a/b.py" are both "a/b"; "" is the top itself. */
static struct span module_path(const char *file)
{
	if (is_package(file))
		return dir_of(file);
	return (struct span){ file, strlen(file) - strlen(".py") };
}

static bool imports(const struct pysource *source, struct span package)
{
	for (size_t i = 0; i < source->n_imports; i++) {
		struct span name = source->imports[i];

		if (span_starts(name, package) &&
		    (name.len == package.len || name.data[package.len] == '.'))
			return true;
	}
	return false;
}

static bool has_init(const struct search *s, struct span dir)
{
	return has_file(s, arena_printf(s->arena, "%.*s/__init__.py",
					(int)dir.len, dir.data));
}

/*
 * How many bytes of `module` are the folder to start from: the one that its
 * own absolute imports begin below, or for relative ones, the one that holds
 * its package.
 */
static size_t root_length(const struct search *s, const char *file,
			  struct span module, const struct pysource *source)
{
	size_t root = 0, from = 0;

	for (size_t i = 0; i < module.len; i++)
		if (module.data[i] == '/')
			root = i;
	while (from < root) {
		struct span part = { module.data + from, 0 };

		while (from + part.len < module.len &&
		       part.data[part.len] != '/')
			part.len++;
		if (imports(source, part))
			return from ? from - 1 : 0;
		from += part.len + 1;
	}
	if (!source->relative || is_package(file))
		return root;
	do {
		while (root && module.data[--root] != '/')
			;
	} while (root && has_init(s, (struct span){ module.data, root }));
	return root;
}

static const char *dotted(struct arena *arena, const char *path, size_t n)
{
	char *name = arena_memdup(arena, path, n);

	for (size_t i = 0; i < n; i++)
		if (name[i] == '/')
			name[i] = '.';
	return name;
}

/* `name` is what follows the colon, or NULL. */
static bool launch_file(struct search *s, const char *file, const char *name,
			const char *rule)
{
	struct span module = module_path(file);
	struct pysource source = { 0 };
	const char *target;
	size_t root;

	look(s, file, &source);
	root = root_length(s, file, module, &source);
	target = dotted(s->arena, module.data + root + (root > 0),
			module.len - root - (root > 0));
	if (!module.len)
		target = "."; /* the submission itself is a package */
	else if (source.relative && !strchr(target, '.') && !is_package(file))
		target = base_name(file); /* the same: serve.py goes up */
	*s->ret = (struct launch){
		.target = name ? arena_printf(s->arena, "%s:%s", target, name)
			       : target,
		.dir = arena_memdup(s->arena, file, root),
		.rule = rule,
	};
	return true;
}

/* A package's __main__.py is run from beside the package. */
static bool launch_script(struct search *s, const char *file, const char *rule)
{
	struct span dir = dir_of(file);

	if (!strcmp(base_name(file), "__main__.py") && has_init(s, dir))
		dir = dir_of(arena_memdup(s->arena, dir.data, dir.len));
	*s->ret = (struct launch){
		.script = file + dir.len + (dir.len > 0),
		.dir = arena_memdup(s->arena, dir.data, dir.len),
		.rule = rule,
	};
	return true;
}

/* --- what the submission says itself -----------------------------------------
 */

/* The file of "a.b", "a/b.py" or "a/b" below `dir`, or NULL. */
static const char *find_module(const struct search *s, const char *dir,
			       const char *module)
{
	char *path = arena_strdup(s->arena, module);
	size_t n = strlen(path);
	const char *file;

	if (n > 3 && strcmp(path + n - 3, ".py") == 0)
		path[n - 3] = '\0';
	else
		for (size_t i = 0; i < n; i++)
			if (path[i] == '.' && path[i + 1] != '/')
				path[i] = '/';
	file = join(s->arena, dir, arena_printf(s->arena, "%s/__init__.py",
						path));
	if (has_file(s, file))
		return file;
	file = join(s->arena, dir, arena_printf(s->arena, "%s.py", path));
	return has_file(s, file) ? file : NULL;
}

/* A dotted name says where it is imported from; a path is only a file. */
static bool launch_target(struct search *s, const char *dir,
			  const char *target, const char *rule)
{
	const char *colon = strchr(target, ':');
	const char *module = colon ? arena_memdup(s->arena, target,
						  (size_t)(colon - target))
				   : target;
	const char *file = find_module(s, dir, module);

	if (!file)
		return false;
	if (strchr(module, '/') || is_python(module))
		return launch_file(s, file, colon && colon[1] ? colon + 1
							      : NULL, rule);
	*s->ret = (struct launch){ .target = target, .dir = dir, .rule = rule };
	return true;
}

static const char *say(const struct search *s, const char *dir,
		       const char *file, const char *what)
{
	return arena_printf(s->arena, "%s%s%s", join(s->arena, dir, file),
			    *what ? " " : "", what);
}

static bool follow(struct search *s, const char *dir,
		   const struct startline *start, const char *rule)
{
	struct pysource source;
	const char *file;

	if (*start->dir && strcmp(start->dir, ".") != 0)
		dir = join(s->arena, dir, start->dir);
	if (start->target && launch_target(s, dir, start->target, rule))
		return true;
	if (!start->script)
		return false;
	file = join(s->arena, dir, start->script);
	if (!look(s, file, &source))
		return false;
	if (source.makes_app || source.binds_app)
		return launch_file(s, file, NULL, rule);
	return launch_script(s, file, rule);
}

static bool try_start_files(struct search *s, const char *dir)
{
	static const struct {
		const char *file, *what;
		bool (*read)(struct arena *, struct span, struct startline *);
	} kinds[] = {
		{ "Procfile", "web", startline_procfile },
		{ "gunicorn.conf.py", "wsgi_app", startline_gunicorn },
		{ ".env", "FLASK_APP", startline_dotenv },
		{ ".flaskenv", "FLASK_APP", startline_dotenv },
	};
	struct startline start;
	struct span text;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (read_file(s, join(s->arena, dir, kinds[i].file), &text) &&
		    kinds[i].read(s->arena, text, &start) &&
		    follow(s, dir, &start, say(s, dir, kinds[i].file,
					       kinds[i].what)))
			return true;
	}
	return false;
}

/* --- what its files look like ------------------------------------------------
 */

static bool serves(const struct pysource *source)
{
	return source->makes_app || source->binds_app || source->factory;
}

/* Importing a.py gives the package a/ where both are there. */
static bool is_hidden_by_package(const struct search *s, const char *file)
{
	struct span module = module_path(file);

	return !is_package(file) && has_init(s, module);
}

static bool try_names(struct search *s, const char *dir)
{
	struct pysource source;

	for (size_t i = 0; file_names[i]; i++) {
		const char *file = join(s->arena, dir, file_names[i]);

		if (look(s, file, &source) && serves(&source) &&
		    !is_hidden_by_package(s, file))
			return launch_file(s, file, NULL, file);
	}
	return false;
}

static bool is_direct(const char *path, const char *dir)
{
	return span_is(dir_of(path), dir);
}

static bool is_test(const char *name)
{
	return strncmp(name, "test_", 5) == 0 || strstr(name, "_test.py") ||
	       strcmp(name, "conftest.py") == 0 ||
	       strcmp(name, "setup.py") == 0;
}

/* The folder `dir` itself as a package, then those in it. */
static bool try_packages(struct search *s, const char *dir)
{
	struct pysource source;

	for (size_t i = 0; i < s->sub->n_files; i++) {
		const char *file = s->sub->files[i].path;
		struct span package = dir_of(file);
		const char *name;

		if (!is_package(file))
			continue;
		name = arena_memdup(s->arena, package.data, package.len);
		if ((strcmp(name, dir) != 0 && !is_direct(name, dir)) ||
		    is_one_of(span_of(base_name(name)), other_places))
			continue;
		if (look(s, file, &source) &&
		    (source.makes_app || source.factory))
			return launch_file(
				s, file, NULL,
				arena_printf(s->arena, "package %s",
					     *name ? name : "."));
	}
	return false;
}

/* `import __main__` gives the program that asks, never the file. */
static bool is_module(const char *file)
{
	return is_python(file) && !is_package(file) &&
	       !is_test(base_name(file)) &&
	       strcmp(base_name(file), "__main__.py") != 0;
}

/* A module of any name that makes an app. */
static bool try_any(struct search *s, const char *dir)
{
	struct pysource source;

	for (size_t i = 0; i < s->sub->n_files; i++) {
		const char *file = s->sub->files[i].path;

		if (is_direct(file, dir) && is_module(file) &&
		    look(s, file, &source) &&
		    (source.makes_app ||
		     (source.factory && source.defines_factory)) &&
		    !is_hidden_by_package(s, file))
			return launch_file(s, file, NULL,
					   arena_printf(s->arena, "%s, which "
							"makes an app", file));
	}
	return false;
}

/* Served only when run: the port is found by what listens. */
static bool try_script(struct search *s, const char *dir)
{
	const char *best = NULL;
	struct pysource source;

	for (size_t i = 0; i < s->sub->n_files; i++) {
		const char *file = s->sub->files[i].path;

		if (!is_direct(file, dir) || !is_python(file) ||
		    is_test(base_name(file)) || !look(s, file, &source) ||
		    !source.runs)
			continue;
		/* Something else may run, too; a Flask in sight is better. */
		if (source.hidden_app || source.makes_app) {
			best = file;
			break;
		}
		if (!best && is_one_of(span_of(base_name(file)), file_names))
			best = file;
	}
	return best && launch_script(s, best, arena_printf(s->arena,
							   "python %s", best));
}

/* A factory that wants arguments: serve.py will say so, by name. */
static bool try_needy(struct search *s, const char *dir)
{
	struct pysource source;

	for (size_t i = 0; i < s->sub->n_files; i++) {
		const char *file = s->sub->files[i].path;

		if ((is_direct(file, dir) ||
		     (is_package(file) && dir_of(file).len &&
		      span_is(dir_of(arena_memdup(s->arena, file,
						  dir_of(file).len)), dir))) &&
		    look(s, file, &source) && source.needy_factory)
			return launch_file(s, file, NULL, file);
	}
	return false;
}

/* Called like an app; that it holds none is to be heard from Python. */
static bool try_bare_names(struct search *s, const char *dir)
{
	for (size_t i = 0; file_names[i]; i++) {
		const char *file = join(s->arena, dir, file_names[i]);

		if (has_file(s, file))
			return launch_file(s, file, NULL, file);
	}
	return false;
}

/* --- where to look -----------------------------------------------------------
 */

static bool is_place(const char *dir)
{
	int depth = 0;

	while (*dir) {
		size_t n = strcspn(dir, "/");

		if (dir[0] == '.' || ++depth > PLACE_DEPTH ||
		    is_one_of((struct span){ dir, n }, other_places))
			return false;
		dir += n + (dir[n] == '/');
	}
	return true;
}

static void add_place(struct search *s, const char *dir)
{
	for (size_t i = 0; i < s->n_places; i++)
		if (strcmp(s->places[i], dir) == 0)
			return;
	if (s->n_places < PLACES_MAX && is_place(dir))
		s->places[s->n_places++] = dir;
}

static size_t depth_of(const char *path)
{
	size_t depth = 0;

	for (; (path = strchr(path, '/')) != NULL; path++)
		depth++;
	return depth;
}

/* The top, folders with a telling name, then all others, shallow ones first. */
static void list_places(struct search *s)
{
	const struct submission_file *files = s->sub->files;

	add_place(s, "");
	for (size_t i = 0; place_names[i]; i++)
		for (size_t k = 0; k < s->sub->n_files; k++)
			if (span_is(dir_of(files[k].path), place_names[i]))
				add_place(s, place_names[i]);
	for (size_t depth = 1; depth <= PLACE_DEPTH; depth++)
		for (size_t k = 0; k < s->sub->n_files; k++) {
			struct span dir = dir_of(files[k].path);

			if (depth_of(files[k].path) == depth)
				add_place(s, arena_memdup(s->arena, dir.data,
							  dir.len));
		}
}

static bool search(struct search *s)
{
	static bool (*const likely[])(struct search *, const char *) = {
		try_start_files, try_names, try_packages, try_any
	};
	static bool (*const last[])(struct search *, const char *) = {
		try_script, try_needy, try_bare_names
	};

	list_places(s);
	for (size_t i = 0; i < s->n_places; i++)
		for (size_t k = 0; k < ARRAY_LEN(likely); k++)
			if (likely[k](s, s->places[i]))
				return true;
	for (size_t k = 0; k < ARRAY_LEN(last); k++)
		for (size_t i = 0; i < s->n_places; i++)
			if (last[k](s, s->places[i]))
				return true;
	return false;
}

/* The exercise says what to start; where the submission has it is its own. */
static void launch_demanded(struct search *s, const char *app)
{
	const char *const rule = "exercise.json app";

	list_places(s);
	for (size_t i = 0; i < s->n_places; i++)
		if (launch_target(s, s->places[i], app, rule))
			return;
	*s->ret = (struct launch){ .target = app, .dir = "", .rule = rule };
}

int discover(struct arena *arena, const struct submission *sub,
	     const char *app, struct launch *ret, struct err *err)
{
	struct launch launch = { 0 };
	struct search s = { .arena = arena, .sub = sub, .ret = &launch };

	if (app)
		launch_demanded(&s, app);
	else if (!search(&s))
		return err_set(err, ENOENT,
			       "no Flask app was found: looked for a Procfile, "
			       "gunicorn.conf.py, .flaskenv, wsgi.py, app.py, "
			       "main.py and the like, and for a package with "
			       "create_app(), here and in its folders");
	launch.cold_reason = shadow_reason(arena, sub, launch.dir);
	launch.cold = launch.cold_reason;
	launch.imports = imports_list(arena, sub);
	*ret = launch;
	return 0;
}
