"""Practice: a folder of one's own, hints, and a screen that follows saves."""

import glob
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import termios
import time

import pytest

from conftest import EXERCISES, PROGRAM
from terminal import ESCAPES, Terminal

SLUG = "routes"


@pytest.fixture
def surroundings(surroundings, runtime):
    return {**surroundings, "XDG_RUNTIME_DIR": str(runtime)}


@pytest.fixture
def folder(fumehood, tmp_path):
    result = fumehood("new", SLUG)
    assert result.status == 0, result
    assert "fumehood watch" in result.out
    assert "starter/ is this folder" in result.out
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


def test_a_folder_that_holds_something_is_left_alone(
        fumehood, folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine\n")
    for place, why in ((folder, "an exercise was begun there already"),
                       (tmp_path / "mine", "not empty")):
        before = sorted(place.rglob("*"))
        result = fumehood("new", SLUG, place)
        assert result.status == 2
        assert why in result.err
        assert sorted(place.rglob("*")) == before


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


def test_what_is_remembered_follows_no_link_out_of_the_folder(
        fumehood, folder, tmp_path):
    outside = tmp_path / "precious"
    outside.write_text("mine\n")
    (folder / ".fumehood/history.jsonl").symlink_to(outside)
    for name in "lock", "watched":
        (folder / ".fumehood" / name).unlink(missing_ok=True)
        (folder / ".fumehood" / name).symlink_to(tmp_path / "made")
    result = fumehood("check", cwd=folder)
    assert "history.jsonl" in result.err
    assert outside.read_text() == "mine\n"
    assert not (tmp_path / "made").exists()


def test_a_link_is_no_folder_of_practice(fumehood, folder, tmp_path):
    (folder / ".fumehood").rename(tmp_path / "elsewhere")
    (folder / ".fumehood").symlink_to(tmp_path / "elsewhere")
    result = fumehood("check", cwd=folder)
    assert result.status == 2 and "no exercise was begun here" in result.err
    assert not (tmp_path / "elsewhere/last.jsonl").exists()


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


def test_hint_and_explain_take_what_fails_first(fumehood, folder):
    for verb in "hint", "explain":
        result = fumehood(verb, cwd=folder)
        assert result.status == 2
        assert "nothing was graded here yet" in result.err
    document = fumehood("check", "--report=json", cwd=folder).document
    worst = max(document["criteria"],
                key=lambda c: c["max_points"] - (c["points"] or 0))
    for verb in "hint", "explain":
        result = fumehood(verb, cwd=folder)
        assert result.status == 0, result
        assert "(%s" % worst["id"] in result.out
    answer(folder)
    fumehood("check", cwd=folder)
    result = fumehood("explain", cwd=folder)
    assert result.status == 2
    assert "nothing failed" in result.err


def test_the_list_begins_with_the_easiest_and_fits_the_terminal(
        fumehood, tmp_path, surroundings):
    levels = [line.split()[1] for line in
              fumehood("list").out.split("\n\n")[0].splitlines()]
    assert levels == sorted(levels) and levels[0] == "junior"
    terminal = Terminal([PROGRAM, "list"], tmp_path, surroundings,
                        columns=60)
    assert terminal.end() == 0
    assert "fumehood new EXERCISE" in terminal.shown
    assert max(map(len, terminal.shown.split("\r\n"))) <= 60


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
    terminal.settle()
    terminal.forget()
    answer(folder)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0
    assert "passes now" in terminal.shown


def test_watch_by_looking_at_times_works_too(folder, watch):
    terminal = watch("--poll")
    terminal.settle()
    answer(folder)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0


def test_watch_keys(folder, watch):
    terminal = watch()
    terminal.settle()
    for key, shows in (("b", "# "), ("b", "points"), ("c", "curl -"),
                       ("c", "points"), ("d", "✗"), ("d", "points"),
                       ("n", ">"), ("h", "[Hh]int"), ("r", "asking")):
        terminal.forget()
        terminal.press(key)
        terminal.wait_for(shows)
    terminal.press("q")
    assert terminal.end() == 1


@pytest.mark.parametrize("columns, rows", [(20, 10), (60, 12),
                                           (66, 12), (80, 24), (200, 60)])
def test_watch_fits_its_terminal(folder, watch, columns, rows):
    terminal = watch(columns=columns, rows=rows)
    terminal.settle(".")
    for _ in range(2):
        lines = terminal.screen.split("\r\n")
        assert len(lines) <= rows
        assert max(map(len, lines[:-1])) <= columns, lines
        # The last row begins where the cursor was put; the last column stays
        # free, or the terminal scrolls.
        keys = re.findall(r"\x1b\[%d;1H([^\x1b\r]*)" % rows, ESCAPES.sub(
            lambda code: code.group() if code.group()[-1] in "HK" else "",
            terminal.text))
        assert keys and max(map(len, keys)) < columns, keys
        terminal.forget()
        terminal.press("d")
        terminal.settle(".")


def test_ctrl_c_ends_watch_at_once(folder, watch):
    terminal = watch()
    terminal.settle()
    terminal.press("\x03")
    assert terminal.end() == 130
    assert (folder / ".fumehood/last.jsonl").exists()


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(folder, watch):
    terminal = watch()
    terminal.settle()
    terminal.press("\x1a")
    modes = terminal.stopped()
    assert modes & termios.ICANON and modes & termios.ECHO
    assert terminal.text.endswith("\x1b[?1049l")
    terminal.forget()
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait_for("q quit")
    terminal.press("q")
    assert terminal.end() == 1


def test_a_terminal_that_changes_its_size_is_drawn_again(folder, watch):
    terminal = watch(columns=80, rows=24)
    terminal.settle()
    terminal.forget()
    terminal.resize(20, 10)
    terminal.wait_for("n h d c b r q")
    lines = terminal.screen.split("\r\n")
    assert all(len(line) <= 20 for line in lines[:-1])
    terminal.press("q")
    assert terminal.end() == 1


def test_a_page_longer_than_the_terminal_is_scrolled(folder, watch):
    brief = (folder / "BRIEF.md").read_text()
    last = brief.split()[-1]
    terminal = watch(columns=100, rows=12)
    terminal.settle()
    terminal.press("b")
    terminal.wait_for("space more")
    assert last not in terminal.screen
    for key in (" ", "\x1b[6~", "\x1b[B", "j") + (" ",) * 20:
        terminal.press(key)
    terminal.wait_for(re.escape(last))
    terminal.press("\x1b[5~" * 30)
    terminal.forget()
    terminal.press("k")
    terminal.wait_for(re.escape(brief.splitlines()[0]))
    terminal.press("q")
    assert terminal.end() == 1


def test_the_brief_is_wrapped_between_words(folder, watch):
    words = set((folder / "BRIEF.md").read_text().split())
    terminal = watch(columns=30, rows=12)
    terminal.settle()
    terminal.press("b")
    terminal.wait_for("# Routes")
    terminal.settle("# Routes")
    shown = terminal.screen.split("\r\n")[1:-1]
    long = {word for line in shown for word in line.split()} - words
    assert len(" ".join(shown).split()) > 10 and not long, long


def test_what_was_not_asked_says_why(folder, watch):
    terminal = watch(rows=60)
    terminal.settle()
    assert re.search(r"– .*: not asked, because `\w+` failed",
                     " ".join(terminal.screen.split()))


def test_a_rerun_that_changes_nothing_is_seen_to_have_been(folder, watch):
    terminal = watch()
    terminal.settle()
    run = int(re.search(r"run (\d+) took \d+ ms", terminal.screen)[1])
    terminal.press("r")
    terminal.wait_for(r"run %d took" % (run + 1))


def test_a_hint_is_seen_on_the_smallest_terminals(folder, watch):
    with_hints = [c for c in criteria() if c.get("hints")]
    terminal = watch(columns=80, rows=24)
    terminal.settle()
    for _ in criteria():
        terminal.press("h")
        terminal.press("n")
    terminal.forget()
    terminal.press("h")
    terminal.wait_for("Hint|no hint")
    assert with_hints
    terminal.press("q")
    assert terminal.end() == 1


def test_the_greatest_loss_comes_first_and_is_explained(folder, watch):
    worth = {c["id"]: c["points"] for c in criteria()}
    terminal = watch(columns=120, rows=60)
    terminal.settle()
    terminal.press("q")
    assert terminal.end() == 1
    rows = re.findall(r"[✗◐] .*\((\S+)\) -([0-9.]+)", terminal.screen)
    lost = [float(points) for _, points in rows]
    assert lost and lost == sorted(lost, reverse=True)
    assert all(float(points) <= worth[name] for name, points in rows)


def test_only_one_watches_a_folder(folder, fumehood, watch):
    terminal = watch()
    terminal.settle()
    result = fumehood("watch", cwd=folder)
    assert result.status == 2
    assert "being watched already" in result.err
    terminal.press("q")
    assert terminal.end() == 1


def test_hints_given_beside_watch_are_not_forgotten_by_it(
        folder, fumehood, watch):
    name = next(c["id"] for c in criteria() if c.get("hints"))
    terminal = watch()
    terminal.settle()
    assert fumehood("hint", name, cwd=folder).status == 0
    terminal.forget()
    terminal.press("r")
    terminal.wait_for("q quit")
    terminal.press("q")
    terminal.end()
    state = json.loads((folder / ".fumehood/practice.json").read_text())
    assert state["hints"][name] == 1
    assert state["runs"] >= 1


def test_watch_ends_when_its_empty_folder_is_removed(folder, watch):
    """With no save before it: nobody tells who stands in the folder."""
    terminal = watch()
    terminal.settle()
    for name in "app.py", "BRIEF.md":
        (folder / name).unlink()
    terminal.settle("no files in it")
    while folder.exists():  # a run may write its state meanwhile
        shutil.rmtree(folder, ignore_errors=True)
    assert terminal.end() == 2
    assert "is gone" in terminal.shown


def test_watch_ends_when_its_folder_is_removed(folder, watch):
    terminal = watch()
    terminal.settle()
    while folder.exists():  # a run may write its state meanwhile
        shutil.rmtree(folder, ignore_errors=True)
    assert terminal.end() == 2
    assert "is gone" in terminal.shown


def test_a_syntax_error_is_shown_and_forgotten_when_it_is_mended(
        folder, watch):
    answer(folder)
    source = next(folder.glob("*.py"))
    whole = source.read_text()
    source.write_text("def broken(:\n")
    terminal = watch()
    terminal.wait_for("SyntaxError")
    source.write_text(whole)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0


def test_a_save_during_a_run_is_graded_after_it(folder, watch):
    terminal = watch()
    terminal.wait_for("asking")
    answer(folder)
    terminal.wait_for("Everything passes")
    terminal.press("q")
    assert terminal.end() == 0


SLEEPS = """
import time
from flask import Flask
app = Flask(__name__)
@app.before_request
def sleep():
    time.sleep(0.3)
"""


HANGS = "while True:\n    pass\n"


def test_a_save_ends_the_wait_for_an_app_that_hangs(folder, watch):
    terminal = watch()
    terminal.settle()
    terminal.forget()
    (folder / "app.py").write_text(HANGS)
    terminal.wait_for("starting")
    answer(folder)
    terminal.wait_for("10 of 10 points")
    terminal.settle("10 of 10 points")
    # The run that hung was given up, not waited for.
    assert "does not answer" not in terminal.shown
    terminal.press("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("key, status", [("q", 1), ("\x03", 130)])
def test_a_key_leaves_an_app_that_hangs(folder, watch, key, status):
    terminal = watch()
    terminal.settle()
    terminal.forget()
    (folder / "app.py").write_text(HANGS)
    terminal.wait_for("starting")
    terminal.press(key)
    assert terminal.end(10) == status
    assert "does not answer" not in terminal.shown


def test_keys_while_an_app_starts_cost_one_start_at_most(folder, watch):
    terminal = watch()
    terminal.settle()
    terminal.forget()
    (folder / "app.py").write_text("import time\ntime.sleep(1)\n" +
                                   (EXERCISES / SLUG / "model/app.py")
                                   .read_text())
    terminal.wait_for("starting")
    for _ in range(20):
        terminal.press("b")
        terminal.read(0.05)
    terminal.wait_for("10 of 10 points")
    terminal.press("q")
    assert terminal.end() == 0


# The first request is seen from here, by the name of who answers it.
IS_ASKED = """
import ctypes
import time
first = True
@app.before_request
def say_so():
    global first
    if first:
        first = False
        ctypes.CDLL(None).prctl(15, b"%s")
        time.sleep(1)
"""


def wait_for_thread(name, terminal, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for path in glob.glob("/proc/[0-9]*/task/[0-9]*/comm"):
            try:
                if pathlib.Path(path).read_text().strip() == name:
                    return
            except OSError: # it has ended
                pass
        terminal.read(0.01)
    raise AssertionError("nobody is called %s:\n%s" % (name, terminal.screen))


def test_a_key_during_the_first_request_takes_no_points(folder, watch):
    name = "asked-%d" % os.getpid()
    terminal = watch()
    terminal.settle()
    terminal.forget()
    (folder / "app.py").write_text(
        (EXERCISES / SLUG / "model/app.py").read_text() + IS_ASKED % name)
    wait_for_thread(name, terminal)
    terminal.press("j")
    terminal.settle("run 2 took")
    assert "10 of 10 points" in terminal.screen
    terminal.press("q")
    assert terminal.end() == 0


def test_q_ends_a_run_that_is_on_and_keeps_the_last_one(
        folder, fumehood, watch):
    fumehood("check", cwd=folder)
    last = (folder / ".fumehood/last.jsonl").read_bytes()
    for path in folder.glob("*.py"):
        path.unlink()
    (folder / "app.py").write_text(SLEEPS)
    terminal = watch()
    terminal.wait_for("asking|points")
    terminal.press("q")
    assert terminal.end(50) in (0, 1)
    assert (folder / ".fumehood/last.jsonl").read_bytes() == last


def test_ctrl_c_takes_no_grade_away_that_is_on_the_screen(folder, watch):
    terminal = watch()
    terminal.settle()
    terminal.forget()
    answer(folder)
    terminal.settle("10 of 10 points")
    terminal.press("\x03")
    assert terminal.end() == 130
    last = (folder / ".fumehood/last.jsonl").read_text().splitlines()
    assert json.loads(last[-1])["outcome"] == "graded"
    assert json.loads(last[-1])["score"] == {"points": 10, "max_points": 10}


def test_ctrl_c_twice_ends_at_once_and_gives_the_terminal_back(
        folder, fumehood, watch):
    for path in folder.glob("*.py"):
        path.unlink()
    (folder / "app.py").write_text(SLEEPS)
    terminal = watch()
    terminal.wait_for("q quit")
    terminal.press("\x03\x03")
    assert terminal.end() == 130
    assert "\x1b[?1049l" in terminal.text
    assert termios.tcgetattr(terminal.fd)[3] & termios.ICANON


def test_a_dumb_terminal_gets_lines_and_no_codes(folder, surroundings):
    terminal = Terminal([PROGRAM, "watch"], folder,
                        {**surroundings, "TERM": "dumb"})
    try:
        terminal.wait_for(r"run 1: \S+ of [0-9.]+ points\r\n +\S")
        assert "\x1b" not in terminal.text
        terminal.press("\x03")
        assert terminal.end() == 130
    finally:
        terminal.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_a_full_disk_takes_no_result_away(fumehood, surroundings, tmp_path):
    """In a mount namespace of its own, a file system that is soon full."""
    script = """
        mount -t tmpfs -o size=256k none "$1"
        cd "$1"
        "$2" new %s . || exit 9
        "$2" check >/dev/null; cp .fumehood/last.jsonl "$3"
        dd if=/dev/zero of=fill bs=1k 2>/dev/null
        "$2" check; status=$?
        cmp .fumehood/last.jsonl "$3" || exit 8
        exit $status
    """ % SLUG
    place = tmp_path / "small"
    place.mkdir()
    process = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", place, PROGRAM,
         tmp_path / "kept"], env=surroundings, capture_output=True,
        text=True, timeout=120)
    assert process.returncode == 1, process
    assert "points" in process.stdout
    assert "not kept" in process.stderr
    assert "No space left" in process.stderr


def test_a_folder_that_cannot_be_written_is_practised_in(
        fumehood, folder, surroundings):
    """Bound read-only; where that needs root, modes do for who is not."""
    if os.geteuid() == 0:
        words = ["unshare", "-m", "sh", "-c",
                 'mount --bind -o ro . . && cd "$PWD" && "$0" check', PROGRAM]
    else:
        (folder / ".fumehood").chmod(0o500)
        words = [PROGRAM, "check"]
    process = subprocess.run(words, cwd=folder, env=surroundings, text=True,
                             capture_output=True, timeout=60)
    assert process.returncode == 1, process
    assert "points" in process.stdout
    assert "not kept" in process.stderr


def test_practice_needs_no_folders_of_the_user(fumehood, folder, tmp_path):
    result = fumehood("check", cwd=folder, env={
        "HOME": str(tmp_path / "nowhere"), "XDG_STATE_HOME": "",
        "XDG_RUNTIME_DIR": ""})
    assert result.status == 1, result
    assert "points" in result.out


def test_a_report_that_cannot_be_written_is_named(fumehood, folder):
    result = fumehood("check", "--report", "html=/nowhere/page.html",
                      cwd=folder)
    assert result.status == 2, result
    assert "/nowhere/page.html" in result.err


def test_a_time_that_was_up_before_is_graded_once(
        fumehood, tmp_path):
    assert fumehood("new", SLUG, "late", "--timed").status == 0
    folder = tmp_path / "late"
    state = folder / ".fumehood/practice.json"
    practice = json.loads(state.read_text())
    manifest = json.loads((EXERCISES / SLUG / "exercise.json").read_text())
    assert practice["minutes"] == manifest["minutes"]
    practice["begin"] -= 60 * practice["minutes"]
    state.write_text(json.dumps(practice))
    result = fumehood("watch", cwd=folder)
    assert result.status == 124, result
    snapshot = (folder / ".fumehood/snapshot.jsonl").read_bytes()
    answer(folder)
    result = fumehood("watch", cwd=folder)
    assert result.status == 124
    assert "The time was up" in result.out
    assert (folder / ".fumehood/snapshot.jsonl").read_bytes() == snapshot


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


def secrets(slug):
    """All that the manifest and the scripts keep from a candidate."""
    manifest = json.loads((EXERCISES / slug / "exercise.json").read_text())
    found = []
    for c in manifest["criteria"]:
        if c.get("visibility") == "hidden":
            found += [c["id"], c["title"]]
        found += c.get("followup", []) + c.get("hints", [])
    for script in (EXERCISES / slug / "probes").glob("*.hurl"):
        for line in script.read_text().splitlines():
            _, mark, directive = line.partition("#!")
            found += re.findall(r'hint="([^"]*)"', directive)
            if mark and re.search(r"\bhidden\b", directive):
                found += re.findall(r'title="([^"]*)"', directive)
    # A word that the brief uses as well is no secret.
    brief = (EXERCISES / slug / "brief.md").read_text()
    starter = "".join(path.read_text() for path in
                      (EXERCISES / slug / "starter").rglob("*.py"))
    return [text for text in found
            if len(text) > 8 and text not in brief + starter]


def test_nothing_hidden_is_in_any_artefact_of_practice(
        fumehood, watch, tmp_path):
    hidden = secrets("catalogue")
    assert len(hidden) > 20
    fumehood("new", "catalogue")
    folder = tmp_path / "catalogue"
    shutil.rmtree(folder / "catalogue", ignore_errors=True)
    model = EXERCISES / "catalogue/model"
    flawed = EXERCISES / "catalogue/flawed/put-creates"
    for source in model, flawed:
        shutil.copytree(source, folder, dirs_exist_ok=True)
    shown = []
    for report in "terminal", "json", "html", "junit", "har":
        result = fumehood("check", "--report", report, cwd=folder)
        shown += [result.out, result.err]
    manifest = json.loads(
        (EXERCISES / "catalogue/exercise.json").read_text())
    for c in manifest["criteria"]:
        result = fumehood("explain", c["id"], cwd=folder)
        public = c.get("visibility", "public") == "public"
        assert result.status == (0 if public else 2), result
        if public:
            shown += [result.out, result.err]
    terminal = watch(cwd=folder, columns=200, rows=200)
    terminal.settle()
    for key in "ndcb":
        terminal.press(key)
    terminal.press("q")
    terminal.end()
    shown.append(terminal.shown)
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "BRIEF.md":
            shown.append(path.read_text(errors="replace"))
    everything = "\n".join(shown)
    for text in hidden:
        escaped = json.dumps(text, ensure_ascii=False)[1:-1]
        assert text not in everything and escaped not in everything, text


def catches(status, number):
    with open(status, encoding="ascii") as file:
        mask = re.search(r"SigCgt:\s*(\w+)", file.read()).group(1)
    return int(mask, 16) >> (number - 1) & 1


def test_ctrl_c_in_check_says_so_and_keeps_the_last_grade(
        folder, fumehood, surroundings):
    fumehood("check", cwd=folder)
    last = (folder / ".fumehood/last.jsonl").read_bytes()
    for path in folder.glob("*.py"):
        path.unlink()
    (folder / "app.py").write_text(SLEEPS.replace("0.3", "60"))
    terminal = Terminal([PROGRAM, "check"], folder, surroundings)
    try:
        status = "/proc/%d/status" % terminal.pid
        # The last one that it asks for, and one that the test's own Python,
        # which it is at first, does not catch.
        while not catches(status, signal.SIGHUP):
            terminal.read(0.02)
        terminal.press("\x03")
        assert terminal.end() == 130, terminal.shown
        assert "Ctrl-C again" in terminal.shown
        assert "interrupted" in terminal.shown
    finally:
        terminal.kill()
    assert (folder / ".fumehood/last.jsonl").read_bytes() == last


def test_what_a_missing_page_lacks_takes_a_line_each(folder, fumehood):
    """The starter answers 404: its page has none of the members asked for."""
    out = fumehood("check", "fixed", cwd=folder).out
    lines = out.splitlines()
    lacking = [i for i, line in enumerate(lines) if "the body is no JSON" in
               " ".join(lines[i:i + 2])]
    assert lacking and "404" in out
    assert not any("why" in lines[i] for i in lacking), out
