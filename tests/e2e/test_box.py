"""`fumehood box` and `fumehood doctor` as a person or a script meets them."""

import ctypes
import json
import os
import signal
import socket
import subprocess

import pytest

from conftest import PROGRAM

BOX = os.path.join(os.path.dirname(PROGRAM), "fumehood-box")
CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x20000
ORDINARY = 61391  # owns nothing
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root's id maps")


@pytest.fixture
def box(fumehood):
    """Run a shell line in a box; .report is the fumehood-box/1 object."""
    def run(line, *options, **keywords):
        result = fumehood("box", "--report", "json", *options, "--",
                          "/bin/sh", "-c", line, **keywords)
        result.report = result.document
        return result
    return run


@pytest.mark.parametrize("line, options, status, expected", [
    ("exit 0", [], 0, {"reason": "exited", "code": 0}),
    ("exit 3", [], 1, {"reason": "exited", "code": 3}),
    ("kill -ABRT $$", [], 1, {"reason": "signalled", "signal": 6}),
    ("while :; do :; done", ["--cpu", "0.2"], 1, {"reason": "cpu-time"}),
    ("sleep 60", ["--wall", "200ms"], 1, {"reason": "wall-time"}),
    ("sleep 60", ["--idle", "300ms"], 1, {"reason": "idle"}),
    ("kill -STOP $$", ["--idle", "300ms"], 1, {"reason": "idle"}),
    ("while :; do :; done", ["--idle", "300ms", "--cpu", "1"], 1,
     {"reason": "cpu-time"}),
    ("cat /dev/zero >/tmp/f", ["--disk", "2M"], 1, {"reason": "disk-bytes"}),
    ("while :; do sleep 9 & done", ["--processes", "12"], 1,
     {"reason": "processes"}),
    ("x=x; while :; do x=$x$x; done", ["--memory", "32M"], 1,
     {"reason": "memory"}),
    ("head -c 5000 /dev/zero", ["--output", "1K"], 0, {"output_cut": True}),
])
def test_an_end_has_a_reason_and_an_exit_status(box, line, options, status,
                                                expected):
    result = box(line, *options)
    assert result.status == status
    assert {key: result.report[key] for key in expected} == expected


def can_raise_limits():
    """CAP_SYS_RESOURCE, which not every root has."""
    with open("/proc/self/status", encoding="ascii") as file:
        return int(file.read().partition("CapEff:")[2].split()[0], 16) >> 24 & 1


@pytest.mark.parametrize("limit", ["-c 0", "-n 200", "-s 1024", "-l 0"])
def test_stricter_limits_of_the_caller_stay_and_do_no_harm(fumehood, limit):
    line = f'ulimit {limit} && exec "$@"'
    result = fumehood("-c", line, "sh", PROGRAM, "box", "--quiet", "--",
                      "/bin/sh", "-c", f"ulimit {limit[:2]}",
                      program="/bin/sh")
    assert result.status == 0, result
    assert result.out.strip() == limit[3:]


@pytest.mark.parametrize("start", [[], ["--cold"]], ids=["warm", "cold"])
def test_a_grade_without_core_dumps_is_a_grade(fumehood, submission, start):
    folder = submission({"app.py": """
import resource
from flask import Flask
print("core", resource.getrlimit(resource.RLIMIT_CORE))
app = Flask(__name__)
"""})
    result = fumehood("-c", 'ulimit -c 0 && exec "$@"', "sh", PROGRAM,
                      "grade", "list", folder, "--transcript", "run.jsonl",
                      *start, program="/bin/sh")
    assert result.status == 1, result
    expected = can_raise_limits()  # to 1 byte, which stops a pipe as well
    with open(folder.parent / "run.jsonl", encoding="utf-8") as file:
        assert f"core ({expected}, {expected})" in file.read()


def test_the_report_has_every_member_that_is_promised(box):
    report = box("exit 0").report
    assert report["format"] == "fumehood-box/1"
    for member in ("layers", "limits", "peak", "denied", "wall_ms", "cpu_ms"):
        assert member in report
    assert {"seccomp", "landlock", "netns", "root"} <= set(report["layers"])


def test_output_is_kept_apart_from_the_report(box):
    result = box("echo to-stdout; echo to-stderr >&2")
    assert "to-stdout" in result.err and "to-stderr" in result.err
    json.loads(result.out)


def test_a_refused_call_is_decoded(fumehood):
    result = fumehood(
        "box", "--report", "json", "--", "/usr/bin/python3", "-I", "-c",
        "import socket; socket.socket().connect(('192.0.2.7', 25))")
    assert {"call": "connect", "detail": "192.0.2.7:25", "count": 1} in \
        result.document["denied"]


def test_refused_calls_have_the_names_that_the_kernel_gives_them(fumehood):
    code = ("import ctypes, socket\nlibc = ctypes.CDLL(None)\n"
            "libc.unshare(0x50000000); libc.ptrace(16, 1, 0, 0)\n"
            "libc.prctl(22, 2, 0); libc.socketpair(1, 2, 0, 0)\n"
            "libc.socket(40, 1, 0); libc.socket(2, 1, 132)")
    result = fumehood("box", "--report", "json", "--", "/usr/bin/python3",
                      "-I", "-c", code)
    assert {(d["call"], d["detail"]) for d in result.document["denied"]} == {
        ("unshare", "CLONE_NEWUSER|CLONE_NEWNET"), ("ptrace", "PTRACE_ATTACH"),
        ("prctl", "PR_SET_SECCOMP"), ("socketpair", "AF_UNIX, SOCK_DGRAM"),
        ("socket", "AF_VSOCK, SOCK_STREAM"),
        ("socket", "AF_INET, SOCK_STREAM, protocol 132")}


def test_what_is_bound_can_be_read_and_not_written(box, tmp_path):
    (tmp_path / "given").write_text("hello")
    result = box("cat /given; echo x >/given", "--bind",
                 "%s:/given" % (tmp_path / "given"))
    assert "hello" in result.err and result.status == 1
    assert (tmp_path / "given").read_text() == "hello"


@pytest.mark.parametrize("words", [
    ["--memory", "lots", "--", "true"], ["--bind", "relative", "--", "true"],
    ["--nonsense", "--", "true"], ["--"], ["--", "/nowhere/program"],
    ["--isolation", "none", "--", "true"], ["--wall", "5m", "--", "true"],
    ["--idle", "5sm", "--", "true"], ["--cpu", "-1", "--", "true"],
    ["--wall", "1e14", "--", "true"], ["--processes", "5s", "--", "true"],
    ["--", "true"] + 5000 * ["argument"],
    ["--memory", "0x10M", "--", "true"],
    ["--files", "3", "--", "true"], ["--bind", "/nowhere", "--", "true"],
    ["--bind", ":/given", "--", "true"], ["--bind", "/usr:/", "--", "true"],
])
def test_a_mistake_on_the_command_line_is_a_usage_error(fumehood, words):
    result = fumehood("box", *words)
    assert result.status == 2 and result.err


@pytest.mark.parametrize("options", [[], ["--report", "json"]])
def test_what_could_not_be_written_is_no_success(fumehood, options):
    result = fumehood("-c", 'exec "$@" >/dev/full', "sh", PROGRAM, "box",
                      *options, "--", "/bin/echo", "hello", program="/bin/sh")
    assert result.status == 6 and "No space left" in result.err


def test_who_reads_no_further_does_no_harm(fumehood):
    result = fumehood("-c", '"$@" | head -c 1', "sh", PROGRAM, "box", "--",
                      "/usr/bin/seq", "100000", program="/bin/sh")
    assert result.out == "1" and "exited 0" in result.err


def test_no_descriptor_of_ours_takes_the_place_of_a_closed_one(fumehood):
    result = fumehood("-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAM, "box",
                      "--", "/bin/echo", "hello", program="/bin/sh")
    assert result.status in (0, 6) and not result.out + result.err


def test_too_few_descriptors_are_named(fumehood):
    result = fumehood("-c", 'ulimit -n 64 && exec "$@"', "sh", PROGRAM, "box",
                      "--", "/bin/true", program="/bin/sh")
    assert result.status == 6 and "descriptors" in result.err


def test_no_small_file_size_limit_of_the_caller_ends_the_box_wordless(fumehood):
    result = fumehood("-c", 'ulimit -f 0 && exec "$@"', "sh", PROGRAM, "box",
                      "--", "/bin/echo", "hello", program="/bin/sh")
    assert result.status == 6 and "File too large" in result.err


def test_a_grade_that_may_not_write_its_transcript_says_so(
        fumehood, submission):
    result = fumehood("-c", 'ulimit -f 0 && exec "$@"', "sh", PROGRAM, "grade",
                      "list", submission({"app.py": "x = 1"}), program="/bin/sh")
    assert result.status == 6 and "File too large" in result.err


def test_the_summary_leaves_out_a_limit_that_is_none(fumehood):
    result = fumehood("box", "--memory", "0", "--cpu", "0.5", "--", "/bin/true")
    assert " of 0 " not in result.err and " of 0.5 s cpu" in result.err


@pytest.mark.parametrize("part", ["seccomp", "landlock", "cgroup"])
def test_a_release_build_leaves_no_layer_out(part):
    box = os.path.join(os.path.dirname(PROGRAM), "fumehood-box")
    result = subprocess.run([box, "--without", part, "--", "/bin/true"],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 6 and "no layer out" in result.stderr


def test_an_interrupt_ends_the_box(surroundings, tmp_path):
    with subprocess.Popen(
            [PROGRAM, "box", "--", "/bin/sh", "-c", "echo up; sleep 60"],
            env=surroundings, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


@AS_ROOT
@pytest.mark.parametrize("level, uid, status", [
    ("full", 0, 5), ("reduced", 0, 0), ("full", ORDINARY, 5),
    ("reduced", ORDINARY, 0)])
def test_a_missing_layer_is_refused_or_named(tmp_path, level, uid, status):
    ready, go = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        # What fails here ends with 99 and not in the test's own frames.
        try:
            libc = ctypes.CDLL(None)
            if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS):
                os._exit(98)
            os.write(ready[1], b"x")
            os.read(go[0], 1)
            os.setresgid(0, 0, 0)
            os.setresuid(0, 0, 0)
            with open("/proc/sys/user/max_user_namespaces", "w") as file:
                file.write("0")
            out = os.open(str(tmp_path / "out"), os.O_CREAT | os.O_WRONLY)
            os.dup2(out, 1)
            if uid:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            os.execv(PROGRAM, [PROGRAM, "box", "--report", "json",
                               "--isolation", level, "--", "/bin/true"])
        finally:
            os._exit(99)
    os.read(ready[0], 1)
    for name in ("uid_map", "gid_map"):
        with open("/proc/%d/%s" % (pid, name), "w") as file:
            file.write("0 0 4294967295")
    os.write(go[1], b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == status
    report = json.loads((tmp_path / "out").read_text())
    if level == "full":
        assert report["layer"] == "userns"
    elif not uid:
        assert "userns" not in report["layers"]
        assert {"uid", "seccomp", "landlock"} <= set(report["layers"])
    else:  # for whom it was the only way to any other: test_reduced.py
        assert report["layers"] == ["nnp", "landlock", "seccomp", "notify"]


def test_doctor_says_what_can_be_had(fumehood):
    result = fumehood("doctor", "--json")
    document = result.document
    assert result.status == (0 if document["full_isolation"] else 5)
    names = [feature["name"] for feature in document["features"]]
    assert names[-3:] == ["box", "reduced", "python"]
    for feature in document["features"]:
        assert feature["status"] in ("found", "weaker", "missing")
    assert "landlock" in fumehood("doctor").out


def test_a_pending_ctrl_c_ends_no_box_that_is_being_built():
    """The terminal signals the whole foreground, also a keeper that the
    runner has just started."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)
        os.dup2(theirs.fileno(), 3)
        os.execv(BOX, ["fumehood-box", "--serve"])
    theirs.close()
    ours.close()  # the end of its runner is the only thing that ends it
    assert os.WIFEXITED(os.waitpid(pid, 0)[1])
