# does: takes descriptors, advises and releases by pidfd; kcmp
# expect: exited:0
import os

from attack import refused, syscall

for pid in {1, os.getppid()} - {0, os.getpid()}:
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        continue
    for number in (0, 1, 3, 4, 5):
        refused("pidfd_getfd %d of %d" % (number, pid),
                lambda: syscall("pidfd_getfd", fd, number, 0))
    refused("process_mrelease", lambda: syscall("process_mrelease", fd, 0))
    refused("process_madvise", lambda: syscall(
        "process_madvise", fd, bytes(16), 1, 21, 0))
    refused("kcmp", lambda: syscall("kcmp", pid, os.getpid(), 0, 0, 0))
refused("pidfd of a thread", lambda: syscall("pidfd_getfd", -1, 0, 0))
