"""A transcript is evidence: it can be read again, compared, checked, signed."""

import json
import resource
import signal
import subprocess

import pytest

from conftest import EXERCISES, PROGRAM

APP = """\
from flask import Flask
app = Flask(__name__)

@app.get("/")
def root():
    return {"ok": %s}
"""


@pytest.fixture
def exercise(tmp_path):
    folder = tmp_path / "tiny"
    (folder / "probes").mkdir(parents=True)
    (folder / "brief.md").write_text("R1: GET / answers.\n")
    (folder / "exercise.json").write_text(json.dumps({
        "format": 1, "slug": "tiny", "title": "Tiny", "level": "junior",
        "minutes": 5, "skills": ["rest"],
        "criteria": [
            {"id": name, "title": name, "skill": "rest", "points": 2,
             "script": f"probes/{name}.hurl", "spec": ["R1"],
             "visibility": "hidden" if name == "value" else "public"}
            for name in ("status", "value")]}))
    (folder / "probes/status.hurl").write_text("GET {{base}}/\nHTTP 200\n")
    (folder / "probes/value.hurl").write_text(
        'GET {{base}}/\nHTTP *\n[Asserts]\njsonpath "$.ok" == true\n')
    return folder


@pytest.fixture
def good(grade, exercise, submission):
    result = grade(exercise, submission({"app.py": APP % "True"}))
    result.folder = exercise
    return result


@pytest.fixture
def bad(grade, exercise, submission):
    return grade(exercise, submission({"app.py": APP % "False"}))


def test_a_report_from_the_transcript_is_that_of_the_run(fumehood, bad):
    again = fumehood("report", bad.transcript_path, "--report", "json")
    assert again.status == 0
    assert again.document == bad.document


def test_what_is_no_transcript_is_refused(fumehood, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n")
    assert fumehood("report", path).status == 2
    assert fumehood("report", tmp_path / "nowhere").status == 2
    path.write_text('{"n":0,"at_ns":0,"kind":"begin","prev":"",'
                    '"format":"fumehood-transcript/9"}\n')
    result = fumehood("report", path)
    assert result.status == 2 and "fumehood-transcript/9" in result.err


def test_a_whole_transcript_verifies(fumehood, good, bad):
    for result in good, bad:
        assert fumehood("verify", result.transcript_path).status == 0


@pytest.mark.parametrize("old, new, question", [
    ('"kind":"request"', '"kind":"repuest"', "digest of the one before"),
    ('"points":2,"max_points":4', '"points":4,"max_points":4', "score"),
    ('"status":"fail"', '"status":"pass"', "digest of the one before"),
], ids=["event", "score", "finding"])
def test_an_altered_transcript_does_not(fumehood, bad, old, new, question):
    text = bad.transcript_path.read_text()
    assert old in text
    bad.transcript_path.write_text(text.replace(old, new, 1))
    result = fumehood("verify", bad.transcript_path)
    assert result.status == 1
    assert any(line.startswith("BAD") and question in line
               for line in result.out.splitlines())


def test_a_cut_transcript_is_read_and_does_not_verify(fumehood, good):
    text = good.transcript_path.read_bytes()
    good.transcript_path.write_bytes(text[:len(text) * 2 // 3])
    assert fumehood("verify", good.transcript_path).status == 1
    report = fumehood("report", good.transcript_path, "--report", "json")
    assert report.status == 0 and "cut off" in report.err
    assert report.document["outcome"] == "interrupted"


@pytest.fixture
def key(fumehood, tmp_path):
    assert fumehood("keygen", tmp_path / "key").status == 0
    return tmp_path / "key"


def test_a_signature_holds_for_its_key_and_transcript(
        fumehood, grade, exercise, submission, key, tmp_path):
    result = grade(exercise, submission({"app.py": APP % "True"}),
                   "--sign", key)
    path = result.transcript_path
    signed = json.loads(
        path.with_name(path.name + ".intoto.json").read_text())
    assert signed["payloadType"] == "application/vnd.in-toto+json"
    verify = fumehood("verify", path, "--key", f"{key}.pub")
    assert verify.status == 0, verify
    fumehood("keygen", tmp_path / "other")
    assert fumehood("verify", path, "--key",
                    tmp_path / "other.pub").status == 1
    path.write_text(path.read_text().replace('"status":"pass"',
                                             '"status":"fail"', 1))
    assert fumehood("verify", path, "--key", f"{key}.pub").status == 1


def test_a_key_is_private_and_never_replaced(fumehood, key):
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    result = fumehood("keygen", key)
    assert result.status == 2 and key.read_bytes() == before


def no_room():
    """Every write into a file fails, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_key_that_could_not_be_written_is_not_in_the_way(
        fumehood, surroundings, tmp_path):
    process = subprocess.run(
        [PROGRAM, "keygen", tmp_path / "key"], env=surroundings,
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        preexec_fn=no_room)
    assert process.returncode == 2
    assert b"File too large" in process.stderr
    (tmp_path / "other.pub").mkdir()
    assert fumehood("keygen", tmp_path / "other").status == 2
    assert not (tmp_path / "key").exists()
    assert not (tmp_path / "other").exists()


def test_signing_wants_a_private_key_before_anything_runs(
        fumehood, exercise, submission, key):
    result = fumehood("grade", exercise, submission({"app.py": ""}),
                      "--sign", f"{key}.pub")
    assert result.status == 2


def test_a_difference_says_what_got_better_and_worse(fumehood, good, bad):
    worse = fumehood("diff", good.transcript_path, bad.transcript_path,
                     "--report", "json")
    assert worse.status == 1
    changes = {c["id"]: c["change"] for c in worse.document["criteria"]}
    assert changes == {"status": "same", "value": "regressed"}
    better = fumehood("diff", bad.transcript_path, good.transcript_path)
    assert better.status == 0 and "improved" in better.out


MOODY = """\
import os
from flask import Flask
app = Flask(__name__)
mood = os.urandom(8)[0] & 1

@app.get("/")
def root():
    return {"ok": bool(mood)}
"""


def test_a_criterion_that_disagrees_with_itself_is_flaky(
        fumehood, grade, exercise, submission):
    # Wrongly the same 30 times: one time in 2**29.
    result = grade(exercise, submission({"app.py": MOODY}), "--repeat", "30")
    assert result.status == 7, result
    assert result.criterion("value")["status"] == "flaky"
    assert result.criterion("status")["status"] == "pass"
    assert result.document["score"]["max_points"] == 2
    shown = fumehood("report", result.transcript_path).out
    assert "2 of 2 points, 100 % of what agrees with itself" in shown


def test_runs_that_agree_are_graded_once(grade, exercise, submission):
    result = grade(exercise, submission({"app.py": APP % "False"}),
                   "--repeat", "3")
    assert result.status == 1
    repeats = [e for e in result.transcript if e["kind"] == "repeat"]
    assert [e["run"] for e in repeats] == [2, 3]
    assert result.document["score"]["points"] == 2


# --- again ---

def statuses(result):
    return {c["id"]: (c["status"], c["points"])
            for c in result.document["criteria"]}


def test_a_regrade_comes_to_the_same(fumehood, good, bad):
    for result in good, bad:
        again = fumehood("regrade", result.transcript_path, "--exercise",
                         good.folder, "--report", "json")
        assert again.status == result.status, again
        assert statuses(again) == statuses(result)


def test_every_grader_can_be_asked_again(fumehood, grade):
    result = grade("catalogue", EXERCISES / "catalogue/flawed/put-merges")
    again = fumehood("regrade", result.transcript_path, "--report", "json")
    assert again.status == result.status == 1, again
    assert statuses(again) == statuses(result)
    assert not again.err


def test_a_regrade_takes_the_checks_as_they_are_now(fumehood, good):
    script = good.folder / "probes/value.hurl"
    script.write_text(script.read_text().replace("true", "false"))
    again = fumehood("regrade", good.transcript_path, "--exercise",
                     good.folder, "--report", "json")
    assert again.status == 1
    assert statuses(again)["value"] == ("fail", 0)
    assert "the exercise has changed" in again.err


def cut_at(result, part):
    """The first lines of a transcript, and half of the next one."""
    lines = result.transcript_path.read_bytes().splitlines(keepends=True)
    n = int(len(lines) * part)
    result.transcript_path.write_bytes(b"".join(lines[:n]) +
                                       lines[n][:len(lines[n]) // 2])


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_a_cut_transcript_is_regraded_as_far_as_it_goes(
        fumehood, grade, part):
    whole = grade("routes", EXERCISES / "routes/model")
    cut_at(whole, part)
    result = fumehood("regrade", whole.transcript_path, "--report", "json")
    assert result.status == 130, result
    assert "it is cut off" in result.err
    assert result.document["outcome"] == "interrupted"
    statuses = [c["status"] for c in result.document["criteria"]]
    assert "pass" in statuses and "not-measured" in statuses
    score = result.document["score"]
    assert score["points"] == score["max_points"] > 0, \
        "nothing is lost by what was not recorded"
    result = fumehood("report", whole.transcript_path)
    assert "of what was asked" in result.out


def test_what_half_a_run_did_not_get_to_is_no_difference(fumehood, grade):
    whole = grade("routes", EXERCISES / "routes/model")
    other = whole.transcript_path.with_name("half.jsonl")
    other.write_bytes(whole.transcript_path.read_bytes())
    cut_at(whole, 0.6)
    result = fumehood("diff", whole.transcript_path, other,
                      "--report", "json")
    assert result.status == 0 and "it is cut off" in result.err
    changes = [c["change"] for c in result.document["criteria"]]
    assert "appeared" in changes and set(changes) <= {"appeared", "same"}
    back = fumehood("diff", other, whole.transcript_path,
                    "--report", "json")
    assert back.status == 0
    assert {c["change"] for c in back.document["criteria"]} <= {
        "gone", "same"}


def test_what_the_run_did_not_send_cannot_be_regraded(fumehood, good):
    script = good.folder / "probes/value.hurl"
    script.write_text(script.read_text().replace("{{base}}/", "{{base}}/x"))
    again = fumehood("regrade", good.transcript_path, "--exercise",
                     good.folder, "--report", "json")
    assert statuses(again) == {"status": ("pass", 2), "value": ("broken", 0)}


def test_a_replay_tells_answers_that_differ(
        fumehood, good, submission):
    same = fumehood("replay", good.transcript_path, "--exercise", good.folder)
    assert same.status == 0, same
    assert "2 requests sent again, 0 answers differ" in same.out
    other = submission({"app.py": APP % "False}, 500  # "})
    differs = fumehood("replay", good.transcript_path, "value", "--exercise",
                       good.folder, "--submission", other)
    assert differs.status == 1, differs
    assert "1 requests sent again, 1 answers differ" in differs.out
    assert '{"ok":true}' in differs.out
    assert "the submission has changed" in differs.err


def test_a_replay_of_one_criterion_finds_what_others_made(fumehood, grade):
    result = grade("crud", EXERCISES / "crud/model")
    for criterion in "change", "persistence":
        again = fumehood("replay", result.transcript_path, criterion)
        assert again.status == 0, again
        assert ", 0 answers differ" in again.out
        requests = [e for e in result.transcript if e["kind"] == "request"
                    and e["criterion"] == criterion]
        assert "%d requests sent again" % len(requests) in again.out


def test_a_replay_of_what_does_not_start_says_why(fumehood, good, submission):
    result = fumehood("replay", good.transcript_path, "--exercise",
                      good.folder, "--submission",
                      submission({"app.py": "1 / 0\n"}))
    assert result.status == 4 and "ZeroDivisionError" in result.err
