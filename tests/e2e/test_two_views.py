"""One run, two views: what is hidden is in no artefact of the candidate's.

What to look for is taken from the interviewer's own document and from the
manifest, and compared without white space, escapes and line breaks, so that
no format hides a leak by wrapping or quoting it.
"""

import html
import json
import re

import pytest

from conftest import EXERCISES

FORMATS = ["terminal", "json", "html", "junit", "junit:gitlab", "tap",
           "tap14", "gradescope", "exercism", "github", "github-summary",
           "ctrf", "har"]
SLUGS = ["catalogue", "cursor", "rate-limit", "routes", "jinja-page"]
SHORT = 8  # a word of that length is anybody's
FAILING = """
from flask import Flask
app = Flask(__name__)


@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT",
                                                "PATCH", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def anything(path):
    return {}["there is no such key"]
"""


def plain(text):
    for escaped, char in (("%0A", " "), ("%0D", " "), ("%25", "%"),
                          ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escaped, char)
    return re.sub(r"[\s\\]+", "", html.unescape(text))


def strings(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings(member)
    elif isinstance(value, str):
        yield value


def artefact(text):
    """All of a report's text; JSON is read, so that its escapes are gone."""
    try:
        return plain("\n".join(strings(json.loads(text))))
    except ValueError:
        return plain(text)


def is_hidden(part):
    return part.get("visibility") == "hidden" or part.get("hidden") is True


def secrets(slug, document):
    """What only the interviewer may see of this run."""
    manifest = json.loads((EXERCISES / slug / "exercise.json").read_text())
    hidden, public = [], [(EXERCISES / slug / "brief.md").read_text()]
    for c in manifest["criteria"]:
        hidden += c.get("followup", []) + c.get("hints", [])
    for c in document["criteria"]:
        parts = {name: value for name, value in c.items()
                 if name not in ("checks", "followup", "spec", "skill")}
        (hidden if is_hidden(c) else public).extend(strings(parts))
        for check in c["checks"]:
            hint = check.pop("hint", None)
            hidden += [hint] if hint else []
            check.pop("spec", None)
            (hidden if is_hidden(c) or is_hidden(check) else
             public).extend(strings(check))
    hidden += [flag["text"] for flag in document.get("red_flags", [])]
    known = plain("\n".join(public))
    return {text for text in map(plain, hidden)
            if len(text) >= SHORT and text not in known}


@pytest.mark.parametrize("answer", ["starter", "model", "failing"])
@pytest.mark.parametrize("slug", SLUGS)
def test_no_format_shows_a_candidate_what_is_hidden(
        fumehood, grade, submission, slug, answer):
    folder = (submission({"app.py": FAILING}) if answer == "failing"
              else EXERCISES / slug / answer)
    run = grade(slug, folder)
    looked_for = secrets(slug, run.document)
    assert len(looked_for) > 5
    seen = set()
    for name in FORMATS:
        shown = {view: artefact(fumehood(
            "report", run.transcript_path, "--report", name, "--view",
            view).out) for view in ("interviewer", "candidate")}
        leaked = {text for text in looked_for if text in shown["candidate"]}
        assert not leaked, (name, leaked)
        seen |= {text for text in looked_for if text in shown["interviewer"]}
    hidden = {plain(c["title"]) for c in run.document["criteria"]
              if is_hidden(c)}
    assert hidden & looked_for <= seen, "the interviewer's reports have them"
    assert seen


def test_nothing_hidden_lies_in_the_results_for_candidates(
        fumehood, grade, submission, tmp_path):
    folders = [submission({"app.py": FAILING}),
               EXERCISES / "catalogue/starter"]
    looked_for = set()
    for folder in folders:
        looked_for |= secrets("catalogue",
                              grade("catalogue", folder).document)
    out = tmp_path / "results"
    result = fumehood("grade", "catalogue", *folders, "--out", out, "--view",
                      "candidate", *("--report=%s=%s.txt" % (name, name)
                                     for name in FORMATS))
    assert result.status == 1, result
    files = [path for path in out.rglob("*") if path.is_file() and
             path.suffix != ".jsonl"]
    assert len(files) > len(FORMATS)
    for text in (result.out, result.err, *(
            path.read_text(errors="replace") for path in files)):
        shown = artefact(text)
        leaked = {text for text in looked_for if text in shown}
        assert not leaked, leaked
