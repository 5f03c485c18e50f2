"""Many submissions: one result folder each, and one bad one stops nothing."""

import csv
import fcntl
import json
import os
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM
from terminal import Terminal
from test_evidence import APP, exercise  # noqa: F401 (a fixture)


@pytest.fixture
def folder(tmp_path):
    """Submissions: two right ones, and each kind that is not."""
    apps = {"ada": APP % "True", "ben": APP % "True", "cal": APP % "False",
            "dead": "raise RuntimeError('no')\n"}
    for name, text in apps.items():
        (tmp_path / "hand-ins" / name).mkdir(parents=True)
        (tmp_path / "hand-ins" / name / "app.py").write_text(text)
    (tmp_path / "hand-ins" / "=cmd()").mkdir()
    (tmp_path / "hand-ins" / "notes.txt").write_text("hello")
    return tmp_path / "hand-ins"


def batch(fumehood, exercise, folder, out, *options, **keywords):
    return fumehood("grade", exercise, *sorted(folder.iterdir()), "--out",
                    out, *options, **keywords)


def summary(out):
    rows = json.loads((out / "summary.json").read_text())["submissions"]
    return {row["name"]: row for row in rows}


def test_every_submission_has_a_result(fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    result = batch(fumehood, exercise, folder, out, "--jobs", "2")
    assert result.status == 1
    outcomes = {name: row["outcome"] for name, row in summary(out).items()}
    assert outcomes == {
        "ada": "passed", "ben": "passed", "cal": "failed",
        "dead": "not-gradable", "=cmd()": "not-gradable",
        "notes.txt": "not-gradable"}
    for name in outcomes:
        assert fumehood("verify", out / name / "transcript.jsonl").status == 0
        document = json.loads((out / name / "report.json").read_text())
        assert document["outcome"] == outcomes[name]
    assert "6 submissions, 2 passed" in result.out


def test_a_spreadsheet_takes_no_name_for_a_formula(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    batch(fumehood, exercise, folder, out)
    with open(out / "summary.csv", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert "'=cmd()" in names and "=cmd()" not in names


def test_what_is_there_is_kept_and_what_changed_is_not(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    batch(fumehood, exercise, folder, out)
    before = (out / "ada/transcript.jsonl").read_bytes()
    (folder / "cal/app.py").write_text(APP % "True")
    batch(fumehood, exercise, folder, out)
    rows = summary(out)
    assert rows["ada"]["kept"] and not rows["cal"]["kept"]
    assert (out / "ada/transcript.jsonl").read_bytes() == before
    assert rows["cal"]["outcome"] == "passed"


def test_reports_of_a_batch_lie_beside_their_transcripts(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    batch(fumehood, exercise, folder, out, "--report", "junit=junit.xml")
    assert (out / "cal/junit.xml").read_text().startswith("<?xml")
    assert batch(fumehood, exercise, folder, out, "--report",
                 "json").status == 2


def test_several_submissions_want_a_place(fumehood, exercise, folder):
    result = fumehood("grade", exercise, *folder.iterdir())
    assert result.status == 2 and "--out" in result.err


def test_an_interrupted_batch_goes_on_where_it_was(
        fumehood, exercise, folder, tmp_path, surroundings):
    out = tmp_path / "results"
    for name in "efghij":
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(APP % "True")
    process = subprocess.Popen(
        [PROGRAM, "grade", exercise, *sorted(folder.iterdir()), "--out", out,
         "--jobs", "1"], env=surroundings, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 30
    while not (out / "ben/report.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 130
    begun = summary(out)
    assert begun["j"]["outcome"] == "not-begun"
    assert begun["j"]["status"] == 130, "nothing that looks like passed"
    batch(fumehood, exercise, folder, out)
    rows = summary(out)
    assert rows["ben"]["kept"] and rows["j"]["outcome"] == "passed"


HOSTILE_NAMES = [
    "--help", "-j", "new\nline", "escape\x1b[2Jred", "tab\there", "a,b\"c",
    "'quote'", "=1+1", "@SUM(A1)", "summary.csv", "summary.json", " blank ",
    "$(touch x)", "dot.", "x" * 255, "y" * 250, "\u202eevil", "ünïcode",
    ".hidden", "%s%n%d",
]


def hostile(folder, names):
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "readme.txt").write_text("no app\n")
    (folder / "good").mkdir()
    (folder / "good/app.py").write_text(APP % "True")
    return folder


def test_no_name_of_a_submission_is_obeyed(
        fumehood, exercise, tmp_path):
    folder = hostile(tmp_path / "in", HOSTILE_NAMES)
    out = tmp_path / "out"
    result = batch(fumehood, exercise, folder, out, "--jobs", "4")
    assert result.status == 1, result
    rows = json.loads((out / "summary.json").read_text())["submissions"]
    assert len(rows) == len(HOSTILE_NAMES) + 1
    assert len({row["name"] for row in rows}) == len(rows)
    assert sum(row["outcome"] == "passed" for row in rows) == 1
    assert sum(row["outcome"] == "not-gradable" for row in rows) \
        == len(HOSTILE_NAMES)
    assert len(list(out.glob("*/transcript.jsonl"))) == len(rows)
    for text in result.out, (out / "summary.csv").read_text():
        assert not set(text) & set("\x1b\x07\u202e")
    with open(out / "summary.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(rows)
    assert not any(row["name"][:1] in "=+-@\t\r" for row in table)
    assert not list(tmp_path.rglob("x")), "nothing of a name was run"


def test_submissions_of_one_name_get_results_of_their_own(
        fumehood, exercise, tmp_path):
    words = []
    for i, text in enumerate(("True", "False", "True")):
        for name in "same", "z" * 255:
            folder = tmp_path / str(i) / name
            folder.mkdir(parents=True)
            (folder / "app.py").write_text(APP % text)
            words.append(folder)
    out = tmp_path / "out"
    result = fumehood("grade", exercise, *words, "--out", out)
    rows = summary(out)
    assert result.status == 1 and len(rows) == 6
    assert [rows[name]["outcome"] for name in ("same", "same-2", "same-3")] \
        == ["passed", "failed", "passed"]
    assert len({row["name"] for row in rows.values()}) == 6
    for row in rows.values():
        document = json.loads((out / row["name"] / "report.json").read_text())
        assert document["outcome"] == row["outcome"]


def test_two_batches_never_share_a_folder(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    out.mkdir()
    fd = os.open(out, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    refused = batch(fumehood, exercise, folder, out)
    assert refused.status == 2
    assert "another batch is writing there" in refused.err
    assert not list(out.iterdir())
    os.close(fd)
    assert batch(fumehood, exercise, folder, out).status == 1


def test_a_batch_on_a_terminal_says_how_long_it_takes(
        exercise, folder, tmp_path, surroundings):
    env = {**surroundings, "TERM": "xterm"}
    terminal = Terminal(
        [PROGRAM, "grade", str(exercise), *map(str, sorted(folder.iterdir())),
         "--out", str(tmp_path / "out")], tmp_path, env)
    assert terminal.end(60) == 1
    while terminal.read(0.1):
        pass
    assert "3/6, about 0 min" in terminal.shown
    assert "6 submissions, 2 passed" in terminal.shown


def test_an_unwritable_result_stops_no_other(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    out.mkdir()
    (out / "ada").write_text("in the way")
    result = batch(fumehood, exercise, folder, out)
    rows = summary(out)
    assert result.status == 6 and "ada" in result.err
    assert rows["ben"]["outcome"] == "passed"
    assert rows["cal"]["outcome"] == "failed"
    assert rows["ada"]["outcome"] == "broken"
    assert "ada/transcript.jsonl: Not a directory" in rows["ada"]["reason"]
    line = next(x for x in result.out.splitlines() if x.startswith("ada "))
    assert " -  " in line and "broken" in line and "%" not in line
    assert "6 submissions, 1 passed, 1 with an error that is not theirs" \
        in result.out


def test_a_full_disk_is_told_for_each_and_loses_no_verdict(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    for name in "ada", "cal":
        (out / name).mkdir(parents=True)
        (out / name / "transcript.jsonl").symlink_to("/dev/full")
    result = batch(fumehood, exercise, folder, out)
    assert result.status == 6
    rows = summary(out)
    assert [(rows[name]["outcome"], rows[name]["percent"],
             rows[name]["status"]) for name in ("ada", "ben", "cal")] == [
        ("passed", 100, 6), ("passed", 100, 0), ("failed", 50, 6)]
    for name in "ada", "cal":
        said = "not all is recorded: %s/%s/transcript.jsonl: No space left" % (
            out, name)
        assert said in rows[name]["reason"]
        assert said in result.out and "%s/%s" % (out, name) in result.err
        # The report was made from memory: it has all of it.
        report = json.loads((out / name / "report.json").read_text())
        assert report["outcome"] == rows[name]["outcome"]
    assert "2 passed, 2 with an error that is not theirs" in result.out


def test_a_summary_without_room_is_told_and_seen_all_the_same(
        fumehood, exercise, folder, tmp_path):
    out = tmp_path / "results"
    (out / "summary.csv").mkdir(parents=True)
    result = batch(fumehood, exercise, folder, out)
    assert result.status == 6
    assert "summary.csv: Is a directory" in result.err
    assert "6 submissions, 2 passed" in result.out
    assert summary(out)["ada"]["outcome"] == "passed"


@pytest.mark.parametrize("out, why", [
    ("notes.txt", "Not a directory"), ("/proc/x", "No such file")])
def test_a_folder_that_takes_no_results_is_refused_before_any_grade(
        fumehood, exercise, folder, out, why):
    result = batch(fumehood, exercise, folder, folder / out)
    assert result.status == 2 and result.out == ""
    assert why in result.err


@pytest.mark.parametrize("name", ["a/b.html", "../b.html", "..", "/no/x.html"])
def test_a_report_of_each_result_is_a_plain_name(
        fumehood, exercise, folder, tmp_path, name):
    result = batch(fumehood, exercise, folder, tmp_path / "out", "--report",
                   "html=" + name)
    assert result.status == 2 and name in result.err
    assert not (tmp_path / "out").exists()


def test_what_killed_batches_made_for_a_server_is_removed(
        fumehood, exercise, folder, tmp_path):
    temporary = tmp_path / "temporary"
    for name in ("dead", "young", "used/file", "other"):
        prefix = "" if name == "other" else "fumehood-warm-"
        (temporary / (prefix + name)).mkdir(parents=True)
    for name in ("fumehood-warm-dead", "fumehood-warm-used", "other"):
        os.utime(temporary / name, (1000, 1000))
    batch(fumehood, exercise, folder, tmp_path / "results",
          env={"TMPDIR": str(temporary)})
    assert sorted(os.listdir(temporary)) == [
        "fumehood-warm-used", "fumehood-warm-young", "other"]
