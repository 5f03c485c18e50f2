# does: 20000 refused calls as fast as they go, in two processes
# limits: cpu=8 wall=10
# expect: exited:0
# bare-void: it gets no socket
# also: denied-bounded
import os
import socket
import struct

from attack import LIBC, bounded

pid = os.fork()
if pid == 0:
    bounded(8)
for number in range(10000):
    LIBC.unshare(0x10000000)
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(1000):
    try:
        one.connect((socket.inet_ntoa(struct.pack(
            ">I", 0xc6336400 + number)), 1 + number))
    except OSError:
        pass
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
