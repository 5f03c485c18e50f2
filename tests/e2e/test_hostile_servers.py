"""A client that no server can hurt: each attack has its end, in bounds."""

import json
import resource
import subprocess
import sys

import pytest

from conftest import PROGRAM, ROOT

SERVERS = ROOT / "tests/servers"
sys.path.insert(0, str(SERVERS))
from hostile import CASES  # noqa: E402

MEMORY_MAX = 64 << 20
SCRIPT = """GET {{base}}/%s
[Options]
max-time: 700ms
HTTP *
[Asserts]
jsonpath "$.x" == 1
regex /(a+)+$/ == "x"
xpath "//a" count == 1
"""


@pytest.fixture(scope="module")
def server():
    process = subprocess.Popen(
        [sys.executable, SERVERS / "hostile.py"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    yield "http://127.0.0.1:" + process.stdout.readline().strip()
    process.stdin.close()
    process.wait(10)


def limit_memory():
    """Beyond this an allocation fails, and with it the program."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))


@pytest.mark.parametrize("case", sorted(CASES))
def test_an_attack_is_a_result_in_bounded_time_and_memory(
        server, surroundings, tmp_path, case):
    script = tmp_path / "x.hurl"
    script.write_text(SCRIPT % case)
    report = tmp_path / "report.json"
    process = subprocess.run(
        [PROGRAM, "probe", script, "--url", server, "--report",
         "json=%s" % report], env=surroundings, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=20, preexec_fn=limit_memory)
    assert process.returncode == 1, process.stderr
    text = report.read_text()
    checks = json.loads(text)["criteria"][0]["checks"]
    expected = CASES[case][3]
    if expected == "answered":
        assert "no whole answer" not in checks[0]["message"]
    else:
        assert "no whole answer: %s" % expected in checks[0]["message"]
    assert "\x1b" not in text and "\u202e" not in text
