"""What the interviewer sees beside the score, and the candidate never."""

import html
import json
import os
import shutil

import pytest

from conftest import EXERCISES

FORMATS = ["terminal", "json", "html", "junit", "junit:gitlab", "tap",
           "tap14", "gradescope", "exercism", "github", "github-summary",
           "ctrf", "har"]

BAD = """
import ctypes
import socket
import sqlite3
import traceback

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
database = sqlite3.connect("/tmp/x.db", check_same_thread=False)
database.execute("create table books (title)")
BOOKS = {}
ctypes.CDLL(None).mount(b"x", b"/tmp", b"tmpfs", 0, None)
for attempt in (lambda: open("/etc/shadow"),
                lambda: socket.create_connection(("8.8.8.8", 53), 1)):
    try:
        attempt()
    except OSError:
        pass


@app.errorhandler(404)
def missing(error):
    return traceback.format_exc() + '"?__debugger__=yes&cmd=resource"', 404


@app.post("/books")
def create():
    try:
        book = dict(request.get_json())
        number = len(BOOKS) + 1
        BOOKS[number] = {"id": number, "year": None, "read": False,
                         "password": "$argon2id$v=19$m=65536", **book}
        database.execute("insert into books values ('%s')" % book["title"])
    except sqlite3.Error:
        traceback.print_exc()
    return jsonify(BOOKS[number]), 201, {"Location": "/books/%d" % number}


@app.get("/books/<int:number>")
def read(number):
    if number not in BOOKS:
        abort(404)
    return jsonify(BOOKS[number])


@app.delete("/books/<int:number>")
def delete(number):
    return BOOKS[None]
"""


@pytest.fixture
def surroundings(surroundings, runtime):
    return {**surroundings, "XDG_RUNTIME_DIR": str(runtime)}


@pytest.fixture
def bad(grade, submission):
    return grade("crud", submission({"app.py": BAD}))


def test_red_flags_point_to_what_shows_them(bad):
    flags = {flag["id"]: flag for flag in bad.document["red_flags"]}
    assert set(flags) >= {"debugger-on", "hash-shown", "sql-broken",
                          "tried-file", "tried-network", "tried-call",
                          "traceback-shown", "state-in-process", "unhandled"}
    assert "/etc/shadow" in flags["tried-file"]["text"]
    assert "8.8.8.8:53" in flags["tried-network"]["text"]
    assert "mount /tmp" in flags["tried-call"]["text"]
    events = bad.transcript
    answers = {event["request"]: json.dumps(event) for event in events
               if event["kind"] == "response"}
    for name, sign in (("debugger-on", "__debugger__"),
                       ("hash-shown", "$argon2"),
                       ("traceback-shown", "Traceback")):
        assert flags[name]["evidence"]
        for n in flags[name]["evidence"]:
            assert events[n]["kind"] == "request"
            assert sign in answers[n]
    for name in "tried-file", "tried-network", "tried-call":
        for n in flags[name]["evidence"]:
            assert events[n]["kind"] == "denied"


GATE = "persistence"  # of catalogue: its failure caps the score


def test_questions_are_those_of_what_failed_the_greatest_loss_first(
        bad, grade):
    check_order(bad.document)
    starter = grade("catalogue", EXERCISES / "catalogue/starter").document
    assert not check_order(starter)[-1]["checks"][0].get("request")


def check_order(document):
    # What a cap takes from the others is lost by the gate that failed.
    capped = (sum(c["points"] for c in document["criteria"])
              - document["score"]["points"])

    def lost(criterion):
        own = criterion["max_points"] - criterion["points"]
        return round(own + capped * (criterion["id"] == GATE and own > 0), 2)

    def failed(criterion):
        return [check["id"] for check in criterion["checks"]
                if check["status"] == "fail"]

    criteria = {c["id"]: c for c in document["criteria"]}
    asked = sorted((c for c in criteria.values() if lost(c) or failed(c)),
                   key=lambda c: (not failed(c), -lost(c)))
    questions = document["questions"]
    assert len(asked) > 3
    assert ([q["criterion"] for q in questions[:len(asked)]]
            == [c["id"] for c in asked])
    assert [c["id"] for c in asked] != [name for name in criteria
                                        if criteria[name] in asked]
    for question in questions:
        criterion = criteria[question["criterion"]]
        assert question["text"] in criterion["followup"]
        assert question["lost"] == lost(criterion)
        assert question.get("check") in (failed(criterion) or [None])
        assert question["why"]
    return asked


def test_a_question_names_the_check_that_it_belongs_to(fumehood, bad):
    first = bad.document["questions"][0]
    check = next(check for criterion in bad.document["criteria"]
                 if criterion["id"] == first["criterion"]
                 for check in criterion["checks"]
                 if check["id"] == first["check"])
    assert first["why"].startswith(check["title"])
    for report in "terminal", "html":
        out = html.unescape(fumehood("report", bad.transcript_path,
                                     "--report", report).out)
        talk = " ".join(out.split()).rpartition("To talk about")[2]
        assert 0 < talk.find(first["text"]) < talk.find(check["title"])


def test_a_right_answer_raises_no_flag_and_a_few_questions(fumehood, grade):
    for slug in "crud", "catalogue":
        result = grade(slug, EXERCISES / slug / "model")
        assert result.document["red_flags"] == [], result
        questions = result.document["questions"]
        assert len(questions) == 5
        assert {q["lost"] for q in questions} == {0}
        worth = {c["id"]: c["max_points"]
                 for c in result.document["criteria"]}
        asked = [worth[q["criterion"]] for q in questions]
        assert asked == sorted(worth.values(), reverse=True)[:5]
        shown = fumehood("report", result.transcript_path).out
        assert questions[0]["text"] in " ".join(shown.split())


def test_a_capped_score_says_from_what_and_what_to_ask(fumehood, grade, flawed):
    result = grade("catalogue", flawed("catalogue", "memory-store"))
    assert result.lost() == ["persistence"]
    for report in "terminal", "html":
        out = html.unescape(" ".join(fumehood(
            "report", result.transcript_path, "--report", report).out.split()))
        assert "apped from 18.5 points, because" in out
        talk = out.rpartition("To talk about")[2]
        deeper = talk.lower().index("to go deeper")
        first, second = result.document["questions"][:2]
        assert first["criterion"] == "persistence"
        assert talk.index(first["text"]) < deeper < talk.index(second["text"])


def test_what_was_not_asked_is_no_matter_to_go_deeper(fumehood, grade):
    result = grade("crud", EXERCISES / "crud/model")
    lines = result.transcript_path.read_text().splitlines(True)
    cut = result.transcript_path.with_name("cut.jsonl")
    cut.write_text("".join(lines[:len(lines) // 2]))
    half = fumehood("report", cut, "--report", "json").document
    passed = {c["id"] for c in half["criteria"] if c["status"] == "pass"}
    assert 0 < len(passed) < 5 < len(half["criteria"])
    assert {q["criterion"] for q in half["questions"]} == passed


def test_no_flag_question_or_note_is_in_the_candidates_view(fumehood, bad):
    for report in FORMATS:
        check_view(fumehood, bad, report)


def check_view(fumehood, bad, report):
    def texts(view):
        result = fumehood("report", bad.transcript_path, "--view", view,
                          "--report", report)
        assert result.status == 0, result
        return " ".join(result.out.split())
    shown = texts("candidate")
    for flag in bad.document["red_flags"]:
        assert flag["id"] not in shown
        assert flag["text"] not in shown
    for question in bad.document["questions"]:
        assert " ".join(question["text"].split()) not in shown
    if report in ("terminal", "html", "json"):
        assert "look for globals" in texts("interviewer")


# --- notes ---

HOSTILE = "Asked about <script>alert(1)</script>\x1b[31m & PUT.\nSecond line.\n"


def test_notes_stand_beside_the_record_and_do_not_change_it(
        fumehood, bad, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text(HOSTILE)
    before = bad.transcript_path.read_bytes()
    for report in "terminal", "html", "json":
        result = fumehood("report", bad.transcript_path, "--notes", notes,
                          "--report", report)
        assert result.status == 0, result
        assert "Second line." in result.out
        assert "\x1b[31m" not in result.out
        assert report != "html" or "<script>alert" not in result.out
    assert bad.transcript_path.read_bytes() == before
    assert fumehood("verify", bad.transcript_path).status == 0


def test_notes_that_cannot_be_are_refused(fumehood, bad, tmp_path):
    result = fumehood("report", bad.transcript_path, "--notes",
                      tmp_path / "none")
    assert result.status == 2 and "none" in result.err
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    result = fumehood("report", bad.transcript_path, "--notes", notes,
                      "--view", "candidate")
    assert result.status == 2 and "interviewer" in result.err
    notes.write_bytes(b"x" * 300000)
    result = fumehood("report", bad.transcript_path, "--notes", notes)
    assert result.status == 2


# --- what a folder of practice claims ---

@pytest.fixture
def practised(fumehood, tmp_path):
    """A folder in which first a flawed answer was graded, then a right one."""
    assert fumehood("new", "crud").status == 0
    folder = tmp_path / "crud"
    shutil.copy(EXERCISES / "crud/flawed/delete-missing-204/app.py", folder)
    assert fumehood("check", cwd=folder).status == 1
    shutil.copy(EXERCISES / "crud/model/app.py", folder)
    assert fumehood("check", cwd=folder).status == 0
    return folder


def rewrite(path, change):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n"
                            for line in change(lines)))


def test_the_time_to_the_first_pass_is_told_as_claimed(grade, practised):
    history = practised / ".fumehood/history.jsonl"
    state = json.loads((practised / ".fumehood/practice.json").read_text())

    def later(lines):
        for k, line in enumerate(lines):
            line["at"] = state["begin"] + 0 * k
        return lines
    rewrite(history, later)
    state["begin"] -= 600
    (practised / ".fumehood/practice.json").write_text(json.dumps(state))
    result = grade("crud", practised)
    practice = result.document["practice"]
    assert practice["source"] == "submission"
    assert practice["runs"] == 2
    assert practice["first_pass_s"]["delete"] == 600
    assert practice["took_s"] == 600
    assert result.status == 0
    event = next(e for e in result.transcript if e["kind"] == "practice")
    assert "not checked" in event["source"]


FORGED = [
    "no json at all\n",
    '{"at": 1e300, "passed": "create"}\n',
    '{"at": -5, "passed": ["create"]}\n',
    '{"at": 99999999999, "passed": ["create"], "points": 1000}\n',
    '{"at": 1, "passed": [{}, 7, null, ["create"]]}\n',
    "[" * 100000,
    "{}\n" * 50000,
    "\x00\xff\n",
]


def test_a_forged_history_changes_no_point(grade, practised):
    shutil.copy(EXERCISES / "crud/flawed/huge-id-500/app.py", practised)
    honest = grade("crud", practised, "--seed", 5)
    for forged in FORGED:
        (practised / ".fumehood/history.jsonl").write_text(forged)
        result = grade("crud", practised, "--seed", 5)
        assert result.status == honest.status == 1
        assert result.document["score"] == honest.document["score"]
        practice = result.document.get("practice", {"first_pass_s": {}})
        assert practice["first_pass_s"] == {}, forged[:80]


def test_a_history_that_is_no_file_is_none(grade, practised, tmp_path):
    history = practised / ".fumehood/history.jsonl"
    history.unlink()
    os.mkfifo(history)
    assert "practice" not in grade("crud", practised).document
    history.unlink()
    history.mkdir()
    assert "practice" not in grade("crud", practised).document


def test_hidden_criteria_and_other_exercises_claim_nothing(
        grade, fumehood, tmp_path):
    manifest = json.loads((EXERCISES / "catalogue/exercise.json").read_text())
    hidden = [c["id"] for c in manifest["criteria"]
              if c.get("visibility") == "hidden"]
    assert hidden
    fumehood("new", "catalogue")
    folder = tmp_path / "catalogue"
    state = json.loads((folder / ".fumehood/practice.json").read_text())
    (folder / ".fumehood/history.jsonl").write_text(json.dumps(
        {"at": state["begin"], "passed": ["create", *hidden]}) + "\n")
    practice = grade("catalogue", folder).document["practice"]
    assert set(practice["first_pass_s"]) == {"create"}
    assert "practice" not in grade("crud", folder).document
