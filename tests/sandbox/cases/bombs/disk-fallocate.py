# does: reserves space without writing
# limits: disk=16M wall=10
# expect: disk-bytes exited:0
import os

from attack import FACTS, escaped, syscall

total = 0
for i in range(64):
    fd = os.open("/tmp/bomb%d" % i, os.O_CREAT | os.O_WRONLY, 0o600)
    for mode in (0, 1):
        if syscall("fallocate", fd, mode, 0, 16 << 20) == 0:
            total += 16 << 20
            break
if total > FACTS["limits"]["disk"]:
    escaped("%d bytes reserved" % total)
