# does: urgent bytes on local sockets and TCP, whose code in the kernel is
#       rarely used and has let others out (CVE-2025-38236)
# expect: exited:0
# bare-void: it gets no socket
# rests-on: seccomp: the bytes stay inside
import socket

from attack import refused

OOB = socket.MSG_OOB
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
for name, (one, other) in {
        "unix": socket.socketpair(), "tcp": (client, server.accept()[0])
        }.items():
    one.sendall(b"xyz")
    for call in (lambda: one.send(b"x", OOB),
                 lambda: one.send(b"x", OOB | socket.MSG_DONTWAIT),
                 lambda: one.sendmsg([b"x"], [], OOB),
                 lambda: len(other.recv(1, OOB)),
                 lambda: len(other.recvmsg(1, 0, OOB)[0])):
        refused("MSG_OOB on " + name, call, here=True)
