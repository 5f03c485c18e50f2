"""What somebody meets who has read nothing but the screen."""

import os
import re
import subprocess

import pytest

from conftest import EXERCISES, PROGRAM
from terminal import ESCAPES, Terminal

SLUGS = sorted(path.parent.name for path in EXERCISES.glob("*/brief.md"))


@pytest.fixture
def screen(tmp_path, surroundings):
    """What a command printed on a terminal, line by line."""
    def run(*words, columns=80):
        terminal = Terminal([PROGRAM, *words], tmp_path, surroundings,
                            columns)
        try:
            assert terminal.end() == 0, terminal.shown
            while terminal.read(0):
                pass
            return ESCAPES.sub("", terminal.text).split("\r\n")
        finally:
            terminal.kill()
    return run


def words(text):
    """In order, and whatever line or cell they stand in."""
    return sorted(re.sub(r"[|;─-]", " ", text).split())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_brief_fits_the_terminal_and_loses_no_word(screen, slug):
    brief = (EXERCISES / slug / "brief.md").read_text()
    for columns in (80, 50):
        lines = screen("show", slug, columns=columns)
        begin = next(i for i, line in enumerate(lines)
                     if line.startswith("# "))
        end = lines.index("Points:")
        assert max(map(len, lines)) <= columns
        assert words("\n".join(lines[begin:end])) == words(brief)


def test_a_brief_flows(screen):
    """A line is broken where the terminal ends, not where the source did."""
    lines = screen("show", "routes", columns=60)
    lines = lines[:lines.index("Points:")]
    for line, after in zip(lines, lines[1:]):
        if after.startswith("  ") and line.startswith(("* ", "  ")):
            assert len(line) + 1 + len(after.split()[0]) > 60, line


def test_a_table_keeps_its_columns_where_they_fit(screen):
    lines = screen("show", "strict-input")
    head = next(line for line in lines if "when left out" in line)
    row = next(line for line in lines if "`tickets`" in line)
    for name, cell in (("type", "integer"), ("rule", "1 to 8"),
                       ("when left out", "`1`")):
        assert head.index(name) == row.index(cell)


def test_a_brief_that_is_no_terminals_is_as_it_was_written(fumehood):
    brief = (EXERCISES / "jinja-page/brief.md").read_text()
    assert brief in fumehood("show", "jinja-page").out


def test_explain_shows_the_table_of_a_clause(fumehood, tmp_path):
    assert fumehood("new", "jinja-page").status == 0
    shown = fumehood("explain", "attribute", cwd=tmp_path / "jinja-page").out
    assert "* **R2.1** Each entry is one" in shown
    assert "attribute `title`" in shown and "The four may stand" in shown


def test_what_was_not_asked_is_said_once_and_why(fumehood):
    starter = EXERCISES / "jinja-page/starter"
    shown = fumehood("grade", "jinja-page", starter).out
    assert shown.count("(text): not asked, because `entries` failed") == 1
    assert "Markup is text ·" not in shown


def test_who_forgot_to_enter_the_folder_is_told_which(fumehood):
    assert fumehood("new", "routes", "it's here").status == 0
    result = fumehood("watch")
    assert result.status == 2
    assert r"`cd 'it'\''s here'` first" in result.err


def test_who_begins_twice_is_told_how_to_go_on(fumehood):
    assert fumehood("new", "routes").status == 0
    result = fumehood("new", "routes")
    assert result.status == 2
    assert "`cd routes && fumehood watch` goes on" in result.err


def test_a_repository_without_a_file_is_an_empty_folder(fumehood, tmp_path):
    (tmp_path / "mine/.git").mkdir(parents=True)
    assert fumehood("new", "routes", "mine").status == 0
    assert (tmp_path / "mine/app.py").exists()


def test_an_option_of_another_verb_is_said_to_be_one(fumehood):
    result = fumehood("grade", "routes", ".", "--notes", "x")
    assert result.status == 2
    assert "of `fumehood report`" in result.err


def test_a_traceback_is_shown_once_and_its_exception_whole(fumehood, flawed):
    folder = flawed("jinja-page", "filter-fails-on-none")
    shown = fumehood("grade", "jinja-page", folder, "--seed", 7).out
    said = " ".join(shown.split())
    assert said.count("for //: 'NoneType' and 'int'") == 1
    assert said.count("app said the same traceback as before") > 3


def test_a_check_is_never_shown_beside_the_wrong_clause_alone(
        fumehood, flawed):
    """The grader of methods asks R2.2 and R2.3 and does not say which."""
    shown = fumehood("grade", "routes", flawed("routes", "allow-is-lost")).out
    said = " ".join(shown.split())
    assert "/ping, /ping" not in said and "more: /ping" in said
    assert "brief R2.2: Any other method on these" in said
    assert "R2.3: HEAD is answered wherever GET is" in said


@pytest.mark.parametrize("times", ["0", "-1", "1000000"])
def test_a_run_is_repeated_at_least_once(fumehood, times):
    result = fumehood("grade", "routes", ".", "--repeat=" + times)
    assert result.status == 2 and "--repeat" in result.err


def test_who_has_no_home_is_graded_all_the_same(fumehood, surroundings):
    """/nonexistent is the home of Debian's nobody."""
    env = {**surroundings, "HOME": "/proc/nonexistent", "XDG_STATE_HOME": ""}
    model = EXERCISES / "routes/model"
    result = fumehood("grade", "routes", model, "--only", "fixed", env=env)
    assert result.status == 0, result
    path = re.search(r"^transcript (\S+)$", result.out, re.M)[1]
    assert path.startswith("/tmp/fumehood-%d/state/runs/" % os.geteuid())
    os.unlink(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="root can mount there")
def test_no_transcript_is_kept_where_others_may_write(
        fumehood, surroundings):
    env = {**surroundings, "HOME": "/proc/nonexistent", "XDG_STATE_HOME": ""}
    os.makedirs("/tmp/fumehood-0", 0o700, exist_ok=True)
    result = fumehood(
        "-m", "sh", "-c", "mount -t tmpfs -o mode=0777 none /tmp/fumehood-0"
        ' && exec "$@"', "sh", PROGRAM, "grade", "routes",
        EXERCISES / "routes/model", "--only", "fixed", program="unshare",
        env=env)
    assert result.status == 6, result
    assert "/tmp/fumehood-0: must be a folder of yours" in result.err


def test_the_flask_to_try_it_with_is_one_that_is_there(
        fumehood, tmp_path, surroundings):
    assert fumehood("new", "routes").status == 0
    terminal = Terminal([PROGRAM, "watch"], tmp_path / "routes",
                        {**surroundings, "TERM": "xterm"}, columns=200)
    try:
        terminal.settle()
        terminal.press("c")
        terminal.wait_for("And then:")
        flask = re.search(r"(\S+) run -p 8000", terminal.screen)[1]
        version = subprocess.run([flask, "--version"], capture_output=True,
                                 text=True, timeout=60)
        assert "Flask 3" in version.stdout
        terminal.press("q")
        assert terminal.end() == 1
    finally:
        terminal.kill()


def test_what_was_never_signed_is_said_not_to_be(grade, fumehood, tmp_path):
    assert fumehood("keygen", "key").status == 0
    run = grade("routes", EXERCISES / "routes/model", "--only", "fixed")
    result = fumehood("verify", run.transcript_path, "--key", "key.pub")
    assert result.status == 2
    assert "no signature was found" in result.err


def test_the_list_of_verbs_fits_80_columns(fumehood):
    assert max(map(len, fumehood("help").out.splitlines())) <= 80
