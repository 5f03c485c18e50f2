# does: lets the kernel believe in fast connections, whose buffers grow, and
#       then fills those and reads no more
# limits: memory=96M files=256 wall=20
# expect: exited:0 memory
# bare-void: it gets no socket
import socket
import time

from attack import escaped

PAIRS, WARM, BLOCK = 4, 64 << 20, b"x" * (1 << 20)
EACH = 1 << 20
server = socket.create_server(("127.0.0.1", 0))
into, kept, total = bytearray(1 << 20), [], 0


def send(one):
    try:
        return one.send(BLOCK)
    except BlockingIOError:
        return 0


def receive(one):
    try:
        return one.recv_into(into)
    except BlockingIOError:
        return 0


for _ in range(PAIRS):
    client = socket.create_connection(server.getsockname())
    other = server.accept()[0]
    kept += [client, other]
    for one in kept[-2:]:
        one.setblocking(False)
    got = 0
    end = time.monotonic() + 2
    while got < WARM and time.monotonic() < end:
        send(client)
        got += receive(other)
    while receive(other):
        pass
    idle = 0
    while idle < 10:
        sent = send(client)
        total += sent
        idle = 0 if sent else idle + 1
        if not sent:
            time.sleep(0.005)
if total > PAIRS * EACH:
    escaped("%d KiB in %d connections" % (total >> 10, PAIRS))
