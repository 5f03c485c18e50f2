"""Every exercise tells right from wrong: `fumehood calibrate` says so.

A right answer in any style scores 100 %, the starter under 25 %, and each
flawed answer loses the criteria that the manifest names and no others.
"""

import json

import jsonschema
import pytest

from conftest import EXERCISES

SLUGS = sorted(path.parent.name for path in EXERCISES.glob("*/exercise.json"))
RIGHT_ANSWER_SEEDS = 3
FLAW_SEEDS = 1  # `make calibrate` takes 20
TIMEOUT_S = 600


def manifest(slug):
    return json.loads((EXERCISES / slug / "exercise.json").read_text())


def folders(slug, pattern):
    found = EXERCISES.joinpath(slug).glob(pattern)
    return sorted(str(path.relative_to(EXERCISES / slug)) for path in found)


@pytest.fixture(scope="module")
def schema():
    text = (EXERCISES / "exercise.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_manifest_follows_its_schema(schema, slug):
    assert [e.message for e in schema.iter_errors(manifest(slug))] == []


@pytest.mark.parametrize("member", ["criteria", "slug", "format"])
def test_the_schema_misses_what_is_missing(schema, member):
    document = manifest(SLUGS[0])
    del document[member]
    assert not schema.is_valid(document)


def test_the_schema_finds_a_typo(schema):
    document = manifest(SLUGS[0])
    document["criteria"][0]["pionts"] = 1
    assert not schema.is_valid(document)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_exercise_has_all_its_parts(slug):
    assert folders(slug, "brief.md") and folders(slug, "interviewer.md")
    assert folders(slug, "starter") and folders(slug, "model")
    assert len(folders(slug, "model-*")) >= 2
    assert len(folders(slug, "flawed/*")) >= 8
    names = [path.removeprefix("flawed/") for path in folders(slug, "flawed/*")]
    assert names == sorted(manifest(slug)["flawed"])


@pytest.mark.parametrize("level", ["junior", "mid", "senior"])
def test_a_bundle_names_exercises_that_are_there(level):
    text = (EXERCISES / "bundles" / (level + ".json")).read_text()
    bundle = json.loads(text)
    assert bundle["slug"] == bundle["level"] == level
    assert set(bundle["exercises"]) <= set(SLUGS)
    minutes = sum(manifest(slug)["minutes"] for slug in bundle["exercises"])
    assert 60 <= minutes <= 90


def calibrate(fumehood, slug, seeds, names):
    only = [word for name in names for word in ("--only", name)]
    result = fumehood("calibrate", slug, "--report", "json",
                      "--seeds", seeds, *only, timeout=TIMEOUT_S)
    assert result.out, result
    (document,) = result.document
    wrong = {a["name"]: a["lost"] for a in document["answers"]
             if not a["holds"]}
    assert wrong == {} and document["problems"] == [], result.out
    assert [a["name"] for a in document["answers"]] == names


@pytest.mark.parametrize("slug", SLUGS)
def test_right_answers_and_the_starter_score_as_they_should(fumehood, slug):
    names = folders(slug, "model*") + ["starter"]
    calibrate(fumehood, slug, RIGHT_ANSWER_SEEDS, names)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_flaw_loses_exactly_its_criteria(fumehood, slug):
    calibrate(fumehood, slug, FLAW_SEEDS, folders(slug, "flawed/*"))
