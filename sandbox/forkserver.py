"""The fork server: a Python that has imported what submissions import.

usage: forkserver.py LIBRARY PACKAGES PROGRAM IMPORTS FD
       forkserver.py LIBRARY PACKAGES PROGRAM IMPORTS FD SOCKET BUILD IDLE_MS

Started as `python3 -I -S forkserver.py ...`, in "/", with FD a socket that
requests come over (forkserver.c): from one runner, or with SOCKET, where it
listens, from all of a user's.  LIBRARY is libfumehood-join.so, which answers
them.  For each start it forks; the child joins a box and comes back here, to
run the script that it was asked for as a fresh `python3 -I -S` would.  PROGRAM
is that script as a rule; it is compiled beforehand.  IMPORTS says which of
ON_DEMAND to import, "a,b,c", or "*" for all: what a server takes long to
import, only one that stays should.

The server itself runs no submitted code, keeps nothing open, starts no thread,
and no engine, client or handler outlives a rehearsal: a child must not inherit
what it could not have made itself.
"""

import ctypes
import gc
import importlib
import os
import sys

# Pure imports; measured one by one: no thread, no descriptor, nothing read
# from the environment that a submission might want to set (prometheus_client
# and celery do, so they are missing).  What is not installed is skipped.
ALWAYS = """
    gunicorn.app.base gunicorn.arbiter gunicorn.config gunicorn.http.wsgi
    gunicorn.workers.gthread concurrent.futures.thread mmap fcntl runpy
    flask flask.cli flask.views flask.json.provider flask.sessions
    werkzeug.serving werkzeug.middleware.proxy_fix werkzeug.security
    werkzeug.test werkzeug.debug jinja2.ext jinja2.loaders
    sqlite3 uuid decimal secrets hashlib hmac csv logging.config tempfile
""".split()

# By the name that a submission imports.
ON_DEMAND = {
    name: (name + " " + more).split() for name, more in {
        "sqlalchemy": "sqlalchemy.orm sqlalchemy.dialects.sqlite"
                      " sqlalchemy.ext.declarative sqlalchemy.ext.hybrid"
                      " sqlalchemy.exc",
        "flask_sqlalchemy": "sqlalchemy.orm sqlalchemy.dialects.sqlite",
        "flask_migrate": "", "marshmallow": "marshmallow.validate",
        "flask_marshmallow": "", "marshmallow_sqlalchemy": "",
        "flask_smorest": "", "pydantic": "", "flask_pydantic": "",
        "flask_restful": "flask_restful.reqparse", "flask_restx": "",
        "flask_cors": "", "flask_login": "", "flask_wtf": "wtforms",
        "flask_jwt_extended": "", "flask_httpauth": "", "flask_caching": "",
        "flask_limiter": "", "flask_bcrypt": "", "jwt": "", "bcrypt": "",
        "argon2": "", "passlib": "passlib.hash", "email_validator": "",
        "validators": "", "jsonschema": "", "requests": "", "structlog": "",
        "pythonjsonlogger": "", "dotenv": "", "tenacity": "",
    }.items()
}


def import_all(names):
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            pass


def rehearse():
    """One request to an app of our own: what is made on first use is there."""
    import flask

    app = flask.Flask("rehearsal", root_path="/")

    @app.get("/<int:number>")
    def view(number):
        return {"number": number, "url": flask.url_for("view", number=2)}

    client = app.test_client()
    client.get("/1")
    client.get("/missing")


def rehearse_queries():
    """One of each statement on a database in memory.  What stays is what
    SQLAlchemy keeps of its own classes: no engine, no mapper, no table."""
    try:
        from sqlalchemy import create_engine, func, orm, select
    except ImportError:
        return

    class Base(orm.DeclarativeBase):
        pass

    class Row(Base):
        __tablename__ = "row"
        id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
        name: orm.Mapped[str] = orm.mapped_column(unique=True)

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        row = Row(name="a")
        session.add(row)
        session.commit()
        session.get(Row, row.id)
        session.scalars(select(Row).where(Row.name == "a").order_by(Row.id)
                        .limit(1).offset(0)).all()
        session.scalar(select(func.count()).select_from(Row))
        row.name = "b"
        session.commit()
        session.delete(row)
        session.commit()
    engine.dispose()
    Base.registry.dispose()


def make_settings():
    """Gunicorn's, for the one server that a child begins with: to make them
    takes longer than all else that it does before it forks its workers."""
    try:
        from gunicorn import config
    except ImportError:
        return
    make, made = config.make_settings, config.make_settings()

    def take(ignore=None):
        config.make_settings = make
        return make(ignore) if ignore else made

    config.make_settings = take


def use_huge_pages():
    """What a fork copies then are not the entries of 20,000 pages, twice for
    each start.  A child that writes gets small pages, as ever.  Linux 6.1."""
    MADV_COLLAPSE, HUGE = 25, 2 << 20

    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    with open("/proc/self/maps") as file:
        maps = [line.split() for line in file]
    for where, rights, _, _, inode, *name in maps:
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        begin, end = (int(word, 16) for word in where.split("-"))
        begin, end = -(-begin // HUGE) * HUGE, end // HUGE * HUGE
        if begin < end:
            libc.madvise(begin, end - begin, MADV_COLLAPSE)


def strings(array):
    found = []
    while array[len(found)] is not None:
        found.append(array[len(found)])
    return found


def become(argv, env):
    """From here on this process belongs to a submission."""
    import signal
    import tempfile

    ctypes.pythonapi.PyOS_AfterFork_Child()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.enable()
    tempfile.tempdir = None
    os.environ.clear()
    for entry in env:
        name, _, value = entry.partition(b"=")
        os.environb[name] = value
    sys.argv = [os.fsdecode(arg) for arg in argv]
    # The descriptors are others now, and a pipe cannot do what /dev/null can.
    sys.stdin = sys.__stdin__ = open(0, closefd=False)
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)
    sys.stderr = sys.__stderr__ = open(2, "w", buffering=1, closefd=False,
                                       errors="backslashreplace")


def run(code, argv, env):
    """Run `code` as __main__ would, and end as Python would."""
    import atexit
    import threading
    import types

    status = 1
    try:
        become(argv, env)
        main = types.ModuleType("__main__")
        main.__file__ = sys.argv[0]
        main.__builtins__ = __builtins__
        sys.modules["__main__"] = main
        exec(code, main.__dict__)
        status = 0
    except SystemExit as e:
        if isinstance(e.code, int) or e.code is None:
            status = (e.code or 0) & 0xff
        else:
            print(e.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # Never back into the server's own frames.
        try:
            threading._shutdown()
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)


class Scripts(dict):
    """Compiled once.  A child may not find them in its box."""

    def __missing__(self, path):
        with open(path, "rb") as file:
            self[path] = compile(file.read(), path, "exec")
        return self[path]


def main():
    library, packages, program, imports, fd, *rest = sys.argv[1:]
    path, build, idle_ms = rest if rest else (None, "", "-1")
    sys.path.append(packages)
    join = ctypes.PyDLL(library)
    join.fumehood_answer.argtypes = [
        ctypes.c_int, ctypes.c_bool, ctypes.c_char_p, ctypes.c_char_p,
        ctypes.c_int]
    for function in (join.fumehood_argv, join.fumehood_env):
        function.restype = ctypes.POINTER(ctypes.c_char_p)
    if path and int(idle_ms) < 0:
        join.fumehood_tie(os.fsencode(path))

    scripts = Scripts()
    scripts[program]
    wanted = ON_DEMAND if imports == "*" else imports.split(",")
    import_all(ALWAYS)
    for name in wanted:
        import_all(ON_DEMAND.get(name, ()))
    rehearse()
    make_settings()
    if path: # it stays: more starts than one are the faster for it
        rehearse_queries()
    gc.collect()
    gc.freeze()
    gc.disable()
    if path:
        use_huge_pages()
    result = join.fumehood_answer(int(fd), path is not None,
                                  os.fsencode(path) if path else None,
                                  build.encode(), int(idle_ms))
    if result == 1:
        argv = strings(join.fumehood_argv())
        run(scripts[os.fsdecode(argv[0])], argv,
            strings(join.fumehood_env()))
    sys.exit(-result)


main()
