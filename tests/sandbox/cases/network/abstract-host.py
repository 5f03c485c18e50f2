# does: connects to abstract sockets of the host
# expect: exited:0
import socket

from attack import FACTS, refused


def connect(kind, name):
    one = socket.socket(socket.AF_UNIX, kind)
    one.settimeout(0.3)
    one.connect(name)
    return 1


for name in (FACTS["abstract"], "/tmp/.X11-unix/X0", "/run/dbus",
             "/com/ubuntu/upstart", "@/containerd-shim"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM,
                 socket.SOCK_SEQPACKET):
        refused("@" + name, lambda: connect(kind, "\0" + name))
