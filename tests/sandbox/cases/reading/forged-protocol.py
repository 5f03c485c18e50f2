# does: writes binary messages where a keeper might listen for init
# expect: exited:8
import array
import os
import socket

for fd in range(3, 256):
    for message in (bytes(256), b"\xff" * 512, bytes(range(256)) * 2):
        try:
            os.write(fd, message)
        except OSError:
            pass
    try:
        one = socket.socket(fileno=fd)
        one.sendmsg([bytes(64)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                   array.array("i", [0, 1, 2]))])
    except OSError:
        pass
os._exit(8)
