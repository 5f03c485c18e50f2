# does: follows the links of init and of everybody else in /proc
# expect: exited:0
# bare-void: /proc cannot be opened
import os

from attack import escaped, refused

mine = {os.getpid()}
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
for pid in set(pids + [1, os.getppid(), 2, 3]) - mine - {0}:
    for name in ("root", "cwd", "exe"):
        refused("/proc/%d/%s" % (pid, name),
                lambda: len(os.listdir("/proc/%d/%s/" % (pid, name))))
    for name in ("environ", "maps", "auxv", "syscall", "stack", "io",
                 "personality", "mem"):
        refused("/proc/%d/%s" % (pid, name), lambda: len(open(
            "/proc/%d/%s" % (pid, name), "rb").read(64)) or -1)
    refused("/proc/%d/fd" % pid,
            lambda: len(os.listdir("/proc/%d/fd" % pid)) or -1)
    refused("/proc/%d/map_files" % pid,
            lambda: len(os.listdir("/proc/%d/map_files" % pid)) or -1)
if len(pids) > 4:
    escaped("sees the processes %s" % pids)
