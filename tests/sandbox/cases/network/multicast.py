# does: joins groups and shouts to everybody on the wire
# expect: exited:0
# bare-void: it gets no socket
import socket

from attack import FACTS

one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for group in ("224.0.0.1", "239.255.255.250", "224.0.0.251"):
    for interface in ("0.0.0.0", "127.0.0.1"):
        try:
            one.setsockopt(0, 35, socket.inet_aton(group) +
                           socket.inet_aton(interface))
            one.sendto(b"hello", (group, FACTS["udp4"]))
        except OSError:
            pass
one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
try:
    one.sendto(b"hello", ("255.255.255.255", FACTS["udp4"]))
except OSError:
    pass
