# does: writes through a mapping of a sparse file, where no call can fail
# limits: disk=16M wall=10
# expect: disk-bytes signalled:7 memory exited:0
import mmap
import os

from attack import escaped

fd = os.open("/tmp/sparse", os.O_CREAT | os.O_RDWR, 0o600)
try:
    os.ftruncate(fd, 512 << 20)
    area = mmap.mmap(fd, 512 << 20)
except OSError:
    raise SystemExit(0)
for offset in range(0, 512 << 20, 4096):
    area[offset] = 1
escaped("512 MiB through a mapping")
