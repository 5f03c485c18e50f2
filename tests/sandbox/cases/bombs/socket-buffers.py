# does: fills socket pairs, whose buffers are the kernel's memory
# limits: memory=96M files=256 wall=10
# expect: exited:0 memory descriptors
import socket

from attack import escaped

kept, total = [], 0
try:
    for _ in range(400):
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        kept.append(pair)
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        pair[0].setblocking(False)
        try:
            while True:
                total += pair[0].send(b"x" * 32768)
        except BlockingIOError:
            pass
except OSError:
    pass
if total > 256 << 20:
    escaped("%d bytes in sockets" % total)
