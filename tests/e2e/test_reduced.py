"""`--isolation reduced` where no namespace can be had: a bare box.

Everything here runs as in a container with its engine's default profile
(tests/sandbox/forbidden.py), as root and as an ordinary user there.
"""

import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from conftest import EXERCISES, PROGRAM, ROOT, Result
from test_bad_input import processes_with

sys.path.insert(0, str(ROOT / "tests" / "sandbox"))
import forbidden  # noqa: E402

ORDINARY = 61390  # owns nothing; the suites of hostile cases begin at 61400
NAMESPACES = ["userns", "pidns", "mountns", "netns", "ipcns", "utsns",
              "cgroupns", "root"]
IS_ROOT = os.geteuid() == 0
USERS = ["root", "ordinary"] if IS_ROOT else ["ordinary"]
each_user = pytest.mark.parametrize("user", USERS)
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can be refused it")
pytestmark = pytest.mark.skipif(
    forbidden.landlock() < 6,
    reason="Landlock %d keeps no signals inside" % forbidden.landlock())


@pytest.fixture
def within(surroundings, tmp_path):
    """Run the program as in a container; `landlock`, `capabilities` are what
    that leaves."""
    home = tmp_path / "home"
    home.mkdir()
    env = {**surroundings, "HOME": str(home), "XDG_RUNTIME_DIR": "",
           "XDG_STATE_HOME": str(home / "state")}

    def run(*words, user="ordinary", timeout=60, cwd="/", **keywords):
        uid = ORDINARY if IS_ROOT and user == "ordinary" else 0
        if uid:
            os.chown(home, uid, uid)
            for folder in home.parents:  # pytest's own are private
                if folder.stat().st_uid == 0 and folder.is_relative_to("/tmp") \
                        and str(folder) != "/tmp":
                    folder.chmod(folder.stat().st_mode | 0o011)
        return Result(subprocess.run(
            [PROGRAM, *map(str, words)], env=env, cwd=cwd,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, preexec_fn=functools.partial(
                forbidden.enter, uid, **keywords)))
    run.home = home
    return run


@each_user
def test_full_isolation_is_still_refused(within, user):
    result = within("box", "--", "/bin/true", user=user)
    assert result.status == 5 and "userns" in result.err


@each_user
def test_a_bare_box_says_what_is_in_force_and_leaves_nothing(within, user):
    result = within("box", "--isolation", "reduced", "--report", "json", "--",
                    "/bin/sh", "-c", "echo $HOME; echo kept >$HOME/file; "
                    "cat $HOME/file", user=user)
    assert result.status == 0, result
    layers = result.document["layers"]
    expected = ["nnp", "landlock", "seccomp", "notify"]
    assert layers == (["uid", "caps"] if user == "root" else []) + expected
    assert "kept" in result.err
    home = re.search(r"^/tmp/fumehood-box-[0-9a-f]{16}/tmp$", result.err, re.M)
    assert home and not os.path.exists(os.path.dirname(home[0]))


@each_user
def test_doctor_tells_what_reduced_isolation_has_and_lacks(within, user):
    result = within("doctor", "--json", user=user)
    document = result.document
    assert result.status == 5
    assert not document["full_isolation"] and document["reduced_isolation"]
    reduced = next(f for f in document["features"] if f["name"] == "reduced")
    assert set(NAMESPACES) <= set(reduced["detail"].split())
    assert "reduced goes on without" in within("doctor", user=user).out


@each_user
@pytest.mark.parametrize("words", [
    ["box", "--isolation", "reduced", "--report", "json", "--", "/bin/true"],
    ["doctor"]])
def test_without_landlock_nothing_is_promised(within, user, words):
    result = within(*words, user=user, landlock=False)
    assert result.status == 5 and "Landlock" in result.out + result.err
    assert words == ["doctor"] or result.document["layer"] == "landlock"
    assert words != ["doctor"] or "not even with" in result.out


@as_root
def test_roots_own_uid_is_never_the_programs(within):
    result = within("box", "--isolation", "reduced", "--report", "json", "--",
                    "/bin/true", user="root", capabilities=())
    assert result.status == 5 and result.document["layer"] == "uid"
    assert "setuid" in result.document["message"]


@as_root
def test_what_the_program_may_not_read_is_said_before_it_starts(within):
    private = within.home / "private"
    private.mkdir(mode=0o700)
    (private / "data").write_text("x")
    result = within("box", "--isolation", "reduced", "--report", "json",
                    "--bind", private / "data", "--", "/bin/true",
                    user="root")
    assert result.status == 5 and str(private) in result.document["message"]


@each_user
def test_a_folder_cannot_be_shown_elsewhere(within, user):
    result = within("box", "--isolation", "reduced", "--report", "json",
                    "--bind", "/usr/share:/elsewhere", "--", "/bin/true",
                    user=user)
    assert result.status == 5 and result.document["layer"] == "mountns"


def grade(within, exercise, folder, user, *options):
    path = within.home / "transcript.jsonl"
    path.unlink(missing_ok=True)
    result = within("grade", exercise, folder, "--isolation", "reduced",
                    "--report", "json", "--transcript", path, *options,
                    user=user)
    result.transcript_path = path
    return result


@each_user
def test_a_model_answer_has_full_marks_without_namespaces(within, user):
    result = grade(within, "catalogue", EXERCISES / "catalogue/model", user)
    assert result.status == 0 and result.lost() == [], result
    started = next(e for e in result.transcript if e["kind"] == "box-started")
    assert set(NAMESPACES) <= set(started["missing_layers"])
    assert not set(NAMESPACES) & set(started["layers"])
    ready = next(e for e in result.transcript if e["kind"] == "ready")
    assert ready["start"] == "cold" and ready["port"] == 8000
    assert result.document["box"]["missing_layers"]
    # What ran it can be seen by nobody any more.
    assert subprocess.run(["pgrep", "-f", "runner/session/serve.py.*" +
                           str(within.home)]).returncode == 1


@pytest.mark.parametrize("exercise, folder", [
    ("list", "model"), ("crud", "model"), ("two-workers", "model"),
    ("rate-limit", "model"), ("idempotency-key", "model"),
    ("jinja-page", "model"), ("lifecycle", "model-factory")])
def test_other_models_too(within, exercise, folder):
    result = grade(within, exercise, EXERCISES / exercise / folder,
                   "ordinary")
    assert result.status == 0 and result.lost() == [], result


def test_candidates_check_and_batches_run_there_too(within):
    folder = within.home / "practice"
    assert within("new", "list", folder).status == 0
    for file in (EXERCISES / "list/model").iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    result = within("check", "--isolation", "reduced", "--report", "json",
                    cwd=folder)
    assert result.status == 0 and result.document["score"]["percent"] == 100
    result = within("grade", "list", EXERCISES / "list/model",
                    EXERCISES / "list/starter", "--isolation", "reduced",
                    "--out", within.home / "out")
    assert result.status == 1, result
    percents = [json.loads((within.home / "out" / name / "report.json")
                           .read_text())["score"]["percent"]
                for name in ("model", "starter")]
    assert percents == [100, 0]


def test_a_flaw_loses_its_criterion_and_no_other(within, flawed):
    manifest = json.loads((EXERCISES / "list/exercise.json").read_text())
    name, lost = next(iter(manifest["flawed"].items()))
    result = grade(within, "list", flawed("list", name), "ordinary")
    assert result.status == 1 and result.lost() == lost


def test_the_starter_scores_as_in_a_full_box(within):
    starter = EXERCISES / "catalogue/starter"
    bare = grade(within, "catalogue", starter, "ordinary", "--seed", "7")
    full = subprocess.run(
        [PROGRAM, "grade", "catalogue", starter, "--report", "json", "--seed",
         "7"], capture_output=True, text=True, timeout=60,
        env={**os.environ, "XDG_STATE_HOME": str(within.home / "full")})
    assert bare.document["score"] == json.loads(full.stdout)["score"]
    statuses = [{c["id"]: c["status"] for c in document["criteria"]}
                for document in (bare.document, json.loads(full.stdout))]
    assert statuses[0] == statuses[1]


def test_people_are_told_what_was_missing(within):
    result = within("grade", "list", EXERCISES / "list/model", "--isolation",
                    "reduced")
    said = " ".join(result.out.split())
    assert "were accepted (--isolation reduced): userns pidns" in said
    assert "may lose points here" in said


@pytest.mark.parametrize("files, why", [
    ({"app.py": "import socket\nsocket.socket()\n"
                "from flask import Flask\napp = Flask('a')\n"}, "socket"),
    ({"app.py": "import multiprocessing\n"
                "lock = multiprocessing.Lock()\n"
                "from flask import Flask\napp = Flask('a')\n"}, "refused"),
    ({"server.py": "import http.server as h\n"
                   "h.HTTPServer(('127.0.0.1', 8000),"
                   " h.SimpleHTTPRequestHandler).serve_forever()\n",
      "Procfile": "web: python server.py\n"}, "netns")])
def test_what_cannot_be_had_here_is_not_the_candidates(within, submission,
                                                       files, why):
    folder = submission(files)
    folder.chmod(0o755)
    result = grade(within, "catalogue", folder, "ordinary")
    assert result.status == 5, result
    assert result.document["outcome"] == "isolation"
    assert why in result.document["reason"]


LISTENER_IS_ABUSED = '''
import ctypes, os, socket, struct
libc = ctypes.CDLL(None)
where = struct.pack("=HH4s8x", 2, socket.htons(%d),
                    socket.inet_aton("127.0.0.1"))
message = struct.pack("PIxxxxPNPNi", 0, 0, 0, 0, 0, 0, 0)
done = []
for fd in range(3, 20):
    libc.shutdown(fd, 2)
    for name, call in (
            ("connect", lambda: libc.connect(fd, where, 16)),
            ("sendto", lambda: libc.sendto(fd, b"x", 1, 0x20000000, where, 16)),
            ("sendmsg", lambda: libc.sendmsg(fd, message, 0x20000000)),
            ("bind", lambda: libc.bind(fd, where, 16))):
        if call() >= 0:
            done.append("%%s of %%d" %% (name, fd))
os.write(1, b"TRIED %%r\\n" %% done)
os._exit(0)
'''


@each_user
def test_the_listening_socket_leads_nowhere_else(within, submission, user):
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(0.2)
        folder = submission(
            {"app.py": LISTENER_IS_ABUSED % host.getsockname()[1]})
        result = grade(within, "catalogue", folder, user)
        with pytest.raises(TimeoutError):
            host.accept()
    log = "".join(e.get("text", "") for e in result.transcript
                  if e["kind"] == "log")
    assert "TRIED []" in log
    assert {e["call"] for e in result.transcript if e["kind"] == "denied"} >= {
        "connect", "sendto", "sendmsg", "bind"}


def children(pid, name):
    """Of the process `pid`, those that are called `name`; waits for one."""
    deadline = time.monotonic() + 60
    while True:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            pids = [int(word) for word in file.read().split()]
        for one in pids:
            with open("/proc/%d/comm" % one) as file:
                if file.read().strip() == name:
                    return one
        assert time.monotonic() < deadline, "no %s below %d" % (name, pid)
        time.sleep(0.01)


def environment(pid, name):
    """A variable of a process that has been executed."""
    while True:
        with open("/proc/%d/environ" % pid, "rb") as file:
            for entry in file.read().split(b"\0"):
                if entry.startswith(name.encode() + b"="):
                    return entry.decode().partition("=")[2]
        time.sleep(0.01)


SLEEPS = "import os, signal, time\n" \
    "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\n" \
    "os.fork(), os.fork()\nos.setsid()\ntime.sleep(120)\n"


@each_user
@pytest.mark.parametrize("victim", ["runner", "keeper", "init"])
def test_a_killed_process_of_ours_leaves_nothing(within, submission, user,
                                                 victim):
    uid = ORDINARY if IS_ROOT and user == "ordinary" else 0
    within("doctor", user=user)  # opens the folders above for that user
    with subprocess.Popen(
            [PROGRAM, "grade", "catalogue", submission({"app.py": SLEEPS}),
             "--isolation", "reduced"],
            env={**os.environ, "HOME": str(within.home),
                 "XDG_STATE_HOME": str(within.home / "state")},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
            preexec_fn=functools.partial(forbidden.enter, uid)) as runner:
        keeper = children(runner.pid, "fumehood-box")
        init = children(keeper, "init")
        data = environment(children(init, "python3"), "DATA_DIR")
        assert data.startswith("/tmp/fumehood-box-")
        os.kill({"runner": runner.pid, "keeper": keeper, "init": init}[victim],
                signal.SIGKILL)
        deadline = time.monotonic() + 60  # a second, where nobody is busy
        marker = ("DATA_DIR=" + data).encode()
        while processes_with(marker) or os.path.exists(
                os.path.dirname(data)):
            assert time.monotonic() < deadline, processes_with(marker)
            time.sleep(0.01)
        assert runner.wait(30) in ((-9,) if victim == "runner" else (6,))
