# does: has descriptors send signals to init and to the pid outside
# expect: exited:0 signalled:9 signalled:29
import fcntl
import os
import signal
import socket
import struct

from attack import FACTS

for target in (1, FACTS["witness_pid"], -1):
    one, other = socket.socketpair()
    for request, argument in ((8, target), (10, int(signal.SIGKILL)),
                              (15, struct.pack("ii", 1, target))):
        try:
            fcntl.fcntl(one.fileno(), request, argument)
        except OSError:
            pass
    try:
        fcntl.fcntl(one.fileno(), fcntl.F_SETFL,
                    os.O_ASYNC | os.O_NONBLOCK)
        other.send(b"now")
        os.kill(target, 0) if target == 1 else None
    except OSError:
        pass
