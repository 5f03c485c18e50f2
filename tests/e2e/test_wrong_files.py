"""What is no transcript or no exercise, given to each verb that reads one."""

import pytest

from test_evidence import APP, exercise, good  # noqa: F401

READERS = ["report", "verify", "regrade", "replay", "diff"]


def half(text):
    return text[:len(text) // 2]


def altered(text):
    lines = text.splitlines(True)
    middle = len(lines) // 2
    lines[middle] = lines[middle].replace('"at_ns":', '"at_ns":1', 1)
    return "".join(lines)


WRONG = {  # what becomes of a good one: what is said, by verify too
    "cut": (half, "it is cut off", "the transcript is cut off"),
    "altered": (altered, "it was altered", "the transcript was altered"),
    "newer": (lambda text: text.replace("fumehood-transcript/1",
                                        "fumehood-transcript/2", 1),
              "not fumehood-transcript/2", "not fumehood-transcript/2"),
    "empty": (lambda text: "", "no beginning", "no beginning"),
    "a page": (lambda text: "<!doctype html>\n", "no event", "no event"),
    "bytes": (lambda text: "\x00\udcff\n" * 999, "no event", "no event"),
}


@pytest.mark.parametrize("verb", READERS)
def test_a_wrong_transcript_is_named_once(fumehood, good, tmp_path, verb):
    for name in WRONG:
        check_wrong(fumehood, good, tmp_path / "spoilt.jsonl", verb, name)


def check_wrong(fumehood, good, path, verb, name):
    spoil, said, verified = WRONG[name]
    path.write_text(spoil(good.transcript_path.read_text()),
                    errors="surrogateescape")
    words = [path, *([good.transcript_path] if verb == "diff" else []),
             *(["--exercise", good.folder]
               if verb in ("regrade", "replay") else [])]
    result = fumehood(verb, *words)
    if verb == "verify":
        assert result.status == (2 if name == "newer" else 1)
        assert (result.out + result.err).count(verified) == 1, result
        return
    assert result.err.count(said) == 1, (name, result)
    if name not in ("cut", "altered"):
        assert result.status == 2 and not result.out, name
    elif verb == "regrade" and name == "cut":
        assert result.status == 130  # as far as it goes
    else:  # it is read as far as it goes, and that is said
        assert result.status in (0, 1) and result.out, name


@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize("path, said", [
    ("nowhere", "No such file"), (".", "not a regular file"),
    ("a/b", "No such file"), ("/dev/zero", "not a regular file")])
def test_what_cannot_be_read_as_a_file_is_named(
        fumehood, verb, path, said):
    words = [path, path] if verb == "diff" else [path]
    result = fumehood(verb, *words)
    assert result.status == 2 and said in result.err and not result.out


@pytest.mark.parametrize("words", [
    ["grade", None, "app"], ["calibrate", None], ["lint", None],
    ["show", None], ["new", None, "mine"]])
@pytest.mark.parametrize("name, said", [
    ("empty", "has no exercise.json"), ("./empty", "no exercise.json there"),
    ("file.txt", "has no exercise.json"), ("nowhere", "fumehood list"),
    ("./nowhere", "no exercise.json there"), ("", "no exercise ``"),
    ("rutes", "did you mean `routes`"), ("tiny", "`./tiny`"),
    ("empty/exercise.json", "no exercise.json there")])
def test_a_folder_that_is_no_exercise_is_named(
        fumehood, exercise, tmp_path, words, name, said):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.py").write_text(APP % "True")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("hello\n")
    result = fumehood(*[name if word is None else word for word in words])
    assert result.status == 2 and said in result.err, result
    assert not result.out and not (tmp_path / "mine").exists()


@pytest.mark.parametrize("text, said", [
    ("", ":1:1: expected a value"), ("[]", ":1:1: "), ("{}", "`format`"),
    ("{", ":1:2: "), ("\x00", ":1:1: "),
    (None, "format 1")])
def test_a_manifest_that_is_none_is_the_authors(
        fumehood, exercise, tmp_path, text, said):
    manifest = exercise / "exercise.json"
    if text is None:  # of a version to come
        text = manifest.read_text().replace('"format": 1', '"format": 2')
    manifest.write_text(text)
    result = fumehood("grade", exercise, tmp_path)
    assert result.status == 3 and said in result.err, result
