# does: hides data in the targets of symbolic links
# limits: disk=4M inodes=3000 wall=10
# expect: exited:0 disk-inodes disk-bytes
import os

from attack import escaped

made = 0
try:
    for i in range(20000):
        os.symlink("x" * 4000, "/tmp/link%d" % i)
        made += 1
except OSError:
    pass
if made * 4000 > 16 << 20:
    escaped("%d bytes in link targets" % (made * 4000))
