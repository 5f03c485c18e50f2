"""SIGKILL of the runner, at moments of its whole life: nothing survives it.

What it was doing is over within a second: processes, mounts, cgroups, socket
files.  The transcript is valid up to its last whole line, and the next grade
is as usual and sweeps what a killed runner could not remove.
"""

import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import time

import leftovers
import shield

EARLY_SECONDS = 0.03
LIFE_SECONDS_MAX = 10
TIMEOUT_SECONDS = 60
GONE_SECONDS = 1.0
ORDINARY_UID = 61399
# In a mount namespace of our own: what every user can reach.
REACHABLE = "/mnt"
TREE = REACHABLE + "/tree"
FAMILY = ("import os,time\n"
          "for n in range(12):\n"
          " if os.fork() == 0:\n"
          "  os.setsid()\n"
          "  break\n"
          "time.sleep(0.2)")


def moments(count, life_seconds):
    """As many, spread evenly: half in the first 30 ms, half over the rest."""
    early = count // 2
    for number in range(early):
        yield EARLY_SECONDS * (number + random.random()) / early
    for number in range(count - early):
        yield EARLY_SECONDS + (life_seconds - EARLY_SECONDS) * (
            number + random.random()) / (count - early)


def transcript_faults(path):
    """Up to its last whole line a cut transcript is numbered and chained."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")[:-1]
    before = None
    for number, line in enumerate(lines):
        try:
            event = json.loads(line)
        except ValueError:
            return ["line %d of a cut transcript is no JSON" % number]
        if event.get("n") != number:
            return ["event %d of a cut transcript calls itself %s" % (
                number, event.get("n"))]
        link = event.get("prev", "").rpartition(":")[2]
        if before is not None and \
                link != hashlib.sha256(before).hexdigest():
            return ["event %d does not continue the chain" % number]
        before = line
    return []


def sockets(folder):
    found = []
    for place, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(place, name)
            try:
                if stat.S_ISSOCK(os.lstat(path).st_mode):
                    found.append("socket " + path)
            except OSError:
                pass
    return found


class Killer:
    """Starts runners in a folder of its own, and ends them."""

    def __init__(self, program, exercise, environment, folder, cgroups):
        self.program, self.exercise = program, exercise
        self.folder, self.cgroups = folder, cgroups
        self.temporary = os.path.join(folder, "tmp")
        for name in ("tmp", "runtime"):
            os.mkdir(os.path.join(folder, name), 0o700)
        self.environment = {**environment, "TMPDIR": self.temporary}
        self.number = 0

    def commands(self):
        """Each way to start one, and the transcript that it writes, if any."""
        self.number += 1
        grade = [self.program, "grade", self.exercise]
        model = self.exercise + "/model"
        path = os.path.join(self.folder, "cut-%d" % self.number)
        one = ["--quiet", "--only", "routing", "--transcript", path]
        return {
            "grade": ([*grade, model, *one], path),
            "grade --cold": ([*grade, model, "--cold", *one], path),
            "grade --out": ([*grade, model, model, "--quiet", "-j", "2",
                             "--only", "routing", "--out", path], None),
            "box": ([self.program, "box", "-q", "--", "/usr/bin/python3",
                     "-I", "-S", "-c", FAMILY], None)}

    def start(self, command):
        return subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)

    def life(self, name):
        """How long it takes undisturbed; and it must end well."""
        begin = time.monotonic()
        process = self.start(self.commands()[name][0])
        try:
            status = process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = "nothing in %d s" % TIMEOUT_SECONDS
        return min(time.monotonic() - begin, LIFE_SECONDS_MAX), (
            [] if status == 0 else ["%s ends with %s" % (name, status)])

    def kill(self, name, seconds, watch):
        command, transcript = self.commands()[name]
        process = self.start(command)
        time.sleep(seconds)
        process.kill()
        process.wait()
        found = watch.left(GONE_SECONDS, ("process", "mount", "cgroup"))
        found += sockets(self.folder)
        if transcript and os.path.exists(transcript):
            found += transcript_faults(transcript)
        return ["%s killed after %.1f ms: %s" % (name, seconds * 1000, what)
                for what in found]

    def run(self, kills):
        """SIGKILL each kind `kills` times; all that is wrong."""
        lives = {}
        found = []
        for name in self.commands():
            lives[name], wrong = self.life(name)
            found += wrong
        watch = leftovers.Watch(False, self.folder, [], self.cgroups)
        for name, seconds in lives.items():
            for moment in moments(kills, seconds):
                found += self.kill(name, moment, watch)
        # What is young may belong to a runner that is just beginning.
        for name in os.listdir(self.temporary):
            os.utime(os.path.join(self.temporary, name), (0, 0))
        for name in lives:
            found += ["afterwards " + what for what in self.life(name)[1]]
        found += ["not swept: " + name for name in os.listdir(self.temporary)]
        return found


def make_reachable(tree):
    """Folders above it may be root's alone."""
    shield.mount(b"tmpfs", REACHABLE.encode(), b"tmpfs", 0, b"mode=1777")
    os.mkdir(TREE)
    shield.mount(tree.encode(), TREE.encode(), None, shield.MS_BIND)


def as_ordinary(work):
    """`work` in a process that has given root up; its words."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        found = ["it crashed"]
        try:
            os.close(reader)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            shield.become(ORDINARY_UID)
            shield.LIBC.prctl(shield.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            found = work()
        except Exception as error:
            found = ["it crashed: %r" % error]
        finally:
            os.write(writer, json.dumps(found[:20]).encode())
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        text = file.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else ["it ended without a word"]
