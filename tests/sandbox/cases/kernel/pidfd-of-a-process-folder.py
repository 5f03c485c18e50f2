# does: reaches init through /proc folders and special pidfds
# expect: exited:0
import fcntl
import os

from attack import refused, syscall

PIDFD_SELF_GROUP = -20000
for path in ("/proc/1", "/proc/1/task/1"):
    # The signal has no effect on an init; that it answers is no escape.
    try:
        syscall("pidfd_send_signal",
                os.open(path, os.O_RDONLY | os.O_DIRECTORY), 9, 0, 0)
    except OSError:
        pass
    refused("descriptors through " + path, lambda: syscall(
        "pidfd_getfd", os.open(path, os.O_RDONLY | os.O_DIRECTORY), 1, 0))
refused("descriptors of PIDFD_SELF_GROUP", lambda: syscall(
    "pidfd_getfd", PIDFD_SELF_GROUP, 0, 0))
for request in (0xff01, 0xff04, 0xff06, 0xff08):
    refused("namespace %#x of init's pidfd" % request, lambda: fcntl.ioctl(
        os.pidfd_open(1), request))
