"""Many submissions: one result folder each, and one bad one stops nothing."""

import csv
import json
import os
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM
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


def batch(fumehood, exercise, folder, out, *options):
    return fumehood("grade", exercise, *sorted(folder.iterdir()), "--out",
                    out, *options)


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
    batch(fumehood, exercise, folder, out)
    rows = summary(out)
    assert rows["ben"]["kept"] and rows["j"]["outcome"] == "passed"
