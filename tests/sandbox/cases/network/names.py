# does: looks names up, as a library would that wants out
# expect: exited:0
import socket

from attack import escaped

for name in ("example.org", "localhost.example.org", "db", "redis",
             "host.docker.internal", "metadata.google.internal"):
    try:
        escaped("%s is %s" % (name, socket.getaddrinfo(name, 80)))
    except OSError:
        pass
