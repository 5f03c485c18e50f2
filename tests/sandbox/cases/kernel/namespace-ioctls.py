# does: walks from its namespaces to their parents and owners
# expect: exited:0
# rests-on: seccomp: owners are named, not entered
import fcntl
import os

from attack import refused

for kind in ("user", "pid", "net", "mnt"):
    for name, request in (("owner", 0xb701), ("parent", 0xb702),
                          ("previous mount", 0xb70b)):
        refused("%s of %s" % (name, kind), lambda: fcntl.ioctl(
            os.open("/proc/self/ns/" + kind, os.O_RDONLY), request))
