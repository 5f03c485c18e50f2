# does: shuts the sockets that its server listens on, and puts others there
# expect: exited:0
# flask: request after
import os
import socket

for fd in (3, 4):
    try:
        one = socket.socket(fileno=os.dup(fd))
        one.listen(0)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes(8))
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        continue  # nobody serves here
    one.close()
    os.dup2(os.open("/dev/null", os.O_RDWR), fd)
