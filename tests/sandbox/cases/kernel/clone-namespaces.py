# does: clone and fork with namespace flags, in the low and high half
# expect: exited:0
import os
import signal

from attack import refused, syscall


def clone(flags):
    pid = syscall("clone", flags | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid


for flag in (0x10000000, 0x20000000, 0x40000000, 0x20000, 0x8000000,
             0x4000000, 0x2000000, 0x10020000, 0x7e020000):
    refused("clone %#x" % flag, lambda: clone(flag))
    refused("clone %#x, upper half set" % flag,
            lambda: clone(flag | 0x700000000))
