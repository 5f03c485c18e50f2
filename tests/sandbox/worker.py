"""Runs cases in boxes, one after the other, and looks after each of them."""

import json
import os
import pty
import selectors
import subprocess
import sys
import time

import forbidden
import judge
import leftovers
import shield

OUTPUT_KEPT = 4 << 20
HUNG_SECONDS = 15
# Runs a program as the leader of a session that has descriptor 0 as terminal.
WITH_TERMINAL = [sys.executable, "-I", "-c", "import os,sys,fcntl,termios;"
                 "fcntl.ioctl(0,termios.TIOCSCTTY,0);"
                 "os.execv(sys.argv[1],sys.argv[1:])"]
# A parent that blocks, ignores and masks what it can.
ODD_PARENT = [sys.executable, "-I", "-c", "import ctypes,os,signal,sys;"
              "all=range(1,65);"
              "[signal.signal(n,signal.SIG_IGN) for n in all"
              " if n not in (9,19,32,33)];"
              "signal.pthread_sigmask(signal.SIG_BLOCK,signal.valid_signals());"
              "ctypes.CDLL(None).personality(0x40000);os.umask(0o777);"
              "os.environ['ODD']='odd';os.closerange(40,90);"
              "os.execv(sys.argv[1],sys.argv[1:])"]
LIMITS = {"memory": 512 << 20, "disk": 64 << 20, "processes": 64,
          "inodes": 20000, "files": 256}


def peak_bytes(pid):
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8",
                  errors="replace") as file:
            for line in file:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def read_some(fd):
    try:
        return os.read(fd, 1 << 16)
    except OSError:
        return b""


class Box:
    """One run of fumehood-box, started."""

    def __init__(self, worker, case, stdin=subprocess.DEVNULL, prefix=()):
        self.case = case
        self.report = os.path.join(worker.scratch, "report-%s" %
                                   case.name.replace("/", "-"))
        if os.path.exists(self.report):
            self.report += "-2"
        self.output, writer = os.pipe()
        with open(self.report, "w", encoding="ascii") as report:
            self.process = subprocess.Popen(
                [*prefix, *worker.command(case)], stdin=stdin, stdout=report,
                stderr=writer, env=worker.environment, cwd=worker.scratch,
                pass_fds=worker.host.leaks, start_new_session=True,
                preexec_fn=worker.surroundings)
        os.close(writer)

    def finish(self):
        """Wait, and read what comes, without believing that it ends."""
        end = time.monotonic() + self.case.limits["wall"] + HUNG_SECONDS
        pid = self.process.pid
        kept, keeper, hung, pidfd = b"", 0, False, os.pidfd_open(pid)
        with selectors.DefaultSelector() as ready:
            ready.register(self.output, selectors.EVENT_READ)
            ready.register(pidfd, selectors.EVENT_READ)
            while True:
                keeper = max(keeper, peak_bytes(pid))
                events = ready.select(0.1)
                fds = {key.fd for key, _ in events}
                if self.output in fds:
                    data = read_some(self.output)
                    kept = (kept + data)[:OUTPUT_KEPT]
                    if not data:
                        ready.unregister(self.output)
                elif pidfd in fds:
                    break
                if time.monotonic() > end:
                    hung = True
                    self.process.kill()
                    break
        os.close(pidfd)
        os.close(self.output)
        status = self.process.wait()
        with open(self.report, encoding="utf-8") as file:
            text = file.read()
        os.unlink(self.report)
        output = kept.decode("utf-8", "replace")
        return judge.Run(status, text or output[-300:], output, keeper, hung)


class Worker:
    def __init__(self, folder, box, programs, canary, cgroups=(),
                 without="", bare=False):
        self.root = os.getuid() == 0
        self.shielded = os.getpid() == 1
        self.box, self.programs, self.canary = box, programs, canary
        self.without, self.bare = without, bare
        self.surroundings = forbidden.enter if bare else None
        self.scratch = os.path.join(folder, "scratch")
        os.mkdir(self.scratch)
        self.host = shield.Host(folder, self.shielded)
        self.environment = {
            "PATH": "/usr/bin:/bin", "TMPDIR": self.scratch,
            "HOME": self.scratch, "TOKEN": self.host.secret,
            "FUMEHOOD_SECRET": self.host.secret,
            "HIDDEN": "fumehood-hidden-" + os.urandom(8).hex()}
        self.watch = leftovers.Watch(self.shielded, self.scratch,
                                     [self.host.witness], cgroups)

    def places(self):
        """Inside, and outside; in a box without namespaces they are one."""
        return {"/case": self.host.case, "/programs": self.programs}

    def placed(self, word):
        for inside, outside in self.places().items():
            if self.bare and word.startswith(inside + "/"):
                return outside + word[len(inside):]
        return word

    def command(self, case):
        command = [self.box, "--report", "json"]
        if self.bare:
            command += ["--isolation", "reduced"]
        for inside, outside in self.places().items():
            command += ["--bind", outside if self.bare
                        else outside + ":" + inside]
        if self.without:
            command += ["--without", self.without]
        for name, value in case.limits.items():
            command += ["--" + name, "%dms" % (value * 1000)
                        if name in ("wall", "cpu", "idle") else str(value)]
        command += ["--", *map(self.placed, case.command())]
        if case.kind == "py":
            facts = self.host.facts({**LIMITS, **case.limits})
            facts["without"] = self.without
            if self.bare:
                facts["bound"] = self.host.case
                facts["places"] = self.places()
            command.append(json.dumps(facts))
        return command

    def run(self, case):
        if "terminal" in case.needs:
            return self._run_with_terminal(case)
        prefix = ODD_PARENT if "odd-parent" in case.needs else ()
        return Box(self, case, prefix=prefix).finish()

    def _run_with_terminal(self, case):
        master, slave = pty.openpty()
        run = Box(self, case, slave, WITH_TERMINAL).finish()
        os.set_blocking(master, False)
        typed = read_some(master)
        if typed:
            run.words.append("ESCAPED to the terminal: %r" % typed)
        os.close(master)
        os.close(slave)
        return run

    def aftermath(self):
        """What was reached, what is left, and whether a box still works."""
        found = ["reached " + visit for visit in self.host.visits()]
        found += ["left behind: " + thing for thing in self.watch.left()]
        run = self.run(self.canary)
        return found + ["the next box: " + what for what in self.wrong(
            self.canary, run)]

    def wrong(self, case, run):
        if self.bare:
            return judge.wrong_bare(case, run, self.root)
        if self.without:
            return judge.wrong_without(self.without, case, run, self.root)
        return judge.wrong(case, run, self.root)

    def attempt(self, case, cases):
        """All that went wrong with a case and with those that belong to it.

        `shown`: what the first box said, for whoever looks into a failure.
        """
        beside = cases[case.beside] if case.beside else None
        neighbour = Box(self, beside) if beside else None
        run = self.run(case)
        found = self.wrong(case, run)
        if neighbour:
            found += ["beside it: " + what for what in self.wrong(
                beside, neighbour.finish())]
        if case.then:
            after = cases[case.then]
            found += ["after it: " + what for what in self.wrong(
                after, self.run(after))]
        found += self.aftermath()
        return found, {"end": run.end(), "report": run.report,
                       "output": run.output[:4000]}
