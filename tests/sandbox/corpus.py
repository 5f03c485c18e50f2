"""The cases: what their headers say, and the programs some are compiled to.

A case is one file below cases/FAMILY/.  The comment at its top has one line
for each of these, in this order, and only `does` and `expect` must be there:

    does:         one line for people
    limits:       memory=64M processes=32 cpu=0.4 wall=5 idle=1 disk=16M
                  inodes=500 files=64 output=64K, whichever it needs
    expect:       how it may end: exited:0 exited signalled:9 memory ...
    expect-none:  the same where there is no cgroup; default: as above
    also:         what the report must say beside the end: output-cut, denied-bounded;
                  may-not-begin: its limits are too small to print ARMED
    denied:       system calls that must be among the refused ones
    says:         words that the details of refused calls must contain
    bare:         how it may end in a box without namespaces; default: as where
                  there is no cgroup
    bare-open:    WHY: in such a box it gets somewhere.  It must: else that is
                  no longer so
    bare-late:    WHY: in such a box it gets further before it is ended
    bare-void:    WHY: in such a box it cannot even be tried as it stands
    rests-on:     LAYER...: WHY; what it tries works without one of them,
                  and gets it nowhere
    only-by:      LAYER: WHY; nothing but that layer holds it: without, it is
                  not run, and that is said loudly
    needs:        x86_64, terminal, odd-parent (worker.py), shield (shield.py)
    then:         a case to run right afterwards, in a new box
    beside:       a case to run at the same time, in another box
    flask:        import, request, after: it makes sense in a submission
                  too, going off when that is imported, at its first request,
                  or in a thread after the first response
"""

import os
import re
import shutil
import subprocess

KEYS = ("does", "limits", "expect", "expect-none", "also", "denied", "says",
        "bare", "bare-open", "bare-late", "bare-void", "rests-on", "only-by", "needs", "then", "beside", "flask")
HEADER_LINE = re.compile(r"[#/ *]*([a-z-]+):\s*(.*?)\s*$")
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
DEFAULT_WALL_SECONDS = 10


def size(text):
    match = re.fullmatch(r"([0-9.]+)([KMG]?)", text)
    number = float(match[1]) * UNITS[match[2]]
    return int(number) if number == int(number) else number


class Case:
    def __init__(self, path, name):
        self.path, self.name = path, name
        self.kind = path.rpartition(".")[2]
        fields = dict.fromkeys(KEYS, "")
        for key, value in self._header():
            if key not in KEYS:
                raise ValueError("%s: what is `%s:`?" % (path, key))
            fields[key] = "" if value == "-" else value
        if not fields["does"] or not fields["expect"]:
            raise ValueError("%s: `does` and `expect` are needed" % path)
        self.does = fields["does"]
        self.limits = {"wall": DEFAULT_WALL_SECONDS}
        for item in fields["limits"].split():
            key, value = item.split("=")
            self.limits[key] = size(value)
        self.expect = fields["expect"].split()
        self.expect_none = fields["expect-none"].split() or self.expect
        self.bare = fields["bare"].split() or self.expect_none
        self.bare_open, self.bare_late, self.bare_void = (
            fields["bare-" + word] for word in ("open", "late", "void"))
        self.then, self.beside = fields["then"], fields["beside"]
        self.says = fields["says"]
        self.rests_on = fields["rests-on"].partition(":")[0].split()
        self.only_by, _, self.only_why = fields["only-by"].partition(": ")
        for key in ("also", "denied", "needs", "flask"):
            setattr(self, key, fields[key].split())

    def _header(self):
        with open(self.path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        if lines[0].startswith("/*"):
            lines = lines[1:]
        for line in lines:
            match = HEADER_LINE.match(line)
            if match and line[:1] in "# ":
                yield match[1], match[2]
            elif not line.startswith((" *  ", "#  ")):
                return  # those go on with the line above

    def command(self):
        """What to run inside; /case and /programs are bound there."""
        if self.kind == "c":
            return ["/programs/" + os.path.basename(self.name)]
        if self.kind == "sh":
            return ["/bin/sh", "/case/cases/%s.sh" % self.name]
        return ["/usr/bin/python3", "-I", "/case/attack.py",
                "/case/cases/%s.py" % self.name]


def load(folder):
    cases = {}
    for family in sorted(os.listdir(folder)):
        for file in sorted(os.listdir(os.path.join(folder, family))):
            stem, _, kind = file.rpartition(".")
            if kind in ("py", "c", "sh"):
                name = "%s/%s" % (family, stem)
                cases[name] = Case(os.path.join(folder, family, file), name)
    for case in cases.values():
        for other in (case.then, case.beside):
            if other and other not in cases:
                raise ValueError("%s: no case %s" % (case.name, other))
    return cases


def compile_programs(cases, folder):
    """Static programs of the C cases, kept while newer than their source."""
    os.makedirs(folder, exist_ok=True)
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    missing = []
    for case in cases.values():
        if case.kind != "c":
            continue
        target = os.path.join(folder, os.path.basename(case.name))
        if os.path.exists(target) and \
                os.path.getmtime(target) > os.path.getmtime(case.path):
            continue
        if not compiler or subprocess.run(
                [compiler, "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-w",
                 "-static", "-pthread", "-o", target, case.path]).returncode:
            missing.append(case.name)
    return missing
