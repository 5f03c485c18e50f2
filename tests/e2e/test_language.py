"""Hurl's language, script by script: what each of language.txt must come to."""

import pathlib
import re
import subprocess
import sys

import pytest

from conftest import ROOT

CASES = pathlib.Path(__file__).with_name("language.txt").read_text()
CASE = re.compile(r"^=== (.*): (held|failed|refused|invalid)(.*)\n"
                  r"((?:(?!=== ).*\n)*)", re.M)


@pytest.fixture(scope="module")
def server():
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests/servers/manual.py"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield "http://127.0.0.1:" + process.stdout.readline().strip()
    process.stdin.close()
    process.wait(10)


@pytest.mark.parametrize("name, kind, detail, text", [
    pytest.param(*match.groups(), id=match.group(1).replace(" ", "-"))
    for match in CASE.finditer(CASES)])
def test_a_script_means_what_it_means_to_hurl(fumehood, server, tmp_path,
                                              name, kind, detail, text):
    if name == "carriage returns":
        text = text.replace("\n", "\r\n")
    script = tmp_path / "x.hurl"
    script.write_bytes(text.encode())
    (tmp_path / "sent.txt").write_text("from a file")
    result = fumehood("probe", script, "--url", server, "--report", "json")
    if kind == "refused":
        assert result.status == 3 and "not supported" in result.err
    elif kind == "invalid":
        assert result.status == 3
        assert ":%s: " % detail.strip() in result.err
    else:
        checks = [check for criterion in result.document["criteria"]
                  for check in criterion["checks"]]
        failed = ["%s: %s" % (check["source"], check.get("message"))
                  for check in checks if check["status"] != "pass"]
        lines = [re.search(r":(\d+): ", text).group(1) for text in failed]
        assert lines == detail.split(), failed
        assert result.status == (1 if detail else 0)
