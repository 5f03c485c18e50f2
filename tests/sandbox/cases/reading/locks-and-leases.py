# does: leases and watches on shared files, which could stall the host
# expect: exited:0
# only-by: seccomp: leases on files of the same user below a bound folder
import fcntl
import os

from attack import FACTS, refused

for path in (FACTS["bound"] + "/attack.py", "/usr/bin/env"):
    fd = os.open(path, os.O_RDONLY)
    for kind in (fcntl.F_WRLCK, fcntl.F_RDLCK):
        refused("a lease on " + path, lambda: fcntl.fcntl(fd, 1024, kind))
