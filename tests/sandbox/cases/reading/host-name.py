# does: learns what the host is called and which servers it asks
# expect: exited:0
# bare-open: uname() tells what the machine is called
import os
import socket

from attack import FACTS, escaped

names = [os.uname().nodename, socket.gethostname()]
for path in ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf",
             "/etc/mailname", "/proc/sys/kernel/hostname"):
    try:
        with open(path) as file:
            names.append(file.read())
    except OSError:
        pass
for name in names:
    if FACTS["host_name"] in name:
        escaped("the host's name in %r" % name)
    if "nameserver" in name and "127." not in name:
        escaped("a name server in %r" % name)
