# does: opens sockets of every family and kind
# expect: exited:0
# denied: socket
# rests-on: seccomp: sockets of families that have no namespace
# flask: import
import errno
import socket

from attack import escaped, forked, syscall

PLAIN = {1: {1, 2, 5}, 2: {1, 2}, 10: {1, 2}}
for family in range(0, 64):
    for kind in (1, 2, 3, 4, 5, 6, 10):
        if kind in PLAIN.get(family, ()):
            continue
        if family == 1 and kind == 3:
            continue  # the kernel takes it for a datagram socket
        if syscall("socket", family, kind, 0) >= 0:
            escaped("socket(%d, %d)" % (family, kind))
for protocol in (1, 2, 17, 58, 89, 132, 136, 255, 262):
    for family in (2, 10):
        if syscall("socket", family, 3, protocol) >= 0:
            escaped("raw socket %d" % protocol)
for family in (2, 10):
    # Ping sockets, that need no right on many machines.
    if syscall("socket", family, 2, 1 if family == 2 else 58) >= 0:
        escaped("a ping socket")
