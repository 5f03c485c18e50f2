# does: thirty processes fill the connections that each of them may have
# limits: memory=96M files=256 processes=40 wall=10
# expect: memory exited:0
import os
import socket

from attack import bounded, escaped

BOUND = 1200 << 20
reader, writer = os.pipe()


def fill():
    bounded(6)
    kept, total = [], 0
    try:
        server = socket.create_server(("127.0.0.1", 0))
        while total < BOUND // 30:
            one = socket.create_connection(server.getsockname())
            pair = one, server.accept()[0]
            kept.append(pair)
            for one in pair:
                one.setblocking(False)
                try:
                    while True:
                        total += one.send(b"x" * 32768)
                except BlockingIOError:
                    pass
    except OSError:
        pass
    os.write(writer, b"%d\n" % total)
    os.read(hold, 1)  # until all of them have filled theirs


hold, release = os.pipe()
started = 0
for _ in range(30):
    try:
        if os.fork() == 0:
            os.close(release)
            fill()
            os._exit(0)
        started += 1
    except OSError:
        pass
os.close(writer)
text = b""
while text.count(b"\n") < started:
    data = os.read(reader, 4096)
    if not data:
        break
    text += data
total = sum(map(int, text.split()))
if total > 600 << 20:
    escaped("%d MiB in the sockets of %d processes" % (total >> 20, started))
