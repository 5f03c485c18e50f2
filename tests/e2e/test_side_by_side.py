"""Two grades side by side, on a busy machine, come to the same as one alone.

SIDE_BY_SIDE_RUNS pairs are graded (1; `make calibrate` asks for 50), while
SIDE_BY_SIDE_LOAD processes (8) do nothing but keep the processors busy.
"""

import json
import os
import subprocess
import sys

import pytest

from conftest import EXERCISES, PROGRAM, TIMEOUT_S

RUNS = int(os.environ.get("SIDE_BY_SIDE_RUNS", "1"))
LOAD = int(os.environ.get("SIDE_BY_SIDE_LOAD", "8"))
# A right answer whose verdict depends on a burst, and a flaw of two workers.
PAIRS = [("two-workers", "model", []),
         ("rate-limit", "flawed/counted-per-worker", ["limit"])]
BUSY = "import os\nwhile os.getppid() == %d: pass\n"


@pytest.fixture
def busy():
    """It ends with this test, also where the test does not get that far."""
    code = BUSY % os.getpid()
    load = [subprocess.Popen([sys.executable, "-c", code])
            for _ in range(LOAD)]
    yield
    for process in load:
        process.kill()
    for process in load:
        process.wait()


def lost(text):
    return [c["id"] for c in json.loads(text)["criteria"]
            if c["status"] != "pass"]


def test_grades_side_by_side_do_not_disturb_each_other(busy, surroundings,
                                                       tmp_path):
    for seed in range(1, RUNS + 1):
        grades = [subprocess.Popen(
            [PROGRAM, "grade", slug, EXERCISES / slug / answer, "--seed",
             str(seed), "--report", "json", "--transcript",
             tmp_path / f"{slug}-{seed}.jsonl"], env=surroundings,
            stdout=subprocess.PIPE, text=True) for slug, answer, _ in PAIRS]
        outputs = [grade.communicate(timeout=TIMEOUT_S)[0]
                   for grade in grades]
        for output, (slug, _, expected) in zip(outputs, PAIRS):
            assert lost(output) == expected, (slug, seed, output)
