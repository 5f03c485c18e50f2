# does: floods itself over the loopback, datagrams and connections
# limits: cpu=3 wall=6 memory=128M files=128
# expect: exited:0 cpu-time memory descriptors
import socket
import time

end = time.monotonic() + 0.4
try:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    while time.monotonic() < end:
        one.sendto(b"x" * 60000, one.getsockname())
except OSError:
    pass
try:
    server = socket.create_server(("127.0.0.1", 0))
    kept = []
    while time.monotonic() < end + 0.3:
        kept.append(socket.create_connection(server.getsockname()))
except OSError:
    pass
