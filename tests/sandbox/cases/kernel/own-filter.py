# does: a seccomp filter of its own that would take over the listener
# expect: exited:0
# bare-void: /proc cannot be opened
# rests-on: seccomp: it looks for the filter itself
import ctypes
import errno
import struct

from attack import LIBC, escaped, refused, syscall


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


NOTIFY = struct.pack("HBBI", 6, 0, 0, 0x7fc00000)
TRACE = struct.pack("HBBI", 6, 0, 0, 0x7ff00000)
LIBC.prctl(38, 1, 0, 0, 0)
refused("an own listener", lambda: syscall(
    "seccomp", 1, 8, Program(1, NOTIFY)))


def traced():
    """Own filters may only forbid more: allowing must change nothing."""
    if syscall("seccomp", 1, 0, Program(1, TRACE)) < 0:
        return -errno.EPERM
    return syscall("mount", b"none", b"/tmp", b"tmpfs", 0, 0)


refused("mount under an own filter", traced)
refused("seccomp off", lambda: syscall("prctl", 22, 0, 0, 0, 0))
with open("/proc/self/status") as status:
    if "Seccomp:\t2" not in status.read():
        escaped("no filter any more")
