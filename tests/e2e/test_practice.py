"""Practice: a folder of one's own, hints, and a screen that follows saves."""

import json
import os
import shutil
import signal

import pytest

from conftest import EXERCISES, PROGRAM
from terminal import Terminal

SLUG = "routes"


@pytest.fixture
def folder(fumehood, tmp_path):
    result = fumehood("new", SLUG)
    assert result.status == 0, result
    assert "fumehood watch" in result.out
    return tmp_path / SLUG


def answer(folder, source="model"):
    """Put an answer of the exercise's own into the folder, by renaming."""
    for path in (EXERCISES / SLUG / source).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(EXERCISES / SLUG / source)
            target.parent.mkdir(parents=True, exist_ok=True)
            other = target.with_name(target.name + ".tmp")
            shutil.copy(path, other)
            os.rename(other, target)


def criteria():
    manifest = json.loads((EXERCISES / SLUG / "exercise.json").read_text())
    return [c for c in manifest["criteria"]
            if c.get("visibility", "public") == "public"]


@pytest.fixture
def watch(folder, surroundings):
    terminals = []

    def start(*words, columns=80, rows=60, cwd=folder):
        terminal = Terminal([PROGRAM, "watch", *words], cwd,
                            {**surroundings, "TERM": "xterm"}, columns, rows)
        terminals.append(terminal)
        return terminal
    yield start
    for terminal in terminals:
        terminal.kill()


def test_a_new_folder_holds_the_starter_the_brief_and_nothing_hidden(folder):
    names = {path.name for path in folder.iterdir()}
    starter = {path.name for path in (EXERCISES / SLUG / "starter").iterdir()
               if path.name != "__pycache__"}
    assert names == starter | {"BRIEF.md", ".fumehood"}
    assert (folder / ".fumehood/.gitignore").read_text() == "*\n"


def test_a_folder_that_holds_something_is_left_alone(fumehood, folder):
    before = sorted(folder.rglob("*"))
    result = fumehood("new", SLUG)
    assert result.status == 2
    assert "not empty" in result.err
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("verb", [["check"], ["hint"], ["explain", "x"],
                                  ["reset"], ["watch"]])
def test_elsewhere_practice_says_how_to_begin(fumehood, tmp_path, verb):
    result = fumehood(*verb)
    assert result.status == 2
    assert "fumehood new EXERCISE" in result.err


def test_a_broken_state_is_named(fumehood, folder):
    (folder / ".fumehood/practice.json").write_text("{")
    result = fumehood("check", cwd=folder)
    assert result.status == 2
    assert "practice.json" in result.err and "line 1" in result.err


def test_check_grades_from_any_folder_below(fumehood, folder):
    below = folder / "a/b"
    below.mkdir(parents=True)
    result = fumehood("check", cwd=below)
    assert result.status == 1
    assert "of" in result.out and "next: fumehood explain" in result.err
    answer(folder)
    result = fumehood("check", cwd=below)
    assert result.status == 0, result
    assert "100 %" in result.out


def test_check_asks_one_criterion_and_refuses_what_is_none(fumehood, folder):
    name = criteria()[0]["id"]
    result = fumehood("check", name, "--report=json", cwd=folder)
    assert name in [c["id"] for c in result.document["criteria"]]
    result = fumehood("check", name + "x", cwd=folder)
    assert result.status == 2
    assert "did you mean '%s'" % name in result.err


def test_hints_come_one_by_one_and_are_remembered(fumehood, folder):
    with_hints = next(c for c in criteria() if len(c.get("hints", [])) > 0)
    hints = with_hints["hints"]
    for n in range(1, len(hints) + 1):
        out = fumehood("hint", with_hints["id"], cwd=folder).out
        assert " ".join(hints[n - 1].split()) in " ".join(out.split())
        for later in hints[n:]:
            assert later not in out


def test_explain_cites_the_brief_and_shows_what_came(fumehood, folder):
    fumehood("check", cwd=folder)
    for criterion in criteria():
        result = fumehood("explain", criterion["id"], cwd=folder)
        assert result.status == 0, result
        assert criterion["spec"][0] in result.out
        assert "In the last grade" in result.out \
            or "did not get to it" in result.out


def test_reset_puts_the_starter_back_and_keeps_the_old(fumehood, folder):
    starter = next(path for path in (EXERCISES / SLUG / "starter").iterdir()
                   if path.suffix == ".py")
    mine = folder / starter.name
    mine.write_text("# mine\n")
    (folder / "other.py").write_text("# stays\n")
    result = fumehood("reset", starter.name, cwd=folder)
    assert result.status == 0, result
    assert mine.read_bytes() == starter.read_bytes()
    saved = folder / ".fumehood/saved-1" / starter.name
    assert saved.read_text() == "# mine\n"
    assert (folder / "other.py").exists()
    assert fumehood("reset", "nothing.py", cwd=folder).status == 2


def test_watch_follows_saves_and_says_what_changed(folder, watch):
    terminal = watch()
    terminal.wait_for(r"of [0-9.]+ points")
    terminal.wait_for("q quit")
    terminal.forget()
    answer(folder)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0
    assert "passes now" in terminal.shown


def test_watch_by_looking_at_times_works_too(folder, watch):
    terminal = watch("--poll")
    terminal.wait_for(r"of [0-9.]+ points")
    answer(folder)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0


def test_watch_keys(folder, watch):
    terminal = watch()
    terminal.wait_for(r"\n>.*\(")
    for key, shows in (("b", "# "), ("b", "points"), ("c", "curl -"),
                       ("c", "points"), ("d", "✗"), ("d", "points"),
                       ("n", ">"), ("h", "[Hh]int"), ("r", "asking")):
        terminal.forget()
        terminal.press(key)
        terminal.wait_for(shows)
    terminal.press("q")
    assert terminal.end() == 1


@pytest.mark.parametrize("columns, rows", [(20, 10), (80, 24), (200, 60)])
def test_watch_fits_its_terminal(folder, watch, columns, rows):
    terminal = watch(columns=columns, rows=rows)
    terminal.wait_for(r"n next|n h d c b r q")
    terminal.wait_for("points")
    lines = terminal.screen.split("\r\n")
    assert len(lines) <= rows
    used = sum(max(1, -(-len(line) // columns)) for line in lines[:-1])
    assert used <= rows


def test_ctrl_c_ends_watch_at_once(folder, watch):
    terminal = watch()
    terminal.wait_for(r"of [0-9.]+ points")
    terminal.press("\x03")
    assert terminal.end() == 130
    assert (folder / ".fumehood/last.jsonl").exists()


def test_the_time_box_ends_with_a_graded_snapshot(fumehood, watch, tmp_path):
    assert fumehood("new", SLUG, "boxed", "--minutes", "1").status == 0
    state = tmp_path / "boxed/.fumehood/practice.json"
    practice = json.loads(state.read_text())
    practice["begin"] -= 55  # five seconds are left
    state.write_text(json.dumps(practice))
    terminal = watch(cwd=tmp_path / "boxed")
    terminal.wait_for(r"0:0\d left")
    assert terminal.end(60) == 124
    assert "The time is up" in terminal.shown
    snapshot = tmp_path / "boxed/.fumehood/snapshot.jsonl"
    assert json.loads(snapshot.read_text().splitlines()[-1])["kind"] == "end"


def test_without_a_terminal_watch_prints_a_line_for_each_run(
        folder, surroundings):
    import subprocess
    process = subprocess.Popen([PROGRAM, "watch"], cwd=folder,
                               env=surroundings, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    try:
        assert "points" in process.stdout.readline()
        answer(folder)
        line = process.stdout.readline()
        while "passes now" not in line:
            line = process.stdout.readline()
            assert line
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()
