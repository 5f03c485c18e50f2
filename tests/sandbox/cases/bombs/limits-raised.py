# does: raises its limits, and those of others, in every way there is
# limits: wall=5 files=64
# expect: exited:0
import os
import resource
import struct

from attack import escaped, refused, syscall

for kind in range(16):
    try:
        soft, hard = resource.getrlimit(kind)
    except (OSError, ValueError):
        continue
    if hard == resource.RLIM_INFINITY:
        continue
    refused("raising limit %d" % kind, lambda: resource.setrlimit(
        kind, (hard + 1, hard + 1)))
    refused("lifting limit %d" % kind, lambda: syscall(
        "prlimit64", 0, kind, struct.pack("QQ", 2 ** 64 - 1, 2 ** 64 - 1), 0))
    refused("limit %d of init" % kind, lambda: syscall(
        "prlimit64", 1, kind, struct.pack("QQ", 0, 0), 0))
if os.getppid() > 1:
    refused("limits of the parent", lambda: syscall(
        "prlimit64", os.getppid(), 7, struct.pack("QQ", 0, 0), 0))
if resource.getrlimit(resource.RLIMIT_CORE)[1] > 1:
    escaped("core dumps are allowed")
