# does: a filter of its own and a share of the processor by prctl, whose
#       option has upper bits that the kernel does not look at
# expect: exited:0
# denied: prctl
# says: PR_SET_SECCOMP
# rests-on: seccomp: it looks for the filter itself
import ctypes
import struct

from attack import filtered, syscall


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


ALLOW = struct.pack("HBBI", 6, 0, 0, 0x7fff0000)
pointer = ctypes.addressof(Program(1, ALLOW))
for high in (0, 1 << 32, 1 << 63, -1 << 32):
    # PR_SET_SECCOMP: filters are memory that no limit counts.
    filtered("PR_SET_SECCOMP, upper half %#x" % high, lambda: syscall(
        "prctl", high | 22, 2, pointer, 0, 0))
    # PR_SCHED_CORE: who shares a core with it would have to wait.
    filtered("PR_SCHED_CORE, upper half %#x" % high, lambda: syscall(
        "prctl", high | 62, 1, 0, 0, 0))
