"""Every report of real runs, read by its schema or by its real consumer."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

import jsonschema
import pytest

from conftest import EXERCISES, ROOT

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
FORMATS = ["terminal", "json", "html", "junit", "junit:gitlab", "tap", "tap14",
           "gradescope", "exercism", "github", "github-summary", "ctrf", "har"]
HOSTILE = '''
import sys
from flask import Flask
app = Flask(__name__)
TEXT = ("\\x1b[2J\\x1b]0;title\\x07</script><script>document.title='run'"
        "</script><img src=x onerror=\\"document.title='run'\\">]]>"
        "\\u202e::error::forged\\nnot ok 1\\n%0A&amp;\\x00\\x08")

@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT",
                                                 "PATCH", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def anything(path):
    print(TEXT, flush=True)
    return TEXT, 500, {"Content-Type": "text/html"}
'''
DEAD = "import sys\nsys.exit('no </pre><script>x</script> \\x1b[31m today')\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(params=["flawed", "hostile", "dead"])
def reports(request, folder, grade, flawed, submission):
    """All formats of one run, for the interviewer and for the candidate."""
    out = folder / request.param
    if not out.exists():
        sources = {"flawed": lambda: flawed("catalogue", "memory-store"),
                   "hostile": lambda: submission({"app.py": HOSTILE}),
                   "dead": lambda: submission({"app.py": DEAD})}
        source = sources[request.param]()
        for view in ("interviewer", "candidate"):
            (out / view).mkdir(parents=True)
            words = ["--report=%s=%s" % (name, out / view / name)
                     for name in FORMATS]
            result = grade("catalogue", source, "--view", view, "--seed", 7,
                           *words)
            assert result.status == (4 if request.param == "dead" else 1)
            assert result.document["outcome"] == (
                "not-gradable" if request.param == "dead" else "failed")
    return out


def both(reports, name):
    return [reports / view / name for view in ("interviewer", "candidate")]


def schema_of(name):
    return json.loads((SCHEMAS / (name + ".json")).read_text())


@pytest.mark.parametrize("name", ["gradescope", "exercism", "ctrf", "har"])
def test_a_json_report_fits_its_consumers_schema(reports, name):
    for path in both(reports, name):
        jsonschema.Draft202012Validator(schema_of(name)).validate(
            json.loads(path.read_text()))


def test_the_document_fits_the_published_schema(reports):
    schema = json.loads(
        (ROOT / "runner/report/transcript.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in both(reports, "json"):
        jsonschema.Draft202012Validator(schema).validate(
            json.loads(path.read_text()))


@pytest.mark.parametrize("name, change", [
    ("json", lambda d: d.pop("outcome")),
    ("json", lambda d: d["criteria"][0].update(status="passed")),
    ("gradescope", lambda d: d["tests"][0].update(status="ok")),
    ("exercism", lambda d: d.update(version=2)),
    ("ctrf", lambda d: d["results"]["tests"][0].update(points=1)),
    ("har", lambda d: d["log"]["entries"][0].pop("timings")),
])
@pytest.mark.parametrize("reports", ["flawed", "hostile"], indirect=True)
def test_the_schemas_refuse_what_is_wrong(folder, reports, name, change):
    schema = (json.loads((ROOT / "runner/report/transcript.schema.json")
                         .read_text()) if name == "json" else schema_of(name))
    document = json.loads((reports / "interviewer" / name).read_text())
    change(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(document)


def xsd(path):
    return subprocess.run(["xmllint", "--noout", "--schema",
                           SCHEMAS / "junit-strict.xsd", path],
                          capture_output=True, text=True)


def test_junit_fits_the_strict_schema(reports):
    for path in both(reports, "junit"):
        result = xsd(path)
        assert result.returncode == 0, result.stderr


def test_gitlabs_dialect_names_files_and_the_strict_schema_refuses_it(
        reports):
    path = reports / "interviewer" / "junit:gitlab"
    cases = xml.parse(path).getroot().iter("testcase")
    if reports.name != "dead":
        assert all(case.get("file") for case in cases)
        assert "'file' is not allowed" in xsd(path).stderr


def test_junit_counts_what_it_holds(reports):
    root = xml.parse(reports / "interviewer" / "junit").getroot()
    for element, count in (("testcase", "tests"), ("failure", "failures"),
                           ("error", "errors")):
        assert len(list(root.iter(element))) == int(root.get(count))
    assert int(root.get("failures")) + int(root.get("errors")) > 0


def prove(path):
    return subprocess.run(["prove", "-e", "cat", path], capture_output=True,
                          text=True)


def test_prove_reads_tap_and_sees_the_failures(reports):
    for path in both(reports, "tap"):
        result = prove(path)
        text = path.read_text()
        failed = len(re.findall(r"^not ok", text, re.M))
        all_points = int(re.search(r"^1\.\.(\d+)$", text, re.M).group(1))
        assert result.returncode != 0
        assert "Failed %d/%d subtests" % (failed, all_points) \
            in result.stdout + result.stderr
        assert "Parse errors" not in result.stdout


def read_tap(text):
    """As tap-parser reads it, whose author wrote TAP 14 down."""
    modules = os.environ.get("NODE_PATH", "/usr/share/nodejs")
    if not shutil.which("node") or not os.path.isdir(modules + "/tap-parser"):
        pytest.skip("no tap-parser for node here: make deps-test")
    process = subprocess.run(
        ["node", pathlib.Path(__file__).parent / "tap14.js"], input=text,
        env={**os.environ, "NODE_PATH": modules}, capture_output=True,
        text=True, timeout=60)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_tap_parser_reads_tap14_and_sees_what_failed(reports):
    for path in both(reports, "tap14"):
        read = read_tap(path.read_text())
        document = json.loads(path.with_name("json").read_text())
        assert read["version"] == 14
        assert read["errors"] == [] and read["extra"] == []
        if document["outcome"] == "not-gradable":
            assert [t["ok"] for t in read["points"]] == [False]
            assert "not-gradable" in read["points"][0]["name"]
            continue
        criteria = document["criteria"]
        assert [t["name"] for t in read["points"]] == [
            c["title"] for c in criteria]
        assert [t["ok"] for t in read["points"]] == [
            "fail" not in statuses(c) for c in criteria]
        assert [bool(t["skip"]) for t in read["points"]] == [
            statuses(c) <= {"skip", "not-measured"} for c in criteria]
        for child, criterion in zip(read["children"], criteria):
            assert ([(t["name"], t["ok"], bool(t["skip"]))
                     for t in child["points"]]
                    == [(c["name"], c["status"] != "fail",
                         c["status"] in ("skip", "not-measured"))
                        for c in criterion["checks"]])
            for point, check in zip(child["points"], criterion["checks"]):
                if check["status"] == "fail":
                    assert point["diag"]["severity"] == "fail"
                    assert point["diag"].get("wanted") == check.get("expected")


def statuses(criterion):
    return {check["status"] for check in criterion["checks"]}


SPOILT_TAP14 = [
    ("1..", "1..9"), ("\n    ok 1 ", "\n    ok 7 "),
    ("\n    1..", "\n  1.."), ("\n    not ok", "\n    nor ok")]


def test_tap_parser_refuses_tap14_that_is_wrong(reports):
    text = (reports / "interviewer/tap14").read_text()
    spoilt = [text.replace(old, new, 1) for old, new in SPOILT_TAP14
              if old in text]
    # Of what does not start nothing is asked: there is only a plan.
    assert len(spoilt) == (1 if "dead" in reports.name else 4)
    for one in spoilt:
        read = read_tap(one)
        assert read["errors"] or read["extra"], one


def test_github_obeys_no_command_of_the_submission(reports):
    for path in both(reports, "github"):
        lines = path.read_text().split("\n")
        stopped = None
        for line in lines:
            if stopped:
                if line == "::%s::" % stopped:
                    stopped = None
                continue
            if line.startswith("::stop-commands::"):
                stopped = line.rpartition("::")[2]
            elif line.startswith("::"):
                assert re.match(r"::(group|endgroup|error|notice)\b", line)
                assert "forged" not in line.partition("::error::")[0] \
                    or "%0A" in line
            else:
                assert line == "", line
        assert stopped is None
        commands = [line for line in lines if line.startswith("::error")]
        assert 1 <= len(commands) <= 10


def test_no_report_carries_bytes_that_a_terminal_obeys(reports):
    for name in FORMATS:
        for path in both(reports, name):
            data = path.read_bytes()
            data.decode("utf-8")
            assert not set(data) & (set(range(32)) - {9, 10}), name
            # A HAR is the wire itself, for tools; all else is for eyes.
            assert name == "har" or "\u202e" not in data.decode(), name


def hidden_strings():
    manifest = json.loads((EXERCISES / "catalogue/exercise.json").read_text())
    strings = []
    for criterion in manifest["criteria"]:
        strings += criterion.get("followup", []) + criterion.get("hints", [])
        if criterion.get("visibility") == "hidden":
            strings += [criterion["title"], criterion.get("script", "\0")]
    return [s for s in strings if s != "\0"]


def test_a_candidates_report_holds_nothing_hidden(reports):
    assert len(hidden_strings()) > 5
    seen = 0
    for name in FORMATS:
        mine, theirs = (path.read_text() for path in both(reports, name))
        for string in hidden_strings():
            assert string not in theirs, name
            seen += string in mine
    if reports.name != "dead":
        assert seen > 5, "the interviewer's reports hold them"


@pytest.mark.parametrize("reports", ["flawed"], indirect=True)
def test_what_is_lost_adds_up_when_a_gate_caps_the_score(reports):
    document = json.loads((reports / "interviewer/json").read_text())
    page = (reports / "interviewer/html").read_text()
    lost = [float(points) for points in re.findall(r"&minus;([\d.]+)", page)]
    score = document["score"]
    assert sum(lost) == score["max_points"] - score["points"]
    assert "caps the score" in page
    assert "of the others' by the cap" in (
        reports / "interviewer/terminal").read_text()


def test_two_reports_cannot_share_stdout(fumehood):
    result = fumehood("grade", "catalogue", "x", "--report=json",
                      "--report=tap")
    assert result.status == 2
    assert "cannot share stdout" in result.err


@pytest.mark.parametrize("word, says", [
    ("jsn", "did you mean 'json'"), ("nothing", "there is no report"),
    ("json=", "FORMAT[=FILE]"), ("json=/", "is a folder"),
    ("json=/nowhere/at/all.json", "No such file"),
])
def test_a_wrong_report_is_refused_before_anything_runs(
        fumehood, word, says, tmp_path):
    result = fumehood("grade", "catalogue",
                      EXERCISES / "catalogue/starter", "--report=" + word)
    assert result.status == 2
    assert says in result.err
    assert not list(tmp_path.rglob("*.jsonl"))


@pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium here")
def test_nothing_executes_in_a_real_browser(reports):
    for path in both(reports, "html"):
        page = path.with_suffix(".html")
        page.write_bytes(path.read_bytes())
        result = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--user-data-dir=%s" % (path.parent / "profile"), "--dump-dom",
             page.as_uri()], capture_output=True, text=True, timeout=60)
        title = re.search("<title>(.*?)</title>", result.stdout).group(1)
        assert title.startswith("A product catalogue")
        assert "<script" not in result.stdout
        assert "onerror=" not in re.sub("<pre.*?</pre>", "", result.stdout,
                                        flags=re.S)
