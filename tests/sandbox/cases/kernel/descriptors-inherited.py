# does: walks over every descriptor it may have been left
# expect: exited:0
# flask: -
import os
import socket
import stat

from attack import escaped

for fd in range(3, 4096):
    try:
        found = os.fstat(fd)
    except OSError:
        continue
    try:
        target = os.readlink("/proc/self/fd/%d" % fd)
    except OSError:
        target = "?"
    escaped("descriptor %d: %s %o" % (fd, target,
                                      stat.S_IFMT(found.st_mode)))
for fd in (1, 2):
    mode = os.fstat(fd).st_mode
    if not stat.S_ISFIFO(mode) and not stat.S_ISCHR(mode):
        escaped("output is no pipe: %o" % stat.S_IFMT(mode))
try:
    socket.socket(fileno=os.dup(0))
    escaped("standard input is a socket")
except OSError:
    pass
if os.read(0, 16):
    escaped("standard input has something to read")
