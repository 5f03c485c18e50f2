"""Who answers a new connection is no matter of luck."""

import json

import pytest

APP = """
import os
from flask import Flask

app = Flask(__name__)

@app.get("/pid")
def pid():
    return {"pid": os.getpid()}

@app.get("/die")
def die():
    os._exit(1)
"""
ASK = """
GET {{base}}/pid
Connection: close
[Options]
repeat: %d
HTTP 200
"""
DIE = """
GET {{base}}/die
HTTP *
"""


@pytest.fixture
def exercise(tmp_path):
    def make(workers, script):
        folder = tmp_path / "turns"
        (folder / "probes").mkdir(parents=True)
        (folder / "brief.md").write_text("* **R1** Say who you are.\n")
        (folder / "probes/1.hurl").write_text(script)
        (folder / "exercise.json").write_text(json.dumps({
            "format": 1, "slug": "turns", "title": "turns", "level": "mid",
            "minutes": 5, "skills": ["all"], "server": {"workers": workers},
            "criteria": [{"id": "turns", "title": "turns", "skill": "all",
                          "points": 1, "script": "probes/1.hurl",
                          "spec": ["R1"]}]}))
        return folder
    return make


def pids(result):
    bodies = [event["body"]["text"] for event in result.transcript
              if event["kind"] == "response" and event.get("status") == 200]
    return [json.loads(body)["pid"] for body in bodies]


@pytest.mark.parametrize("start", [[], ["--cold"]], ids=["warm", "cold"])
def test_workers_answer_in_turn(exercise, grade, submission, start):
    result = grade(exercise(3, ASK % 12), submission({"app.py": APP}), *start)
    found = pids(result)
    assert len(set(found[:3])) == 3, result
    assert found == found[:3] * 4


def test_a_worker_that_dies_has_a_successor_in_its_turn(exercise, grade,
                                                        submission):
    result = grade(exercise(2, ASK % 4 + DIE + ASK % 8),
                   submission({"app.py": APP}))
    before, after = pids(result)[:4], pids(result)[4:]
    assert len(after) == 8, result
    assert len(set(before)) == 2 and len(set(after)) == 2
    assert len(set(before) & set(after)) == 1
    assert after == after[:2] * 4
