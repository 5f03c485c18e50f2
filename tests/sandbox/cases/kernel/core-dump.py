# does: dies with a large memory, asking for a core dump
# limits: memory=128M disk=16M wall=5
# expect: signalled:6
import os
import resource

from attack import LIBC

LIBC.prctl(4, 1, 0, 0, 0)
try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
kept = bytearray(b"\xa5") * (32 << 20)
os.abort()
