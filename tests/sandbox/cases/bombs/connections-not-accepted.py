# does: connects to itself, sends what goes in and closes, and never accepts:
#       the kernel keeps both, and they are nobody's descriptors
# limits: memory=96M files=256 wall=15
# expect: memory
# bare-void: it gets no socket
# flask: import request
import socket
import time

from attack import escaped

BLOCK, BOUND = b"x" * (1 << 17), 512 << 20
servers = [socket.create_server(("127.0.0.1", 0), backlog=4096)
           for _ in range(60)]
total, end = 0, time.monotonic() + 8
while total < BOUND and time.monotonic() < end:
    for server in servers:
        client = socket.socket()
        client.setblocking(False)
        try:
            client.connect(server.getsockname())
        except BlockingIOError:
            pass
        try:
            while True:
                total += client.send(BLOCK)
        except OSError:
            pass
        client.close()
if total >= BOUND:
    escaped("%d MiB in connections" % (total >> 20))
