"""The warm server: the same verdicts, and nobody else's business."""

import json
import os
import signal
import socket
import time

import pytest

from conftest import EXERCISES, ROOT

EXERCISE = {
    "format": 1, "slug": "tiny", "title": "Tiny", "level": "junior",
    "minutes": 5, "skills": ["routing"],
    "criteria": [{
        "id": "hello", "title": "Says hello", "skill": "routing",
        "points": 1, "grader": "script", "script": "probes/10-hello.hurl",
        "spec": ["R1"]}],
    "flawed": {},
}
HELLO = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def hello():
    return "hello"
"""


@pytest.fixture
def tiny(tmp_path):
    """An exercise that wants GET / to answer 200 and `hello`."""
    folder = tmp_path / "tiny"
    (folder / "probes").mkdir(parents=True)
    (folder / "exercise.json").write_text(json.dumps(EXERCISE))
    (folder / "brief.md").write_text("# Tiny\n\nR1. GET / says hello.\n")
    (folder / "probes/10-hello.hurl").write_text(
        "GET {{base}}/\nHTTP 200\n[Asserts]\nbody == \"hello\"\n")
    return folder


@pytest.fixture
def warm(fumehood):
    def run(action, *options, **keywords):
        return fumehood("warm", action, *options, **keywords)
    yield run
    run("stop")


def ready(result):
    return next(e for e in result.transcript if e["kind"] == "ready")


def test_start_status_stop(warm, surroundings):
    assert warm("status").status == 1
    assert "ready after" in warm("start").out
    assert "was running already" in warm("start").out
    assert warm("status").out.startswith("warm: running, pid")
    path = os.path.join(surroundings["XDG_RUNTIME_DIR"],
                        "fumehood/warm.sock")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert warm("stop").out == "warm: stopped\n"
    assert not os.path.exists(path)
    assert warm("stop").out == "warm: none was running\n"


REHEARSED = HELLO + """
import gc
import sqlalchemy.orm
import sqlite3
import threading

gc.unfreeze()
ALL = gc.get_objects()
assert any(isinstance(item, Flask) for item in ALL)
OURS = [item for item in ALL
        if isinstance(item, (sqlalchemy.Engine, sqlalchemy.Connection,
                             sqlalchemy.pool.Pool, sqlalchemy.orm.Mapper,
                             sqlalchemy.orm.Session, sqlite3.Connection))
        or isinstance(item, sqlalchemy.Table) and item.name == "row"
        or isinstance(item, Flask) and item.name == "rehearsal"]
assert not OURS, OURS
assert threading.active_count() == 1
"""


def test_nothing_outlives_a_rehearsal(warm, grade, tiny, submission):
    warm("start")
    result = grade(tiny, submission({"app.py": REHEARSED}))
    assert result.status == 0, result
    assert ready(result)["server_was_there"]


def server_pid(warm):
    return int(warm("status").out.split("pid ")[1].split(",")[0])


SETTINGS = HELLO + """
from gunicorn.config import Config

ONE, OTHER = Config(), Config()
ONE.set("workers", 7)
assert (OTHER.workers, OTHER.bind) == (1, ["127.0.0.1:8000"])
"""


def test_an_app_finds_no_settings_of_the_server(warm, grade, tiny, submission):
    warm("start")
    result = grade(tiny, submission({"app.py": SETTINGS}))
    assert ready(result)["start"] == "warm"
    assert result.status == 0


def test_the_server_holds_nothing_of_its_caller(warm):
    warm("start", env={"SECRET": "xyzzy"})
    proc = "/proc/%d/" % server_pid(warm)
    with open(proc + "environ", "rb") as file:
        assert b"SECRET" not in file.read()
    opened = [os.readlink(proc + "fd/" + fd) for fd in os.listdir(proc + "fd")]
    assert sorted(opened)[:3] == ["/dev/null"] * 3
    assert {name.split(":")[0] for name in sorted(opened)[3:]} == {"socket"}
    assert len(os.listdir(proc + "task")) == 1
    assert os.readlink(proc + "cwd") == "/"


def test_grade_uses_it_and_counts_the_start(warm, grade, tiny, submission):
    warm("start")
    result = grade(tiny, submission({"app.py": HELLO}))
    assert result.status == 0, result
    assert ready(result)["start"] == "warm"
    assert ready(result)["server_was_there"] is True
    assert "1 start," in warm("status").out


def test_without_one_grade_has_its_own_and_leaves_nothing(
        grade, tiny, submission, surroundings):
    result = grade(tiny, submission({"app.py": HELLO}))
    assert result.status == 0, result
    assert ready(result)["start"] == "warm"
    assert ready(result)["server_was_there"] is False
    marker = ("XDG_RUNTIME_DIR=" + surroundings["XDG_RUNTIME_DIR"]).encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                assert marker not in file.read()
        except OSError:
            pass


SAME = {
    # What must not depend on how it was started.
    "right": {"app.py": HELLO},
    "crash": {"app.py": "import json\n{}['x']\n"},
    "no app": {"app.py": "x = 1\n"},
    "missing": {"app.py": "import frobnicate\n" + HELLO},
    "exits": {"app.py": "import os\nos._exit(7)\n"},
    "its own jwt": {"app.py": HELLO + "import jwt\nassert jwt.MINE\n",
                    "jwt.py": "MINE = 1\n"},
    "environment": {"app.py": HELLO + """
import os, re, sys, signal, random, locale, threading, time
print("ENV", sorted(os.environ))
print("ARGV", sys.argv, sys.flags, sys.prefix, sys.executable)
print("PATH", [p for p in sys.path])
print("CWD", os.getcwd(), os.getuid(), os.getgid(), os.getgroups())
print("FDS", sorted(re.split("[-:]", os.readlink("/proc/self/fd/" + f))[0]
                    for f in os.listdir("/proc/self/fd")[:-1]))
print("SIG", signal.getsignal(signal.SIGPIPE), signal.getsignal(
    signal.SIGCHLD), signal.pthread_sigmask(signal.SIG_BLOCK, []))
print("IO", sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors,
      locale.getpreferredencoding(), open("x", "w").encoding)
print("MISC", __name__, threading.active_count(), time.tzname,
      sys.getrecursionlimit(), sys.modules["__main__"].__file__)
"""},
}


@pytest.mark.parametrize("name", SAME)
def test_warm_and_cold_give_the_same_verdict(grade, tiny, submission, name):
    folder = submission(SAME[name])
    warm, cold = grade(tiny, folder), grade(tiny, folder, "--cold")
    assert warm.status == cold.status
    for key in ("outcome", "score", "criteria", "reason"):
        assert without_numbers(warm.document.get(key)) == \
            without_numbers(cold.document.get(key))
    assert logged(warm) == logged(cold)


def test_a_submission_that_is_a_package_has_its_instance_folder(
        grade, tiny, submission):
    """The tutorial's way, handed in without the folder around it."""
    result = grade(tiny, submission({"__init__.py": """
import os
from flask import Flask
from . import hello
def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    os.makedirs(app.instance_path, exist_ok=True)
    with open(os.path.join(app.instance_path, "file"), "w") as file:
        file.write("x")
    app.add_url_rule("/", view_func=hello.hello)
    return app
""", "hello.py": "def hello():\n    return 'hello'\n"}))
    assert result.status == 0, result


def without_numbers(value):
    """Requests are numbered in the order of all events."""
    if isinstance(value, dict):
        return {k: without_numbers(v) for k, v in value.items()
                if k not in ("request", "evidence", "event", "duration_ms")}
    if isinstance(value, list):
        return [without_numbers(v) for v in value]
    return value


def logged(result):
    return "".join(e.get("text", "") for e in result.transcript
                   if e["kind"] == "log")


def test_what_shadows_an_installed_module_starts_cold(grade, tiny, submission):
    result = grade(tiny, submission(SAME["its own jwt"]))
    assert result.status == 0, result
    assert ready(result)["start"] == "cold"


def test_two_starts_do_not_share_their_luck(warm, grade, tiny, submission):
    """Random numbers are the start's own, not the server's."""
    warm("start")
    folder = submission({"app.py": HELLO + """
import random, secrets, uuid
print("LUCK", random.random(), secrets.token_hex(4), uuid.uuid4())
"""})
    seen = {logged(grade(tiny, folder)) for _ in range(3)}
    assert len(seen) == 3 and all("LUCK" in text for text in seen)


def test_a_start_leaves_nothing_in_the_next(warm, grade, tiny, submission):
    warm("start")
    folder = submission({"app.py": HELLO + """
import flask, os, sys
assert not hasattr(flask, "spoilt") and "SPOILT" not in os.environ
assert not os.path.exists("/data/spoilt")
flask.spoilt = os.environ["SPOILT"] = "1"
flask.Flask.run = None
open("/data/spoilt", "w").close()
"""})
    for _ in range(2):
        assert grade(tiny, folder).status == 0


def is_gone(pid, seconds=5):
    """It was told to end; give it the time, but not for ever."""
    end = time.monotonic() + seconds
    while os.path.exists("/proc/%d" % pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not os.path.exists("/proc/%d" % pid)


def test_one_of_another_build_is_replaced(warm, tmp_path, surroundings):
    """Here: the same program, seen with another home."""
    warm("start")
    first = server_pid(warm)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("exercises", "sandbox"):
        (home / name).symlink_to(ROOT / name)
    (home / "runner").mkdir()
    session = home / "runner/session"
    session.mkdir()
    for path in (ROOT / "runner/session").glob("*.py"):
        (session / path.name).write_text(path.read_text())
    (home / "env").symlink_to(ROOT / "build/env")
    other = {"FUMEHOOD_HOME": str(home)}
    assert warm("status", env=other).status == 1
    assert "another build" in warm("status", env=other).out
    assert "ready after" in warm("start", env=other).out
    assert server_pid(warm) != first
    assert is_gone(first)


def test_one_that_was_killed_is_no_obstacle(warm, grade, tiny, submission):
    warm("start")
    os.kill(server_pid(warm), signal.SIGKILL)
    result = grade(tiny, submission({"app.py": HELLO}))
    assert result.status == 0, result
    assert ready(result)["server_was_there"] is False
    assert "ready after" in warm("start").out


def test_it_ends_when_nobody_wants_it(warm):
    assert warm("start", "--idle", "200ms").status == 0
    deadline = time.monotonic() + 20
    while warm("status").status == 0 and time.monotonic() < deadline:
        time.sleep(0.4)  # longer than it waits: asking keeps it up
    assert warm("status").status == 1


def test_garbage_does_not_hurt_it(warm, surroundings):
    warm("start")
    path = os.path.join(surroundings["XDG_RUNTIME_DIR"],
                        "fumehood/warm.sock")
    for garbage in (b"x", b"\0" * 8, b"1raw" + b"\1\0\0\0" * 300,
                    os.urandom(60000)):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect(path)
            client.send(garbage)
            assert client.recv(400)[4:8] != b"\0" * 4
    assert warm("status").status == 0


def test_the_model_answer_is_right_both_ways(warm, grade):
    warm("start")
    for options in ((), ("--cold",)):
        result = grade("catalogue", EXERCISES / "catalogue/model", "--seed",
                       "7", *options)
        assert result.document["score"]["percent"] == 100
