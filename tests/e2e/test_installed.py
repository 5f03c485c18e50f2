"""Where exercises are installed below /usr, which every box shows."""

import json
import os
import subprocess

import pytest

from conftest import EXERCISES, PROGRAM

APP = """
import os
from flask import Flask

for folder, _, files in os.walk("/usr/local"):
    for name in files:
        print("found", os.path.join(folder, name))
print("looked")
app = Flask(__name__)
"""
# A /usr/local of its own, which goes with the mount namespace.
SCRIPT = """
set -e
mount -t tmpfs none /usr/local
mkdir -p /usr/local/home
cp -R "$2" /usr/local/home/exercises
export FUMEHOOD_HOME=/usr/local/home
"$1" grade routes "$3" --quiet --transcript "$4" || [ $? = 1 ]
cat "$4"
mv /usr/local/home/exercises/list /usr/local/mine
"$1" grade /usr/local/mine "$3" --quiet --transcript "$4" || [ $? = 1 ]
cat "$4"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_no_submission_reads_the_exercises_there(submission, surroundings,
                                                tmp_path):
    process = subprocess.run(
        ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", PROGRAM, EXERCISES,
         submission({"app.py": APP}), tmp_path / "run.jsonl"],
        env=surroundings, capture_output=True, text=True, timeout=60)
    assert process.returncode == 0, process
    events = [json.loads(line) for line in process.stdout.splitlines()]
    said = "".join(e["text"] for e in events if e["kind"] == "log")
    assert said.count("looked") == 2
    assert "found" not in said
