# does: makes itself unreadable to whoever measures it, then allocates
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
from attack import LIBC

LIBC.prctl(4, 0, 0, 0, 0)
kept = []
try:
    for _ in range(128):
        kept.append(bytearray(b"\xa5") * (8 << 20))
except MemoryError:
    raise SystemExit(1)
