#!/usr/bin/python3
"""usage: tests/bench/box.py [ROUNDS]

How long a box around /bin/true takes, beside bubblewrap with its full
isolation, in turns so that both meet the same machine.  Then a series of
boxes in a row and eight at once, and what is left of them.
"""
import fcntl
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BOX = [os.path.join(ROOT, "build", "release", "fumehood-box"), "--quiet",
       "--", "/bin/true"]
BWRAP = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc",
         "--dev", "/dev", "--tmpfs", "/tmp", "/bin/true"]
IN_A_ROW, AT_ONCE = 200, 8


def milliseconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1e3


def line(name, values):
    print("%-28s min %6.2f ms  median %6.2f ms" % (
        name, min(values), statistics.median(values)))


def is_left(path):
    """A folder that no keeper holds its lock on."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def leftovers():
    return {os.path.join(folder, name)
            for folder, names, _ in os.walk("/sys/fs/cgroup")
            for name in names if name.startswith("fumehood-")
            and is_left(os.path.join(folder, name))}


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    before = leftovers()
    ours, theirs = [], []
    for _ in range(3):
        milliseconds(BOX)
        milliseconds(BWRAP)
    for _ in range(rounds):
        ours.append(milliseconds(BOX))
        theirs.append(milliseconds(BWRAP))
    line("fumehood-box -- /bin/true", ours)
    line("bwrap --unshare-all", theirs)
    print("ratio                        min %6.2f     median %6.2f" % (
        min(ours) / min(theirs),
        statistics.median(ours) / statistics.median(theirs)))
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(milliseconds, [BOX] * IN_A_ROW))
    print("%d boxes, %d at once:        %.2f ms each" % (
        IN_A_ROW, AT_ONCE, (time.perf_counter() - start) * 1e3 / IN_A_ROW))
    left = leftovers() - before
    print("cgroups left behind:         %d" % len(left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
