# does: allocates under a process name made to confuse who reads /proc
# limits: memory=96M wall=10
# expect: memory
# expect-none: memory exited:1
import ctypes

from attack import LIBC

LIBC.prctl(15, ctypes.c_char_p(b") R 0\n0 kB\t(: 1"), 0, 0, 0)
kept = []
try:
    for _ in range(128):
        kept.append(bytearray(b"\xa5") * (8 << 20))
except MemoryError:
    raise SystemExit(1)
