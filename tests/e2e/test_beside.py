"""Criteria that a second instance of the app is asked, at the same time."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import EXERCISES, PROGRAM, TIMEOUT_S

CATALOGUE = EXERCISES / "catalogue"
MANIFEST = json.loads((CATALOGUE / "exercise.json").read_text())
BESIDE = [c["id"] for c in MANIFEST["criteria"] if c.get("beside")]
FLAWS = {name: lost for name, lost in MANIFEST["flawed"].items()
         if set(lost) & set(BESIDE)}

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one processor, one instance")


@pytest.fixture
def surroundings(surroundings, runtime):
    return {**surroundings, "XDG_RUNTIME_DIR": str(runtime)}


def of_kind(result, kind):
    return [e for e in result.transcript if e["kind"] == kind]


def instances(result):
    """The number of the instance that each criterion's requests went to."""
    found, number = {}, 1
    for event in result.transcript:
        if event["kind"] == "instance":
            number = event["number"]
        elif event["kind"] == "request":
            found.setdefault(event["criterion"], set()).add(number)
    return found


@pytest.fixture
def model(tmp_path):
    """The model answer, with `text` at the end of its list's module."""
    def make(text):
        folder = tmp_path / "changed"
        shutil.copytree(CATALOGUE / "model", folder)
        with open(folder / "catalogue/listing.py", "a") as file:
            file.write(text)
        return folder
    return make


def test_the_marked_criteria_and_no_others_are_asked_there(grade):
    result = grade("catalogue", CATALOGUE / "model")
    assert result.lost() == []
    assert instances(result) == {
        c["id"]: {2 if c["id"] in BESIDE else 1}
        for c in MANIFEST["criteria"]}


def test_the_order_is_no_matter_of_time(grade):
    orders = []
    for _ in range(2):
        result = grade("catalogue", CATALOGUE / "model", "--seed", 7)
        orders.append([(e["criterion"], e["method"], e["target"])
                       for e in of_kind(result, "request")])
    assert orders[0] == orders[1]


@pytest.fixture
def grade_alone(fumehood, tmp_path):
    """With one processor."""
    def run(folder):
        path = tmp_path / "alone.jsonl"
        result = fumehood("-c", min(os.sched_getaffinity(0)), PROGRAM, "grade",
                          "catalogue", folder, "--seed", 7, "--report",
                          "json", "--transcript", path, program="taskset")
        result.transcript_path = path
        return result
    return run


def test_one_processor_comes_to_the_same_with_one_instance(grade, grade_alone):
    two = grade("catalogue", CATALOGUE / "model", "--seed", 7)
    one = grade_alone(CATALOGUE / "model")
    assert set().union(*instances(one).values()) == {1}
    assert one.lost() == two.lost() == []


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_costs_the_same_there(grade, flawed, name):
    result = grade("catalogue", flawed("catalogue", name))
    assert set().union(*instances(result).values()) == {1, 2}
    assert sorted(result.lost()) == sorted(FLAWS[name])


def test_the_record_is_whole(grade, fumehood):
    result = grade("catalogue", CATALOGUE / "model", "--seed", 7)
    path = result.transcript_path
    assert fumehood("verify", path).status == 0
    again = fumehood("regrade", path, "--report", "json")
    assert json.loads(again.out)["score"]["percent"] == 100, again
    replayed = fumehood("replay", path)
    assert " 0 answers differ" in replayed.out, replayed
    sent = [e["sent_at_ns"] for e in of_kind(result, "request")
            if e["criterion"] in BESIDE and "sent_at_ns" in e]
    written = [e["at_ns"] for e in of_kind(result, "instance")]
    assert sent == sorted(sent) and sent[0] < written[0]
    restart, = of_kind(result, "restart")
    assert sent[0] < restart["done_at_ns"] < sent[-1]


def test_the_page_tells_of_it(grade, fumehood, tmp_path):
    result = grade("catalogue", CATALOGUE / "model")
    page = tmp_path / "page.html"
    fumehood("report", result.transcript_path, "--report",
             "html=%s" % page)
    assert "a second instance of it was asked" in page.read_text()


NOISY = """

import socket
import sys


def links(query, total, of=links):
    print("a list of", total, file=sys.stderr)
    try:
        socket.create_connection(("192.0.2.1", 80), 0.1)
    except OSError:
        pass
    return of(query, total)
"""


def test_what_it_prints_and_tries_there_stands_with_the_request(grade, model):
    result = grade("catalogue", model(NOISY), "--only", "sort")
    lists = [e["n"] for e in of_kind(result, "request")
             if e["criterion"] == "sort" and e["method"] == "GET"]
    answers = {e["request"]: e["status"] for e in of_kind(result, "response")}
    lists = [n for n in lists if answers[n] == 200]
    logs = {e["request"]: e["text"] for e in of_kind(result, "log")}
    denied = {e["request"]: e["call"] for e in of_kind(result, "denied")}
    assert len(lists) > 5 and instances(result)["sort"] == {2}
    assert list(logs) == lists and "a list of 4" in logs[lists[0]]
    assert list(denied) == lists and set(denied.values()) == {"connect"}


WHERE = """

import os


def links(query, total, of=links):
    print("on", *sorted(os.sched_getaffinity(0)))
    return of(query, total)
"""


def processors(result):
    """On which each instance says that it may run."""
    asked = {e["n"]: e["criterion"] for e in of_kind(result, "request")}
    numbers, found = instances(result), {}
    for event in of_kind(result, "log"):
        number, = numbers[asked[event["request"]]]
        found.setdefault(number, set()).update(
            map(int, re.findall(r"[0-9]+", event["text"])))
    return found


def test_each_instance_has_processors_of_its_own(grade, model):
    result = grade("catalogue", model(WHERE))
    assert result.lost() == []
    found = processors(result)
    assert found[1] and found[2] and not found[1] & found[2]
    assert found[1] | found[2] == os.sched_getaffinity(0)


def test_several_workers_share_all_processors(grade, model, tmp_path):
    manifest = {**MANIFEST, "server": {"workers": 2}}
    exercise = tmp_path / "exercise"
    shutil.copytree(CATALOGUE, exercise)
    (exercise / "exercise.json").write_text(json.dumps(manifest))
    result = grade(exercise, model(WHERE))
    assert result.lost() == []
    assert processors(result) == {
        1: os.sched_getaffinity(0), 2: os.sched_getaffinity(0)}


def test_a_watch_goes_on_with_all_processors(fumehood, surroundings, tmp_path):
    folder = tmp_path / "practice"
    fumehood("new", "catalogue", folder)
    shutil.copytree(CATALOGUE / "model", folder, dirs_exist_ok=True)
    process = subprocess.Popen([PROGRAM, "watch"], env=surroundings,
                               cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    try:
        for number in 1, 2:
            line = process.stdout.readline()
            assert line.startswith("run %d: 18.5 of 18.5" % number)
            assert os.sched_getaffinity(process.pid) == \
                os.sched_getaffinity(0)
            with open(folder / "wsgi.py", "a") as file:
                file.write("\n")
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)
    last = (folder / ".fumehood/last.jsonl").read_text()
    assert '"kind":"instance"' in last


def test_what_needs_a_lost_criterion_is_not_asked_there_either(grade,
                                                               submission):
    result = grade("catalogue", submission({
        "app.py": "from flask import Flask\napp = Flask(__name__)\n"}))
    assert result.status == 1
    assert not set(BESIDE) & set(instances(result))
    for name in BESIDE:
        assert result.criterion(name)["status"] == "skip", name


def test_usage_is_of_both_boxes(grade, grade_alone, model):
    folder = model("\n\nBLOCK = bytearray(b'x') * (100 << 20)\n")
    one, = of_kind(grade_alone(folder), "box-ended")
    two, = of_kind(grade("catalogue", folder), "box-ended")
    # Limits are of each box, and so is what is compared with them.
    assert 100 << 20 < two["peak_memory_bytes"] < \
        1.5 * one["peak_memory_bytes"]


SLOW = """

import time


def links(query, total, of=links):
    time.sleep(0.02)
    return of(query, total)
"""


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]


def asks_beside(pid):
    """The child that is no keeper of a box."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        for child in children(pid):
            try:
                comm = pathlib.Path("/proc/%d/comm" % child).read_text()
                if comm == "fumehood\n" and children(child):
                    return child
            except OSError: # it has ended
                pass
    raise AssertionError("no second process")


@pytest.fixture
def begin(surroundings, tmp_path):
    """Begin a grade; its process and the process that asks beside it."""
    path = tmp_path / "begun.jsonl"

    def start(folder):
        process = subprocess.Popen(
            [PROGRAM, "grade", "catalogue", str(folder), "--report", "json",
             "--transcript", str(path)], env=surroundings, cwd=tmp_path,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        return process, asks_beside(process.pid), path
    return start


def test_when_the_second_process_dies_the_first_one_asks(begin, model):
    process, second, path = begin(model(SLOW))
    os.kill(second, signal.SIGKILL)
    out, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, err
    assert json.loads(out)["score"]["percent"] == 100
    assert '"criterion":"persistence"' in path.read_text()


def test_an_interrupt_ends_both(begin, model):
    process, second, path = begin(model(SLOW))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert not os.path.exists("/proc/%d" % second)
    assert json.loads(path.read_text().splitlines()[-1])["outcome"] == \
        "interrupted"
