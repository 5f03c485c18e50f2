# does: turns read-only descriptors into writable ones through /proc
# expect: exited:0
import mmap
import os

from attack import FACTS, refused

for path in (FACTS["bound"] + "/attack.py", "/usr/bin/env",
             FACTS["bound"] + "/writable-by-all"):
    for flags in (os.O_RDONLY, os.O_PATH):
        fd = os.open(path, flags)
        refused("reopening " + path, lambda: os.open(
            "/proc/self/fd/%d" % fd, os.O_WRONLY))
    fd = os.open(path, os.O_RDONLY)
    refused("mapping for writing", lambda: mmap.mmap(
        fd, 10, prot=mmap.PROT_WRITE) and 0)
