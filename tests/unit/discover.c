/* Layouts of real submissions, and what is started of each. */
#include "runner/submission/discover.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/submission/imports.h"
#include "runner/submission/lacking.h"
#include "runner/submission/pysource.h"
#include "runner/submission/submission.h"
#include "tests/unit/suite.h"

#define FLASK   "from flask import Flask\napp = Flask(__name__)\n"
#define FACTORY "def create_app(config=None):\n\tapp = Flask(__name__)\n"
#define NEEDY   "def create_app(config_name):\n    app = Flask(__name__)\n"
#define MAIN    "if __name__ == '__main__':\n"
#define NOTHING "x = 1\n"

struct layout {
	const char *name; /* of the layout, for the message */
	struct {
		const char *path, *text;
	} files[8];
	const char *app; /* the manifest's */
	const char *target, *script, *dir, *rule, *cold;
};

/* clang-format off */
static const struct layout layouts[] = {
	{ "wsgi before app", { { "wsgi.py", FLASK }, { "app.py", FLASK } },
	  .target = "wsgi", .rule = "wsgi.py" },
	{ "app.py alone", { { "app.py", FLASK } },
	  .target = "app", .rule = "app.py" },
	{ "main.py", { { "main.py", FLASK }, { "models.py", NOTHING } },
	  .target = "main", .rule = "main.py" },
	{ "application.py", { { "application.py", FLASK } },
	  .target = "application", .rule = "application.py" },
	{ "server.py", { { "server.py", "import flask\n"
		"server = flask.Flask('x')\n" } },
	  .target = "server", .rule = "server.py" },
	{ "index.py", { { "index.py", FLASK } },
	  .target = "index", .rule = "index.py" },
	{ "one file of any name", { { "shop.py", FLASK } },
	  .target = "shop", .rule = "shop.py, which makes an app" },
	{ "app.py that makes none yields to run.py",
	  { { "app.py", "from flask import Blueprint\nbp = Blueprint('x')\n" },
	    { "run.py", "from factory import make\napp = make()\n" },
	    { "factory.py", "def make():\n return Flask(1)\n" } },
	  .target = "run", .rule = "run.py" },
	{ "run.py over a package whose factory wants a name",
	  { { "run.py", "from app import create_app\napp = create_app('dev')" },
	    { "app/__init__.py", NEEDY } },
	  .target = "run", .rule = "run.py" },
	{ "package with create_app", { { "flaskr/__init__.py", FACTORY },
	    { "flaskr/db.py", NOTHING }, { "tests/test_x.py", FLASK } },
	  .target = "flaskr", .rule = "package flaskr" },
	{ "package that makes the app", { { "shop/__init__.py", FLASK } },
	  .target = "shop", .rule = "package shop" },
	{ "app in a package's module, imported by its package's name",
	  { { "shop/__init__.py", "" },
	    { "shop/main.py", "from shop.models import x\n" FLASK },
	    { "shop/models.py", NOTHING } },
	  .target = "shop.main", .rule = "shop/main.py" },
	{ "the same with relative imports",
	  { { "shop/__init__.py", "" },
	    { "shop/app.py", "from .models import x\n" FLASK },
	    { "shop/models.py", NOTHING } },
	  .target = "shop.app", .rule = "shop/app.py" },
	{ "relative imports without __init__.py",
	  { { "shop/app.py", "from .models import x\n" FLASK } },
	  .target = "shop.app", .rule = "shop/app.py" },
	{ "subfolder backend", { { "backend/app.py", "import models\n" FLASK },
	    { "frontend/index.js", "" } },
	  .target = "app", .dir = "backend", .rule = "backend/app.py" },
	{ "subfolder api with a factory", { { "api/main.py", FACTORY } },
	  .target = "main", .dir = "api", .rule = "api/main.py" },
	{ "src layout", { { "src/shop/__init__.py", FACTORY },
	    { "pyproject.toml", "" } },
	  .target = "shop", .dir = "src", .rule = "package src/shop" },
	{ "src as a package", { { "src/__init__.py", "" },
	    { "src/app.py", "from src.db import d\n" FLASK },
	    { "src/db.py", NOTHING } },
	  .target = "src.app", .rule = "src/app.py" },
	{ "starter/backend", { { "starter/backend/app.py", FLASK } },
	  .target = "app", .dir = "starter/backend",
	  .rule = "starter/backend/app.py" },
	{ "packed with its folder", { { "my-answer/app.py", FLASK },
	    { "my-answer/README.md", "" } },
	  .target = "app", .dir = "my-answer", .rule = "my-answer/app.py" },
	{ "the submission is the package", { { "__init__.py", FACTORY },
	    { "views.py", "from . import x\n" } },
	  .target = ".", .rule = "package ." },
	{ "app.py in a folder that is a package",
	  { { "__init__.py", "" }, { "app.py", "from . import x\n" FLASK } },
	  .target = "app.py", .rule = "app.py" },
	{ "a stray __init__.py", { { "__init__.py", "" },
	    { "app.py", "from models import x\n" FLASK } },
	  .target = "app", .rule = "app.py" },
	{ "Procfile, gunicorn", { { "Procfile",
		"release: flask db upgrade\nweb: gunicorn -w 4 -b 0.0.0.0:$PORT"
		" shop.web:create_app()\n" },
	    { "shop/web.py", FACTORY }, { "app.py", FLASK } },
	  .target = "shop.web:create_app()", .rule = "Procfile web" },
	{ "Procfile, other folder", { { "Procfile",
		"web: cd backend && exec gunicorn --log-file=- core:api" },
	    { "backend/core.py", FLASK } },
	  .target = "core:api", .dir = "backend", .rule = "Procfile web" },
	{ "Procfile, --chdir and quotes", { { "Procfile",
		"web: gunicorn --preload --chdir 'back' "
		"\"core:make('x')\"\r\n" },
	    { "back/core.py", FLASK } },
	  .target = "core:make('x')", .dir = "back", .rule = "Procfile web" },
	{ "Procfile, waitress", { { "Procfile",
		"web: waitress-serve --port=$PORT --call shop:create_app" },
	    { "shop/__init__.py", FACTORY } },
	  .target = "shop:create_app()", .rule = "Procfile web" },
	{ "Procfile, flask run", { { "Procfile",
		"web: FLASK_APP=hello.py flask run --host 0.0.0.0" },
	    { "hello.py", FLASK }, { "app.py", FLASK } },
	  .target = "hello", .rule = "Procfile web" },
	{ "Procfile, flask --app", { { "Procfile",
		"web: poetry run python -m flask --app hello run -p $PORT" },
	    { "hello.py", FLASK } },
	  .target = "hello", .rule = "Procfile web" },
	{ "Procfile, python", { { "Procfile", "web: python start_it.py" },
	    { "start_it.py", "def main():\n  app = Flask(1)\n  app.run()\n"
		"main()\n" } },
	  .script = "start_it.py", .rule = "Procfile web" },
	{ "Procfile that names what is not there", { { "Procfile",
		"web: gunicorn gone:app" }, { "app.py", FLASK } },
	  .target = "app", .rule = "app.py" },
	{ "gunicorn.conf.py", { { "gunicorn.conf.py",
		"workers = 2\nwsgi_app = \"web.core:api\"\n" },
	    { "web/core.py", FLASK } },
	  .target = "web.core:api", .rule = "gunicorn.conf.py wsgi_app" },
	{ ".flaskenv", { { ".flaskenv", "# x\nexport FLASK_APP=\"hello.py\"\n"
		"FLASK_DEBUG=1\n" }, { "hello.py", FLASK } },
	  .target = "hello", .rule = ".flaskenv FLASK_APP" },
	{ ".env beats .flaskenv", { { ".env", "FLASK_APP = b:make()\n" },
	    { ".flaskenv", "FLASK_APP=a\n" }, { "a.py", FLASK },
	    { "b.py", FLASK } },
	  .target = "b:make()", .rule = ".env FLASK_APP" },
	{ ".flaskenv with a path", { { ".flaskenv", "FLASK_APP=src/hello\n" },
	    { "src/hello.py", "import util\n" FLASK } },
	  .target = "hello", .dir = "src", .rule = ".flaskenv FLASK_APP" },
	{ "the app only exists when run", { { "app.py",
		"from flask import Flask\ndef main():\n    app = Flask('x')\n"
		"    app.run(port=5001)\n" MAIN "    main()\n" } },
	  .script = "app.py", .dir = "", .rule = "python app.py" },
	{ "a package that is run by its name", { { "share/__init__.py", "" },
	    { "share/path.py", NOTHING }, { "share/__main__.py",
		"from flask import Flask\nfrom share.path import x\n"
		"def main():\n    app = Flask('x')\n"
		"    run_simple('0.0.0.0', 9090, app)\n"
		MAIN "    main()\n" } },
	  .script = "share/__main__.py", .dir = "",
	  .rule = "python share/__main__.py" },
	{ "__main__ is no module to import", { { "share/__main__.py",
		FLASK MAIN "    app.run()\n" } },
	  .script = "__main__.py", .dir = "share",
	  .rule = "python share/__main__.py" },
	{ "such a package in a folder", { { "src/share/__init__.py", "" },
	    { "src/share/__main__.py",
		"from flask import Flask\ndef main():\n"
		"    app = Flask('x')\n    app.run()\nmain()\n" } },
	  .script = "share/__main__.py", .dir = "src",
	  .rule = "python src/share/__main__.py" },
	{ "made under __main__ by a needy factory",
	  { { "shop/__init__.py", NEEDY }, { "run.py",
		"from shop import create_app\n" MAIN
		"\tapp = create_app('dev')\n\tapp.run()\n" } },
	  .target = "run", .rule = "run.py" },
	{ "a factory with arguments is all there is",
	  { { "shop/__init__.py", NEEDY } },
	  .target = "shop", .rule = "shop/__init__.py" },
	{ "no app in app.py: Python shall say so", { { "app.py", NOTHING } },
	  .target = "app", .rule = "app.py" },
	{ "app in a try, after a docstring with code in it", { { "api.py",
		"'''\napp = 1\n'''\ntry:\n    from shop import app\n"
		"except ImportError:\n    raise\n" },
	    { "shop.py", "from celery import Celery\napp = Celery()\n" } },
	  .target = "api", .rule = "api.py" },
	{ "another framework's app is none", { { "main.py",
		"from fastapi import FastAPI\napp = FastAPI()\n" },
	    { "web.py", FLASK } },
	  .target = "web", .rule = "web.py, which makes an app" },
	{ "the exercise demands a name", { { "app.py", FLASK },
	    { "shop.py", FLASK } }, .app = "shop:create_app()",
	  .target = "shop:create_app()", .rule = "exercise.json app" },
	{ "the exercise demands it, the submission is a folder deeper",
	  { { "answer/app.py", FLASK } }, .app = "app:app",
	  .target = "app:app", .dir = "answer", .rule = "exercise.json app" },
	{ "the exercise demands what is not there", { { "web.py", FLASK } },
	  .app = "app", .target = "app", .rule = "exercise.json app" },
	{ "UTF-8 with a byte order mark", { { "app.py",
		"\xef\xbb\xbf" "from flask import Flask\napp = Flask(1)\n" } },
	  .target = "app", .rule = "app.py" },
	{ "a module of its own called redis", { { "app.py", FLASK },
	    { "redis.py", NOTHING } },
	  .target = "app", .rule = "app.py", .cold = "shadows redis" },
	{ "a package of its own called flask", { { "app.py", FLASK },
	    { "flask/__init__.py", NOTHING } },
	  .target = "app", .rule = "app.py", .cold = "shadows flask" },
	{ "a folder that is no package shadows nothing", { { "app.py", FLASK },
	    { "email/welcome.txt", "hi" } },
	  .target = "app", .rule = "app.py" },
	{ "a standard module of its own, where the app starts",
	  { { "backend/app.py", FLASK }, { "backend/secrets.py", NOTHING },
	    { "calendar.py", NOTHING } },
	  .target = "app", .dir = "backend", .rule = "backend/app.py",
	  .cold = "shadows secrets" },
	{ "an old Flask pinned", { { "app.py", FLASK },
	    { "requirements.txt", "# x\nClick==8.0\nFlask==1.1.2\n" } },
	  .target = "app", .rule = "app.py", .cold = "pins Flask==1.1.2" },
	{ "another pin, in UTF-16", { { "app.py", FLASK },
	    { "requirements.txt", "utf-16" } },
	  .target = "app", .rule = "app.py", .cold = "pins flask_sqlalchemy"
	  "==2.5.1" },
	{ "pins that fit", { { "app.py", FLASK },
	    { "requirements.txt", "Flask==3.0.0\nFlask-Nonsense==9\n"
		"sqlalchemy>=1.4\nwerkzeug<4 # z\n" } },
	  .target = "app", .rule = "app.py" },
};
/* clang-format on */

static void put(struct arena *arena, const char *path, const char *text)
{
	static const char utf16[] = "\xff\xfe"
				    "f\0l\0a\0s\0k\0_\0s\0q\0l\0a\0l\0c\0h\0e"
				    "\0m\0y\0=\0=\0002\0.\0005\0.\0001\0\r\0\n";
	char *slash = strrchr(path, '/');
	struct span bytes = span_of(text);

	if (strcmp(text, "utf-16") == 0)
		bytes = (struct span){ utf16, sizeof(utf16) };
	ck_assert_int_eq(
		file_make_dirs(arena_memdup(arena, path,
					    (size_t)(slash - path)), NULL), 0);
	ck_assert_int_eq(file_write(path, bytes, NULL), 0);
}

static int delete(const char *path, const struct stat *st, int type,
		  struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static const struct submission *submit(struct arena *arena,
				       const struct layout *l)
{
	char *dir = arena_strdup(arena, "/tmp/fumehood-discover-XXXXXX");
	const struct submission *sub = NULL;
	struct err err = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (size_t i = 0; i < 8 && l->files[i].path; i++)
		put(arena, arena_printf(arena, "%s/%s", dir, l->files[i].path),
		    l->files[i].text);
	ck_assert_msg(submission_open(arena, dir, &sub, &err) == 0, "%s: %s",
		      l->name, err.msg);
	ck_assert_int_eq(nftw(dir, delete, 16, FTW_DEPTH | FTW_PHYS), 0);
	return sub;
}

static void check(const char *layout, const char *what, const char *is,
		  const char *wanted)
{
	ck_assert_msg(wanted ? is && strcmp(is, wanted) == 0 : !is,
		      "%s: %s is `%s`, wanted `%s`", layout, what,
		      is ? is : "(none)", wanted ? wanted : "(none)");
}

START_TEST(finds_what_a_person_would_start)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct layout *l = &layouts[_i];
	AUTO(submission_close) const struct submission *sub = submit(arena, l);
	struct launch launch = { 0 };
	struct err err = { 0 };

	ck_assert_msg(discover(arena, sub, l->app, &launch, &err) == 0,
		      "%s: %s", l->name, err.msg);
	check(l->name, "target", launch.target, l->target);
	check(l->name, "script", launch.script, l->script);
	check(l->name, "dir", launch.dir, l->dir ? l->dir : "");
	check(l->name, "rule", launch.rule, l->rule);
	ck_assert_int_eq(launch.cold, launch.cold_reason != NULL);
	if (!file_home(arena, "env"))
		return; /* what is installed cannot be shadowed */
	if (l->cold && launch.cold_reason)
		launch.cold_reason = arena_memdup(arena, launch.cold_reason,
						  strlen(l->cold));
	check(l->name, "cold reason", launch.cold_reason, l->cold);
}
END_TEST

START_TEST(says_what_it_looked_for_when_nothing_fits)
{
	static const struct layout l = {
		.name = "no Python", .files = { { "README.md", "hello" } }
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(submission_close) const struct submission *sub = submit(arena, &l);
	struct launch launch;
	struct err err;

	ck_assert_int_eq(discover(arena, sub, NULL, &launch, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "wsgi.py, app.py"));
}
END_TEST

static const struct {
	const char *text;
	bool makes_app, binds_app, factory, needy, hidden, runs;
} sources[] = {
	{ "app = Flask(__name__)", .makes_app = true },
	{ "application: Flask = Flask(\n  __name__,\n)", .makes_app = true },
	{ "server = APIFlask('x'); x = 1", .makes_app = true },
	{ "s = 'app = Flask(1)'", .makes_app = false },
	{ "\"\"\"\napp = Flask(1)\n\"\"\"", .makes_app = false },
	{ "# app = Flask(1)", .makes_app = false },
	{ "x = MyFlask(1)", .makes_app = false },
	{ "app == 1", .binds_app = false },
	{ "app.config['x'] = 1", .binds_app = false },
	{ "run(app=1)", .binds_app = false },
	{ "from shop import (db,\n\tapp)", .binds_app = true },
	{ "from shop import web as application", .binds_app = true },
	{ "from shop import app as web", .binds_app = false },
	{ "import shop.web as app", .binds_app = true },
	{ "from x import create_app", .factory = true },
	{ "def create_app():\n  pass", .factory = true },
	{ "def make_app(a=1, *b, c={}, **d) -> Flask: pass", .factory = true },
	{ "def create_app(\n\tconfig: dict[str, int] = None,\n): pass",
	  .factory = true },
	{ "def create_app(config): pass", .needy = true },
	{ "class A:\n  def create_app(self): pass", .factory = false },
	{ "def f():\n\tapp = Flask(1)\n\tapp.run()", .hidden = true,
	  .runs = true },
	{ "if __name__ == '__main__':\n app = Flask(1)\n app.run()",
	  .hidden = true, .runs = true },
	{ "try:\n  app = Flask(1)\nexcept E: pass", .makes_app = true },
	{ "x = 'open\napp = Flask(1)", .makes_app = true },
	{ "x = [Flask, (1)]", .makes_app = false },
	{ "", .makes_app = false },
};

START_TEST(understands_the_text_of_a_module)
{
	struct pysource s;

	pysource_look(span_of(sources[_i].text), &s);
	ck_assert_msg(s.makes_app == sources[_i].makes_app &&
		      s.binds_app == sources[_i].binds_app &&
		      s.factory == sources[_i].factory &&
		      s.needy_factory == sources[_i].needy &&
		      s.hidden_app == sources[_i].hidden &&
		      s.runs == sources[_i].runs,
		      "`%s`: %d %d %d %d %d %d", sources[_i].text, s.makes_app,
		      s.binds_app, s.factory, s.needy_factory, s.hidden_app,
		      s.runs);
}
END_TEST

START_TEST(lists_what_all_modules_import_once)
{
	static const struct layout l = {
		.name = "imports",
		.files = { { "app.py", "import os, flask.json\nimport a as b\n"
				       "from . import x\n" },
			   { "shop/db.py", "def f():\n import late\n"
					   "from flask import g\n"
					   "from sqlalchemy.orm import y\n" },
			   { "README.md", "import nothing\n" } },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(submission_close) const struct submission *sub = submit(arena, &l);

	ck_assert_str_eq(imports_list(arena, sub), "os,flask,a,sqlalchemy");
}
END_TEST

static const struct {
	const char *name;
	const char *requirements; /* NULL: no such file */
	enum lacking wanted;
} missing[] = {
	{ "models", NULL, LACKING_OWN },
	{ "shop.nothing", NULL, LACKING_OWN },
	{ "frobnicate", NULL, LACKING_PACKAGE },
	{ "frobnicate.x", "Flask\nFrobnicate>=1\n", LACKING_PACKAGE },
	{ "frob_nicate", "frob-nicate[x]==1.0", LACKING_PACKAGE },
	{ "PIL", "Pillow\n", LACKING_PACKAGE },
	{ "flaskk", "flask==3.0\n", LACKING_UNDECLARED },
	{ "flask_sqlalchemy", "utf-16", LACKING_PART },
	{ "urllib2", NULL, LACKING_UNDECLARED },
	{ "flask.ext", NULL, LACKING_PART },
	{ "os.nothing", NULL, LACKING_PART },
	{ "vendored", NULL, LACKING_PACKAGE },
	{ "frobnicate", "in a program", LACKING_PACKAGE },
	{ "frobnicate", "in a folder", LACKING_UNDECLARED },
};

START_TEST(tells_whose_fault_a_missing_module_is)
{
	struct layout l = {
		.name = "missing",
		.files = { { "app.py", FLASK }, { "shop/models.py", "" },
			   { "static/vendored/a.js", "" },
			   { "requirements.txt", missing[_i].requirements } },
	};
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(submission_close) const struct submission *sub = NULL;

	if (!missing[_i].requirements)
		l.files[3].path = NULL;
	else if (!strcmp(missing[_i].requirements, "in a program"))
		l.files[3].path = "shop/requirements.py";
	else if (!strcmp(missing[_i].requirements, "in a folder"))
		l.files[3].path = "requirements/base.txt";
	sub = submit(arena, &l);
	/* Without an environment nothing is installed. */
	if (missing[_i].wanted == LACKING_PART && !file_home(arena, "env"))
		return;
	ck_assert_msg(lacking_judge(arena, sub, missing[_i].name) ==
			      missing[_i].wanted,
		      "%s", missing[_i].name);
}
END_TEST

SUITE(discover)
{
	TEST_LOOP(finds_what_a_person_would_start, ARRAY_LEN(layouts));
	TEST(lists_what_all_modules_import_once);
	TEST_LOOP(tells_whose_fault_a_missing_module_is, ARRAY_LEN(missing));
	TEST(says_what_it_looked_for_when_nothing_fits);
	TEST_LOOP(understands_the_text_of_a_module, ARRAY_LEN(sources));
}
