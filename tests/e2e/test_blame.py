"""No submission can make its own failure look like somebody else's.

What an app may do between two starts, it does in the first request: it is
killed afterwards, and what it left in its files is all that lasts.
"""

import json

import pytest

APP = """
import os
from flask import Flask

app = Flask(__name__)
%s

@app.get("/")
def hello():
    %s
    return "hello"
"""
BEFORE = "GET {{base}}/\nHTTP 200\n"
AFTER = "#! id=after title=\"after\" restart\n" + BEFORE
FORGE = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Turns":
        thing.shared[1] = %d
os._exit(0)
"""


@pytest.fixture
def exercise(tmp_path):
    """What is there before a restart, after it, and then once more."""
    folder = tmp_path / "blame"
    (folder / "probes").mkdir(parents=True)
    (folder / "brief.md").write_text("* **R1** Stay there.\n")
    scripts = {"before": BEFORE, "after": AFTER, "later": BEFORE}
    for name, script in scripts.items():
        (folder / f"probes/{name}.hurl").write_text(script)
    (folder / "exercise.json").write_text(json.dumps({
        "format": 1, "slug": "blame", "title": "blame", "level": "mid",
        "minutes": 5, "skills": ["all"],
        "criteria": [{"id": name, "title": name, "skill": "all", "points": 1,
                      "script": f"probes/{name}.hurl", "spec": ["R1"]}
                     for name in scripts]}))
    return folder


@pytest.mark.parametrize("start", [[], ["--cold"]], ids=["warm", "cold"])
@pytest.mark.parametrize("last_act", [
    'os.chmod("/tmp", 0)', 'os.chmod("/submission", 0)',
    'os.rename("/submission/app.py", "/submission/gone.py")',
    'open("/submission/app.py", "w").write("import os; os._exit(6)")',
], ids=["tmp-shut", "work-shut", "app-gone", "exits-as-ours"])
def test_what_an_app_leaves_behind_is_its_own_failure(
        exercise, grade, submission, last_act, start):
    result = grade(exercise, submission({"app.py": APP % ("", last_act)}),
                   *start)
    assert result.status == 1, result
    assert result.lost() == ["after", "later"]
    assert result.document["score"] == {"points": 1, "max_points": 3,
                                        "percent": 33.33}


@pytest.mark.parametrize("files", [
    {"app.py": FORGE % 6 + APP % ("", "pass")},
    {"app.py": FORGE % 99 + APP % ("", "pass")},
    {"app.py": "import os\nos._exit(6)\n"},
    {"app.py": """
import sys
def main():
    from flask import Flask
    Flask(__name__).run(port=8000)
if __name__ == "__main__":
    sys.exit(6)
"""},
], ids=["forged", "forged-odd", "exits", "script-exits"])
@pytest.mark.parametrize("start", [[], ["--cold"]], ids=["warm", "cold"])
def test_a_status_of_ours_is_not_the_submissions_to_give(
        exercise, grade, submission, files, start):
    result = grade(exercise, submission(files), *start)
    assert result.status == 4, result
    assert result.document["outcome"] == "not-gradable"


@pytest.mark.parametrize("start", [[], ["--cold"]], ids=["warm", "cold"])
def test_what_gunicorn_would_read_in_dotenv_changes_nothing(
        exercise, grade, submission, start):
    files = {"app.py": APP % ("assert os.environ['MINE'] == 'kept'", "pass"),
             ".env": "LISTEN_PID=3\nLISTEN_FDS=40\nSCRIPT_NAME=/elsewhere\n"
                     "NOTIFY_SOCKET=/nowhere\nWEB_CONCURRENCY=40\nMINE=kept\n"}
    result = grade(exercise, submission(files), *start)
    assert result.status == 0, result
    assert result.document["box"]["denied"] == []
