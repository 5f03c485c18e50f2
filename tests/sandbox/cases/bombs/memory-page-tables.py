# does: 512 MiB of page tables, by reading one byte in every 2 MiB of nothing
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1 exited:0
import ctypes
import mmap

from attack import LIBC, escaped

SIZE = 256 << 30
try:
    area = mmap.mmap(-1, SIZE, prot=mmap.PROT_READ,
                     flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
except OSError:
    raise SystemExit(1)
area.madvise(15)  # no huge pages
for offset in range(0, SIZE, 2 << 20):
    area[offset]
with open("/proc/self/status") as status:
    tables = [line.split() for line in status if line.startswith("VmPTE")]
if tables and int(tables[0][1]) > 256 << 10:
    escaped("%s kB of page tables" % tables[0][1])
