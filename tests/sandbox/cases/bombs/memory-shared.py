# does: fills shared anonymous memory: not data, not a file, still memory
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
# flask: request
import mmap

from attack import escaped

try:
    area = mmap.mmap(-1, 1 << 30)
except OSError:
    raise SystemExit(1)
for offset in range(0, 1 << 30, 4096):
    area[offset] = 1
escaped("1 GiB of shared memory")
