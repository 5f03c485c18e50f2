# does: connects to services of the host on its loopback
# expect: exited:0
import socket

from attack import FACTS, refused


def connect(family, address):
    one = socket.socket(family, socket.SOCK_STREAM)
    one.settimeout(1)
    one.connect(address)
    return 1


for host in ("127.0.0.1", "127.0.0.2", "127.1.1.1", "0.0.0.0"):
    refused(host, lambda: connect(socket.AF_INET, (host, FACTS["tcp4"])))
for host in ("::1", "::", "::ffff:127.0.0.1"):
    refused(host, lambda: connect(socket.AF_INET6, (host, FACTS["tcp6"])))
