"""Letters of two columns and marks of none: no line breaks in a wrong place."""

import json
import os
import re
import shutil
import subprocess
import time
import unicodedata

import pytest

from conftest import PROGRAM
from terminal import Terminal

TITLE = "図書館の本を一覧する練習と本の貸し出し 📚📚"
ANSWER = """\
from flask import Flask
app = Flask(__name__)

@app.get("/")
def root():
    return "%s"
""" % ("見つかりません" * 30)


def columns(text):
    """By the standard's own table, which is not the program's."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


@pytest.fixture
def exercise(tmp_path):
    folder = tmp_path / "wide"
    (folder / "probes").mkdir(parents=True)
    (folder / "starter").mkdir()
    (folder / "starter/app.py").write_text(ANSWER)
    (folder / "brief.md").write_text("# %s\n\nR1: %s\n" % (TITLE, TITLE * 9))
    (folder / "exercise.json").write_text(json.dumps({
        "format": 1, "slug": "wide", "title": TITLE, "level": "junior",
        "minutes": 5, "skills": ["rest"], "criteria": [
            {"id": name, "title": title * 4, "skill": "rest", "points": 2,
             "script": "probes/x.hurl", "spec": ["R1"], "hints": [title * 9],
             "followup": [title * 9]}
            for name, title in (("kanji", "本が返される。"),
                                ("marks", "e\u0301te\u0301 a\u0308 "),
                                ("emoji", "📚📖"))]}))
    (folder / "probes/x.hurl").write_text(
        'GET {{base}}/\nHTTP *\n[Asserts]\nbody == "%s"\n' % ("本" * 60))
    return folder


def too_wide(text, most):
    """Lines that are there to be copied are never wrapped."""
    copied = r"(transcript |next: |    try )"
    return [line for line in text.splitlines()
            if columns(line) > most and not re.match(copied, line)]


@pytest.mark.parametrize("most", [20, 41, 80])
def test_a_report_of_wide_letters_fits(fumehood, exercise, tmp_path, most):
    result = fumehood("grade", exercise, exercise / "starter", "--transcript",
                      tmp_path / "t", env={"COLUMNS": str(most)})
    assert result.status == 1, result
    assert too_wide(result.out, most) == []
    # Nothing is wrapped earlier than it must be, either.
    widest = max(map(columns, result.out.splitlines()))
    assert widest >= most - 1
    assert "本が返される。" * 2 in re.sub(r"\s", "", result.out)


def test_a_mark_stays_with_its_letter(fumehood, exercise, tmp_path):
    for most in range(20, 32):
        result = fumehood("grade", exercise, exercise / "starter",
                          "--transcript", tmp_path / "t",
                          env={"COLUMNS": str(most)})
        assert not [line for line in result.out.splitlines()
                    if line.strip() and unicodedata.combining(
                        line.strip()[0])]


def test_the_columns_of_a_batch_stay_below_each_other(
        fumehood, exercise, tmp_path):
    names = ["山田太郎", "ada", "Rene\u0301e", "📚" * 8]
    for name in names:
        shutil.copytree(exercise / "starter", tmp_path / "in" / name)
    result = fumehood("grade", exercise, *sorted((tmp_path / "in").iterdir()),
                      "--out", tmp_path / "out")
    rows = result.out.splitlines()[:-1]
    assert len(rows) == len(names)
    assert len({columns(row[:row.index("failed")]) for row in rows}) == 1


@pytest.fixture
def folder(fumehood, exercise, tmp_path):
    assert fumehood("new", "--minutes", 30, exercise,
                    tmp_path / "mine").status == 0
    return tmp_path / "mine"


@pytest.mark.parametrize("most", [20, 33, 80])
def test_watch_never_draws_beyond_the_edge(folder, surroundings, most):
    terminal = Terminal([PROGRAM, "watch"], folder,
                        {**surroundings, "TERM": "xterm"}, most, 24)
    try:
        terminal.settle()
        for key in "bdh":
            assert too_wide(terminal.screen.replace("\r", ""), most) == []
            terminal.forget()
            terminal.press(key)
            terminal.wait_for("n h d|n next")
        terminal.press("q")
        assert terminal.end() == 1
    finally:
        terminal.kill()


def test_tmux_shows_the_head_on_one_row(folder, surroundings, tmp_path):
    """Who draws it measures the letters for itself."""
    if not shutil.which("tmux"):
        pytest.skip("no tmux here")

    def tmux(*words):
        return subprocess.run(
            ["tmux", "-S", tmp_path / "tmux.socket", "-f", os.devnull, *words],
            env=surroundings, cwd=folder, capture_output=True, text=True,
            timeout=30).stdout
    try:
        tmux("new-session", "-d", "-x", "60", "-y", "24",
             "%s watch" % PROGRAM)
        deadline = time.monotonic() + 30
        while "of 6 points" not in (shown := tmux("capture-pane", "-p")):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        head, below = shown.splitlines()[:2]
        assert head.startswith("図書館の本") and head.endswith("left")
        assert columns(head) == 60
        assert "left" not in below and "📚" not in below
    finally:
        tmux("kill-server")
