"""Completions, typed into the shells themselves."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import EXERCISES, PROGRAM
from terminal import Terminal

MANIFEST = json.loads((EXERCISES / "catalogue/exercise.json").read_text())
HIDDEN = [c["id"] for c in MANIFEST["criteria"]
          if c.get("visibility") == "hidden"]

START = {
    "bash": (["--norc", "--noprofile", "-i"],
             "bind 'set bell-style none'; eval \"$(fumehood completion bash)\""),
    "zsh": (["-f", "-i"],
            "autoload -Uz compinit; compinit -D -u; setopt no_beep;"
            " eval \"$(fumehood completion zsh)\""),
    "fish": (["--no-config", "-i"], "fumehood completion fish | source"),
}


@pytest.fixture
def environment(surroundings, tmp_path):
    path = "%s:%s" % (pathlib.Path(PROGRAM).parent, surroundings["PATH"])
    return {**surroundings, "PATH": path, "PS1": "$ ", "TERM": "xterm",
            "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path)}


@pytest.fixture(params=list(START))
def shell(request, environment, tmp_path):
    """An interactive shell that knows the completions."""
    program = shutil.which(request.param)
    if not program:
        pytest.skip("no %s here" % request.param)
    words, start = START[request.param]
    terminal = Terminal([program, *words], tmp_path, environment, 200, 50)
    terminal.press(start + "; echo rea''dy\r")
    terminal.wait_for("ready")
    yield terminal
    terminal.kill()


# What is typed before the tab, and what the line must then hold.
LINES = [
    ("fumehood verif", r"fumehood verify"),
    ("fumehood show catal", r"fumehood show catalogue"),
    ("fumehood grade --thresh", r"--threshold="),
    ("fumehood grade --isolation red", r"--isolation reduced"),
    ("fumehood report --view=cand", r"--view=candidate"),
    ("fumehood report --report exer", r"--report exercism"),
    ("fumehood grade crud --only persis", r"--only persistence"),
    ("fumehood new crud fold", r"new crud folder/"),
    ("fumehood warm stat", r"warm status"),
]


def test_a_tab_completes(shell, tmp_path):
    (tmp_path / "folder").mkdir()
    for typed, then in LINES:
        shell.forget()
        shell.press(typed + "\t")
        shell.wait_for(then, 20)
        shell.forget()
        shell.press("\x15echo do''ne\r")
        shell.wait_for("done")


def words(environment, cwd, *line):
    process = subprocess.run([PROGRAM, "completion", "words", *line],
                             env=environment, cwd=cwd, text=True,
                             capture_output=True, timeout=20)
    assert process.returncode == 0 and process.stderr == "", process
    return [line.split("\t")[0] for line in process.stdout.splitlines()]


def test_every_verb_and_option_of_the_help_is_completed(
        fumehood, environment, tmp_path):
    out = fumehood("help").out
    verbs = re.findall(r"^  (\w+)  ", out, re.M)
    assert len(verbs) > 15
    assert set(verbs) <= set(words(environment, tmp_path, ""))
    for verb in verbs:
        options = re.findall(r"^ .*?(--[a-z-]+)",
                             fumehood(verb, "--help").out, re.M)
        offered = [word.rstrip("=") for word in
                   words(environment, tmp_path, verb, "--")]
        assert set(options) == set(offered), verb


def test_only_what_a_candidate_knows_is_completed_in_practice(
        fumehood, environment, tmp_path):
    assert HIDDEN
    fumehood("new", "catalogue")
    folder = tmp_path / "catalogue"
    for verb in "check", "explain", "hint":
        ids = words(environment, folder, verb, "")
        assert "create" in ids
        assert not set(HIDDEN) & set(ids)


@pytest.mark.parametrize("line", [
    ["nonsense", ""], ["grade", "--nonsense=x"], ["show", "nowhere/x"],
    ["check", "x"], ["grade", "nothing", "--only", ""], ["--", ""], [],
    ["grade", "--", "--th"], ["\x1b[2J", "\x1b"],
])
def test_what_makes_no_sense_is_completed_with_nothing(
        environment, tmp_path, line):
    assert set(words(environment, tmp_path, *line)) <= {
        ":files"} or not line
