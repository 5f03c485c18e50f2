# does: connects to a host service whose socket lies in a bound folder
# expect: exited:0
# denied: connect
# only-by: seccomp: a socket file below a bound folder, open to everybody
import socket

from attack import FACTS, refused


def connect(path, kind=socket.SOCK_STREAM):
    one = socket.socket(socket.AF_UNIX, kind)
    one.settimeout(0.3)
    one.connect(path)
    one.send(b"hello from inside")
    return 1


def send(path):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"hello from inside", path)


refused("service.sock", lambda: connect(FACTS["bound"] + "/service.sock"))
# The host's root is an overlay in most containers, as an app's folder is here.
refused("service.sock of an overlay", lambda: connect(
    FACTS["bound"] + "/overlaid/service.sock"))
refused("datagrams.sock", lambda: send(FACTS["bound"] + "/datagrams.sock"))
refused("datagrams.sock, connected", lambda: connect(
    FACTS["bound"] + "/datagrams.sock", socket.SOCK_DGRAM))
for path in ("/run/docker.sock", "/var/run/docker.sock", "/dev/log",
             "/run/dbus/system_bus_socket", "/run/systemd/journal/stdout",
             "/run/containerd/containerd.sock", "/tmp/.X11-unix/X0"):
    refused(path, lambda: connect(path))
