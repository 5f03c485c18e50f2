# does: fills the scratch with files that are only on their way from one of its
#       sockets to another: no name, no descriptor, no mapping
# limits: disk=16M wall=20
# expect: disk-bytes
# bare: exited:1
# bare-open: nothing tells what a message holds that nobody has read
import array
import os
import socket
import time

from attack import escaped

ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
ours.setblocking(False)
done = 0
for number in range(64):
    fd = os.open("/tmp/sent", os.O_CREAT | os.O_RDWR, 0o600)
    os.unlink("/tmp/sent")
    try:
        done += os.write(fd, b"\xa5" * (1 << 20))
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                               array.array("i", [fd]))])
    except OSError:
        break
    os.close(fd)
time.sleep(3)  # whoever counts now and then has time to
if done > 20 << 20:
    escaped("%d MiB of files" % (done >> 20))
os._exit(1)
