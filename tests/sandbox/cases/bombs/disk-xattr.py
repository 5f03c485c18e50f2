# does: hides data in extended attributes
# limits: disk=4M inodes=1000 wall=10
# expect: exited:0 disk-inodes disk-bytes
import os

from attack import escaped

stored = 0
for i in range(900):
    try:
        name = "/tmp/file%d" % i
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600))
        for key in range(8):
            os.setxattr(name, "user.k%d" % key, b"x" * 8000)
            stored += 8000
    except OSError:
        pass
if stored > 32 << 20:
    escaped("%d bytes in attributes" % stored)
