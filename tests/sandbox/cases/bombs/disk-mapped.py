# does: writes through a mapping of a sparse file, where no call can fail
# limits: disk=16M wall=10
# expect: disk-bytes signalled:7 memory exited:0
import mmap
import os

from attack import escaped

SIZE = 512 << 20
fd = os.open("/tmp/sparse", os.O_CREAT | os.O_RDWR, 0o600)
try:
    os.ftruncate(fd, SIZE)
    area = mmap.mmap(fd, SIZE)
except OSError:
    SIZE = 0
for offset in range(0, SIZE, 4096):
    area[offset] = 1
if SIZE:
    escaped("512 MiB through a mapping")
