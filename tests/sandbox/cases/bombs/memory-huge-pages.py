# does: asks for huge pages: explicit, transparent, and as a file
# limits: memory=96M wall=10
# expect: memory exited:0
import mmap
import os

from attack import escaped

MAP_HUGETLB = 0x40000
for flags in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
    try:
        area = mmap.mmap(-1, 512 << 20,
                         flags=flags | mmap.MAP_ANONYMOUS | MAP_HUGETLB)
        for offset in range(0, 512 << 20, 2 << 20):
            area[offset] = 1
        escaped("512 MiB of huge pages")
    except OSError:
        pass
try:
    fd = os.memfd_create("huge", getattr(os, "MFD_HUGETLB", 4))
    os.ftruncate(fd, 512 << 20)
    area = mmap.mmap(fd, 512 << 20)
    escaped("a file of huge pages")
except OSError:
    pass
