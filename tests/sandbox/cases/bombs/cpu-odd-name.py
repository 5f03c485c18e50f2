# does: spins under a process name made to confuse who reads /proc
# limits: cpu=0.4 wall=10
# expect: cpu-time
import ctypes

from attack import LIBC

LIBC.prctl(15, ctypes.c_char_p(b"x) Z 0 0 0\n 0 0"), 0, 0, 0)
while True:
    pass
