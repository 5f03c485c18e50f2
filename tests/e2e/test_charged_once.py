"""A broken view costs the points of who asks for it, and nobody else's."""

import json

import pytest

APP = """\
from flask import Flask, request
app = Flask(__name__)
rows = []

@app.post("/things")
def make():
    rows.append(request.get_json())
    return {"id": len(rows) - 1}, 201

@app.get("/things/<int:i>")
def one(i):
    return rows[i]

@app.put("/things/<int:i>")
def put(i):
    rows[i] = request.get_json()
    return rows[i]
"""
MAKE = """\
POST {{base}}/things
{ "name": "{{rand_word}}" }
HTTP *
[Captures]
id: jsonpath "$.id"
"""
READ = MAKE + """\
#! id=read cause=read-one
GET {{base}}/things/{{id}}
HTTP 200
[Asserts]
jsonpath "$.name" == "{{rand_word}}"
"""
CHANGE = MAKE + """\
#! id=change
PUT {{base}}/things/{{id}}
{ "name": "{{rand_word_b}}" }
HTTP 200
#! id=changed cause=read-one
GET {{base}}/things/{{id}}
HTTP 200
[Asserts]
jsonpath "$.name" == "{{rand_word_b}}"
"""


@pytest.fixture
def outcome(tmp_path, grade, submission):
    def run(app, scripts):
        folder = tmp_path / "things"
        (folder / "probes").mkdir(parents=True)
        (folder / "brief.md").write_text("* **R1** Everything.\n")
        for name, text in scripts.items():
            (folder / "probes" / (name + ".hurl")).write_text(text)
        (folder / "exercise.json").write_text(json.dumps({
            "format": 1, "slug": "things", "title": "Things", "level": "mid",
            "minutes": 5, "skills": ["all"],
            "criteria": [{"id": name, "title": name, "skill": "all",
                          "points": 1, "script": f"probes/{name}.hurl",
                          "spec": ["R1"]} for name in scripts]}))
        return grade(folder, submission({"app.py": app}))
    return run


def edited(old, new):
    assert old in APP
    return APP.replace(old, new)


@pytest.mark.parametrize("broken", ["raise KeyError", "return '', 404"])
def test_a_broken_view_is_charged_where_it_is_asked_for(outcome, broken):
    result = outcome(edited("return rows[i]\n\n@app.put", f"{broken}\n\n"
                            "@app.put"), {"read": READ, "change": CHANGE})
    assert result.criterion("read")["points"] == 0, result
    change = result.criterion("change")
    assert change["points"] == 1
    assert [c["charged_by"] for c in change["checks"]
            if c["status"] == "fail"] == ["read", "read"]


def test_who_works_but_shows_the_wrong_row_pays_for_it(outcome):
    result = outcome(edited("rows[i] = request.get_json()", "pass"),
                     {"read": READ, "change": CHANGE})
    assert result.criterion("read")["points"] == 1
    change = result.criterion("change")
    assert change["status"] == "partial", result
    assert "cause" not in [c for c in change["checks"]
                           if c["status"] == "fail"][0]


def test_an_option_that_names_what_was_not_captured_skips_its_request(
        outcome):
    late = MAKE + ("#! id=late\nGET {{base}}/things/0\n[Options]\n"
                   "variable: x={{id}}\nHTTP 200\n")
    result = outcome(edited('{"id": len(rows) - 1}', "{}"), {"late": late})
    checks = result.criterion("late")["checks"]
    assert [c["status"] for c in checks] == ["fail", "skip"], result
    assert "id could not be captured" in checks[1]["message"]


def test_a_cause_is_of_a_request(fumehood, tmp_path):
    script = tmp_path / "x.hurl"
    script.write_text("GET {{base}}/\nHTTP 200 #! cause=x\n")
    result = fumehood("probe", script, "--url", "http://127.0.0.1:1")
    assert result.status == 3
    assert "for a whole request" in result.err
