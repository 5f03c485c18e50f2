"""What is printed for programs, against the schema that we publish."""

import copy
import json
import shutil

import jsonschema
import pytest

from conftest import EXERCISES, ROOT
from test_batch import batch, folder  # noqa: F401
from test_evidence import APP, bad, exercise, good  # noqa: F401

OUTPUTS = json.loads((ROOT / "runner/report/outputs.schema.json").read_text())
GRADE = json.loads((ROOT / "runner/report/transcript.schema.json").read_text())


def check(document, schema=OUTPUTS):
    """It fits; without any one of its members, or with one more, not."""
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate(document)
    for name in document:
        spoilt = {k: v for k, v in document.items() if k != name}
        if name not in ("code", "signal", "signal_name", "layer"):
            assert not validator.is_valid(spoilt), name
    assert not validator.is_valid({**document, "more": 1})
    for name, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            spoilt = copy.deepcopy(document)
            spoilt[name][0]["more"] = 1
            assert not validator.is_valid(spoilt), name


def test_a_batch_and_its_reports_fit(fumehood, exercise, folder, tmp_path):
    (folder / "ok").symlink_to("ada")
    out = tmp_path / "out"
    (out / "cal").mkdir(parents=True)
    (out / "cal/transcript.jsonl").symlink_to("/dev/full")
    batch(fumehood, exercise, folder, out)
    fumehood("grade", exercise, tmp_path / "nowhere", *folder.iterdir(),
             "--out", out)
    document = json.loads((out / "summary.json").read_text())
    assert {row["outcome"] for row in document["submissions"]} == {
        "passed", "failed", "not-gradable", "unreadable"}
    assert any(row["kept"] for row in document["submissions"])
    check(document)
    for report in out.glob("*/report.json"):
        jsonschema.Draft202012Validator(GRADE).validate(
            json.loads(report.read_text()))


def test_a_bundle_fits(fumehood, tmp_path):
    (tmp_path / "two.json").write_text(json.dumps({
        "format": 1, "slug": "two", "title": "Two", "level": "junior",
        "exercises": ["routes", "list"]}))
    shutil.copytree(EXERCISES / "routes/starter", tmp_path / "in/routes")
    check(fumehood("grade", "--bundle", tmp_path / "two.json",
                   tmp_path / "in", "--report", "json").document)


def test_a_calibration_fits_where_it_holds_and_where_not(
        fumehood, exercise):
    for name, text in (("model", "True"), ("starter", "False")):
        (exercise / name).mkdir()
        (exercise / name / "app.py").write_text(APP % text)
    for seeds in 1, 2:
        result = fumehood("calibrate", exercise, "--seeds", seeds,
                          "--report", "json")
        [document] = json.loads(result.out)
        assert document["answers"] and document["problems"], result
        jsonschema.Draft202012Validator(OUTPUTS).validate([document])
        check(document, {**OUTPUTS, "oneOf": [
            {"$ref": "#/$defs/calibration"}]})


def test_a_difference_fits(fumehood, good, bad):
    for a, b in ((good, bad), (bad, good)):
        check(fumehood("diff", a.transcript_path, b.transcript_path,
                       "--report", "json").document)


def test_what_the_doctor_finds_fits(fumehood):
    check(fumehood("doctor", "--json").document)


@pytest.mark.parametrize("words, reason", [
    (["/bin/true"], "exited"),
    (["/bin/sh", "-c", "kill -9 $$"], "signalled"),
    (["/no/such/program"], None)])
def test_what_became_of_a_box_fits(fumehood, words, reason):
    document = fumehood("box", "--report", "json", "--", *words).document
    assert reason in (None, document["reason"])
    check(document)


def test_a_grade_of_each_outcome_fits(fumehood, grade, good, bad, exercise,
                                      submission):
    dead = grade(exercise, submission({"app.py": "raise SystemExit(1)\n"}))
    for result in good, bad, dead:
        jsonschema.Draft202012Validator(GRADE).validate(result.document)
        for view in "candidate", "interviewer":
            jsonschema.Draft202012Validator(GRADE).validate(fumehood(
                "report", result.transcript_path, "--report", "json",
                "--view", view).document)
    assert {r.document["outcome"] for r in (good, bad, dead)} == {
        "passed", "failed", "not-gradable"}
