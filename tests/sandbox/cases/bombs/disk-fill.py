# does: fills /tmp, 1 GiB at most, and dies of it
# limits: disk=16M wall=10
# expect: disk-bytes
# flask: import request
import os

from attack import FACTS, escaped, fill

fd = os.open("/tmp/bomb", os.O_CREAT | os.O_WRONLY, 0o600)
if fill(fd, 1 << 30) > FACTS["limits"]["disk"]:
    escaped("more than the disk limit")
try:
    os.write(fd, b"x" * (1 << 20))
except OSError:
    raise SystemExit(1)
