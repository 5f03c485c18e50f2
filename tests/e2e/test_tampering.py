"""What was done to a transcript afterwards is seen, wherever it was done."""

import json
import pathlib
import random

import pytest

from conftest import EXERCISES
from test_evidence import (  # noqa: F401 (fixtures)
    APP, bad, exercise, good, key, statuses)


def lines_of(result):
    return result.transcript_path.read_bytes().splitlines(keepends=True)


def flip(line, at):
    """The line with one byte changed into another that prints."""
    other = b"x" if line[at:at + 1] != b"x" else b"y"
    return line[:at] + other + line[at + 1:]


@pytest.fixture
def judged(fumehood, tmp_path):
    path = tmp_path / "altered.jsonl"

    def judge(lines):
        path.write_bytes(b"".join(lines))
        return fumehood("verify", path)
    return judge


def test_a_changed_byte_of_any_event_is_seen(bad, judged):
    lines = lines_of(bad)
    chance = random.Random(1)
    assert judged(lines).status == 0
    for i in range(len(lines) - 1):
        at = chance.randrange(len(lines[i]) - 1)
        result = judged([*lines[:i], flip(lines[i], at), *lines[i + 1:]])
        assert result.status in (1, 2), (i, at, lines[i])
        assert "BAD" in result.out or "reads" in result.err


@pytest.mark.parametrize("old, new", [
    (b'"outcome":"graded"', b'"outcome":"broken"'),
    (b'"max_points":4', b'"max_points":2'), (b'"points":2', b'"points":4'),
    (b'"kind":"end"', b'"kind":"enf"'), (b'"prev":"', b'"prev":"0'),
    (b'"at_ns":', b'"at_ns":-'), (b'"n":', b'"n":1'),
])
def test_the_last_line_is_held_to_the_others(bad, judged, old, new):
    lines = lines_of(bad)
    assert old in lines[-1]
    lines[-1] = lines[-1].replace(old, new, 1)
    assert judged(lines).status == 1


def test_lines_cannot_change_places_be_left_out_or_doubled(bad, judged):
    lines = lines_of(bad)
    for i in range(1, len(lines) - 1):
        swapped = [*lines[:i], lines[i + 1], lines[i], *lines[i + 2:]]
        assert judged(swapped).status == 1, i
        assert judged([*lines[:i], *lines[i + 1:]]).status == 1, i
        assert judged([*lines[:i], lines[i], *lines[i:]]).status == 1, i


def test_nothing_can_be_added_at_the_end(bad, judged):
    lines = lines_of(bad)
    assert judged([*lines, lines[-1]]).status == 1
    assert judged([*lines, b'{"kind":"finding"}\n']).status == 1
    assert judged([*lines, b"\n"]).status == 1
    assert judged([*lines, b"half a li"]).status == 1


def rechained(lines):
    """What somebody does who knows how the chain is made."""
    import hashlib
    prev, out = "0" * 64, []
    for line in lines:
        event = json.loads(line)
        event["prev"] = prev
        text = json.dumps(event, separators=(",", ":"),
                          ensure_ascii=False).encode()
        prev = hashlib.sha256(text).hexdigest()
        out.append(text + b"\n")
    return out


def test_a_chain_made_anew_still_needs_the_key(
        fumehood, grade, exercise, submission, key):
    result = grade(exercise, submission({"app.py": APP % "False"}),
                   "--sign", key)
    path = result.transcript_path
    assert fumehood("verify", path, "--key", f"{key}.pub").status == 0
    forged = [line.replace(b'"status":"fail"', b'"status":"pass"')
              .replace(b'"points":2,"max_points":4',
                       b'"points":4,"max_points":4')
              for line in lines_of(result)]
    path.write_bytes(b"".join(rechained(forged)))
    assert fumehood("verify", path).status == 0, "the chain alone is silent"
    assert fumehood("verify", path, "--key", f"{key}.pub").status == 1


def test_a_signature_is_of_every_byte_of_its_envelope(
        fumehood, grade, exercise, submission, key):
    result = grade(exercise, submission({"app.py": APP % "True"}),
                   "--sign", key)
    path = result.transcript_path
    envelope = path.with_name(path.name + ".intoto.json")
    whole = json.loads(envelope.read_text())
    for change in (lambda e: e.update(payload="A" + e["payload"][1:]),
                   lambda e: e["signatures"][0].update(
                       sig="A" + e["signatures"][0]["sig"][1:]),
                   lambda e: e.update(payloadType="text/plain"),
                   lambda e: e.update(signatures=[])):
        altered = json.loads(json.dumps(whole))
        change(altered)
        if altered == whole:
            continue  # the byte was that already
        envelope.write_text(json.dumps(altered))
        assert fumehood("verify", path, "--key", f"{key}.pub").status == 1


SLUGS = sorted(p.parent.name for p in EXERCISES.glob("*/exercise.json"))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_regrade_of_recorded_bytes_comes_to_the_same_score(
        fumehood, grade, flawed, slug):
    names = sorted(p.name for p in (EXERCISES / slug / "flawed").iterdir())
    chosen = names[len(names) // 2]
    for source in EXERCISES / slug / "model", flawed(slug, chosen):
        result = grade(slug, source)
        assert result.status in (0, 1), result
        again = fumehood("regrade", result.transcript_path, "--report",
                         "json")
        assert again.status == result.status, again
        assert statuses(again) == statuses(result), (slug, source)


def test_a_replay_shows_what_a_mended_flaw_answers_now(
        fumehood, grade, flawed):
    result = grade("catalogue", flawed("catalogue", "missing-answers-200"),
                   "--only", "create")
    broken = grade("catalogue", flawed("catalogue", "no-location"), "--only",
                   "create")
    assert broken.status == 1
    mended = EXERCISES / "catalogue/model"
    for one in result, broken:
        again = fumehood("replay", one.transcript_path, "--submission",
                         mended)
        assert again.status in (0, 1), again
        assert "requests sent again" in again.out
        assert "the submission has changed" in again.err
    assert fumehood("replay", broken.transcript_path, "no-such").status == 2


def test_a_difference_of_two_real_runs_names_what_changed(
        fumehood, grade, flawed):
    before = grade("catalogue", flawed("catalogue", "memory-store"))
    after = grade("catalogue", EXERCISES / "catalogue/model")
    result = fumehood("diff", before.transcript_path, after.transcript_path,
                      "--report", "json")
    assert result.status == 0
    changed = {c["id"] for c in result.document["criteria"]
               if c["change"] == "improved"}
    assert changed == set(before.lost())
    back = fumehood("diff", after.transcript_path, before.transcript_path)
    assert back.status == 1 and "regressed" in back.out
    assert pathlib.Path(before.transcript_path).exists()
