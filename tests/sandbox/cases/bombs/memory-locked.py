# does: locks memory so that it cannot be reclaimed
# limits: memory=96M wall=10
# expect: memory exited:0
# expect-none: memory exited:0
import mmap

from attack import LIBC, escaped

LIBC.mlockall(7)
try:
    area = mmap.mmap(-1, 512 << 20)
    LIBC.mlockall(7)
    for offset in range(0, 512 << 20, 4096):
        area[offset] = 1
    escaped("512 MiB locked")
except OSError:
    pass
