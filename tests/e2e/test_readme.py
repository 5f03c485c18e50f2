"""The README's tour is what the program prints."""

import re
import subprocess

import pytest

from conftest import ROOT

README = (ROOT / "README.md").read_text()
TOUR = "$ build/release/fumehood grade "


def block():
    """The command of the tour, and what the README says it prints."""
    for text in re.findall(r"```console\n(.*?)```", README, re.S):
        if text.startswith(TOUR):
            command, _, output = text.partition("\n")
            return command.removeprefix("$ ").split(), output
    raise AssertionError("the README has no tour")


def without_times(text):
    """Nor the number of a product: a criterion more changes it."""
    text = re.sub(r"/products/\d+", "/products/N", text)
    return re.sub(r"\b\d+ ms\b", "N ms", text)


@pytest.fixture
def printed(surroundings):
    words, _ = block()
    process = subprocess.run(words, cwd=ROOT, env=surroundings, timeout=60,
                             capture_output=True, text=True)
    assert process.returncode == 1, process.stderr
    return without_times(process.stdout)


def test_the_tour_is_what_the_program_prints(printed):
    _, output = block()
    at = 0
    for part in re.split(r"^\.\.\.\n", without_times(output), flags=re.M):
        found = printed.find(part, at)
        assert found >= at, "the README says\n%s\nbut it prints\n%s" % (
            part, printed[at:])
        at = found + len(part)


def test_the_picture_of_the_page_is_there_and_made_by_make():
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", README)[1]
    data = (ROOT / picture).read_bytes()
    assert data.startswith(b"\x89PNG") and len(data) < 300000
    assert "screenshot:" in (ROOT / "Makefile").read_text()
