# does: parks descriptors in unread messages, where none counts as open
# limits: files=64 wall=5
# expect: exited:0 descriptors
import array
import os
import socket

from attack import escaped

null = os.open("/dev/null", os.O_RDONLY)
sent, pairs = 0, []
try:
    for _ in range(20):
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        pairs.append(pair)
        pair[0].setblocking(False)
        try:
            while sent < 100000:
                pair[0].sendmsg([b"x"], [(socket.SOL_SOCKET,
                                          socket.SCM_RIGHTS,
                                          array.array("i", [null] * 200))])
                sent += 200
        except OSError:
            pass
except OSError:
    pass
if sent > 20000:
    escaped("%d descriptors in flight" % sent)
