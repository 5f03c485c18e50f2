"""What becomes of a box when its keeper or its reader goes away first."""

import os
import random
import signal
import subprocess
import time

import killed
import worker as boxes

FAMILY = "bombs/stop-family"
KILLS = 12
SWEPT_KILLS = 4
SWEPT_BOXES = 20
LIFE_SECONDS = 0.6  # of that case, roughly
GONE_SECONDS = 1.0
SWEEPS = 3  # a box may come too early to sweep one that is still dying


def _interrupted(worker, cases, number, seconds):
    """Start a box with a family in it and end its keeper in the middle."""
    box = boxes.Box(worker, cases[FAMILY])
    time.sleep(seconds)
    os.kill(box.process.pid, number)  # send_signal() would reap it
    run = box.finish()
    return ["after signal %d at %d ms: hung" % (number, seconds * 1000)] \
        if run.hung else []


def _gone(worker, number, seconds, kinds=("cgroup",)):
    """Everything must go by itself, and soon."""
    left = worker.watch.left(GONE_SECONDS, (
        "process", "mount", "System V", "key", "descriptor", "namespace",
        *kinds))
    return ["signal %d at %.1f ms left %s" % (number, seconds * 1000, thing)
            for thing in left]


def keeper_killed(worker, cases):
    """SIGKILL at moments of its whole life."""
    found = []
    for seconds in killed.moments(KILLS, LIFE_SECONDS):
        found += _interrupted(worker, cases, signal.SIGKILL, seconds)
        found += _gone(worker, signal.SIGKILL, seconds)
    return found


def _children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def all_killed(worker, cases):
    """Who would have cleaned up is killed too: the next box does."""
    found = []
    before = set(worker.watch.before["cgroup"])
    for seconds in killed.moments(SWEPT_KILLS, LIFE_SECONDS):
        box = boxes.Box(worker, cases[FAMILY])
        time.sleep(seconds)
        pids = [*_children(box.process.pid), box.process.pid]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        found += ["hung when all were killed"] if box.finish().hung else []
        if not worker.bare: # where only the next box can find them
            found += _gone(worker, signal.SIGKILL, seconds, ())
    worker.watch.before["cgroup"] = before
    for _ in range(SWEEPS):
        found += ["the next box: " + what for what in worker.wrong(
            worker.canary, worker.run(worker.canary))]
        left = worker.watch.left(GONE_SECONDS / SWEEPS, renew=False)
    worker.watch.renew()
    return found + left


def stale_swept(worker, cases):
    """The shortest box too removes what a crash left: cgroups, which only
    root's boxes can leave, and the folder of a box without a root."""
    found = []
    for number in range(SWEPT_BOXES):
        stale = [os.path.join(place, "fumehood-%016x" % number)
                 for place in worker.watch.cgroups if worker.root]
        if worker.bare:
            stale = ["/tmp/fumehood-box-%016x" % number]
        for folder in stale:
            os.mkdir(folder)
        worker.run(worker.canary)
        for folder in filter(os.path.isdir, stale):
            os.rmdir(folder)
            found.append("box %d left %s" % (number, folder))
    return found


def keeper_asked(worker, cases):
    """SIGTERM and SIGINT: the keeper has time to leave nothing at all."""
    found = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        for seconds in (random.uniform(0, 0.01), 0.06):
            found += _interrupted(worker, cases, number, seconds)
            found += ["signal %d at %.1f ms left %s" % (
                number, seconds * 1000, thing)
                for thing in worker.watch.left()]
    return found


def reader_gone(worker, cases):
    """Nobody reads the output, and then nobody reads the report."""
    for name in ("stdout", "stderr"):
        reader, writer = os.pipe()
        os.close(reader)
        streams = {"stdout": subprocess.DEVNULL,
                   "stderr": subprocess.DEVNULL, name: writer}
        process = subprocess.Popen(
            worker.command(cases["bombs/output-flood"]), **streams,
            stdin=subprocess.DEVNULL, env=worker.environment,
            preexec_fn=worker.surroundings)
        os.close(writer)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return ["hung when nobody read its %s" % name]
    return worker.watch.left()


def descriptors_closed(worker, cases):
    """Started without standard descriptors, as some daemons do."""
    found = []
    for closed in ("<&-", "<&- 2>&-", ">&-", "<&- >&- 2>&-"):
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$@" ' + closed, "sh",
             *worker.command(cases["ends/exit-0"])],
            env=worker.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=worker.surroundings)
        try:
            out = process.communicate(timeout=20)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            found.append("hung when started with " + closed)
            continue
        if closed[:1] != ">" and ">&- 2" not in closed and \
                b'"reason": "exited"' not in out:
            found.append("no report when started with %s" % closed)
    return found + worker.watch.left()


TESTS = {"lifeline/" + test.__name__.replace("_", "-"): test for test in (
    keeper_killed, all_killed, stale_swept, keeper_asked, reader_gone,
    descriptors_closed)}
