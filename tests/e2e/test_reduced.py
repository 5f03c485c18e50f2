"""`--isolation reduced` where no namespace can be had: a bare box.

Everything here runs as in a container with its engine's default profile
(tests/sandbox/forbidden.py), as root and as an ordinary user there.
"""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from conftest import EXERCISES, PROGRAM, ROOT, Result

sys.path.insert(0, str(ROOT / "tests" / "sandbox"))
import forbidden  # noqa: E402

ORDINARY = 61390  # owns nothing; the suites of hostile cases begin at 61400
NAMESPACES = ["userns", "pidns", "mountns", "netns", "ipcns", "utsns",
              "cgroupns", "root"]
IS_ROOT = os.geteuid() == 0
USERS = ["root", "ordinary"] if IS_ROOT else ["ordinary"]
each_user = pytest.mark.parametrize("user", USERS)
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can be refused it")


@pytest.fixture
def within(surroundings, tmp_path):
    """Run the program as in a container; `landlock`, `capabilities` are what
    that leaves."""
    home = tmp_path / "home"
    home.mkdir()
    env = {**surroundings, "HOME": str(home), "XDG_RUNTIME_DIR": "",
           "XDG_STATE_HOME": str(home / "state")}

    def run(*words, user="ordinary", timeout=60, **keywords):
        uid = ORDINARY if IS_ROOT and user == "ordinary" else 0
        if uid:
            os.chown(home, uid, uid)
            for folder in home.parents:  # pytest's own are private
                if folder.stat().st_uid == 0 and folder.is_relative_to("/tmp") \
                        and str(folder) != "/tmp":
                    folder.chmod(folder.stat().st_mode | 0o011)
        return Result(subprocess.run(
            [PROGRAM, *map(str, words)], env=env, cwd="/",
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, preexec_fn=functools.partial(
                forbidden.enter, uid, **keywords)))
    run.home = home
    return run


def nothing_is_left():
    return [name for name in os.listdir("/tmp")
            if name.startswith("fumehood-box-")] == []


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
