"""Full disks, closed pipes, interrupts, odd terminals: a clear message, the
right exit status, and nothing lost that was recorded before."""

import json
import os
import signal
import subprocess
import threading
import time

import jsonschema
import pytest

from conftest import EXERCISES, PROGRAM, ROOT
from terminal import Terminal
from test_evidence import APP, bad, exercise, good  # noqa: F401 (fixtures)

SLOW = """\
import time
from flask import Flask
app = Flask(__name__)

@app.get("/")
def root():
    time.sleep(%s)
    return {"ok": True}
"""
SCHEMA = json.loads(
    (ROOT / "runner/report/transcript.schema.json").read_text())


def fits_the_schema(document):
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return True


# --- a disk that is full, a path that cannot be written ---

def test_a_full_disk_under_the_transcript_is_said_and_reported(
        fumehood, exercise, submission):
    result = fumehood("grade", exercise, submission({"app.py": APP % "True"}),
                      "--transcript", "/dev/full", "--report", "json")
    assert result.status == 6
    assert "No space left on device" in result.err
    assert "Traceback" not in result.err


def test_a_full_disk_under_one_report_loses_no_other(
        fumehood, bad, tmp_path):
    other = tmp_path / "other.json"
    result = fumehood("report", bad.transcript_path, "--report",
                      "html=/dev/full", "--report", f"json={other}")
    assert result.status == 6
    assert "/dev/full: No space left on device" in result.err
    assert json.loads(other.read_text())["outcome"] == "failed"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_a_disk_of_a_few_kilobytes_keeps_what_fitted(
        exercise, submission, tmp_path, surroundings):
    """A tmpfs in a mount namespace of its own fills up in the middle."""
    small = tmp_path / "small"
    small.mkdir()
    script = ('mount -t tmpfs -o size=4k none "$1" && cd "$1" && '
              '"$2" grade "$3" "$4" --transcript run.jsonl --quiet; '
              'echo "status $?"; cat run.jsonl')
    process = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", small,
         PROGRAM, exercise, submission({"app.py": APP % "True"})],
        env=surroundings, capture_output=True, text=True, timeout=60)
    assert "status 6" in process.stdout, process
    assert "No space left on device" in process.stderr
    kept = process.stdout.partition("status 6\n")[2].splitlines()
    assert json.loads(kept[0])["kind"] == "begin"
    assert len(kept) > 2
    for line in kept[:-1]:
        json.loads(line)


def test_a_place_that_takes_no_report_is_found_before_the_run(
        fumehood, exercise, submission, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    target = folder / "x" / "page.html"
    result = fumehood("grade", exercise, submission({"app.py": APP % "True"}),
                      "--report", f"html={target}")
    assert result.status == 2 and str(target) in result.err
    assert not list(tmp_path.rglob("*.jsonl"))


# --- stdout, pipes and fifos ---

def test_a_dash_is_stdout(fumehood, bad):
    dash = fumehood("report", bad.transcript_path, "--report", "json=-")
    plain = fumehood("report", bad.transcript_path, "--report", "json")
    assert dash.out == plain.out and dash.status == 0
    both = fumehood("report", bad.transcript_path, "--report", "json=-",
                    "--report", "tap")
    assert both.status == 2 and "cannot share stdout" in both.err


def test_a_reader_that_went_away_is_no_crash(bad, surroundings):
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [PROGRAM, "report", bad.transcript_path, "--report", "html"],
        env=surroundings, stdout=write, stderr=subprocess.PIPE, text=True,
        timeout=30)
    os.close(write)
    assert process.returncode == 6
    assert "Broken pipe" in process.stderr


def test_a_fifo_is_written_to_and_not_replaced(bad, fumehood, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    said = []
    reader = threading.Thread(target=lambda: said.append(fifo.read_text()))
    reader.start()
    result = fumehood("report", bad.transcript_path, "--report",
                      f"json={fifo}")
    reader.join(20)
    assert result.status == 0 and fifo.is_fifo()
    assert fits_the_schema(json.loads(said[0]))


def test_whoever_wants_zero_gets_it_for_every_result(
        grade, exercise, submission):
    for text, outcome in ((APP % "False", "failed"),
                          ("1 / 0\n", "not-gradable")):
        result = grade(exercise, submission({"app.py": text}), "--exit-zero")
        assert result.status == 0
        assert result.document["outcome"] == outcome


# --- terminals ---

@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_narrow_terminal_breaks_no_line_of_ours(
        bad, surroundings, tmp_path, columns):
    env = {**surroundings, "TERM": "xterm", "COLUMNS": str(columns)}
    terminal = Terminal([PROGRAM, "report", str(bad.transcript_path)],
                        tmp_path, env, columns)
    status = terminal.end()
    while terminal.read(0.1):
        pass
    assert status == 0
    for line in terminal.shown.splitlines():
        if "transcript " in line or "next: " in line or " try " in line:
            continue  # to be copied: not wrapped
        assert len(line.rstrip("\r\n")) <= columns, line


@pytest.mark.parametrize("env, colored", [
    ({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": ""}, True),
])
def test_colors_are_for_terminals_that_want_them(
        bad, surroundings, tmp_path, env, colored):
    terminal = Terminal([PROGRAM, "report", str(bad.transcript_path)],
                        tmp_path, {**surroundings, **env})
    assert terminal.end() == 0
    while terminal.read(0.1):
        pass
    assert ("\x1b[" in terminal.text) == colored


def test_what_is_no_terminal_gets_no_escape(bad, fumehood):
    result = fumehood("report", bad.transcript_path, env={"TERM": "xterm"})
    assert "\x1b" not in result.out + result.err


# --- Ctrl-C ---

def begun(words, env, transcript, kind="request"):
    """The process, once its transcript has an event of that kind."""
    process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    deadline = time.monotonic() + 40
    while not (transcript.exists() and
               '"kind":"%s"' % kind in transcript.read_text()):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    return process


def words_of(exercise, folder, transcript):
    return [PROGRAM, "grade", str(exercise), str(folder), "--transcript",
            str(transcript), "--report", "json"]


def test_an_interrupt_ends_a_grade_and_keeps_what_was_asked(
        exercise, submission, surroundings, tmp_path, fumehood):
    path = tmp_path / "run.jsonl"
    process = begun(words_of(exercise, submission(
        {"app.py": SLOW % "2"}), path), surroundings, path, "ready")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=40)
    assert process.returncode == 130, err
    document = json.loads(out)
    assert fits_the_schema(document)
    assert document["outcome"] == "interrupted"
    assert document["complete"], "the record has its end"
    assert fumehood("verify", path).status == 0


def test_a_second_interrupt_ends_at_once_and_loses_no_line(
        exercise, submission, surroundings, tmp_path, fumehood):
    path = tmp_path / "run.jsonl"
    process = begun(words_of(exercise, submission(
        {"app.py": SLOW % "20"}), path), surroundings, path, "ready")
    before = path.read_text()
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.05)
    for _ in range(100):
        if process.poll() is not None:
            break
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert path.read_text().startswith(before)
    again = fumehood("report", path, "--report", "json")
    assert again.status == 0 and "begin" in before
    assert again.document["outcome"] == "interrupted"


# --- the document of every end ---

def test_the_document_of_every_end_fits_the_schema(
        grade, exercise, submission, tmp_path, surroundings):
    libexec = tmp_path / "libexec"
    libexec.mkdir()
    box = libexec / "fumehood-box"
    box.write_text("#!/bin/sh\nexit 9\n")
    box.chmod(0o755)
    for name in "libfumehood-join.so",:
        (libexec / name).symlink_to(ROOT / "build/release" / name)
    ends = [
        (submission({"app.py": APP % "True"}), [], {}, 0, "passed"),
        (submission({"app.py": APP % "False"}), [], {}, 1, "failed"),
        (submission({"readme.txt": "x"}), [], {}, 4, "not-gradable"),
        (submission({"app.py": "1 / 0\n"}), [], {}, 4, "not-gradable"),
        (submission({"app.py": SLOW % "9"}), ["--deadline", "1"], {}, 124,
         "time-over"),
        (submission({"app.py": APP % "True"}), [],
         {"FUMEHOOD_LIBEXECDIR": str(libexec)}, 6, "broken"),
    ]
    for source, options, env, status, outcome in ends:
        result = grade(exercise, source, *options, env=env)
        assert result.status == status, (outcome, result)
        assert result.document["outcome"] == outcome
        assert fits_the_schema(result.document)


def test_an_authors_mistake_costs_no_transcript(
        fumehood, exercise, submission, tmp_path):
    (exercise / "probes/value.hurl").write_text("GET {{base}}/\nHTTP xyz\n")
    result = fumehood("grade", exercise, submission({"app.py": ""}),
                      "--report", "json")
    assert result.status == 3 and "value.hurl:2" in result.err
    assert not result.out and not list(tmp_path.rglob("*.jsonl"))


def test_a_folder_that_is_no_exercise_is_refused(
        fumehood, submission, tmp_path):
    result = fumehood("grade", tmp_path, submission({"app.py": ""}))
    assert result.status in (2, 3) and "exercise.json" in result.err
    assert EXERCISES.exists()
