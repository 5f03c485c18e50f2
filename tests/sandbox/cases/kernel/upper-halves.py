# does: arguments with the upper 32 bits set, which filters may not see
# expect: exited:0
# rests-on: seccomp landlock: a netlink socket, a signal that init ignores
import os

from attack import refused, syscall

HIGH = 1 << 32
for family in (16, 17, 38, 40, 44):
    refused("socket %d" % family, lambda: syscall(
        "socket", HIGH | family, 3, 0))
refused("TIOCSTI", lambda: syscall("ioctl", 0, HIGH | 0x5412, b"x"))
refused("TIOCLINUX", lambda: syscall("ioctl", 0, HIGH | 0x541c, b"\3"))
refused("unshare", lambda: syscall("unshare", HIGH | 0x10000000))
refused("prctl", lambda: syscall("prctl", HIGH | 35, 1, 0, 0, 0))
refused("personality of another", lambda: syscall(
    "tgkill", HIGH | 1, HIGH | 1, os.getpid() and 9))
