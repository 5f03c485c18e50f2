# does: the oldest escape: chroot below, and climb
# expect: exited:0
import os

from attack import refused, syscall


def climb():
    os.mkdir("/tmp/below")
    above = os.open("/", os.O_RDONLY)
    result = syscall("chroot", b"/tmp/below")
    if result < 0:
        return result
    os.fchdir(above)
    for _ in range(20):
        os.chdir("..")
    return syscall("chroot", b".")


refused("chroot", climb)
refused("pivot_root", lambda: syscall("pivot_root", b"/tmp", b"/tmp"))
