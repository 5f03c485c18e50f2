"""serve.py alone, on a socket that the test made, without a box.

The apps here are our own and harmless; what a box adds is tested elsewhere.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess

import pytest

from conftest import ROOT

SERVE = ROOT / "runner/session/serve.py"
ENV = ROOT / "build/env"
PACKAGES = next(ENV.glob("lib/python3*/site-packages"), None)
HELLO = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def hello():
    return "hello"
"""


class Server:
    def __init__(self, folder, *words, env=None):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.process = subprocess.Popen(
            ["bash", "-c", 'exec 3<&%d 4<&-; exec "$@"' % self.socket.fileno(),
             "bash", "/usr/bin/python3", "-I", "-S", SERVE,
             "packages=%s" % PACKAGES, *words],
            cwd=folder, pass_fds=[self.socket.fileno()],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **(env or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.socket.close()

    def get(self, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def serve(submission):
    servers = []

    def start(files, *words, env=None):
        servers.append(Server(submission(files), *words, env=env))
        return servers[-1]
    yield start
    for server in servers:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


SERVED = {
    "app": ({"app.py": HELLO}, "target=app"),
    "application": ({"app.py": HELLO.replace("app", "application")},
                    "target=app"),
    "the only Flask object": ({"web.py": HELLO.replace("app", "site")},
                              "target=web"),
    "create_app()": ({"shop/__init__.py": """
from flask import Flask
def create_app(config=None):
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "hello")
    return app
"""}, "target=shop"),
    "module:name": ({"a.py": HELLO.replace("app", "one")
                     + "two = Flask('two')\n"}, "target=a:one"),
    "a factory with literals": ({"a.py": """
from flask import Flask
def make(word, times=0):
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: word * times)
    return app
"""}, "target=a:make('hello', times=1)"),
    "a dotted module": ({"shop/__init__.py": "", "shop/web.py": HELLO},
                        "target=shop.web"),
    "a path": ({"src/shop/__init__.py": "",
                "src/shop/web.py": "from . import x\n" + HELLO,
                "src/shop/x.py": ""}, "target=src/shop/web.py"),
    "the folder itself": ({"__init__.py": "from .web import app\n",
                           "web.py": HELLO}, "target=."),
    "app.run() without a guard": ({"app.py": HELLO + "app.run(port=1)\n"},
                                  "target=app"),
    "an app in a middleware": ({"wsgi.py": HELLO.replace("app", "_a") + """
_b = Flask("other")
class Wrapped:
    def __call__(self, environ, start_response):
        return _a(environ, start_response)
application = Wrapped()
"""}, "target=wsgi"),
    "what .flaskenv sets": ({"app.py": """
import os
from flask import Flask
app = Flask(__name__)
word = os.environ["WORD"]
assert "FLASK_DEBUG" not in os.environ
app.add_url_rule("/", view_func=lambda: word)
""", ".flaskenv": "WORD=no\nFLASK_DEBUG=1\n", ".env": "WORD=hello\n"},
        "target=app"),
    "a module of its own with an installed name": ({
        "app.py": HELLO + "import jwt\nassert jwt.MINE\n",
        "jwt.py": "MINE = True\n"}, "target=app"),
    "exit() and a package of the environment": ({
        "app.py": HELLO + "exit, quit, help\nimport marshmallow, sys\n"
        "assert sys.argv == ['gunicorn', 'app']\n"
        "assert sys.executable.endswith('/env/bin/python3')\n"},
        "target=app"),
}


@pytest.mark.parametrize("name", SERVED)
def test_finds_the_app_as_flask_does(serve, name):
    files, target = SERVED[name]
    server = serve(files, target)
    assert server.get() == (200, "hello")
    assert server.end()[0] == 0


FAILED = {
    # name: (files, target, status, what stderr says, what it does not)
    "a module that crashes": ({
        "app.py": "import helper\n",
        "helper.py": "def f():\n    return 1 / 0\nf()\n"},
        "app", 3, "ZeroDivisionError: division by zero", "serve.py"),
    "a syntax error": ({"app.py": "def f(:\n"}, "app", 3, "SyntaxError",
                       "serve.py"),
    "a factory that crashes": ({
        "app.py": "def create_app():\n    raise ValueError('no database')\n"},
        "app", 3, "ValueError: no database", "flask/cli.py"),
    "a type error inside a factory": ({
        "app.py": "def create_app():\n    return len(5)\n"},
        "app", 3, "TypeError: object of type 'int'", "serve.py"),
    "a chain of exceptions": ({
        "app.py": "try:\n    {}['x']\nexcept KeyError as e:\n"
        "    raise RuntimeError('bad') from e\n"},
        "app", 3, "KeyError: 'x'", "serve.py"),
    "sys.exit() at import": ({"app.py": "import sys\nsys.exit('bye')\n"},
                             "app", 3, "sys.exit('bye')", "Traceback"),
    "no such module": ({"app.py": HELLO}, "web", 4,
                       "there is no module 'web'", "Traceback"),
    "no app in it": ({"app.py": "x = 1\n"}, "app", 4,
                     "Failed to find Flask application", "Traceback"),
    "two apps": ({"app.py": "from flask import Flask\n"
                  "a = Flask('a')\nb = Flask('b')\n"}, "app", 4,
                 "Detected multiple Flask applications", "Traceback"),
    "no such name": ({"app.py": HELLO}, "app:api", 4,
                     "Failed to find attribute 'api'", "Traceback"),
    "a factory that wants arguments": ({
        "app.py": "def create_app(name): pass\n"}, "app", 4,
        "could not call it without arguments", "Traceback"),
    "a factory that gives nothing": ({
        "app.py": "def create_app(): pass\n"}, "app", 4,
        "Failed to find Flask", "Traceback"),
    "a package that is not there": ({"app.py": "import frobnicate.x\n"},
                                    "app", 5, "No module named 'frobnicate'",
                                    "serve.py"),
    "a typo in an import of its own": ({
        "app.py": "from models import Itme\n", "models.py": ""},
        "app", 3, "ImportError: cannot import name 'Itme'", "serve.py"),
}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", FAILED)
def test_says_why_there_is_nothing_to_serve(serve, name, workers):
    files, target, status, said, unsaid = FAILED[name]
    got = serve(files, "target=" + target, "workers=%d" % workers).wait()
    assert got[0] == status, got[2]
    assert got[2].count(said) == 1, got[2]
    assert unsaid not in got[2]
    assert "gunicorn" not in got[2].lower()


def test_an_exception_in_a_view_is_logged_with_its_traceback(serve):
    server = serve({"app.py": HELLO + "@app.get('/x')\ndef x():\n"
                    "    print('so far')\n    return {}['key']\n"},
                   "target=app")
    assert server.get("/x")[0] == 500
    status, out, err = server.end()
    assert (status, out) == (0, "so far\n")
    assert "Traceback" in err and "KeyError: 'key'" in err


def test_an_exception_that_flask_does_not_see_is_logged(serve):
    server = serve({"app.py": HELLO + "@app.get('/x')\ndef x():\n"
                    "    def parts():\n        yield 'a'\n        1 / 0\n"
                    "    return parts()\n"}, "target=app")
    with pytest.raises(http.client.IncompleteRead):
        server.get("/x")
    assert "ZeroDivisionError" in server.end()[2]


def test_serving_says_nothing_by_itself(serve):
    server = serve({"app.py": HELLO}, "target=app", "threads=4")
    server.get()
    assert server.end() == (0, "", "")


def test_all_workers_serve_and_none_before_all_have_loaded(serve, tmp_path):
    server = serve({"app.py": HELLO + f"""
import os, time
with open({str(tmp_path / 'loaded')!r}, "a+") as file:
    file.seek(0)
    assert file.read().count("begin") == file.tell() // 10
    file.write("begin")
    file.flush()
    time.sleep(0.05)
    file.write("ended")
@app.get("/pid")
def pid():
    time.sleep(0.02)
    return str(os.getpid())
"""}, "target=app", "workers=3")
    server.get()
    assert (tmp_path / "loaded").read_text() == "beginended" * 3
    seen = set()
    for _ in range(200):
        seen.add(server.get("/pid")[1])
        if len(seen) == 3:
            break
    assert len(seen) >= 2


def test_a_worker_that_dies_is_replaced(serve):
    server = serve({"app.py": HELLO + "import os\n@app.get('/die')\n"
                    "def die():\n    os._exit(1)\n"},
                   "target=app", "workers=2")
    server.get()
    for _ in range(3):
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.get("/die")
    assert server.get() == (200, "hello")


@pytest.mark.parametrize("script, path, files", [
    ("run_me.py", "run_me.py", {}),
    ("share/__main__.py", "__main__.py",
     {"share/__init__.py": "", "share/more.py": "from . import __name__\n"}),
], ids=["a file", "a package"])
def test_a_script_listens_where_it_likes(serve, script, path, files):
    own = "from share.more import __name__ as n; assert n == 'share'\n"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = serve({script: HELLO + "import sys\n"
                    "assert __name__ == '__main__'\n"
                    f"assert sys.argv[0].endswith('{path}')\n"
                    + (own if files else "") +
                    f"print('starting')\napp.run(port={port})\n", **files},
                   f"script={script}")
    assert server.process.stdout.readline() == "starting\n"
    server.port = port
    for _ in range(300):
        try:
            assert server.get() == (200, "hello")
            break
        except ConnectionRefusedError:
            if server.process.poll() is not None:
                break
    else:
        pytest.fail("it never listened")
    server.end(signal.SIGKILL)


def test_a_script_that_crashes_says_so(serve):
    status, _, err = serve({"a.py": "raise OSError('x')\n"},
                           "script=a.py").wait()
    assert status == 3
    assert err.count("OSError: x") == 1 and "serve.py" not in err
