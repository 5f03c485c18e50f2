# does: connects to addresses of the world
# expect: exited:0
# denied: connect
# says: 198.51.100.7
# flask: import request
import socket

from attack import FACTS, refused


def connect(family, address):
    one = socket.socket(family, socket.SOCK_STREAM)
    one.settimeout(1)
    one.connect(address)
    return 1


for port in (22, 53, 80, 443):
    refused("198.51.100.7:%d" % port, lambda: connect(
        socket.AF_INET, ("198.51.100.7", port)))
refused("2001:db8::7", lambda: connect(socket.AF_INET6, ("2001:db8::7", 80)))
if FACTS["shield"]:
    refused("metadata service", lambda: connect(
        socket.AF_INET, ("169.254.169.254", 80)))
refused("link-local", lambda: connect(
    socket.AF_INET6, ("fe80::1", 80, 0, 1)))
