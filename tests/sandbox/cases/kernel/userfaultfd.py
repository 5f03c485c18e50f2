# does: userfaultfd, by call and by device, the favourite of races
# expect: exited:0
import fcntl
import os

from attack import filtered, refused, syscall

for flags in (0, 1, os.O_NONBLOCK, os.O_NONBLOCK | os.O_CLOEXEC | 1):
    filtered("userfaultfd", lambda: syscall("userfaultfd", flags))
refused("/dev/userfaultfd", lambda: fcntl.ioctl(
    os.open("/dev/userfaultfd", os.O_RDWR), 0xaa00, 0))
