# does: listens where nobody asked: all addresses, other ports, no bind
# expect: exited:0
import socket

from attack import FACTS

for host, port in (("0.0.0.0", 5000), ("127.0.0.1", FACTS["tcp4"]),
                   ("0.0.0.0", 80), ("0.0.0.0", 0)):
    try:
        server = socket.socket(socket.AF_INET)
        server.bind((host, port))
        server.listen()
    except OSError:
        pass
try:
    unbound = socket.socket(socket.AF_INET6)
    unbound.listen()
except OSError:
    pass
