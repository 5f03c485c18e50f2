# does: counts what it may make of folders, links, fifos and sockets together
# limits: inodes=500 wall=10
# expect: exited:0 disk-inodes
# bare-late: inodes are counted, not refused
import os
import socket

from attack import escaped

makers = [
    lambda i: os.mkdir("/tmp/d%d" % i),
    lambda i: os.symlink("x", "/tmp/s%d" % i),
    lambda i: os.mkfifo("/tmp/p%d" % i),
    lambda i: os.link("/tmp/base", "/tmp/h%d" % i),
    lambda i: socket.socket(socket.AF_UNIX).bind("/tmp/u%d" % i),
]
os.close(os.open("/tmp/base", os.O_CREAT | os.O_WRONLY, 0o600))
made = 0
for make in makers:
    try:
        for i in range(3000):
            make(i)
            made += 1
    except OSError:
        pass
if made > 2000:
    escaped("%d names" % made)
