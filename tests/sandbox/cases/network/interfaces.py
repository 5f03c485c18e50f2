# does: looks which network it is in: nothing but a loopback may be there
# expect: exited:0
import os
import socket

from attack import escaped

for index, name in socket.if_nameindex() if hasattr(
        socket, "if_nameindex") and False else []:
    escaped("interface " + name)
for path in ("/proc/self/net/dev", "/proc/net/dev"):
    try:
        with open(path) as lines:
            names = [line.split(":")[0].strip() for line in lines
                     if ":" in line]
    except OSError:
        continue
    if set(names) - {"lo", "sit0", "tunl0", "ip6tnl0", "gre0", "gretap0",
                     "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"}:
        escaped("interfaces %s" % names)
for path in ("/proc/self/net/tcp", "/proc/self/net/tcp6",
             "/proc/self/net/udp", "/proc/self/net/raw"):
    try:
        with open(path) as lines:
            for line in list(lines)[1:]:
                port = int(line.split()[1].rpartition(":")[2], 16)
                if port != 8000:
                    escaped("a socket of somebody: " + line.strip())
    except OSError:
        pass
for path in ("/proc/self/net/route", "/proc/self/net/arp"):
    try:
        with open(path) as lines:
            if len(list(lines)) > 1:
                escaped("%s is not empty" % path)
    except OSError:
        pass
try:
    if os.listdir("/sys/class/net/eth0"):
        escaped("/sys shows the host's interfaces")
except OSError:
    pass
