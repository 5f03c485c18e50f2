"""The program as its users meet it: started, fed, read, never imported.

    result = fumehood("list")              # .status .out .err
    result = grade("catalogue", folder)    # and .document, .transcript
    folder = submission({"app.py": "..."})

Every test has folders of its own for state, transcripts and run-time
sockets, so that nothing here meets what a user keeps.
"""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("FUMEHOOD", str(ROOT / "build/release/fumehood"))
EXERCISES = ROOT / "exercises"
TIMEOUT_S = 60


class Result:
    def __init__(self, process, transcript=None):
        self.status = process.returncode
        self.out, self.err = process.stdout, process.stderr
        self.transcript_path = transcript

    @property
    def document(self):
        return json.loads(self.out)

    @property
    def transcript(self):
        """The events, one dictionary each."""
        lines = self.transcript_path.read_text().splitlines()
        return [json.loads(line) for line in lines]

    def criterion(self, name):
        return next(c for c in self.document["criteria"]
                    if c["id"] == name)

    def lost(self):
        """Ids of the criteria that did not pass."""
        return [c["id"] for c in self.document["criteria"]
                if c["status"] != "pass"]

    def __repr__(self):
        return "status %d\n%s\n%s" % (self.status, self.out, self.err)


@pytest.fixture
def surroundings(tmp_path):
    """Environment variables that keep a test to itself."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("FUMEHOOD_", "XDG_", "LC_", "NO_COLOR"))}
    env.update(HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"),
               XDG_RUNTIME_DIR=str(runtime), LANG="C.UTF-8", TERM="dumb")
    return env


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """A folder for run-time sockets, in which one warm server serves all
    tests of a module.  For modules whose surroundings name it."""
    folder = tmp_path_factory.mktemp("runtime")
    folder.chmod(0o700)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    subprocess.run([PROGRAM, "warm", "start"], env=env, check=True,
                   timeout=60, capture_output=True)
    yield folder
    subprocess.run([PROGRAM, "warm", "stop"], env=env, check=True,
                   timeout=60, capture_output=True)


@pytest.fixture
def fumehood(surroundings, tmp_path):
    def run(*words, env=None, cwd=None, stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_S, program=PROGRAM):
        process = subprocess.run(
            [program, *map(str, words)], env={**surroundings, **(env or {})},
            cwd=cwd or tmp_path, stdin=stdin, timeout=timeout,
            capture_output=True, text=True, errors="backslashreplace")
        return Result(process)
    return run


@pytest.fixture
def grade(fumehood, tmp_path):
    """Grade with the JSON report on stdout and a transcript beside it."""
    count = 0

    def run(exercise, submission, *options, **keywords):
        nonlocal count
        count += 1
        path = tmp_path / ("transcript-%d.jsonl" % count)
        result = fumehood("grade", exercise, submission, "--report", "json",
                          "--transcript", path, *options, **keywords)
        result.transcript_path = path
        return result
    return run


@pytest.fixture
def flawed(tmp_path):
    """The exercise's model answer with the files of flawed/NAME over it."""
    def make(exercise, name):
        folder = tmp_path / ("flawed-" + name)
        shutil.copytree(EXERCISES / exercise / "model", folder)
        shutil.copytree(EXERCISES / exercise / "flawed" / name, folder,
                        dirs_exist_ok=True)
        return folder
    return make


@pytest.fixture
def submission(tmp_path):
    """A folder with these files: {"app.py": "text", "data.bin": b"..."}."""
    count = 0

    def make(files):
        nonlocal count
        count += 1
        folder = tmp_path / ("submission-%d" % count)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                content = content.encode()
            path.write_bytes(content)
        return folder
    return make
