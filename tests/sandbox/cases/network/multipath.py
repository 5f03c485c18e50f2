# does: the sockets that Landlock's TCP rules do not see
# expect: exited:0
import socket

from attack import FACTS, refused


def connect(protocol, kind, address):
    one = socket.socket(socket.AF_INET, kind, protocol)
    one.settimeout(0.5)
    one.connect(address)
    return 1


for address in (("198.51.100.7", 80), ("127.0.0.1", FACTS["tcp4"])):
    for name, protocol, kind in (("MPTCP", 262, socket.SOCK_STREAM),
                                 ("SCTP", 132, socket.SOCK_STREAM),
                                 ("SCTP seqpacket", 132,
                                  socket.SOCK_SEQPACKET),
                                 ("SMC", 256, socket.SOCK_STREAM),
                                 ("DCCP", 33, 6)):
        refused(name, lambda: connect(protocol, kind, address))
