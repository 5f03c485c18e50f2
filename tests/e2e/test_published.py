"""Reports against the schemas that their own projects publish."""

import base64
import copy
import json
import pathlib

import jsonschema
import pytest
import referencing
import referencing.jsonschema

from test_evidence import APP, bad, exercise, good, key  # noqa: F401

PUBLISHED = pathlib.Path(__file__).parent / "schemas/published"

# https://in-toto.io/Statement/v1 with the predicate test-result v0.1, from
# their specification, which has no JSON Schema.
DESCRIPTOR = {
    "type": "object", "required": ["name", "digest"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "digest": {"type": "object", "minProperties": 1,
                   "properties": {"sha256": {"pattern": "^[0-9a-f]{64}$"}},
                   "additionalProperties": {"type": "string"}}}}
TESTS = {"type": "array", "items": {"type": "string"}}
STATEMENT = {
    "type": "object",
    "required": ["_type", "subject", "predicateType", "predicate"],
    "properties": {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "subject": {"type": "array", "minItems": 1, "items": DESCRIPTOR},
        "predicateType": {
            "const": "https://in-toto.io/attestation/test-result/v0.1"},
        "predicate": {
            "type": "object", "required": ["result", "configuration"],
            "properties": {
                "result": {"enum": ["PASSED", "WARNED", "FAILED"]},
                "configuration": {"type": "array", "items": DESCRIPTOR},
                "url": {"type": "string"}, "passedTests": TESTS,
                "warnedTests": TESTS, "failedTests": TESTS},
            "additionalProperties": False}},
    "additionalProperties": False}


def ctrf():
    return jsonschema.Draft7Validator(
        json.loads((PUBLISHED / "ctrf.json").read_text()))


def har():
    files = json.loads((PUBLISHED / "har.json").read_text())
    registry = referencing.Registry().with_resources(
        (name, referencing.Resource(
            {k: v for k, v in schema.items() if k != "$id"},
            referencing.jsonschema.DRAFT6))
        for name, schema in files.items())
    return jsonschema.Draft6Validator({"$ref": "har.json"},
                                      registry=registry)


@pytest.mark.parametrize("name, validator, spoil", [
    ("ctrf", ctrf, lambda d: d["results"]["tests"][0].update(points=1)),
    ("har", har, lambda d: d["log"]["entries"][0].pop("timings")),
])
def test_a_report_fits_the_published_schema_and_a_spoilt_one_does_not(
        fumehood, good, bad, name, validator, spoil):
    for result in good, bad:
        for view in "interviewer", "candidate":
            report = fumehood("report", result.transcript_path, "--view",
                              view, "--report", name)
            validator().validate(report.document)
            spoilt = copy.deepcopy(report.document)
            spoil(spoilt)
            with pytest.raises(jsonschema.ValidationError):
                validator().validate(spoilt)


def test_the_signed_statement_is_what_in_toto_specifies(
        grade, exercise, submission, key):
    for text, word in (("True", "PASSED"), ("False", "FAILED")):
        result = grade(exercise, submission({"app.py": APP % text}),
                       "--sign", key)
        path = result.transcript_path
        envelope = json.loads(
            path.with_name(path.name + ".intoto.json").read_text())
        statement = json.loads(base64.b64decode(envelope["payload"]))
        validator = jsonschema.Draft202012Validator(STATEMENT)
        validator.validate(statement)
        assert statement["predicate"]["result"] == word
        statement["predicate"]["result"] = "OK"
        assert not validator.is_valid(statement)
