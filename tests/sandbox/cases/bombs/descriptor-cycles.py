# does: sends sockets through themselves, so that only a collector frees them
# limits: memory=64M wall=5 files=200
# expect: exited:0 memory descriptors
import array
import socket
import time

end = time.monotonic() + 1
try:
    while time.monotonic() < end:
        pair = socket.socketpair()
        pair[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                  array.array("i", [one.fileno()
                                                    for one in pair]))])
        for one in pair:
            one.close()
except OSError:
    pass
