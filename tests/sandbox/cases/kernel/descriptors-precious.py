# does: looks whether a server's process was left anything but its sockets
# expect: exited:0
# flask: import request
import os
import socket
import stat

from attack import escaped

for fd in range(3, 1024):
    try:
        found = os.fstat(fd)
        target = os.readlink("/proc/self/fd/%d" % fd)
    except OSError:
        continue
    kind = stat.S_IFMT(found.st_mode)
    if kind == stat.S_IFDIR:
        escaped("descriptor %d is the folder %s" % (fd, target))
    elif kind == stat.S_IFREG and "memfd" in target:
        escaped("descriptor %d is %s" % (fd, target))
    elif "pidfd" in target or "seccomp" in target or "nsfs" in target \
            or target.startswith(("mnt:", "net:", "user:", "pid:")):
        escaped("descriptor %d is %s" % (fd, target))
    elif kind == stat.S_IFSOCK:
        one = socket.socket(fileno=os.dup(fd))
        listening = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if one.family == socket.AF_UNIX and one.getsockopt(
                socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_SEQPACKET:
            escaped("descriptor %d is a socket of the keeper" % fd)
        if listening and one.family == socket.AF_UNIX:
            escaped("descriptor %d is a listening Unix socket" % fd)
