# does: fills shared memory and forgets the pages: no process seems to have
#       them, and all of them are still there
# limits: memory=96M wall=10
# expect: memory exited:1
import mmap
import os

from attack import escaped

SIZE, STEP = 768 << 20, 16 << 20
try:
    zero = os.open("/dev/zero", os.O_RDWR)
    area = mmap.mmap(zero, SIZE)
except OSError:
    raise SystemExit(1)
for start in range(0, SIZE, STEP):
    for offset in range(start, start + STEP, 4096):
        area[offset] = 1
    area.madvise(mmap.MADV_DONTNEED, start, STEP)
if area[0] == 1:
    escaped("768 MiB that nobody has")
