"""Serve a submission's Flask app on the sockets that the box made.

usage: serve.py packages=FOLDER target=MODULE[:NAME] [workers=N] [threads=N]
       serve.py packages=FOLDER script=FILE.py

Runs inside the box, in the folder of the app, either cold (python3 -I -S
serve.py ...) or in a fork of the warm server.  Descriptors 3 and 4 listen.
FOLDER holds the installed packages.

target   is found by Flask's own rules (flask.cli): with no NAME `app`,
         `application`, the only Flask object, `create_app()`, `make_app()`;
         NAME is an attribute or a call with literal arguments.  MODULE may be
         a path; then its package decides what is imported.
script   runs as `python FILE.py`, or as `python -m PACKAGE` where it is a
         package's __main__.py; it listens where it likes.

How it ends, when it does not serve:
  3  the submission failed while it was imported or its factory was called;
     the traceback is on stderr, without our own frames
  4  there is no such module or app; one line on stderr says why
  5  a module is missing; which, is in the last line of the traceback.  That it
     is nobody's but the environment's is for the runner to check
  6  our own failure
An app that ended later ends this program as gunicorn does.
"""

import os
import sys

CRASHED, NO_APP, MISSING, OURS = 3, 4, 5, 6
LISTEN_FDS = (3, 4)
SCRATCH = os.environ.get("TMPDIR") or "/tmp" # the box's, wherever that is
NEAR_MS = 5
HERE = os.path.abspath(__file__)


class NoApp(Exception):
    """Nothing to serve: the message says why."""


def options(args):
    given = dict(arg.partition("=")[::2] for arg in args)
    given["workers"] = int(given.get("workers") or 1)
    given["threads"] = int(given.get("threads") or 1)
    return given


def set_up(packages):
    """What `site` and an activated environment would have done."""
    import builtins
    import site
    import time

    if packages not in sys.path:
        sys.path.append(packages)
    sys.prefix = sys.exec_prefix = os.path.abspath(packages + "/../../..")
    python = sys.prefix + "/bin/python3"
    if os.path.exists(python): # what a submission starts has the packages too
        sys.executable = python
    if not hasattr(builtins, "exit"):
        site.setquit()
        site.sethelper()
    # A line at a time: a probe's share of the log is cut when its response
    # has come, and SIGKILL must not take lines along.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace",
                           line_buffering=True)
    time.tzset()


def show_failure(exc):
    """The traceback of the submission: our frames and importlib's are cut."""
    import traceback

    seen = set()

    def cut(e):
        if e is None or id(e) in seen:
            return
        seen.add(id(e))
        tb = e.__traceback__
        while tb and is_ours(tb.tb_frame.f_code.co_filename):
            tb = tb.tb_next
        e.__traceback__ = tb
        cut(e.__cause__)
        cut(e.__context__)

    cut(exc)
    if isinstance(exc, SystemExit):
        print(f"The module ended the program while it was imported:"
              f" sys.exit({exc.code!r})", file=sys.stderr)
    else:
        traceback.print_exception(type(exc), exc, exc.__traceback__)


def is_ours(filename):
    return (filename in (HERE, __file__, "<frozen runpy>")
            or filename.startswith("<frozen importlib")
            or filename.endswith(("/flask/cli.py", "/importlib/__init__.py")))


def load_dotenv():
    """`flask run` reads .env and .flaskenv; what is set already wins.

    What would change how it is served (a debugger, another port) stays out,
    and gunicorn's own process reads none: the app's files are not its.
    """
    if not (os.path.isfile(".env") or os.path.isfile(".flaskenv")):
        return
    try:
        from dotenv import dotenv_values
        files = [dotenv_values(name, encoding="utf-8")
                 for name in (".flaskenv", ".env") if os.path.isfile(name)]
    except Exception: # whatever is wrong in a submission's file
        return
    for name, value in {k: v for f in files for k, v in f.items()}.items():
        if value is None or name in os.environ or name in (
                "FLASK_APP", "FLASK_DEBUG", "FLASK_ENV", "PORT",
                "NOTIFY_SOCKET", "SCRIPT_NAME") or (name.startswith((
                "FLASK_RUN_", "GUNICORN_", "LISTEN_", "PYTHON"))):
            continue
        try:
            os.environ[name] = value
        except ValueError:
            pass


def split_target(target):
    module, colon, name = target.partition(":")
    return module, name if colon else None


def find_app(target):
    """Import the target and pick its app; NoApp when there is none."""
    import importlib.util

    load_dotenv()
    path, name = split_target(target)
    module_name = path
    if path == "." or "/" in path or path.endswith(".py"):
        from flask.cli import prepare_import
        module_name = prepare_import(path)
    elif sys.path[0] != os.getcwd():
        sys.path.insert(0, os.getcwd())
    # While it is imported, app.run() is what it is under `flask run`: nothing.
    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    try:
        module = importlib.import_module(module_name)
        return pick_app(module, name)
    except ModuleNotFoundError as e:
        if e.name and (module_name + ".").startswith(e.name + "."):
            raise NoApp(f"there is no module {module_name!r} in the"
                        f" submission") from None
        raise
    finally:
        os.environ.pop("FLASK_RUN_FROM_CLI", None)


def pick_app(module, name):
    # After the submission: a module of its own called flask shall win.
    from flask.cli import NoAppException, find_app_by_string, find_best_app

    try:
        return find_best_app(module) if name is None \
            else find_app_by_string(module, name)
    except NoAppException as e:
        # As gunicorn, take any WSGI callable: an app inside a middleware.
        for other in (name,) if name else ("application", "app"):
            found = getattr(module, other, None)
            if callable(found) and not isinstance(found, type) \
                    and not hasattr(found, "__code__"):
                return found
        raise NoApp(str(e)) from e


def load(target):
    """The app, or SystemExit with the status that says why there is none."""
    try:
        return find_app(target)
    except NoApp as e:
        print(f"No app: {e}", file=sys.stderr)
        status = NO_APP
    except ModuleNotFoundError as e:
        show_failure(e)
        status = MISSING if e.name else CRASHED
    except BaseException as e:
        show_failure(e)
        status = CRASHED
    sys.stdout.flush()
    sys.stderr.flush()
    return status


class Turns:
    """Workers load one after the other and begin to serve together.

    Whether two imports that create the same table at the same time collide is
    luck; luck must not decide a grade.  A lock of fcntl goes with its process,
    so a worker that dies in its turn does not stop the others.
    """

    def __init__(self, workers):
        import mmap
        import tempfile

        self.workers = workers
        # A file, because without a cgroup the box refuses shared memory that
        # has none: nobody could count it.
        self.lock = tempfile.TemporaryFile(dir=SCRATCH)
        self.lock.truncate(mmap.PAGESIZE)
        # loaded so far, and why loading failed
        self.shared = mmap.mmap(self.lock.fileno(), mmap.PAGESIZE)
        self.gate = os.pipe()

    def take(self, target):
        import fcntl

        fcntl.lockf(self.lock, fcntl.LOCK_EX)
        if self.shared[1]: # the same would only be said twice
            os._exit(3)
        app = load(target)
        if isinstance(app, int):
            self.shared[1] = app
            os._exit(3) # gunicorn's own "worker failed to boot"
        late = self.shared[0] >= self.workers
        self.shared[0] = min(self.shared[0] + 1, 255)
        last = not late and self.shared[0] == self.workers
        fcntl.lockf(self.lock, fcntl.LOCK_UN)
        if last:
            os.write(self.gate[1], b"." * self.workers)
        if not late:
            os.read(self.gate[0], 1)
        return app

    def failure(self):
        # The app can write there, too: that we failed is never its to say.
        said = self.shared[1]
        return said if said in (0, CRASHED, NO_APP, MISSING) else CRASHED

    def lost(self, end):
        """A worker is gone.  Before all have loaded, another one would only
        end in the same way, over and over until the time is up."""
        if self.shared[0] >= self.workers:
            say(f"a process of the app {end}")
            return
        if not self.failure():
            say(f"its process {end}")
        os._exit(self.failure() or CRASHED)


def say(text):
    """To the app's output, whatever has become of sys.stderr."""
    try:
        os.write(2, f"{text}\n".encode())
    except OSError:
        pass


def logger_class(ends):
    """Of gunicorn's logger.  How its workers ended goes to `ends` by their
    number: nothing else than what is logged tells it."""
    import logging

    class Logger:
        """Only what a candidate can use: failures that no app handled."""

        def __init__(self, cfg):
            # Apps are told to borrow the handlers of this logger.
            self.log = logging.getLogger("gunicorn.error")
            if not self.log.handlers:
                handler = logging.StreamHandler()
                handler.setFormatter(logging.Formatter(
                    "[%(levelname)s] %(message)s"))
                self.log.addHandler(handler)
                self.log.setLevel(logging.INFO)
                self.log.propagate = False

        def setup(self, cfg):
            pass

        def notes_end(self, message, args):
            for begin, how in (("Worker (pid:%s) exited", "exited with status"),
                               ("Worker (pid:%s) was sent", "was ended by")):
                if str(message).startswith(begin):
                    ends[args[0]] = f"{how} {args[1]}"
                    return True
            return False

        def error(self, message, *args, **kwargs):
            # How the server ended is told by its status.
            if not self.notes_end(message, args) and not str(
                    message).startswith(("Shutting down", "Reason:")):
                self.log.error(message, *args, **kwargs)

        def exception(self, message, *args, **kwargs):
            self.log.exception(message, *args, **kwargs)

        critical = error

        def info(self, message, *args, **kwargs):
            self.notes_end(message, args)

        def debug(self, *args, **kwargs):
            pass

        warning = info
        access = log = debug
        close_on_exec = reopen_files = debug

    return Logger


def listeners():
    """Those that are there; without IPv6 the second number is any file's."""
    import stat

    found = []
    for fd in LISTEN_FDS:
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                found.append(fd)
        except OSError:
            pass
    return found


def worker_class():
    import select
    from gunicorn.workers.gthread import ThreadWorker

    class Worker(ThreadWorker):
        """Stays with a connection whose next request is on its way.

        A client that asks one thing after the other would else have each of
        its requests handed from the poller to a thread and back, which takes
        as long as a small app does.
        """

        def handle(self, conn):
            again = super().handle(conn)
            while again is True and self.next_is_near(conn):
                again = super().handle(conn)
            return again

        def next_is_near(self, conn):
            if (not self.alive or conn.is_http2
                    or conn.parser.unreader.buf.getvalue()):
                return False # gunicorn knows better
            near = select.poll()
            near.register(conn.sock, select.POLLIN)
            return bool(near.poll(NEAR_MS))

    return Worker


class Seats:
    """Workers accept in turn: each new connection goes to the next of them.

    With all of them waiting at one socket it is luck who answers, and luck
    must not decide whether a grade finds out what only one process knows.
    Whose turn it is, is one byte that all share: it is written at once or not
    at all, whenever a worker dies.  The pipes only wake who waits.  Where a
    worker dies, its seat and its turn are its successor's.
    """

    def __init__(self, workers):
        import mmap
        import tempfile

        self.file = tempfile.TemporaryFile(dir=SCRATCH) # as in Turns
        self.file.truncate(mmap.PAGESIZE)
        self.turn = mmap.mmap(self.file.fileno(), mmap.PAGESIZE)
        self.pipes = [os.pipe() for _ in range(workers)]
        for reader, writer in self.pipes:
            os.set_blocking(reader, False)
            os.set_blocking(writer, False)

    def assign(self, server, worker):
        taken = {other.seat for other in server.WORKERS.values()}
        free = [n for n in range(len(self.pipes)) if n not in taken]
        worker.seat = free[0] if free else 0

    def wake(self):
        """Whose turn it is; once too often does no harm."""
        try:
            os.write(self.pipes[self.turn[0]][1], b".")
        except BlockingIOError:
            pass # it has not read the many before

    def pass_on(self, seat):
        self.turn[0] = (seat + 1) % len(self.pipes)
        self.wake()

    def worker_class(self):
        import selectors

        seats = self

        class Worker(worker_class()):
            def run(self):
                self.woken = seats.pipes[self.seat][0]
                self.poller.register(self.woken, selectors.EVENT_READ,
                                     self.wake_up)
                super().run()

            def wake_up(self, _pipe):
                try:
                    os.read(self.woken, 512)
                except BlockingIOError:
                    pass
                self.set_accept_enabled(self.alive)

            def set_accept_enabled(self, enabled):
                super().set_accept_enabled(enabled and
                                           seats.turn[0] == self.seat)

            def accept(self, listener):
                before = self.nr_conns
                if seats.turn[0] == self.seat:
                    super().accept(listener)
                if self.nr_conns > before:
                    seats.pass_on(self.seat)
                    self.set_accept_enabled(False)

        return Worker


def gunicorn_app(given, turns):
    from gunicorn.app.base import BaseApplication

    seats, ends = Seats(given["workers"]), {}

    def lost(server, worker):
        how = ends.pop(worker.pid, "exited with status 0")
        if not server.LISTENERS: # all are told to end
            return
        turns.lost(how)
        seats.wake() # who died may have passed its turn on without a word

    class Application(BaseApplication):
        def load_config(self):
            settings = {
                "bind": [f"fd://{fd}" for fd in listeners()],
                "worker_class": worker_class() if given["workers"] == 1
                                else seats.worker_class(),
                "workers": given["workers"],
                "threads": given["threads"],
                "worker_tmp_dir": SCRATCH,
                # gunicorn looks these up when it is imported, which in the
                # warm server was in another place as somebody else.
                "chdir": os.getcwd(),
                "user": os.geteuid(),
                "group": os.getegid(),
                "control_socket_disable": True,
                "pre_fork": seats.assign,
                "child_exit": lost,
                "logger_class": logger_class(ends),
                # Time is the box's to limit; a worker that is slow to import
                # must not be killed by a second clock.
                "timeout": 0,
                # Longer than any pause of a client: a connection that closes
                # as it is used again would look like a failure of the app.
                "keepalive": 65,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self):
            return turns.take(given["target"])

    return Application()


def serve(given):
    from gunicorn.arbiter import Arbiter
    from gunicorn.errors import HaltServer

    sys.argv = ["gunicorn", given["target"]]
    turns = Turns(given["workers"])
    app = gunicorn_app(given, turns)
    try:
        Arbiter(app).run()
    except SystemExit as e:
        sys.exit(turns.failure() or e.code)
    except HaltServer as e: # a second worker failed while the first one was
        sys.exit(turns.failure() or e.exit_status) # being tidied away


def run_script(script):
    """As `python script`: the sockets that we would serve on are not its."""
    import runpy

    for fd in listeners():
        os.close(fd)
    load_dotenv()
    sys.argv = [script]
    folder, name = os.path.split(script)
    is_module = folder and name == "__main__.py"
    place = "." if is_module else folder
    sys.path.insert(0, os.path.abspath(place))
    try:
        if is_module:
            runpy.run_module(folder.replace("/", "."), run_name="__main__",
                             alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
    except SystemExit:
        raise
    except ModuleNotFoundError as e:
        show_failure(e)
        sys.exit(MISSING if e.name else CRASHED)
    except BaseException as e:
        show_failure(e)
        sys.exit(CRASHED)


def main():
    given = options(sys.argv[1:])
    set_up(given["packages"])
    if "script" in given:
        run_script(given["script"])
    else:
        serve(given)


if __name__ == "__main__":
    try:
        main()
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as failure:
        import traceback
        traceback.print_exception(failure)
        sys.exit(OURS)
