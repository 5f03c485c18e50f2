"""A bundle: one folder for each exercise, one transcript each, one sum."""

import json
import shutil

import pytest

from conftest import EXERCISES

DEAD = "raise RuntimeError('no')\n"


@pytest.fixture
def bundle(tmp_path):
    """A bundle of two exercises, in a file of its own."""
    def make(**members):
        document = {"format": 1, "slug": "two", "title": "Two of them",
                    "level": "junior", "exercises": ["routes", "list"]}
        document.update(members)
        path = tmp_path / "two.json"
        path.write_text(json.dumps(document, indent=1))
        return path
    return make


@pytest.fixture
def hand_in(tmp_path):
    """A folder with these answers: an exercise's own, or one app.py."""
    def make(**answers):
        folder = tmp_path / "hand-in"
        folder.mkdir()
        for slug, answer in answers.items():
            if answer == "model":
                shutil.copytree(EXERCISES / slug / "model", folder / slug)
                continue
            (folder / slug).mkdir()
            (folder / slug / "app.py").write_text(answer)
        return folder
    return make


def by_slug(document):
    return {part["slug"]: part for part in document["exercises"]}


def test_a_bundle_is_summed_up(fumehood, bundle, hand_in):
    result = fumehood("grade", "--bundle", bundle(), hand_in(routes="model"),
                      "--report", "json")
    assert result.status == 1, result
    parts = by_slug(result.document)
    assert parts["routes"]["outcome"] == "passed"
    assert parts["list"]["outcome"] == "not-submitted"
    assert "there is no" in parts["list"]["reason"]
    assert parts["routes"]["points"] == parts["routes"]["max_points"] == 10
    assert parts["list"]["points"] == 0 and parts["list"]["max_points"] == 10
    assert result.document["score"] == {
        "points": 10, "max_points": 20, "percent": 50}
    skills = result.document["skills"].values()
    assert sum(skill["points"] for skill in skills) == 10
    assert sum(skill["max_points"] for skill in skills) == 20
    transcript = parts["routes"]["transcript"]
    assert fumehood("verify", transcript).status == 0
    assert "transcript" not in parts["list"]


def test_the_threshold_is_one_of_the_whole(fumehood, bundle, hand_in):
    folder = hand_in(routes="model", list=DEAD)
    result = fumehood("grade", "--bundle", bundle(), folder, "--threshold",
                      "50", "--out", folder.parent / "out")
    assert result.status == 0, result
    assert "not-gradable" in result.out and "50 %" in result.out
    out = folder.parent / "out"
    summary = json.loads((out / "summary.json").read_text())
    assert summary["format"] == "fumehood-bundle/1"
    assert by_slug(summary)["list"]["status"] == 4
    assert json.loads((out / "routes/report.json").read_text())["score"]
    assert (out / "list/transcript.jsonl").exists()


def test_a_bundle_of_which_nothing_starts_is_not_gradable(
        fumehood, bundle, hand_in):
    result = fumehood("grade", "--bundle", bundle(), hand_in(routes=DEAD))
    assert result.status == 4, result
    assert "not-submitted" in result.out


def test_a_link_to_somebody_elses_work_is_not_submitted(
        fumehood, bundle, hand_in):
    folder = hand_in(list=DEAD)
    (folder / "routes").symlink_to(EXERCISES / "routes" / "model")
    result = fumehood("grade", "--bundle", bundle(), folder)
    assert result.status == 4 and "is a symbolic link" in result.out, result


def test_a_folder_with_another_name_is_pointed_out(
        fumehood, bundle, hand_in):
    result = fumehood("grade", "--bundle", bundle(),
                      hand_in(routes=DEAD, lists=DEAD))
    assert "lists: no exercise of the bundle `two`" in result.err


@pytest.mark.parametrize("words, said", [
    (["--bundle", "junir", "HANDIN"], "did you mean `junior`?"),
    (["--bundle", "junior", "nowhere"], "nowhere"),
    (["--bundle", "junior", "EMPTY"], "it wants the folders routes, crud"),
    (["--bundle", "junior", "routes", "HANDIN"], "one folder"),
    (["--bundle", "junior", "HANDIN", "--only", "x"], "--only"),
    (["--bundle", "junior", "HANDIN", "--transcript", "x"], "--transcript"),
    (["--bundle", "junior", "HANDIN", "--report", "tap"], "not as tap"),
    (["--bundle", "junior", "HANDIN", "--report", "html=x"], "--out"),
    (["HANDIN"], "a submission is missing"),
])
def test_a_wrong_command_line_says_what_is_wrong(
        fumehood, hand_in, tmp_path, words, said):
    (tmp_path / "empty").mkdir()
    places = {"HANDIN": hand_in(routes=DEAD), "EMPTY": tmp_path / "empty"}
    result = fumehood("grade", *[places.get(word, word) for word in words])
    assert result.status == 2 and said in result.err, result


@pytest.mark.parametrize("members, said", [
    ({"exercises": ["routes", "lisst"]}, ":8:3: no exercise `lisst`; did"),
    ({"exercises": ["routes", "routes"]}, ":8:3: `routes` is named twice"),
    ({"exercises": []}, "must name 1 to"),
    ({"exercises": ["../x"]}, "`../x` is no slug"),
    ({"level": "guru"}, ":5:11: `level` cannot be"),
    ({"format": 2}, "`format` must be"),
    ({"exercise": 1}, "did you mean `exercises`?"),
])
def test_a_wrong_bundle_is_its_authors_error(fumehood, bundle, hand_in,
                                             members, said):
    result = fumehood("grade", "--bundle", bundle(**members),
                      hand_in(routes=DEAD))
    assert result.status == 3 and said in result.err, result


def test_bundles_are_listed(fumehood):
    names = fumehood("list", "--bundles", "--names").out.split()
    assert names == ["junior", "mid", "senior"]
    listed = fumehood("list", "--bundles", "--report", "json").document
    assert [bundle["slug"] for bundle in listed] == names
    assert "Bundles, for" in fumehood("list").out
