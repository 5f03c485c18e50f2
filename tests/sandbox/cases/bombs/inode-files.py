# does: makes empty files, 100000 at most, and dies of it
# limits: inodes=500 wall=10
# expect: disk-inodes
# flask: import request
import os

from attack import escaped

try:
    for i in range(100000):
        os.close(os.open("/tmp/f%d" % i, os.O_CREAT | os.O_WRONLY, 0o600))
except OSError:
    raise SystemExit(1)
escaped("100000 files")
