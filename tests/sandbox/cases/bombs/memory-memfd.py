# does: fills memory files, 1 GiB at most
# limits: memory=96M wall=10
# expect: memory exited:0
import os

from attack import FACTS, escaped, fill

try:
    fds = [os.memfd_create("bomb%d" % i) for i in range(4)]
except OSError:
    fds = []
if sum(fill(fd, 256 << 20) for fd in fds) > 2 * FACTS["limits"]["memory"]:
    escaped("memory files beyond the limit")
