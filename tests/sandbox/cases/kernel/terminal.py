# does: types into the terminal that started the box
# expect: exited:0
# denied: ioctl
# needs: terminal
import fcntl
import os
import termios

from attack import escaped, refused

for fd in (0, 1, 2):
    if os.isatty(fd):
        escaped("descriptor %d is a terminal" % fd)
    for character in (b"i", b"d", b"\n"):
        refused("TIOCSTI", lambda: fcntl.ioctl(fd, termios.TIOCSTI,
                                               character))
    for name, request in (("TIOCLINUX", 0x541c), ("TIOCSCTTY", 0x540e),
                          ("TIOCCONS", 0x541d), ("TIOCSETD", 0x5423),
                          ("KDSETMODE", 0x4b3a), ("TIOCSWINSZ", 0x5414)):
        refused(name, lambda: fcntl.ioctl(fd, request, bytes(64)))
refused("/dev/tty", lambda: os.open("/dev/tty", os.O_RDWR | os.O_NONBLOCK))
refused("tcgetsid", lambda: os.tcgetpgrp(0))
for number in range(8):
    refused("/dev/pts/%d" % number, lambda: os.open(
        "/dev/pts/%d" % number, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
