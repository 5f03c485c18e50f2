"""What reports and batches cost; tests/bench/measure runs these."""

import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/bench")]
from browser import Browser  # noqa: E402
from transcripts import grow  # noqa: E402

PROGRAM = str(ROOT / "build/release/fumehood")
FORMATS = ("terminal", "json", "html", "junit", "junit:gitlab", "tap",
           "tap14", "gradescope", "exercism", "github", "github-summary",
           "ctrf", "har")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
         "stdin": subprocess.DEVNULL}
# Everything fails, with tracebacks: the longest reports there are.
WORST = '''
from flask import Flask
app = Flask(__name__)

@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT",
                                                "PATCH", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def anything(path):
    return {}["there is no such key"]
'''


def runs(folder):
    """Transcripts of two real runs: one flaw, and nothing that works."""
    flawed, worst = folder / "flawed", folder / "worst"
    shutil.copytree(ROOT / "exercises/catalogue/model", flawed)
    shutil.copytree(ROOT / "exercises/catalogue/flawed/memory-store", flawed,
                    dirs_exist_ok=True)
    worst.mkdir()
    (worst / "app.py").write_text(WORST)
    for source in flawed, worst:
        path = folder / (source.name + ".jsonl")
        subprocess.run([PROGRAM, "grade", "catalogue", source, "--quiet",
                        "--transcript", path], **QUIET)
        yield source.name, path


def report_ms(path, name, out):
    start = time.monotonic()
    subprocess.run([PROGRAM, "report", path, "--report", "%s=%s" % (
        name, out)], check=True, **QUIET)
    return (time.monotonic() - start) * 1000


def bench_reports(folder):
    for kind, path in runs(folder):
        long = folder / "long.jsonl"
        long.write_text(grow(path, events=5000), encoding="utf-8")
        events = long.read_bytes().count(b"\n")
        for name in FORMATS:
            times = [report_ms(long, name, folder / "out") for _ in range(5)]
            print("%-34s %8.1f ms   %s run, %d events   (goal <= 200)" % (
                "report " + name, statistics.median(times), kind, events),
                flush=True)


def bench_page(folder):
    browser = Browser(folder / "profile")
    try:
        for kind, path in runs(folder):
            big, page = folder / "big.jsonl", folder / "page.html"
            big.write_text(grow(path, checks=500), encoding="utf-8")
            report_ms(big, "html", page)
            times = []
            for _ in range(7):
                browser.open(page)
                times.append(browser.painted_ms())
            print("%-34s %8.1f ms   %s run, 500 checks, %d kB   "
                  "(goal <= 300, < 2000 kB)" % (
                      "page opened and painted", statistics.median(times),
                      kind, page.stat().st_size // 1000), flush=True)
    finally:
        browser.close()


def resident_kb(pid):
    for line in open("/proc/%d/status" % pid):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def batch(folder, n):
    """Seconds, and the parent's memory when a tenth and when nearly all was
    done."""
    hand_ins, out = folder / ("in-%d" % n), folder / ("out-%d" % n)
    for i in range(n):
        shutil.copytree(ROOT / "exercises/routes/model",
                        hand_ins / ("s%03d" % i))
    start, memory = time.monotonic(), []
    process = subprocess.Popen([PROGRAM, "grade", "routes",
                                *sorted(hand_ins.iterdir()), "--out", out,
                                "--jobs", "2", "--quiet"], **QUIET)
    while process.poll() is None:
        done = sum(1 for _ in out.iterdir()) if out.exists() else 0
        try:
            memory.append((done, resident_kb(process.pid)))
        except OSError:
            pass
        time.sleep(0.05)
    seconds = time.monotonic() - start
    assert process.returncode == 0, process.returncode
    early = max(kb for done, kb in memory if done <= max(n // 10, 2))
    late = max(kb for _, kb in memory)
    return seconds, early, late


def bench_batch(folder):
    few, _, _ = batch(folder, 10)
    many, early, late = batch(folder, 200)
    print("%-34s %8.1f submissions a second, 2 at a time" % (
        "batch of 200, exercise `routes`", 200 / many))
    print("%-34s %8.2f x that of a batch of 10   (goal <= 1.10)" % (
        "time for each submission", many / 200 / (few / 10)))
    print("%-34s %8d kB at a tenth, %d kB at most   (goal: flat)" % (
        "memory of the batch's parent", early, late), flush=True)
