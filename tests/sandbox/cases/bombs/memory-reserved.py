# does: reserves 1 TiB of addresses without touching them
# limits: memory=96M wall=5
# expect: exited:0
import mmap

try:
    area = mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
                     | 0x4000, prot=mmap.PROT_READ)
except OSError:
    pass  # refusing it is as good
