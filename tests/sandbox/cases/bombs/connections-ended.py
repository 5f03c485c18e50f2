# does: opens and ends connections to itself; the kernel remembers each
# limits: memory=96M files=256 wall=6
# expect: exited:0 memory
# bare-void: it gets no socket
import socket
import time

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(128)
end = time.monotonic() + 1
try:
    while time.monotonic() < end:
        client = socket.create_connection(server.getsockname(), 1)
        server.accept()[0].close()
        client.close()
except OSError:
    pass
