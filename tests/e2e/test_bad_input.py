"""Whatever comes in, somebody is rightly blamed and nothing is left behind.

Each test looks at the exit status, at the one clear message, at the
transcript (its chain is checked here, by other code than the program's), and
at what remains of the run: no process, no file.
"""

import gzip
import hashlib
import io
import json
import pathlib
import shutil
import signal
import subprocess
import tarfile
import time
import zipfile

import pytest

from conftest import EXERCISES, PROGRAM

SCRIPT = """\
#! id=root title="the root answers"
GET {{base}}/
HTTP 200
[Asserts]
jsonpath "$.ok" == true

GET {{base}}/again
HTTP 200
"""

MANIFEST = {
    "format": 1, "slug": "tiny", "title": "Tiny", "level": "junior",
    "minutes": 5, "skills": ["rest"],
    "limits": {"ready_ms": 2500},
    "criteria": [{"id": "root", "title": "The root answers", "skill": "rest",
                  "points": 2, "script": "probes/root.hurl",
                  "spec": ["R1"]}],
}

GOOD = """\
from flask import Flask
app = Flask(__name__)

@app.get("/")
@app.get("/again")
def root():
    return {"ok": True}
"""


def answering(body):
    """An app whose root view is this text."""
    return ("import os, sys, time\n"
            "from flask import Flask, Response\n"
            "app = Flask(__name__)\n"
            "@app.get('/again')\n"
            "def again():\n"
            "    return {}\n"
            "@app.get('/')\n"
            "def root():\n" + body)


@pytest.fixture
def exercise(tmp_path):
    """The folder of a tiny exercise; members of the manifest may differ."""
    def make(script=SCRIPT, **members):
        folder = tmp_path / "tiny"
        (folder / "probes").mkdir(parents=True)
        (folder / "brief.md").write_text("R1: GET / answers.\n")
        (folder / "exercise.json").write_text(
            json.dumps({**MANIFEST, **members}, indent=2))
        (folder / "probes/root.hurl").write_text(script)
        return folder
    return make


@pytest.fixture
def left(tmp_path, surroundings):
    """Give runs a folder for temporary files, and look at what remains."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    surroundings["TMPDIR"] = str(folder)
    yield folder
    assert list(folder.iterdir()) == []
    mine = f"HOME={tmp_path}".encode()
    deadline = time.monotonic() + 5
    while running := processes_with(mine):
        assert time.monotonic() < deadline, running
        time.sleep(0.05)


def processes_with(variable):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if variable in path.read_bytes().split(b"\0"):
                found.append((path.parent / "cmdline").read_bytes())
        except OSError:
            pass
    return found


def chain(path):
    """The events of a transcript; fails where the chain does."""
    events, prev = [], "0" * 64
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1]):
        event = json.loads(line)
        assert event["n"] == number and event["prev"] == prev
        prev = hashlib.sha256(line).hexdigest()
        events.append(event)
    assert events[0]["kind"] == "begin" and events[-1]["kind"] == "end"
    return events


def kinds(events, kind):
    return [e for e in events if e["kind"] == kind]


# --- the command line's ---

def test_an_unknown_exercise_gets_a_suggestion(grade, submission):
    result = grade("catalog", submission({"app.py": GOOD}))
    assert result.status == 2
    assert "did you mean `catalogue`?" in result.err
    assert not result.transcript_path.exists()


def test_a_missing_submission_is_a_usage_error(grade, exercise, tmp_path):
    result = grade(exercise(), tmp_path / "nowhere")
    assert result.status == 2
    assert "nowhere" in result.err and len(result.err.splitlines()) == 1


def test_an_unknown_criterion_gets_a_suggestion(grade, exercise, submission):
    result = grade(exercise(), submission({"app.py": GOOD}), "--only", "rot")
    assert result.status == 2
    assert "did you mean `root`?" in result.err


# --- the author's ---

def test_a_typo_in_the_manifest_is_the_authors(grade, tmp_path, submission):
    folder = tmp_path / "copy"
    shutil.copytree(EXERCISES / "catalogue", folder,
                    ignore=shutil.ignore_patterns("model*", "starter"))
    manifest = folder / "exercise.json"
    manifest.write_text(manifest.read_text().replace(
        '"minutes"', '"minuts"', 1))
    result = grade(folder, submission({"app.py": GOOD}))
    assert result.status == 3
    assert f"{manifest}:7:3: unknown member `minuts`" in result.err
    assert "did you mean `minutes`?" in result.err


def test_a_typo_in_a_probe_script_is_the_authors(grade, exercise, submission):
    folder = exercise(SCRIPT.replace('jsonpath "$.ok"', 'jsonpth "$.ok"'))
    result = grade(folder, submission({"app.py": GOOD}))
    assert result.status == 3
    assert f"{folder}/probes/root.hurl:5:1" in result.err


def test_an_unknown_grader_is_the_authors(grade, exercise, submission):
    criterion = {**MANIFEST["criteria"][0], "grader": "routin"}
    del criterion["script"]
    result = grade(exercise(criteria=[criterion]), submission({"app.py": ""}))
    assert result.status == 3
    assert "did you mean `routing`?" in result.err


# --- the candidate's, before anything runs ---

def tar_gz(name, size):
    info = tarfile.TarInfo(name)
    info.size = size
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        tar.addfile(info, io.BytesIO(bytes(size)))
    return gzip.compress(raw.getvalue(), 9)


def zipped(name, size):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return raw.getvalue()


@pytest.mark.parametrize("name, content, reason", [
    ("bomb.tar.gz", tar_gz("app.py", 70 << 20), "more than 64 MiB"),
    ("bomb.zip", zipped("app.py", 70 << 20), "more than 64 MiB"),
    ("up.zip", zipped("../../app.py", 1), "leaves the submission"),
    ("root.tar.gz", tar_gz("/etc/app.py", 1), "is absolute"),
    ("half.zip", zipped("app.py", 5000)[:60], "cannot be read"),
    ("notes.txt", b"hello", "no archive that is known"),
])
def test_an_archive_that_is_none_is_not_gradable(
        grade, exercise, tmp_path, left, name, content, reason):
    (tmp_path / name).write_bytes(content)
    result = grade(exercise(), tmp_path / name)
    assert result.status == 4
    end = chain(result.transcript_path)[-1]
    assert end["outcome"] == "not-gradable" and reason in end["reason"]
    assert result.document["outcome"] == "not-gradable"


def test_an_empty_folder_is_not_gradable(grade, exercise, tmp_path, left):
    (tmp_path / "empty").mkdir()
    result = grade(exercise(), tmp_path / "empty")
    assert result.status == 4
    assert "no files" in chain(result.transcript_path)[-1]["reason"]


def test_where_nothing_was_asked_the_reason_is_all_there_is(fumehood,
                                                            tmp_path):
    (tmp_path / "empty").mkdir()
    result = fumehood("grade", "catalogue", tmp_path / "empty",
                      "--transcript", tmp_path / "run.jsonl")
    assert "None of the 14 criteria could be asked." in result.out
    assert "not-gradable:" in result.out
    assert "?" not in result.out, "rows or questions of what was not asked"


# --- the candidate's, while it starts ---

@pytest.mark.parametrize("app, reason, detail", [
    ("import time\ntime.sleep(1000)\n", "does not answer", None),
    ("import sys\nsys.exit(0)\n", "failed while it was imported", None),
    ("import os\nos._exit(7)\n", "its process exited with status 7", None),
    ("import os\nos._exit(0)\n", "its process exited with status 0", None),
    ("import os\nos.kill(os.getpid(), 11)\n", "its process was ended by SIGSEGV",
     None),
    ("x = {}['price']\n", "KeyError: 'price'", "app.py\", line 1"),
    ("import no_such_package\n", "lacks the package `no_such_package`",
     "app.py\", line 1"),
    ("def f(:\n", "SyntaxError", None),
    ("x = 1\n", "Flask", None),
], ids=["sleeps", "exits", "dies", "dies-well", "crashes", "raises", "imports", "syntax", "no-app"])
@pytest.mark.parametrize("lane", [(), ("--cold",)], ids=["warm", "cold"])
def test_an_app_that_does_not_start_says_why(
        grade, exercise, submission, left, app, reason, detail, lane):
    result = grade(exercise(), submission({"app.py": app}), *lane)
    assert result.status == 4, result
    end = chain(result.transcript_path)[-1]
    assert end["outcome"] == "not-gradable"
    assert reason is None or reason in end["reason"]
    assert detail is None or detail in end["detail"]
    assert result.document["outcome"] == "not-gradable"


def test_a_folder_without_an_app_is_not_gradable(
        grade, exercise, submission, left):
    result = grade(exercise(), submission({"README.md": "hello"}))
    assert result.status == 4
    assert chain(result.transcript_path)[-1]["reason"]


def test_how_a_worker_died_of_a_request_is_logged_with_one(
        grade, exercise, submission, left):
    result = grade(exercise(), submission({"app.py": """
import os
from flask import Flask
app = Flask(__name__)
@app.before_request
def die():
    os.kill(os.getpid(), 11)
"""}))
    said = [e for e in chain(result.transcript_path) if e["kind"] == "log"
            and "a process of the app was ended by SIGSEGV" in e["text"]]
    assert said and all("request" in e for e in said)


def test_an_app_that_is_a_link_is_named(grade, exercise, tmp_path, left):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/app.py").symlink_to("/etc/passwd")
    result = grade(exercise(), tmp_path / "linked")
    assert result.status == 4
    assert "app.py" in chain(result.transcript_path)[-1]["reason"]


# --- a package that only a view imports ---

VIEW = """\
from flask import Flask
app = Flask(__name__)

@app.get("/")
def root():
    %s
    return {"ok": True}
"""
FORGED = "print(\"ModuleNotFoundError: No module named '%s'\", flush=True)"


@pytest.mark.parametrize("line, files, named", [
    ("import no_such_package.part", {}, ["no_such_package"]),
    ("import helpers.more", {"helpers/__init__.py": ""}, []),
    ("import flask.ext", {}, []),
    ("import urllib2", {}, []),
    ("import no_such_package", {"requirements.txt": "flask\n"}, []),
    ("import no_such_package", {"requirements.txt": "No-such_package\n"},
     ["no_such_package"]),
    ("print('No module named \\'x\\''); 1 / 0", {}, []),
    (FORGED % "no_such_package" + "; 1 / 0", {}, ["no_such_package"]),
    (FORGED % "no_such_package", {}, []),
], ids=["package", "own", "part", "python 2", "undeclared", "declared",
        "another error", "forged", "forged and answered"])
def test_a_package_that_a_view_lacks_is_the_environments(
        grade, exercise, submission, line, files, named):
    result = grade(exercise(), submission(
        {"app.py": VIEW % line.replace("%", "%%"), **files}))
    assert result.document["box"].get("lacks", []) == named, result
    answers = line.startswith("print") and "1 / 0" not in line
    assert (result.document["score"]["percent"] > 0) == answers
    assert result.document["outcome"] == "failed", "a name is no verdict"


def test_a_package_that_a_view_lacks_is_said_by_every_report(
        fumehood, grade, exercise, submission):
    result = grade(exercise(), submission(
        {"app.py": VIEW % "import no_such_package"}))
    for format in "terminal", "html", "github":
        shown = fumehood("report", result.transcript_path, "--report",
                         format).out
        assert "environment lacks" in shown, format
        assert "no_such_package" in shown, format


# --- the candidate's, once it serves: always graded ---

HOSTILE = {
    "floods its log": "    for i in range(40000):\n"
                      "        print('x' * 100)\n"
                      "    return {'ok': True}\n",
    "never ends": "    def forever():\n"
                  "        while True:\n"
                  "            yield 'x' * 65536\n"
                  "    return Response(forever())\n",
    "sends 100 MB": "    return Response((b'x' * (1 << 20)\n"
                    "                     for i in range(100)))\n",
    "is no UTF-8": "    return Response(b'\\xff\\xfe{\"ok\": true}',\n"
                   "                    mimetype='application/json')\n",
    "is deep": "    return Response('[' * 100000,\n"
               "                    mimetype='application/json')\n",
    "has escapes": "    return Response('\\x1b[2J\\x1b]0;pwned\\x07',\n"
                   "                    mimetype='application/json')\n",
    "dies": "    os._exit(3)\n",
    "kills its server": "    os.kill(os.getppid(), 9)\n"
                        "    os._exit(3)\n",
    "hangs up": "    raise SystemExit(1)\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_app_that_serves_is_graded_whatever_it_does(
        grade, exercise, submission, left, what):
    result = grade(exercise(), submission({"app.py":
                                           answering(HOSTILE[what])}))
    assert result.status in (0, 1), result
    events = chain(result.transcript_path)
    assert events[-1]["outcome"] == "graded"
    assert kinds(events, "box-ended") and kinds(events, "finding")
    assert result.status == (0 if what == "floods its log" else 1)
    assert result.transcript_path.stat().st_size < 8 << 20


def test_a_flooded_log_is_cut_and_said_to_be(
        grade, exercise, submission, left):
    app = answering(HOSTILE["floods its log"])
    result = grade(exercise(), submission({"app.py": app}))
    events = chain(result.transcript_path)
    assert kinds(events, "box-ended")[0]["output_cut"]
    assert any(e["cut"] for e in kinds(events, "log"))


def test_an_app_that_died_is_named_at_the_end_of_the_box(
        grade, exercise, submission, left):
    app = answering(HOSTILE["kills its server"])
    result = grade(exercise(), submission({"app.py": app}))
    ended = kinds(chain(result.transcript_path), "box-ended")[0]
    assert (ended["reason"], ended.get("signal")) == ("signalled", 9)


def test_terminal_escapes_never_reach_a_terminal(
        fumehood, exercise, submission, left):
    app = answering(HOSTILE["has escapes"])
    result = fumehood("grade", exercise(), submission({"app.py": app}))
    assert result.status == 1
    assert "\x1b" not in result.out + result.err
    assert "\x07" not in result.out + result.err


# --- time and interruption ---

SLOW = answering("    time.sleep(30)\n    return {'ok': True}\n")


def test_a_run_that_takes_too_long_is_over(grade, exercise, submission, left):
    begin = time.monotonic()
    result = grade(exercise(), submission({"app.py": SLOW}),
                   "--deadline", "3")
    assert result.status == 124, result
    assert chain(result.transcript_path)[-1]["outcome"] == "time-over"
    assert time.monotonic() - begin < 10


def wait_for(path, text):
    deadline = time.monotonic() + 20
    while not (path.exists() and text in path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_an_interrupted_run_keeps_what_it_knew(
        exercise, submission, surroundings, tmp_path, times):
    path = tmp_path / "transcript.jsonl"
    process = subprocess.Popen(
        [PROGRAM, "grade", exercise(), submission({"app.py": SLOW}),
         "--report", "json", "--transcript", path],
        env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(path, '"kind":"ready"')
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    if times == 1:
        assert json.loads(out)["outcome"] == "interrupted"
        assert chain(path)[-1]["outcome"] == "interrupted"


def test_a_transcript_that_cannot_be_written_is_told(
        fumehood, exercise, submission, left):
    result = fumehood("grade", exercise(), submission({"app.py": GOOD}),
                      "--transcript", "/dev/full", "--report", "json")
    assert result.status == 6
    assert "No space left" in result.err
    assert result.document["outcome"] == "passed", "what is known is told"


def test_a_report_without_room_takes_no_other_along(
        fumehood, exercise, submission, tmp_path):
    result = fumehood("grade", exercise(), submission({"app.py": GOOD}),
                      "--report", "html=/dev/full", "--report",
                      "junit=%s" % (tmp_path / "tests.xml"), "--report",
                      "json")
    assert result.status == 6
    assert "/dev/full: No space left" in result.err
    assert result.document["outcome"] == "passed"
    assert "</testsuites>" in (tmp_path / "tests.xml").read_text()


def test_a_report_that_cannot_be_written_stops_before_the_run(
        fumehood, exercise, submission):
    result = fumehood("grade", exercise(), submission({"app.py": GOOD}),
                      "--report", "json=/no/such/folder/x.json")
    assert result.status == 2


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-",
                                    "<&- >&- 2>&-"])
def test_closed_standard_streams_cost_no_transcript(
        fumehood, exercise, submission, surroundings, tmp_path, closed):
    """cron and daemons start programs so: nothing may end up in a file."""
    path = tmp_path / "transcript.jsonl"
    status = subprocess.run(
        ["/bin/sh", "-c", '"$@" ' + closed, "sh", PROGRAM, "grade",
         exercise(), submission({"app.py": GOOD}), "--transcript", path],
        env=surroundings, timeout=60).returncode
    assert status == (6 if closed.replace("2>", "").count(">") else 0)
    assert fumehood("verify", path).status == 0
    assert chain(path)[-1]["outcome"] == "graded"


def test_a_folder_for_temporary_files_that_is_missing_is_nobodys_answer(
        fumehood, exercise, submission, tmp_path):
    result = fumehood("grade", exercise(), submission({"app.py": GOOD}),
                      env={"TMPDIR": "/no/such/folder"})
    assert result.status == 6
    assert "/no/such/folder" in result.err


def test_two_reports_to_stdout_are_a_usage_error(
        fumehood, exercise, submission):
    result = fumehood("grade", exercise(), submission({"app.py": GOOD}),
                      "--report", "json", "--report", "terminal")
    assert result.status == 2


# --- what it tries ---

TRIES = answering("""\
    import socket
    tried = []
    for what in (lambda: open("/etc/shadow").read(),
                 lambda: socket.create_connection(("8.8.8.8", 53), 1)):
        try:
            what()
            tried.append("done")
        except OSError:
            tried.append("refused")
    return {"ok": tried == ["refused", "refused"]}
""")


def test_what_a_submission_tries_is_refused_and_told(
        grade, exercise, submission, left):
    result = grade(exercise(), submission({"app.py": TRIES}))
    assert result.status == 0, result
    events = chain(result.transcript_path)
    tried = {(e["call"], e["detail"]): e for e in kinds(events, "denied")}
    assert ("open", "/etc/shadow") in tried
    assert ("connect", "8.8.8.8:53") in tried
    request = next(e for e in kinds(events, "request") if e["target"] == "/")
    assert all(e["request"] == request["n"] for e in tried.values())


def test_nothing_is_left_of_a_run_that_was_killed(
        exercise, submission, surroundings, tmp_path, grade):
    path = tmp_path / "transcript.jsonl"
    process = subprocess.Popen(
        [PROGRAM, "grade", exercise(), submission({"app.py": SLOW}),
         "--transcript", path], env=surroundings,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(path, '"kind":"ready"')
    process.kill()
    process.wait()
    mine = f"HOME={tmp_path}".encode()
    deadline = time.monotonic() + 10
    while running := processes_with(mine):
        assert time.monotonic() < deadline, running
        time.sleep(0.05)
    lines = path.read_bytes().split(b"\n")
    assert json.loads(lines[-2])["kind"]
