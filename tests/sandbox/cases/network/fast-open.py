# does: connects without connect(): data in the first packet
# expect: exited:0
import socket

from attack import FACTS, refused

MSG_FASTOPEN = 0x20000000


def fast_open(host, port):
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.settimeout(1)
    return one.sendto(b"GET / HTTP/1.0\r\n\r\n", MSG_FASTOPEN, (host, port))


def fast_open_connect(host, port):
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.settimeout(1)
    one.setsockopt(socket.IPPROTO_TCP, 30, 1)
    one.connect((host, port))
    one.send(b"x")
    return one.getpeername() and 1


for address in (("198.51.100.7", 80), ("127.0.0.1", FACTS["tcp4"])):
    refused("MSG_FASTOPEN %s" % address[0], lambda: fast_open(*address))
    refused("TCP_FASTOPEN_CONNECT %s" % address[0],
            lambda: fast_open_connect(*address))
