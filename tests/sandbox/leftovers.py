"""What a box left behind: everything that is there now and was not before.

Within a shield the view is exact: all that is there is the worker's.  Without
one other people's things come and go, so only what has our uid, descends from
us or stays without an owner is counted.
"""

import os
import time

GRACE_SECONDS = 1.0
FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue")
CGROUPS = "/sys/fs/cgroup"


def _lines(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _processes(keep, shielded):
    """pid -> what, of every process that is ours and not in `keep`."""
    parents, names = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        line = "".join(_lines("/proc/%s/stat" % pid))
        if not line:
            continue
        name, _, rest = line.partition("(")[2].rpartition(")")
        if rest.split()[0] in "ZX":
            continue
        parents[int(pid)] = int(rest.split()[1])
        names[int(pid)] = name
    found = {}
    for pid in parents:
        above = pid
        while above not in (os.getpid(), 0) and not shielded:
            above = parents.get(above, 0)
        if pid not in keep and pid != os.getpid() and (
                shielded or above == os.getpid()):
            found[pid] = names[pid]
    return found


def _namespaces():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for kind in os.listdir("/proc/%s/ns" % pid):
                found.add(os.readlink("/proc/%s/ns/%s" % (pid, kind)))
        except OSError:
            pass
    return found


def _cgroups(places):
    """Folders without a process, ours or (shown as 0) anybody's.

    Below `places`, where those are ours alone; else everywhere.
    """
    found = set()
    for place in places or [CGROUPS]:
        for folder, _, _ in os.walk(place):
            if not _lines(folder + "/cgroup.procs"):
                found.add(folder)
    return found


def _files(own):
    found = set()
    for folder in FOLDERS + (own,):
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            try:
                uid = entry.stat(follow_symlinks=False).st_uid
            except OSError:
                continue
            found.add((entry.path, uid))
    return found


def _keys():
    found = set()
    for line in _lines("/proc/keys"):
        if "fumehood" in line:
            found.add(line)
    return found


class Watch:
    def __init__(self, shielded, own_folder, keep, cgroups=()):
        self.shielded, self.own, self.keep = shielded, own_folder, set(keep)
        self.cgroups = cgroups
        self.renew()

    def _things(self):
        files = {path for path, uid in _files(self.own)
                 if self.shielded or uid == os.getuid()}
        ipc = set()
        for kind in ("shm", "msg", "sem"):
            for line in _lines("/proc/sysvipc/" + kind)[1:]:
                if self.shielded or str(os.getuid()) in line.split():
                    ipc.add("%s %s" % (kind, " ".join(line.split()[:2])))
        things = {
            "process": {"%d %s" % item for item in
                        _processes(self.keep, self.shielded).items()},
            "mount": {line for line in _lines("/proc/self/mountinfo")
                      if self.shielded or "fumehood" in line},
            "System V": ipc,
            "file": files,
            "key": _keys(),
            "descriptor": set(os.listdir("/proc/self/fd")),
            "cgroup": _cgroups(self.cgroups),
        }
        if self.shielded:
            things["namespace"] = _namespaces()
        return things

    def renew(self):
        self.before = self._things()

    def _new(self):
        now = self._things()
        return ["%s %s" % (kind, thing) for kind in now
                for thing in sorted(now[kind] - self.before[kind])]

    def left(self, grace=GRACE_SECONDS, kinds=("",), renew=True):
        """What is new and stays for `grace` seconds, as a list of words.

        Only what begins with one of `kinds`.
        """
        end = time.monotonic() + grace
        while True:
            reap(self.keep)
            found = [thing for thing in self._new()
                     if thing.startswith(kinds)]
            if not found or time.monotonic() > end:
                break
            time.sleep(0.01)
        if found and renew:
            self.renew()
        return found


def reap(keep):
    """Collect orphans that were handed to us; not the ones in `keep`."""
    try:
        while True:
            info = os.waitid(os.P_ALL, 0,
                             os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if info is None or info.si_pid in keep:
                return
            os.waitpid(info.si_pid, 0)
    except ChildProcessError:
        pass
