"""A batch that ends early: Ctrl-C, once and twice, and a full disk."""

import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, TIMEOUT_S
from terminal import Terminal
from test_evidence import APP, exercise  # noqa: F401 (a fixture)

WAITS = "import time\ntime.sleep(600)\n" + APP % "True"


@pytest.fixture
def hand_ins(tmp_path):
    def make(**apps):
        for name, text in apps.items():
            (tmp_path / "hand-ins" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "hand-ins" / name / "app.py").write_text(text)
        return sorted((tmp_path / "hand-ins").iterdir())
    return make


def summary(out):
    rows = json.loads((out / "summary.json").read_text())["submissions"]
    return {row["name"]: row for row in rows}


def until(condition, what):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


# --- Ctrl-C ---


def is_running(pid):
    try:
        stat = pathlib.Path("/proc/%d/stat" % pid).read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def comm(pid):
    return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()


def children(pid):
    path = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid))
    return [int(word) for word in path.read_text().split()]


def family(pid):
    found = [pid]
    for child in children(pid):
        found += family(child)
    return found


def cgroups(pids):
    """The folders of boxes that these processes are in."""
    names = set()
    for pid in pids:
        lines = pathlib.Path("/proc/%d/cgroup" % pid).read_text().splitlines()
        names.update(part for line in lines for part in line.split("/")
                     if part.startswith("fumehood-"))
    return [path for path in pathlib.Path("/sys/fs/cgroup").rglob("fumehood-*")
            if path.name in names]


@pytest.fixture
def begun(exercise, hand_ins, surroundings, tmp_path):
    """Two that are graded, then two workers with an app that waits, and two
    that are not begun; on a terminal, whose keys reach all of them."""
    out, temporary = tmp_path / "results", tmp_path / "temporary"
    temporary.mkdir()
    folders = hand_ins(a=APP % "True", b=APP % "False", c=WAITS, d=WAITS,
                       e=WAITS, f=APP % "True")
    terminal = Terminal(
        [PROGRAM, "grade", str(exercise), *map(str, folders), "--jobs", "2",
         "--out", str(out)], tmp_path,
        {**surroundings, "TERM": "xterm", "TMPDIR": str(temporary)})
    terminal.out, terminal.temporary = out, temporary
    try:
        until(lambda: (out / "a/report.json").exists() and
              (out / "b/report.json").exists() and
              all("box-started" in text_of(out / name / "transcript.jsonl")
                  for name in "cd"), "two apps that wait")
        yield terminal
    finally:
        terminal.kill()


def text_of(path):
    return path.read_text() if path.exists() else ""


def files_of(out):
    return {path: path.read_bytes() for name in "ab"
            for path in (out / name).iterdir()}


@pytest.fixture
def goes_on(fumehood, exercise, hand_ins):
    """What had ended is kept, what had not is graded, nothing is left."""
    def check(terminal, finished):
        folders = hand_ins(**dict.fromkeys("cde", APP % "True"))
        result = fumehood("grade", exercise, *folders, "--out", terminal.out,
                          env={"TMPDIR": str(terminal.temporary)})
        assert result.status == 1, result
        rows = summary(terminal.out)
        assert {name: row["outcome"] for name, row in rows.items()} == {
            **dict.fromkeys("acdef", "passed"), "b": "failed"}
        assert [name for name in rows if rows[name]["kept"]] == ["a", "b"]
        assert files_of(terminal.out) == finished
        assert list(terminal.temporary.iterdir()) == []
    return check


def test_ctrl_c_ends_a_batch_and_keeps_what_is_finished(begun, goes_on):
    finished, pids = files_of(begun.out), family(begun.pid)
    boxes = cgroups(pids)
    begun.press("\x03")
    assert begun.end() == 130
    while begun.read(0.1):
        pass
    assert "Ctrl-C again ends at once" in begun.shown
    rows = summary(begun.out)
    assert {name: (row["outcome"], row["status"])
            for name, row in rows.items()} == {
        "a": ("passed", 0), "b": ("failed", 1),
        "c": ("interrupted", 130), "d": ("interrupted", 130),
        "e": ("not-begun", 130), "f": ("not-begun", 130)}
    assert "6 submissions, 1 passed" in begun.shown
    assert files_of(begun.out) == finished
    assert not any(map(is_running, pids))
    assert not [path for path in boxes if path.exists()]
    assert list(begun.temporary.iterdir()) == []
    goes_on(begun, finished)


def test_ctrl_c_twice_ends_it_although_a_worker_cannot_end(begun, goes_on):
    finished, pids = files_of(begun.out), family(begun.pid)
    boxes = cgroups(pids)
    stuck = next(pid for pid in children(begun.pid)
                 if comm(pid) == "fumehood")
    os.kill(stuck, signal.SIGSTOP)
    begun.press("\x03")
    begun.wait_for("Ctrl-C again ends at once")
    assert not begun.ended()
    begun.press("\x03")
    assert begun.end() == 130
    assert files_of(begun.out) == finished
    until(lambda: not any(map(is_running, pids)), "processes are left")
    until(lambda: not [path for path in boxes if path.exists()],
          "control groups are left")
    until(lambda: not list(begun.temporary.glob("fumehood-warm-*")),
          "the fork server's socket is left")
    # The copies that they had taken are nobody's now: a later run, which does
    # not touch what may only just have been made, removes them.
    for path in begun.temporary.iterdir():
        os.utime(path, (1000, 1000))
    goes_on(begun, finished)


# --- a full disk ---


# Who is not root is root in a namespace for the mount, and then who it was:
# a box refuses to be built for a root that can be no other user.
OWN_MOUNTS = ["unshare", "-m", "sh", "-ec", 'eval "$1"; eval "$2"', "sh"]
USERS_OWN_MOUNTS = [
    "unshare", "-Urm", "sh", "-ec",
    'eval "$1"; exec unshare -U --map-user=%d --map-group=%d sh -ec "$2"' % (
        os.geteuid(), os.getegid()), "sh"]


@pytest.fixture
def small_disk(tmp_path):
    """Run a shell script where `disk` is a file system of 512 KiB."""
    words = OWN_MOUNTS if os.geteuid() == 0 else USERS_OWN_MOUNTS
    if subprocess.run([*words, "mount -t tmpfs none /mnt", "true"],
                      capture_output=True).returncode:
        pytest.skip("no mount namespace of one's own: no full disk")
    (tmp_path / "disk").mkdir()

    def run(script, env):
        return subprocess.run(
            [*words, "mount -t tmpfs -o size=512k none disk", script],
            cwd=tmp_path, env=env, text=True, capture_output=True,
            timeout=2 * TIMEOUT_S)
    return run


# Graded, full but for $ROOM bytes, and with room again.
FULL = """
step() {
    name=$1; shift; status=0
    "$PROGRAM" grade ./tiny "$@" --out disk/results --jobs 1 \\
        >$name.out 2>$name.err || status=$?
    echo $status >$name.status
    cp -r disk/results $name
}
step before hand-ins/a hand-ins/b
dd if=/dev/zero of=disk/fill bs=4k 2>filled || :
truncate -s -$ROOM disk/fill
step full hand-ins/*
rm disk/fill
step after hand-ins/*
"""


@pytest.mark.parametrize("room", [0, 16384])
def test_a_full_disk_leaves_nothing_half_that_counts(
        fumehood, exercise, hand_ins, small_disk, surroundings, tmp_path,
        room):
    hand_ins(a=APP % "True", b=APP % "False", c=APP % "True",
             d=APP % "False")
    process = small_disk(FULL, {**surroundings, "PROGRAM": PROGRAM,
                                "ROOM": str(room)})
    assert process.returncode == 0, process
    assert "No space left" in (tmp_path / "filled").read_text()
    before, full, after = (tmp_path / name
                           for name in ("before", "full", "after"))
    statuses = [int((tmp_path / (name + ".status")).read_text())
                for name in ("before", "full", "after")]
    assert statuses == [1, 6, 1]

    # Told, with every verdict.
    said = (tmp_path / "full.err").read_text()
    assert "disk/results/d/transcript.jsonl: No space left on device" in said
    assert "summary.csv: No space left on device" in said
    shown = (tmp_path / "full.out").read_text()
    assert "4 submissions, 2 passed" in shown

    # What was there is whole, and what is there now says what it is.
    assert files_of(full) == {full / path.relative_to(before): content
                              for path, content in files_of(before).items()}
    assert summary(full) == summary(before)
    for name in "cd":
        for path in (full / name).iterdir():
            assert path.name in ("transcript.jsonl", "report.json")
    whole = {name for name in "cd" if fumehood(
        "verify", full / name / "transcript.jsonl").status == 0}
    assert "d" not in whole

    rows = summary(after)
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "a": "passed", "b": "failed", "c": "passed", "d": "failed"}
    assert {name for name in rows if rows[name]["kept"]} == {"a", "b"} | whole
    for name, row in rows.items():
        report = json.loads((after / name / "report.json").read_text())
        assert report["outcome"] == row["outcome"]
