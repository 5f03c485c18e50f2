# does: stacks seccomp filters of its own, each large
# limits: memory=128M wall=5
# expect: exited:0 memory
import ctypes
import struct

from attack import LIBC, escaped


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


ALLOW = struct.pack("HBBI", 6, 0, 0, 0x7fff0000)
NOTHING = struct.pack("HBBI", 0, 0, 0, 0)  # BPF_LD | BPF_IMM
code = NOTHING * 4000 + ALLOW
stacked = 0
while stacked < 2000 and LIBC.prctl(
        22, 2, ctypes.byref(Program(4001, code)), 0, 0) == 0:
    stacked += 1
if stacked >= 2000:
    escaped("%d filters" % stacked)
