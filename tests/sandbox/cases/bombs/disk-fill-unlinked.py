# does: fills files that have no name any more
# limits: disk=16M wall=10
# expect: disk-bytes exited:0
import os

from attack import FACTS, escaped, fill

total = 0
for i in range(32):
    name = "/tmp/bomb%d" % i
    fd = os.open(name, os.O_CREAT | os.O_WRONLY, 0o600)
    os.unlink(name)
    total += fill(fd, 32 << 20)
if total > FACTS["limits"]["disk"]:
    escaped("%d bytes in files without a name" % total)
